package io.sluice.engine.load;

import io.sluice.engine.store.SegmentStore;
import io.sluice.engine.store.StoredFile;
import io.sluice.engine.store.StoredFileWriter;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/** A store with a hook in front of every read of a chunk: to wait, to fail, to count. Thread-safe. */
final class HookedStore implements SegmentStore {
    /** Called on the reading thread before the bytes are there; may wait or throw. */
    interface ReadHook {
        void beforeRead(String key, long offsetBytes, long sizeBytes);
    }

    private final SegmentStore inner;
    private final AtomicLong chunkBytesRead = new AtomicLong();
    private volatile ReadHook hook = (_, _, _) -> {};

    HookedStore(SegmentStore inner) {
        this.inner = inner;
    }

    void beforeEachRead(ReadHook newHook) {
        hook = newHook;
    }

    /** Bytes of parts; headers and directories left out. */
    long chunkBytesRead() {
        return chunkBytesRead.get();
    }

    @Override
    public StoredFile open(String key) {
        StoredFile file = inner.open(key);
        return new StoredFile() {
            @Override
            public long sizeBytes() {
                return file.sizeBytes();
            }

            @Override
            public void read(long offsetBytes, MemorySegment into) {
                boolean chunk = into.isNative(); // directories are read to the heap
                if (chunk) {
                    hook.beforeRead(key, offsetBytes, into.byteSize());
                    chunkBytesRead.addAndGet(into.byteSize());
                }
                file.read(offsetBytes, into);
            }

            @Override
            public void close() {
                file.close();
            }
        };
    }

    @Override
    public StoredFileWriter create(String key) {
        return inner.create(key);
    }

    @Override
    public void delete(String key) {
        inner.delete(key);
    }

    @Override
    public List<String> list() {
        return inner.list();
    }

    @Override
    public void sweepUncommitted() {
        inner.sweepUncommitted();
    }

    @Override
    public void close() {
        inner.close();
    }
}
