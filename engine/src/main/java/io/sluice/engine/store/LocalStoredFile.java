package io.sluice.engine.store;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

/** A stored file of the local file system. Confined to one reader at a time. */
final class LocalStoredFile implements StoredFile {
    private static final long NATIVE_SLICE_BYTES = 1L << 30; // 1 GiB: a ByteBuffer ends at 2 GiB
    private static final long HEAP_SLICE_BYTES = 1L << 20; // 1 MiB: the JDK copies heap reads through a cached buffer

    private final String key;
    private final FileChannel channel;
    private final long sizeBytes;

    LocalStoredFile(String key, FileChannel channel, long sizeBytes) {
        this.key = key;
        this.channel = channel;
        this.sizeBytes = sizeBytes;
    }

    @Override
    public long sizeBytes() {
        return sizeBytes;
    }

    @Override
    public void read(long offsetBytes, MemorySegment into) {
        long wantedBytes = into.byteSize();
        if (offsetBytes < 0 || offsetBytes > sizeBytes - wantedBytes) {
            throw StoreErrors.tooShort(key, offsetBytes, wantedBytes, sizeBytes);
        }
        long maxSliceBytes = into.isNative() ? NATIVE_SLICE_BYTES : HEAP_SLICE_BYTES;
        long done = 0;
        try {
            while (done < wantedBytes) {
                ByteBuffer slice = into.asSlice(done, Math.min(wantedBytes - done, maxSliceBytes))
                        .asByteBuffer();
                while (slice.hasRemaining()) {
                    int count = channel.read(slice, offsetBytes + done);
                    if (count < 0) { // cut while it was open
                        throw StoreErrors.tooShort(key, offsetBytes, wantedBytes, channel.size());
                    }
                    done += count;
                }
            }
        } catch (IOException e) {
            throw StoreErrors.readFailed(key, offsetBytes + done, e);
        }
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw StoreErrors.readFailed(key, 0, e);
        }
    }

    @Override
    public String toString() {
        return "LocalStoredFile(" + key + ", sizeBytes=" + sizeBytes + ")";
    }
}
