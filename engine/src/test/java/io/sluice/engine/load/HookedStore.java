package io.sluice.engine.load;

import io.sluice.engine.error.EngineException;
import io.sluice.engine.store.SegmentStore;
import io.sluice.engine.store.StoredFile;
import io.sluice.engine.store.StoredFileWriter;
import java.io.ByteArrayOutputStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** Files in memory, with a hook in front of every large read: to wait, to fail, to count. Thread-safe. */
final class HookedStore implements SegmentStore {
    /** Called on the reading thread before the bytes are there; may wait or throw. */
    interface ReadHook {
        void beforeRead(String key, long offsetBytes, long sizeBytes);
    }

    private final Map<String, byte[]> files = new ConcurrentSkipListMap<>();
    private final AtomicInteger openFiles = new AtomicInteger();
    private final AtomicLong bytesRead = new AtomicLong();
    private volatile ReadHook hook = (_, _, _) -> {};

    void beforeEachRead(ReadHook newHook) {
        hook = newHook;
    }

    int openFiles() {
        return openFiles.get();
    }

    /** Of parts; headers and directories left out. */
    long bytesRead() {
        return bytesRead.get();
    }

    byte[] bytes(String key) {
        return Objects.requireNonNull(files.get(key));
    }

    void flipBit(String key, long offsetBytes) {
        byte[] damaged = bytes(key).clone();
        damaged[(int) offsetBytes] ^= 1;
        files.put(key, damaged);
    }

    void truncate(String key, long sizeBytes) {
        files.put(key, Arrays.copyOf(bytes(key), (int) sizeBytes));
    }

    @Override
    public StoredFile open(String key) {
        byte[] bytes = files.get(key);
        if (bytes == null) {
            throw new EngineException.Corrupt("no such file: key=" + key);
        }
        openFiles.incrementAndGet();
        return new HookedFile(key, bytes);
    }

    private final class HookedFile implements StoredFile {
        private final String key;
        private final byte[] bytes;
        private boolean closed;

        HookedFile(String key, byte[] bytes) {
            this.key = key;
            this.bytes = bytes;
        }

        @Override
        public long sizeBytes() {
            return bytes.length;
        }

        @Override
        public void read(long offsetBytes, MemorySegment into) {
            if (into.isNative()) {
                hook.beforeRead(key, offsetBytes, into.byteSize());
                bytesRead.addAndGet(into.byteSize());
            }
            if (offsetBytes + into.byteSize() > bytes.length) {
                throw new EngineException.Corrupt("file ends too early: key=" + key + ", offsetBytes=" + offsetBytes);
            }
            MemorySegment.copy(MemorySegment.ofArray(bytes), offsetBytes, into, 0, into.byteSize());
        }

        @Override
        public void close() {
            if (!closed) {
                closed = true;
                openFiles.decrementAndGet();
            }
        }
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
