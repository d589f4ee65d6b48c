package io.sluice.engine.log;

import io.sluice.engine.error.EngineException;
import io.sluice.engine.error.ErrorCode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.LongFunction;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The log of the server: who gets a receipt finds his write again after a crash.
 *
 * <pre>
 *   open ──▶ replay ──▶ start ──▶ append, atBarrier, truncate ... ──▶ close
 *                                        │
 *                                        └─ a write or fsync failed: read-only until a restart
 * </pre>
 *
 * <p>One thread, {@code log-writer}, does everything in order: it takes all that queued up during its last fsync as one
 * group, writes it, syncs once, and then, entry by entry, applies it and completes its future. It gives each record its
 * lsn and timestamp, so log order, timestamp order and the order of visibility are one. Actions at a barrier have their
 * place in that order.
 *
 * <p><b>Futures complete on {@code log-writer}.</b> What depends on them runs there too and holds up every write:
 * callers hop to a thread of their own first ({@code publishOn}, {@code thenApplyAsync}).
 *
 * <p>Thread-safe, except that {@link #replay} and {@link #start} belong to the thread that opens.
 */
public final class WriteAheadLog implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(WriteAheadLog.class);

    private final LogOptions options;
    private final LogFiles files;
    private final LogApplier applier;
    private final HybridClock clock;
    private final Thread writer;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition filled = lock.newCondition();
    private List<Entry> waiting = new ArrayList<>(); // guarded by lock, as are the next four
    private long waitingBytes; // also counts entries that the writer has taken and not yet applied
    private int waitingRecords;
    private State state = State.OPENED;

    private volatile EngineException.@Nullable Failed readOnly;
    private volatile long appliedLsn;
    private volatile long appliedTimestamp;

    private enum State {
        OPENED,
        REPLAYED,
        RUNNING,
        CLOSED
    }

    private sealed interface Entry {}

    private record Append(
            RecordKind kind,
            long collectionId,
            long partitionId,
            int schemaVersion,
            LogPayload payload,
            @Nullable Object attachment,
            CompletableFuture<LogReceipt> done)
            implements Entry {}

    private record Barrier<T>(LongFunction<T> action, CompletableFuture<T> done) implements Entry {}

    private WriteAheadLog(
            LogFolder folder,
            LogOptions options,
            LogApplier applier,
            LongSupplier millis,
            long highestTimestamp,
            long highestLsn) {
        this.options = options;
        this.files = new LogFiles(folder, options.fileSizeBytes(), highestLsn);
        this.applier = applier;
        this.clock = new HybridClock(millis, highestTimestamp);
        this.writer = Thread.ofPlatform().name("log-writer").daemon().unstarted(this::writeGroups);
    }

    /**
     * Opens the log of a folder; reads nothing yet.
     *
     * @param applier makes records visible, after they are durable; not called by {@link #replay}
     * @param highestTimestamp no timestamp at or below it is given: the highest one known from elsewhere (the catalog)
     * @param highestLsn no lsn at or below it is given: the highest {@code sealedThroughLsn} of the catalog
     */
    public static WriteAheadLog open(
            LogFolder folder, LogOptions options, LogApplier applier, long highestTimestamp, long highestLsn) {
        return open(folder, options, applier, System::currentTimeMillis, highestTimestamp, highestLsn);
    }

    /** With a clock of the caller's. */
    static WriteAheadLog open(
            LogFolder folder,
            LogOptions options,
            LogApplier applier,
            LongSupplier millis,
            long highestTimestamp,
            long highestLsn) {
        return new WriteAheadLog(folder, options, applier, millis, highestTimestamp, highestLsn);
    }

    /**
     * Hands over every record of the log in order; once, before {@link #start}. A torn tail is cut. What was handed over
     * is durable when this returns.
     *
     * @throws EngineException.Corrupt for any other damage, naming file and offset
     * @throws EngineException.Failed if the log cannot be read or cut
     */
    public void replay(Consumer<LogRecord> consumer) {
        requireState(State.OPENED, "replay");
        files.replay(record -> {
            clock.raiseTo(record.timestamp());
            consumer.accept(record);
        });
        appliedLsn = files.nextLsn() - 1;
        appliedTimestamp = clock.next();
        moveTo(State.REPLAYED);
    }

    /**
     * Starts to take writes.
     *
     * @throws EngineException.Failed if no file can be written
     */
    public void start() {
        requireState(State.REPLAYED, "start");
        try {
            files.start();
        } catch (IOException e) {
            throw new EngineException.Failed(
                    ErrorCode.IO_FAILED,
                    "log cannot be written: cause=" + e + ". Free disk space or check the disk, and start again",
                    e);
        }
        moveTo(State.RUNNING);
        writer.start();
    }

    /**
     * Writes a record. The future completes on {@code log-writer} after the record is durable and applied, or fails with
     *
     * <ul>
     *   <li>{@link EngineException.Unavailable} {@code RATE_LIMITED}: too much is waiting; nothing was written
     *   <li>{@link EngineException.Unavailable} {@code SERVICE_NOT_READY}: not started, or closed; nothing was written
     *   <li>{@link EngineException.Failed} {@code READ_ONLY}: this or an earlier write failed; this one may be there
     *       after the restart, wholly or not at all
     *   <li>{@link EngineException.InvalidRequest} {@code TOO_LARGE}: above 1 GiB
     *   <li>what the applier threw
     * </ul>
     *
     * @param partitionId -1 = all partitions
     * @param payload what it refers to is not changed any more
     * @param attachment handed to the applier as it is
     */
    public CompletableFuture<LogReceipt> append(
            RecordKind kind,
            long collectionId,
            long partitionId,
            int schemaVersion,
            LogPayload payload,
            @Nullable Object attachment) {
        CompletableFuture<LogReceipt> done = new CompletableFuture<>();
        EngineException refusal = enqueue(
                new Append(kind, collectionId, partitionId, schemaVersion, payload, attachment, done),
                payload.sizeBytes());
        if (refusal != null) {
            done.completeExceptionally(refusal);
        }
        return done;
    }

    private @Nullable EngineException enqueue(Append append, int bytes) {
        if (bytes > LogLayout.MAX_PAYLOAD_BYTES) {
            return new EngineException.InvalidRequest(
                    ErrorCode.TOO_LARGE,
                    "write is too large: bytes=" + bytes + ", limit=" + LogLayout.MAX_PAYLOAD_BYTES
                            + ". Send fewer rows at once");
        }
        lock.lock();
        try {
            if (state != State.RUNNING) {
                return notRunning();
            }
            if (readOnly != null) {
                return readOnly;
            }
            boolean full = waitingRecords >= options.maxWaitingRecords()
                    || waitingRecords > 0 && waitingBytes + bytes > options.maxWaitingBytes();
            if (full) {
                return new EngineException.Unavailable(
                        ErrorCode.RATE_LIMITED,
                        "too many writes are waiting for the log: waitingRecords=" + waitingRecords + ", waitingBytes="
                                + waitingBytes + ". Send this one again a little later");
            }
            waitingRecords++;
            waitingBytes += bytes;
            waiting.add(append);
            filled.signal();
            return null;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Runs something on {@code log-writer} when everything appended before is applied and nothing appended later is. It
     * gets the lsn of the last applied record, and should be short: all writes wait for it. Works in a read-only log
     * too. The future completes on {@code log-writer}.
     */
    public <T> CompletableFuture<T> atBarrier(LongFunction<T> action) {
        CompletableFuture<T> done = new CompletableFuture<>();
        lock.lock();
        try {
            if (state == State.RUNNING) {
                waiting.add(new Barrier<>(action, done));
                filled.signal();
                return done;
            }
        } finally {
            lock.unlock();
        }
        done.completeExceptionally(notRunning());
        return done;
    }

    /**
     * Deletes the files that are needed no more, on {@code log-writer}; the future says how many bytes that freed. A file
     * goes when {@code skip} says so of all its records. A failure to delete is an error of this call only.
     */
    public CompletableFuture<Long> truncate(LogSkip skip) {
        return atBarrier(lsn -> {
            if (readOnly != null) {
                throw readOnly;
            }
            try {
                // What is written in the same group as this barrier is not applied yet: nobody can say that it may go.
                return files.truncate((collectionId, partitionId, recordLsn) ->
                        recordLsn <= lsn && skip.skippable(collectionId, partitionId, recordLsn));
            } catch (IOException e) {
                throw new EngineException.Failed(
                        ErrorCode.IO_FAILED,
                        "log could not be truncated: cause=" + e + ". Check the disk; it is tried again after a seal",
                        e);
            }
        });
    }

    /** The hybrid timestamp up to which everything is visible: reads run at it. Above 0 after {@link #replay}. */
    public long appliedTimestamp() {
        return appliedTimestamp;
    }

    /** The lsn up to which everything is visible. */
    public long appliedLsn() {
        return appliedLsn;
    }

    /** A hybrid timestamp for something that is not in the log; above all before it, below all after it. */
    public long nextTimestamp() {
        return clock.next();
    }

    /** Bytes of all files of the log. */
    public long sizeBytes() {
        return files.sizeBytes();
    }

    /** Why the log takes no more writes until a restart; null while it does. */
    public EngineException.@Nullable Failed readOnlyReason() {
        return readOnly;
    }

    /** Refuses new work, finishes what is queued, and returns when the thread is gone. Closing twice is harmless. */
    @Override
    public void close() {
        lock.lock();
        try {
            boolean running = state == State.RUNNING;
            state = State.CLOSED;
            filled.signal();
            if (!running && !writer.isAlive()) {
                return;
            }
        } finally {
            lock.unlock();
        }
        joinWriter();
    }

    private void joinWriter() {
        assert Thread.currentThread() != writer : "log-writer cannot wait for itself";
        boolean interrupted = false;
        while (true) {
            try {
                writer.join();
                break;
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    // log-writer

    private void writeGroups() {
        for (List<Entry> group = takeGroup(); !group.isEmpty(); group = takeGroup()) {
            List<@Nullable LogRecord> records = writeGroup(group);
            for (int i = 0; i < group.size(); i++) {
                finish(group.get(i), records.get(i));
            }
        }
        try {
            files.close();
        } catch (IOException e) {
            LOG.warn("log file was not closed: cause={}", e.toString());
        }
    }

    /** Waits for work; empty when the log is closed and all work is done. */
    private List<Entry> takeGroup() {
        lock.lock();
        try {
            while (waiting.isEmpty() && state == State.RUNNING) {
                filled.awaitUninterruptibly();
            }
            List<Entry> group = waiting;
            waiting = new ArrayList<>();
            return group;
        } finally {
            lock.unlock();
        }
    }

    /** The records of the group where it has appends, else null; all of them durable, unless the log is read-only now. */
    private List<@Nullable LogRecord> writeGroup(List<Entry> group) {
        List<@Nullable LogRecord> records = new ArrayList<>(group.size());
        boolean any = false;
        try {
            for (Entry entry : group) {
                LogRecord record = null;
                if (entry instanceof Append append && readOnly == null) {
                    record = recordOf(append);
                    files.write(record);
                    any = true;
                }
                records.add(record);
            }
            if (any) {
                files.sync();
            }
        } catch (IOException | RuntimeException | Error e) {
            becomeReadOnly(e);
            while (records.size() < group.size()) {
                records.add(null);
            }
        }
        return records;
    }

    private LogRecord recordOf(Append append) {
        return new LogRecord(
                files.nextLsn(),
                clock.next(),
                append.kind,
                append.collectionId,
                append.partitionId,
                append.schemaVersion,
                append.payload);
    }

    private void becomeReadOnly(Throwable cause) {
        EngineException.Failed reason = new EngineException.Failed(
                ErrorCode.READ_ONLY,
                "writes are refused until a restart, because the log could not be written: file=" + files.activeName()
                        + ", cause=" + cause + ". Free disk space or check the disk, and restart the server",
                cause);
        LOG.error(reason.text(), cause);
        readOnly = reason;
    }

    private void finish(Entry entry, @Nullable LogRecord record) {
        switch (entry) {
            case Append append -> finish(append, record);
            case Barrier<?> barrier -> run(barrier);
        }
    }

    private void finish(Append append, @Nullable LogRecord record) {
        EngineException failure = readOnly;
        if (failure == null) {
            assert record != null : "every append of a written group has its record";
            failure = apply(record, append.attachment);
            appliedLsn = record.lsn();
            appliedTimestamp = record.timestamp();
        }
        lock.lock();
        try {
            waitingRecords--;
            waitingBytes -= append.payload.sizeBytes();
        } finally {
            lock.unlock();
        }
        if (failure != null) {
            append.done.completeExceptionally(failure);
        } else {
            assert record != null : "a record that was applied";
            append.done.complete(new LogReceipt(record.lsn(), record.timestamp()));
        }
    }

    private @Nullable EngineException apply(LogRecord record, @Nullable Object attachment) {
        try {
            applier.apply(record, attachment);
            return null;
        } catch (RuntimeException | Error e) {
            LOG.error("a durable write could not be applied: record={}", record, e);
            return e instanceof EngineException known ? known : notApplied("write is in the log and not applied", e);
        }
    }

    private <T> void run(Barrier<T> barrier) {
        try {
            barrier.done.complete(barrier.action.apply(appliedLsn));
        } catch (EngineException e) {
            barrier.done.completeExceptionally(e);
        } catch (RuntimeException | Error e) {
            LOG.error("an action at a barrier of the log failed", e);
            barrier.done.completeExceptionally(notApplied("action at a barrier of the log failed", e));
        }
    }

    private static EngineException notApplied(String what, Throwable cause) {
        return new EngineException.Failed(
                ErrorCode.INTERNAL, what + ": cause=" + cause + ". Restart the server, which replays the log", cause);
    }

    private static EngineException notRunning() {
        return new EngineException.Unavailable(
                ErrorCode.SERVICE_NOT_READY, "the log takes no writes: it is not started yet, or closed. Try again");
    }

    private void requireState(State wanted, String verb) {
        lock.lock();
        try {
            if (state != wanted) {
                throw new IllegalStateException(verb + " comes once and in order: state=" + state);
            }
        } finally {
            lock.unlock();
        }
    }

    private void moveTo(State next) {
        lock.lock();
        try {
            if (state != State.CLOSED) {
                state = next;
            }
        } finally {
            lock.unlock();
        }
    }
}
