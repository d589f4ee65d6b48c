package io.sluice.engine.log;

import io.sluice.engine.error.EngineException;
import io.sluice.engine.error.ErrorCode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The files of the log, of which the last one is written to. Confined to one thread at a time, except
 * {@link #sizeBytes}: first the one that opens and replays, then {@code log-writer}.
 *
 * <p>A file is synced before the next one is begun, so only the last one can have a torn tail.
 */
final class LogFiles {
    private static final Logger LOG = LoggerFactory.getLogger(LogFiles.class);
    private static final int BUFFER_BYTES = 8 << 20; // 8 MiB: a record that fits is put together in it

    private final LogFolder folder;
    private final long fileSizeBytes;
    private final List<Entry> entries = new ArrayList<>(); // in order; the last one is active once started
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    private @Nullable LogFile active;
    private long nextLsn;
    private long syncedLsn;
    private volatile long sizeBytes;

    /** The records of one partition in one file. */
    private record PartitionKey(long collectionId, long partitionId) {}

    private static final class Entry {
        private final String name;
        private final long firstLsn;
        private final Map<PartitionKey, Long> lastLsns = new HashMap<>(); // so that truncating needs no reading
        private long nextLsn;
        private long sizeBytes;

        private Entry(String name, long firstLsn) {
            this.name = name;
            this.firstLsn = firstLsn;
            this.nextLsn = firstLsn;
        }

        private void note(LogRecord record) {
            lastLsns.put(new PartitionKey(record.collectionId(), record.partitionId()), record.lsn());
            nextLsn = record.lsn() + 1;
        }

        private boolean skippable(LogSkip skip) {
            for (Map.Entry<PartitionKey, Long> last : lastLsns.entrySet()) {
                PartitionKey key = last.getKey();
                if (!skip.skippable(key.collectionId, key.partitionId, last.getValue())) {
                    return false;
                }
            }
            return true;
        }
    }

    /** @param highestLsn no lsn at or below it is given again */
    LogFiles(LogFolder folder, long fileSizeBytes, long highestLsn) {
        this.folder = folder;
        this.fileSizeBytes = fileSizeBytes;
        this.nextLsn = highestLsn + 1;
    }

    // Replay

    /** Reads everything in order, cuts a torn tail, and makes what was read durable. */
    void replay(Consumer<LogRecord> consumer) {
        try {
            List<String> names = folder.list().stream()
                    .filter(name -> LogLayout.firstLsnOf(name) > 0)
                    .toList();
            for (String name : names) {
                replay(name, name.equals(names.getLast()), consumer);
            }
            folder.sync();
        } catch (IOException e) {
            throw new EngineException.Failed(
                    ErrorCode.IO_FAILED,
                    "log cannot be read: folder=" + folder + ", cause=" + e + ". Check the disk and start again",
                    e);
        }
        for (Entry entry : entries) {
            nextLsn = Math.max(nextLsn, entry.nextLsn);
        }
        syncedLsn = nextLsn - 1;
        countSize();
    }

    private void replay(String name, boolean last, Consumer<LogRecord> consumer) throws IOException {
        Entry entry = new Entry(name, LogLayout.firstLsnOf(name));
        if (!entries.isEmpty() && entry.firstLsn < entries.getLast().nextLsn) {
            throw damaged(name, 0, "it begins below the end of the file before it");
        }
        try (LogFile file = folder.open(name)) {
            LogFileReader reader = new LogFileReader(file);
            long firstLsn = LogLayout.firstLsn(reader.header(), name);
            if (firstLsn != -1 && firstLsn != entry.firstLsn) {
                throw damaged(name, 0, "its header says firstLsn=" + firstLsn);
            }
            long end = firstLsn == -1 ? 0 : replayRecords(entry, reader, consumer);
            if (end < reader.sizeBytes() || firstLsn == -1) {
                requireTorn(entry, reader, end, last);
                LOG.warn(
                        "torn tail of the log is cut: file={}, offsetBytes={}, cutBytes={}",
                        name,
                        end,
                        reader.sizeBytes() - end);
                file.truncate(end);
            }
            if (last && firstLsn != -1) {
                file.sync(); // what is replayed will be seen, so it must stay
            }
            entry.sizeBytes = end;
            if (firstLsn != -1) {
                entries.add(entry);
                return;
            }
        }
        folder.delete(name); // begun and never used
    }

    /** Answers where the last whole record ends. */
    private static long replayRecords(Entry entry, LogFileReader reader, Consumer<LogRecord> consumer)
            throws IOException {
        long offset = LogLayout.HEADER_BYTES;
        while (offset < reader.sizeBytes()) {
            LogRecord record = reader.recordAt(offset);
            if (record == null) {
                break;
            }
            if (record.lsn() != entry.nextLsn) {
                throw damaged(
                        entry.name,
                        offset,
                        "its record has lsn=" + record.lsn() + " where lsn=" + entry.nextLsn + " belongs");
            }
            entry.note(record);
            consumer.accept(record);
            offset += LogLayout.recordBytes(record.payload().sizeBytes());
        }
        return offset;
    }

    private static void requireTorn(Entry entry, LogFileReader reader, long offset, boolean last) throws IOException {
        if (!last) {
            throw damaged(entry.name, offset, "other files follow it");
        }
        long whole = reader.findSyncedAfter(offset, entry.nextLsn);
        if (whole != -1) {
            throw damaged(entry.name, offset, "a whole record written later follows at offsetBytes=" + whole);
        }
    }

    private static EngineException.Corrupt damaged(String name, long offset, String why) {
        return new EngineException.Corrupt("log is damaged: file=" + name + ", offsetBytes=" + offset + ", because "
                + why + ". Restore the file from a copy, or move it away and lose the writes in it");
    }

    // Writing

    /** Opens the last file for appending, or begins one. */
    void start() throws IOException {
        if (!entries.isEmpty() && entries.getLast().nextLsn == nextLsn && entries.getLast().sizeBytes < fileSizeBytes) {
            active = folder.open(entries.getLast().name);
        } else {
            begin();
        }
        countSize();
    }

    long nextLsn() {
        return nextLsn;
    }

    /** Writes the record with {@link #nextLsn}; it is durable after {@link #sync}. */
    void write(LogRecord record) throws IOException {
        assert record.lsn() == nextLsn : "out of order: " + record + ", nextLsn=" + nextLsn;
        long recordBytes = LogLayout.recordBytes(record.payload().sizeBytes());
        Entry entry = entries.getLast();
        if (!entry.lastLsns.isEmpty() && entry.sizeBytes + recordBytes > fileSizeBytes) {
            sync();
            begin();
            entry = entries.getLast();
        }
        int place = Math.toIntExact(record.lsn() - syncedLsn);
        if (recordBytes > buffer.capacity()) {
            writeLarge(record, place);
        } else {
            if (recordBytes > buffer.remaining()) {
                flush();
            }
            LogLayout.put(buffer, record, place);
        }
        entry.note(record);
        entry.sizeBytes += recordBytes;
        sizeBytes += recordBytes;
        nextLsn++;
    }

    private void writeLarge(LogRecord record, int place) throws IOException {
        byte[] payload = record.payload().bytes();
        if (buffer.remaining() < LogLayout.RECORD_HEAD_BYTES) {
            flush();
        }
        LogLayout.putHead(buffer, record, payload, place);
        for (int done = 0; done < payload.length; ) {
            if (!buffer.hasRemaining()) {
                flush();
            }
            int count = Math.min(buffer.remaining(), payload.length - done);
            buffer.put(payload, done, count);
            done += count;
        }
    }

    void sync() throws IOException {
        flush();
        activeFile().sync();
        syncedLsn = nextLsn - 1;
    }

    private void flush() throws IOException {
        buffer.flip();
        activeFile().write(buffer);
        buffer.clear();
    }

    /** Begins a file whose header is durable before any record is in it. */
    private void begin() throws IOException {
        assert buffer.position() == 0 : "the file before has unwritten records";
        Entry entry = new Entry(LogLayout.fileName(nextLsn), nextLsn);
        LogFile file = folder.create(entry.name);
        try {
            LogLayout.putHeader(buffer, nextLsn);
            buffer.flip();
            file.write(buffer);
            file.sync();
            folder.sync();
        } catch (IOException e) {
            try (file) {
                folder.delete(entry.name);
            } catch (IOException second) {
                e.addSuppressed(second);
            }
            throw e;
        } finally {
            buffer.clear();
        }
        LogFile before = active;
        active = file;
        entry.sizeBytes = LogLayout.HEADER_BYTES;
        entries.add(entry);
        countSize();
        if (before != null) {
            before.close();
        }
    }

    // Truncating

    /**
     * Deletes each file all of whose records may be skipped; the active one is replaced by an empty one first. Answers
     * the bytes freed.
     */
    long truncate(LogSkip skip) throws IOException {
        long before = sizeBytes;
        if (!entries.getLast().lastLsns.isEmpty() && entries.getLast().skippable(skip)) {
            begin();
        }
        Entry last = entries.getLast();
        for (Iterator<Entry> each = entries.iterator(); each.hasNext(); ) {
            Entry entry = each.next();
            if (entry != last && entry.skippable(skip)) {
                folder.delete(entry.name); // one that comes back after a power cut is skipped at replay
                each.remove();
            }
        }
        countSize();
        return before - sizeBytes;
    }

    /** Thread-safe. */
    long sizeBytes() {
        return sizeBytes;
    }

    String activeName() {
        return entries.isEmpty() ? "none" : entries.getLast().name;
    }

    void close() throws IOException {
        if (active != null) {
            active.close();
        }
    }

    private LogFile activeFile() {
        assert active != null : "the log is not started";
        return active;
    }

    private void countSize() {
        long sum = 0;
        for (Entry entry : entries) {
            sum += entry.sizeBytes;
        }
        sizeBytes = sum;
    }
}
