package io.sluice.engine.store;

import io.sluice.engine.error.EngineException;
import io.sluice.engine.error.ErrorCode;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;

/**
 * A store with faults on demand, for tests, around one that has none. Thread-safe.
 *
 * <p>Faults stay until {@link #heal}, except those that name how often they happen. It also counts reads and open
 * files, so that a test can say that nothing was read, or that nothing was left open.
 */
public final class FaultyStore implements SegmentStore {
    private final SegmentStore inner;

    private final Set<String> missing = ConcurrentHashMap.newKeySet();
    private final Map<String, Long> truncated = new ConcurrentHashMap<>();
    private final Map<String, List<BitFlip>> flips = new ConcurrentHashMap<>();
    private final AtomicLong readToFail = new AtomicLong(-1);
    private final AtomicInteger commitsToFail = new AtomicInteger();
    private final AtomicInteger writesToFail = new AtomicInteger();
    private volatile Gate gate = Gate.opened();

    private final AtomicLong reads = new AtomicLong();
    private final AtomicLong readBytes = new AtomicLong();
    private final AtomicInteger openFiles = new AtomicInteger();

    private record BitFlip(long offsetBytes, int bit) {}

    /** Holds readers until the test lets them go. */
    public static final class Gate {
        private final CountDownLatch arrived = new CountDownLatch(1);
        private final CountDownLatch open = new CountDownLatch(1);

        static Gate opened() {
            Gate gate = new Gate();
            gate.open();
            return gate;
        }

        /** Returns when a reader waits at the gate. */
        public void awaitReader() throws InterruptedException {
            arrived.await();
        }

        /** Lets everybody through from now on. */
        public void open() {
            open.countDown();
        }

        private void pass(String key, long offsetBytes) {
            arrived.countDown();
            try {
                open.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new EngineException.Stopped(
                        ErrorCode.CANCELLED, "read was interrupted: key=" + key + ", offsetBytes=" + offsetBytes);
            }
        }
    }

    public FaultyStore(SegmentStore inner) {
        this.inner = inner;
    }

    /** From now on there is no such file. */
    public FaultyStore missing(String key) {
        missing.add(key);
        return this;
    }

    /** From now on the file ends after {@code sizeBytes}. */
    public FaultyStore truncateAt(String key, long sizeBytes) {
        truncated.put(key, sizeBytes);
        return this;
    }

    /** From now on one bit (0 to 7) of one byte of the file reads as its opposite. */
    public FaultyStore flipBit(String key, long offsetBytes, int bit) {
        BitFlip flip = new BitFlip(offsetBytes, bit);
        flips.merge(key, List.of(flip), (old, more) -> List.of(concat(old, more)));
        return this;
    }

    private static BitFlip[] concat(List<BitFlip> old, List<BitFlip> more) {
        return Stream.concat(old.stream(), more.stream()).toArray(BitFlip[]::new);
    }

    /** The read after {@code passing} more reads fails with {@link ErrorCode#IO_FAILED}; once. */
    public FaultyStore failReadAfter(int passing) {
        readToFail.set(reads.get() + passing);
        return this;
    }

    /** The next {@code count} commits fail and leave nothing. */
    public FaultyStore failCommits(int count) {
        commitsToFail.set(count);
        return this;
    }

    /** The next {@code count} writes fail as on a full disk, and leave nothing. */
    public FaultyStore failWrites(int count) {
        writesToFail.set(count);
        return this;
    }

    /** Reads wait at the gate that is answered until it opens. */
    public Gate holdReads() {
        Gate held = new Gate();
        gate = held;
        return held;
    }

    /** No faults from now on. */
    public void heal() {
        missing.clear();
        truncated.clear();
        flips.clear();
        readToFail.set(-1);
        commitsToFail.set(0);
        writesToFail.set(0);
        gate.open();
        gate = Gate.opened();
    }

    /** Reads asked for so far, failed ones included. */
    public long reads() {
        return reads.get();
    }

    /** Bytes read so far. */
    public long readBytes() {
        return readBytes.get();
    }

    /** Files and writers that are not closed. */
    public int openFiles() {
        return openFiles.get();
    }

    @Override
    public StoredFile open(String key) {
        if (missing.contains(key)) {
            throw StoreErrors.missing(key);
        }
        StoredFile file = inner.open(key);
        openFiles.incrementAndGet();
        return new FaultyFile(key, file);
    }

    @Override
    public StoredFileWriter create(String key) {
        StoredFileWriter writer = inner.create(key);
        openFiles.incrementAndGet();
        return new FaultyWriter(key, writer);
    }

    @Override
    public void delete(String key) {
        inner.delete(key);
    }

    @Override
    public List<String> list() {
        return inner.list().stream().filter(key -> !missing.contains(key)).toList();
    }

    @Override
    public void sweepUncommitted() {
        inner.sweepUncommitted();
    }

    @Override
    public void close() {
        inner.close();
    }

    private final class FaultyFile implements StoredFile {
        private final String key;
        private final StoredFile file;
        private boolean open = true;

        private FaultyFile(String key, StoredFile file) {
            this.key = key;
            this.file = file;
        }

        @Override
        public long sizeBytes() {
            return Math.min(file.sizeBytes(), truncated.getOrDefault(key, Long.MAX_VALUE));
        }

        @Override
        public void read(long offsetBytes, MemorySegment into) {
            long number = reads.getAndIncrement();
            gate.pass(key, offsetBytes);
            if (readToFail.compareAndSet(number, -1)) {
                throw StoreErrors.readFailed(key, offsetBytes, new IOException("planted read failure"));
            }
            if (offsetBytes > sizeBytes() - into.byteSize()) {
                throw StoreErrors.tooShort(key, offsetBytes, into.byteSize(), sizeBytes());
            }
            file.read(offsetBytes, into);
            readBytes.addAndGet(into.byteSize());
            for (BitFlip flip : flips.getOrDefault(key, List.of())) {
                long at = flip.offsetBytes - offsetBytes;
                if (at >= 0 && at < into.byteSize()) {
                    byte old = into.get(ValueLayout.JAVA_BYTE, at);
                    into.set(ValueLayout.JAVA_BYTE, at, (byte) (old ^ 1 << flip.bit));
                }
            }
        }

        @Override
        public void close() {
            if (open) {
                open = false;
                openFiles.decrementAndGet();
            }
            file.close();
        }
    }

    private final class FaultyWriter implements StoredFileWriter {
        private final String key;
        private final StoredFileWriter writer;
        private boolean open = true;

        private FaultyWriter(String key, StoredFileWriter writer) {
            this.key = key;
            this.writer = writer;
        }

        @Override
        public void write(MemorySegment bytes) {
            failIfPlanted(writesToFail, "no space left on device");
            writer.write(bytes);
        }

        @Override
        public long positionBytes() {
            return writer.positionBytes();
        }

        @Override
        public void commit() {
            failIfPlanted(commitsToFail, "planted commit failure");
            writer.commit();
        }

        private void failIfPlanted(AtomicInteger toFail, String cause) {
            if (toFail.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
                long positionBytes = writer.positionBytes();
                writer.close();
                throw StoreErrors.writeFailed(key, positionBytes, new IOException(cause));
            }
        }

        @Override
        public void close() {
            if (open) {
                open = false;
                openFiles.decrementAndGet();
            }
            writer.close();
        }
    }
}
