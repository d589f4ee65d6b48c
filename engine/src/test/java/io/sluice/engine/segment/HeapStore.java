package io.sluice.engine.segment;

import io.sluice.engine.error.EngineException;
import io.sluice.engine.store.SegmentStore;
import io.sluice.engine.store.StoredFile;
import io.sluice.engine.store.StoredFileWriter;
import java.io.ByteArrayOutputStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/** The smallest store: files as byte arrays in a map. Confined to one thread. */
final class HeapStore implements SegmentStore {
    final Map<String, byte[]> files = new TreeMap<>();

    /** The bytes of a file that is there, to look at or to damage. */
    byte[] bytes(String key) {
        return Objects.requireNonNull(files.get(key));
    }

    @Override
    public StoredFile open(String key) {
        byte[] bytes = files.get(key);
        if (bytes == null) {
            throw new EngineException.Corrupt("no such file: key=" + key);
        }
        return new StoredFile() {
            @Override
            public long sizeBytes() {
                return bytes.length;
            }

            @Override
            public void read(long offsetBytes, MemorySegment into) {
                if (offsetBytes + into.byteSize() > bytes.length) {
                    throw new EngineException.Corrupt("file ends too early: key=" + key + ", offset=" + offsetBytes);
                }
                MemorySegment.copy(MemorySegment.ofArray(bytes), offsetBytes, into, 0, into.byteSize());
            }

            @Override
            public void close() {}
        };
    }

    @Override
    public StoredFileWriter create(String key) {
        var written = new ByteArrayOutputStream();
        return new StoredFileWriter() {
            @Override
            public void write(MemorySegment bytes) {
                written.writeBytes(bytes.toArray(ValueLayout.JAVA_BYTE));
            }

            @Override
            public long positionBytes() {
                return written.size();
            }

            @Override
            public void commit() {
                files.put(key, written.toByteArray());
            }

            @Override
            public void close() {}
        };
    }

    @Override
    public void delete(String key) {
        files.remove(key);
    }

    @Override
    public List<String> list() {
        return List.copyOf(files.keySet());
    }

    @Override
    public void sweepUncommitted() {}

    @Override
    public void close() {}
}
