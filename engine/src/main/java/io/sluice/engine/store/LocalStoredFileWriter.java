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
 * <p>Small pieces and pieces on the heap go through a buffer; large off-heap pieces go to the channel as they are. The
 * first failure closes the writer and removes its file.
 */
final class LocalStoredFileWriter implements StoredFileWriter {
    private static final Logger LOG = LoggerFactory.getLogger(LocalStoredFileWriter.class);
    private static final int BUFFER_BYTES = 1 << 16; // 64 KiB
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
            if (bytes.isNative() && bytes.byteSize() >= BUFFER_BYTES) {
                flush();
                writeNative(bytes);
            } else {
                writeBuffered(bytes);
            }
            positionBytes += bytes.byteSize();
        } catch (IOException e) {
            close();
            throw StoreErrors.writeFailed(key, positionBytes, e);
        }
    }

    private void writeNative(MemorySegment bytes) throws IOException {
        for (long done = 0; done < bytes.byteSize(); done += SLICE_BYTES) {
            ByteBuffer slice = bytes.asSlice(done, Math.min(SLICE_BYTES, bytes.byteSize() - done))
                    .asByteBuffer();
            while (slice.hasRemaining()) {
                channel.write(slice);
            }
        }
    }

    private void writeBuffered(MemorySegment bytes) throws IOException {
        long done = 0;
        while (done < bytes.byteSize()) {
            int count = (int) Math.min(buffer.remaining(), bytes.byteSize() - done);
            MemorySegment.copy(bytes, ValueLayout.JAVA_BYTE, done, buffer.array(), buffer.position(), count);
            buffer.position(buffer.position() + count);
            done += count;
            if (!buffer.hasRemaining()) {
                flush();
            }
        }
    }

    private void flush() throws IOException {
        buffer.flip();
        while (buffer.hasRemaining()) {
            channel.write(buffer);
        }
        buffer.clear();
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
