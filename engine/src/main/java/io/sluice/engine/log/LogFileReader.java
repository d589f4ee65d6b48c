package io.sluice.engine.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/** Reads records of one log file through a window. Confined to one thread. */
final class LogFileReader {
    private static final int WINDOW_BYTES = 1 << 20; // 1 MiB

    private final LogFile file;
    private final long sizeBytes;
    private final ByteBuffer window =
            ByteBuffer.allocate(WINDOW_BYTES).order(ByteOrder.LITTLE_ENDIAN).limit(0);
    private long windowStart;

    LogFileReader(LogFile file) throws IOException {
        this.file = file;
        this.sizeBytes = file.sizeBytes();
    }

    long sizeBytes() {
        return sizeBytes;
    }

    /** The first bytes of the file; fewer than a header when the file is shorter. */
    ByteBuffer header() throws IOException {
        int count = (int) Math.min(LogLayout.HEADER_BYTES, sizeBytes);
        return show(0, count)
                ? window.duplicate().order(ByteOrder.LITTLE_ENDIAN).limit(count)
                : ByteBuffer.allocate(0);
    }

    /** The record that starts at {@code offset}; null when what is there is no whole record of a known kind. */
    @Nullable
    LogRecord recordAt(long offset) throws IOException {
        if (!show(offset, LogLayout.RECORD_HEAD_BYTES)) {
            return null;
        }
        LogLayout.Head head = LogLayout.head(window, at(offset));
        if (!head.plausible(sizeBytes - offset)) {
            return null;
        }
        CRC32C crc = LogLayout.headCrc(window, at(offset));
        byte[] payload = new byte[head.payloadBytes()];
        long from = offset + LogLayout.RECORD_HEAD_BYTES;
        for (int done = 0; done < payload.length; ) {
            if (!show(from + done, 1)) {
                return null;
            }
            int count = Math.min(window.limit() - at(from + done), payload.length - done);
            window.get(at(from + done), payload, done, count);
            done += count;
        }
        crc.update(payload);
        return (int) crc.getValue() == head.crc() ? LogLayout.record(head, payload) : null;
    }

    /**
     * Finds a whole record behind {@code offset} that was written after {@code lsn} had been synced: the proof that what
     * stands at {@code offset} was whole once. Answers where it starts, or -1.
     */
    long findSyncedAfter(long offset, long lsn) throws IOException {
        long highestLsn = lsn + sizeBytes / LogLayout.RECORD_HEAD_BYTES + 1;
        for (long here = offset + 1; here <= sizeBytes - LogLayout.RECORD_HEAD_BYTES; here++) {
            if (!show(here, LogLayout.RECORD_HEAD_BYTES)) {
                return -1;
            }
            long candidate = window.getLong(at(here) + LogLayout.LSN_AT);
            if (candidate > lsn && candidate <= highestLsn) {
                LogLayout.Head head = LogLayout.head(window, at(here));
                if (head.syncedLsn() >= lsn && recordAt(here) != null) {
                    return here;
                }
            }
        }
        return -1;
    }

    private int at(long offset) {
        return (int) (offset - windowStart);
    }

    /** Moves the window so that it holds {@code count} bytes from {@code offset} on; false if the file ends before. */
    private boolean show(long offset, int count) throws IOException {
        if (offset >= windowStart && offset + count <= windowStart + window.limit()) {
            return true;
        }
        if (offset + count > sizeBytes) {
            return false;
        }
        window.clear();
        windowStart = offset;
        int read = file.read(offset, window);
        window.position(0).limit(read);
        return read >= count;
    }
}
