package io.sluice.engine.store;

import java.io.ByteArrayOutputStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/** A store in memory, for tests. Thread-safe; files and writers are confined as the port says. */
public final class MemoryStore implements SegmentStore {
    private final ConcurrentMap<String, byte[]> files = new ConcurrentHashMap<>();

    @Override
    public StoredFile open(String key) {
        byte[] bytes = files.get(key);
        if (bytes == null) {
            throw StoreErrors.missing(key);
        }
        return new MemoryFile(key, bytes);
    }

    @Override
    public StoredFileWriter create(String key) {
        return new MemoryWriter(key);
    }

    @Override
    public void delete(String key) {
        files.remove(key);
    }

    @Override
    public List<String> list() {
        return files.keySet().stream().sorted().toList();
    }

    @Override
    public void sweepUncommitted() {}

    @Override
    public void close() {}

    /** A copy of a committed file. */
    public byte[] bytes(String key) {
        byte[] bytes = files.get(key);
        if (bytes == null) {
            throw StoreErrors.missing(key);
        }
        return bytes.clone();
    }

    /** Puts a file in place, as if it had been committed. */
    public void put(String key, byte[] bytes) {
        files.put(key, bytes.clone());
    }

    private record MemoryFile(String key, byte[] bytes) implements StoredFile {
        @Override
        public long sizeBytes() {
            return bytes.length;
        }

        @Override
        public void read(long offsetBytes, MemorySegment into) {
            if (offsetBytes < 0 || offsetBytes > bytes.length - into.byteSize()) {
                throw StoreErrors.tooShort(key, offsetBytes, into.byteSize(), bytes.length);
            }
            MemorySegment.copy(MemorySegment.ofArray(bytes), offsetBytes, into, 0, into.byteSize());
        }

        @Override
        public void close() {}
    }

    private final class MemoryWriter implements StoredFileWriter {
        private final String key;
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        private boolean open = true;

        private MemoryWriter(String key) {
            this.key = key;
        }

        @Override
        public void write(MemorySegment more) {
            requireOpen();
            byte[] copy = new byte[Math.toIntExact(more.byteSize())];
            MemorySegment.copy(more, ValueLayout.JAVA_BYTE, 0, copy, 0, copy.length);
            bytes.writeBytes(copy);
        }

        @Override
        public long positionBytes() {
            return bytes.size();
        }

        @Override
        public void commit() {
            requireOpen();
            open = false;
            files.put(key, bytes.toByteArray());
        }

        @Override
        public void close() {
            open = false;
        }

        private void requireOpen() {
            if (!open) {
                throw new IllegalStateException("writer is closed: key=" + key);
            }
        }
    }
}
