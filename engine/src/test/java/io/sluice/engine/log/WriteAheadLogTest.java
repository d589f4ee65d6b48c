package io.sluice.engine.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.engine.error.EngineException;
import io.sluice.engine.error.ErrorCode;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class WriteAheadLogTest {
    private static final LogOptions OPTIONS = LogOptions.defaults();
    private static final LogOptions SMALL_FILES = new LogOptions(1_000, 1 << 20, 100);

    private final List<WriteAheadLog> opened = new ArrayList<>();
    private final List<LogRecord> applied = Collections.synchronizedList(new ArrayList<>());

    @AfterEach
    void closeAll() {
        opened.forEach(WriteAheadLog::close);
        assertThat(Thread.getAllStackTraces().keySet())
                .noneMatch(thread -> thread.getName().equals("log-writer"));
    }

    private WriteAheadLog start(LogFolder folder, LogOptions options, List<LogRecord> replayed) {
        return start(folder, options, replayed, (record, attachment) -> applied.add(record));
    }

    private WriteAheadLog start(LogFolder folder, LogOptions options, List<LogRecord> replayed, LogApplier applier) {
        WriteAheadLog log = WriteAheadLog.open(folder, options, applier, 0, 0);
        opened.add(log);
        log.replay(replayed::add);
        log.start();
        return log;
    }

    private WriteAheadLog start(LogFolder folder) {
        return start(folder, OPTIONS, new ArrayList<>());
    }

    private static CompletableFuture<LogReceipt> append(WriteAheadLog log, int partition, byte[] payload) {
        return log.append(RecordKind.INSERT, 450, partition, 3, LogPayload.of(payload), null);
    }

    private static byte[] payload(int size, long seed) {
        byte[] bytes = new byte[size];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    private static List<LogRecord> replay(LogFolder folder) {
        List<LogRecord> records = new ArrayList<>();
        try (WriteAheadLog log = WriteAheadLog.open(folder, OPTIONS, (record, attachment) -> {}, 0, 0)) {
            log.replay(records::add);
        }
        return records;
    }

    private static List<byte[]> payloads(List<LogRecord> records) {
        return records.stream().map(record -> record.payload().bytes()).toList();
    }

    private static ErrorCode codeOf(CompletableFuture<?> future) {
        try {
            future.join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof EngineException known) {
                return known.code();
            }
            throw e;
        }
        throw new AssertionError("no failure");
    }

    // Order and identity

    @Test
    void append_several_givesLsnsAndGrowingTimestampsInOrder() {
        WriteAheadLog log = start(new ForgetfulLogFolder());
        List<CompletableFuture<LogReceipt>> receipts = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            receipts.add(append(log, i, payload(i, i)));
        }
        long before = 0;
        for (int i = 0; i < 100; i++) {
            LogReceipt receipt = receipts.get(i).join();
            assertThat(receipt.lsn()).isEqualTo(i + 1);
            assertThat(receipt.timestamp()).isGreaterThan(before);
            assertThat(applied.get(i).partitionId()).isEqualTo(i);
            before = receipt.timestamp();
        }
        assertThat(log.appliedLsn()).isEqualTo(100);
        assertThat(log.appliedTimestamp()).isEqualTo(before);
        assertThat(log.nextTimestamp()).isGreaterThan(before);
    }

    @Test
    void append_everyField_comesBackAtReplay() {
        ForgetfulLogFolder folder = new ForgetfulLogFolder();
        LogReceipt receipt;
        try (WriteAheadLog log = start(folder)) {
            receipt = log.append(RecordKind.DELETE, 1L << 40, -1, 7, LogPayload.of(new byte[] {1, 2, 3}), "attached")
                    .join();
            log.append(RecordKind.UPSERT, 5, 6, 0, LogPayload.of(new byte[0]), null)
                    .join();
        }
        List<LogRecord> records = replay(folder.crash());
        LogRecord first = records.getFirst();
        assertThat(first.lsn()).isEqualTo(receipt.lsn());
        assertThat(first.timestamp()).isEqualTo(receipt.timestamp());
        assertThat(first.kind()).isEqualTo(RecordKind.DELETE);
        assertThat(first.collectionId()).isEqualTo(1L << 40);
        assertThat(first.partitionId()).isEqualTo(-1);
        assertThat(first.schemaVersion()).isEqualTo(7);
        assertThat(first.payload().bytes()).containsExactly(1, 2, 3);
        assertThat(records.get(1).kind()).isEqualTo(RecordKind.UPSERT);
        assertThat(records.get(1).payload().bytes()).isEmpty();
        assertThat(records).hasSize(2);
    }

    @Test
    void append_attachment_reachesTheApplierOnTheWriterThread() {
        List<@Nullable Object> seen = Collections.synchronizedList(new ArrayList<>());
        WriteAheadLog log = start(new ForgetfulLogFolder(), OPTIONS, new ArrayList<>(), (record, attachment) -> {
            seen.add(attachment);
            seen.add(Thread.currentThread().getName());
        });
        log.append(RecordKind.INSERT, 1, 2, 0, LogPayload.of(new byte[1]), "batch")
                .join();
        assertThat(seen).containsExactly("batch", "log-writer");
    }

    @Test
    void start_again_continuesLsnsAndTimestamps() {
        ForgetfulLogFolder folder = new ForgetfulLogFolder();
        LogReceipt last;
        try (WriteAheadLog log = start(folder)) {
            append(log, 1, payload(10, 1));
            last = append(log, 1, payload(10, 2)).join();
        }
        WriteAheadLog log = start(folder.kill());
        assertThat(log.appliedLsn()).isEqualTo(last.lsn());
        assertThat(log.appliedTimestamp()).isGreaterThan(last.timestamp());
        LogReceipt next = append(log, 1, payload(10, 3)).join();
        assertThat(next.lsn()).isEqualTo(3);
        assertThat(next.timestamp()).isGreaterThan(last.timestamp());
    }

    @Test
    void clock_runsBackwards_timestampsStillGrow() {
        AtomicLong millis = new AtomicLong(1_000_000);
        WriteAheadLog log = WriteAheadLog.open(
                new ForgetfulLogFolder(), OPTIONS, (record, attachment) -> {}, millis::get, 2_000_000L << 18, 40);
        opened.add(log);
        log.replay(record -> {});
        log.start();
        LogReceipt first = append(log, 1, new byte[1]).join();
        millis.set(0);
        LogReceipt second = append(log, 1, new byte[1]).join();
        assertThat(first.timestamp()).isGreaterThan(2_000_000L << 18);
        assertThat(second.timestamp()).isGreaterThan(first.timestamp());
        assertThat(first.lsn()).isEqualTo(41);
    }

    @Test
    void open_highestLsnAboveTheLog_beginsANewFileThere() {
        ForgetfulLogFolder folder = new ForgetfulLogFolder();
        try (WriteAheadLog log = start(folder)) {
            append(log, 1, payload(10, 1)).join();
        }
        ForgetfulLogFolder killed = folder.kill();
        WriteAheadLog log = WriteAheadLog.open(killed, OPTIONS, (record, attachment) -> {}, 0, 500);
        opened.add(log);
        log.replay(record -> {});
        log.start();
        assertThat(append(log, 1, payload(10, 2)).join().lsn()).isEqualTo(501);
        log.close();
        assertThat(replay(killed.kill())).extracting(LogRecord::lsn).containsExactly(1L, 501L);
    }

    // Crashes

    /** The check of the crash tests: whether every acknowledged payload is there after the power went. */
    private boolean acknowledgedSurvive(ForgetfulLogFolder folder) {
        WriteAheadLog log = start(folder);
        List<byte[]> acknowledged = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            byte[] payload = payload(100 + i, i);
            append(log, 1, payload).join();
            acknowledged.add(payload);
        }
        List<byte[]> found = payloads(replay(folder.crash()));
        return found.size() == acknowledged.size()
                && IntStream.range(0, found.size()).allMatch(i -> Arrays.equals(found.get(i), acknowledged.get(i)));
    }

    @Test
    void crash_afterAcknowledge_everythingAcknowledgedSurvives() {
        assertThat(acknowledgedSurvive(new ForgetfulLogFolder())).isTrue();
    }

    /** The planted bug: the check above would find a missing fsync. */
    @Test
    void crash_withoutFsync_theSameCheckFails() {
        assertThat(acknowledgedSurvive(new ForgetfulLogFolder().ignoringSyncs()))
                .isFalse();
    }

    @Test
    void crash_whileSyncing_leavesUnacknowledgedWhollyOrNot() throws InterruptedException {
        ForgetfulLogFolder folder = new ForgetfulLogFolder();
        WriteAheadLog log = start(folder);
        append(log, 1, payload(10, 1)).join();
        ForgetfulLogFolder.SyncGate gate = folder.holdSyncs();
        CompletableFuture<LogReceipt> pending = append(log, 1, payload(10, 2));
        gate.awaitSync();
        assertThat(pending).isNotDone();
        assertThat(applied).hasSize(1);
        ForgetfulLogFolder after = folder.crash();
        gate.open();
        assertThat(payloads(replay(after))).containsExactly(payload(10, 1));
        assertThat(codeOf(pending)).isEqualTo(ErrorCode.READ_ONLY);
    }

    @Test
    void crash_newFile_isFoundAgain() {
        ForgetfulLogFolder folder = new ForgetfulLogFolder();
        WriteAheadLog log = start(folder, SMALL_FILES, new ArrayList<>());
        for (int i = 0; i < 50; i++) {
            append(log, 1, payload(100, i)).join();
        }
        assertThat(folder.list()).hasSizeGreaterThan(5);
        ForgetfulLogFolder after = folder.crash();
        assertThat(replay(after)).hasSize(50);
    }

    // Damage

    @Test
    void replay_tailTornAtEveryByteOfTheLastRecord_cutsItAndGoesOn() {
        ForgetfulLogFolder folder = new ForgetfulLogFolder();
        try (WriteAheadLog log = start(folder)) {
            append(log, 1, payload(30, 1)).join();
            append(log, 1, payload(40, 2)).join();
        }
        String name = folder.list().getFirst();
        byte[] whole = folder.bytes(name);
        int lastStart = LogLayout.HEADER_BYTES + LogLayout.RECORD_HEAD_BYTES + 30;
        assertThat(whole).hasSize(lastStart + LogLayout.RECORD_HEAD_BYTES + 40);
        for (int size = lastStart; size < whole.length; size++) {
            ForgetfulLogFolder torn = new ForgetfulLogFolder();
            torn.put(name, Arrays.copyOf(whole, size));
            List<LogRecord> replayed = new ArrayList<>();
            try (WriteAheadLog log = start(torn, OPTIONS, replayed)) {
                assertThat(payloads(replayed)).containsExactly(payload(30, 1));
                assertThat(append(log, 1, payload(50, 3)).join().lsn()).isEqualTo(2);
            }
            assertThat(payloads(replay(torn.crash()))).containsExactly(payload(30, 1), payload(50, 3));
        }
    }

    @Test
    void replay_lastRecordWithFlippedBit_isCut() {
        ForgetfulLogFolder folder = new ForgetfulLogFolder();
        try (WriteAheadLog log = start(folder)) {
            append(log, 1, payload(30, 1)).join();
            append(log, 1, payload(40, 2)).join();
        }
        String name = folder.list().getFirst();
        byte[] whole = folder.bytes(name);
        for (int at = LogLayout.HEADER_BYTES + LogLayout.RECORD_HEAD_BYTES + 30; at < whole.length; at++) {
            ForgetfulLogFolder flipped = new ForgetfulLogFolder();
            flipped.put(name, whole);
            flipped.flipBit(name, at, at % 8);
            assertThat(payloads(replay(flipped))).containsExactly(payload(30, 1));
        }
    }

    @Test
    void replay_bitFlippedInTheMiddle_isCorruptNamingFileAndOffset() {
        ForgetfulLogFolder folder = new ForgetfulLogFolder();
        try (WriteAheadLog log = start(folder)) {
            for (int i = 0; i < 3; i++) {
                append(log, 1, payload(30, i)).join();
            }
        }
        String name = folder.list().getFirst();
        byte[] whole = folder.bytes(name);
        int recordBytes = LogLayout.RECORD_HEAD_BYTES + 30;
        for (int at = 0; at < LogLayout.HEADER_BYTES + 2 * recordBytes; at++) {
            ForgetfulLogFolder flipped = new ForgetfulLogFolder();
            flipped.put(name, whole);
            flipped.flipBit(name, at, at % 8);
            int damagedAt = at < LogLayout.HEADER_BYTES
                    ? 0
                    : (at - LogLayout.HEADER_BYTES) / recordBytes * recordBytes + LogLayout.HEADER_BYTES;
            assertThatThrownBy(() -> replay(flipped))
                    .as("flip at byte %d", at)
                    .isInstanceOf(EngineException.Corrupt.class)
                    .hasMessageContaining("file=" + name)
                    .hasMessageContaining("offsetBytes=" + damagedAt + ",");
            assertThat(flipped.bytes(name)).hasSameSizeAs(whole);
        }
    }

    @Test
    void replay_damageInAnEarlierFile_isCorrupt() {
        ForgetfulLogFolder folder = new ForgetfulLogFolder();
        try (WriteAheadLog log = start(folder, SMALL_FILES, new ArrayList<>())) {
            for (int i = 0; i < 30; i++) {
                append(log, 1, payload(100, i)).join();
            }
        }
        String first = folder.list().getFirst();
        byte[] whole = folder.bytes(first);
        folder.put(first, Arrays.copyOf(whole, whole.length - 1));
        assertThatThrownBy(() -> replay(folder))
                .isInstanceOf(EngineException.Corrupt.class)
                .hasMessageContaining("file=" + first);
    }

    /** A power cut may keep the later pages of a group and lose an earlier one. */
    @Test
    void replay_holeInAGroupNeverAcknowledged_isCut() throws InterruptedException {
        ForgetfulLogFolder folder = new ForgetfulLogFolder();
        WriteAheadLog log = start(folder);
        append(log, 1, payload(30, 1)).join();
        CountDownLatch release = holdWriter(log);
        ForgetfulLogFolder.SyncGate gate = folder.holdSyncs();
        for (int i = 2; i < 6; i++) {
            append(log, 1, payload(30, i));
        }
        release.countDown();
        gate.awaitSync();
        String name = folder.list().getFirst();
        int recordBytes = LogLayout.RECORD_HEAD_BYTES + 30;
        ForgetfulLogFolder after =
                folder.crashKeepingOnlyFrom(name, LogLayout.HEADER_BYTES + 2 * recordBytes + recordBytes / 2);
        gate.open();
        assertThat(after.bytes(name)).hasSize(LogLayout.HEADER_BYTES + 5 * recordBytes);
        assertThat(payloads(replay(after))).containsExactly(payload(30, 1));
    }

    @Test
    void replay_beginningOfANewFileTorn_dropsIt() {
        ForgetfulLogFolder folder = new ForgetfulLogFolder();
        try (WriteAheadLog log = start(folder)) {
            append(log, 1, payload(30, 1)).join();
        }
        for (int size = 0; size < LogLayout.HEADER_BYTES; size++) {
            ForgetfulLogFolder torn = new ForgetfulLogFolder();
            torn.put(folder.list().getFirst(), folder.bytes(folder.list().getFirst()));
            torn.put(LogLayout.fileName(2), new byte[size]);
            List<LogRecord> replayed = new ArrayList<>();
            try (WriteAheadLog log = start(torn, OPTIONS, replayed)) {
                assertThat(replayed).hasSize(1);
                assertThat(append(log, 1, payload(30, 2)).join().lsn()).isEqualTo(2);
            }
            assertThat(replay(torn.crash())).hasSize(2);
        }
    }

    @Test
    void replay_newerVersion_isCorruptNamingIt() {
        ForgetfulLogFolder folder = new ForgetfulLogFolder();
        ByteBuffer header = ByteBuffer.allocate(LogLayout.HEADER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        LogLayout.putHeader(header, 1);
        header.putInt(8, 99);
        CRC32C crc = new CRC32C();
        crc.update(header.array(), 0, 12);
        crc.update(header.array(), 16, 8);
        header.putInt(12, (int) crc.getValue());
        folder.put(LogLayout.fileName(1), header.array());
        assertThatThrownBy(() -> replay(folder))
                .isInstanceOf(EngineException.Corrupt.class)
                .hasMessageContaining("version=99");
    }

    @Test
    void replay_largeRecords_crossTheWindow() {
        ForgetfulLogFolder folder = new ForgetfulLogFolder();
        byte[] large = payload(3_000_000, 9);
        try (WriteAheadLog log = start(folder)) {
            append(log, 1, payload(700_000, 8)).join();
            append(log, 1, large).join();
            append(log, 1, payload(10, 10)).join();
        }
        assertThat(payloads(replay(folder.crash()))).containsExactly(payload(700_000, 8), large, payload(10, 10));
    }

    /** Random payload sizes, kills and tears; what is found is always a prefix that holds all acknowledged writes. */
    @Test
    void crash_atRandom_keepsAPrefixWithEverythingAcknowledged() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int round = 0; round < 30; round++) {
            ForgetfulLogFolder folder = new ForgetfulLogFolder();
            List<byte[]> sent = new ArrayList<>();
            int acknowledged = 0;
            for (int life = 0; life < 3; life++) {
                List<LogRecord> replayed = new ArrayList<>();
                WriteAheadLog log = start(folder, SMALL_FILES, replayed);
                assertThat(replayed.size()).as("seed=%d", seed).isBetween(acknowledged, sent.size());
                sent = new ArrayList<>(sent.subList(0, replayed.size()));
                for (int i = 0; i < sent.size(); i++) {
                    assertThat(replayed.get(i).payload().bytes())
                            .as("seed=%d", seed)
                            .isEqualTo(sent.get(i));
                    assertThat(replayed.get(i).lsn()).as("seed=%d", seed).isEqualTo(i + 1);
                }
                List<CompletableFuture<LogReceipt>> receipts = new ArrayList<>();
                folder.fillDiskAfter(random.nextInt(4_000));
                for (int i = 0; i < 20; i++) {
                    byte[] payload = payload(random.nextInt(400), random.nextLong());
                    sent.add(payload);
                    receipts.add(append(log, 1, payload));
                }
                log.close();
                acknowledged = replayed.size()
                        + (int) receipts.stream()
                                .filter(receipt -> !receipt.isCompletedExceptionally())
                                .count();
                folder = random.nextBoolean() ? folder.crash() : folder.kill();
            }
        }
    }

    // Group commit

    /** Blocks log-writer until the latch is opened. */
    private static CountDownLatch holdWriter(WriteAheadLog log) throws InterruptedException {
        CountDownLatch held = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        log.atBarrier(lsn -> {
            held.countDown();
            awaitQuietly(release);
            return lsn;
        });
        held.await();
        return release;
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void append_whileSyncing_nextGroupIsSyncedOnce() throws InterruptedException {
        ForgetfulLogFolder folder = new ForgetfulLogFolder();
        WriteAheadLog log = start(folder);
        int before = folder.syncs();
        ForgetfulLogFolder.SyncGate gate = folder.holdSyncs();
        List<CompletableFuture<LogReceipt>> receipts = new ArrayList<>();
        receipts.add(append(log, 1, payload(10, 0)));
        gate.awaitSync();
        for (int i = 1; i <= 100; i++) {
            receipts.add(append(log, 1, payload(10, i)));
        }
        gate.open();
        receipts.forEach(CompletableFuture::join);
        assertThat(folder.syncs() - before).isEqualTo(2);
        assertThat(replay(folder.crash())).hasSize(101);
    }

    // Barriers

    @Test
    void atBarrier_betweenAppends_seesExactlyTheOnesBefore() throws InterruptedException {
        ForgetfulLogFolder folder = new ForgetfulLogFolder();
        WriteAheadLog log = start(folder);
        CountDownLatch release = holdWriter(log);
        append(log, 1, payload(10, 1));
        append(log, 1, payload(10, 2));
        CompletableFuture<Integer> seen = log.atBarrier(lsn -> {
            assertThat(lsn).isEqualTo(2);
            return applied.size();
        });
        CompletableFuture<LogReceipt> last = append(log, 1, payload(10, 3));
        release.countDown();
        assertThat(seen.join()).isEqualTo(2);
        last.join();
        assertThat(applied).hasSize(3);
    }

    @Test
    void atBarrier_actionThrows_failsItsFutureOnly() {
        WriteAheadLog log = start(new ForgetfulLogFolder());
        assertThat(codeOf(log.atBarrier(lsn -> {
                    throw new IllegalStateException("planted");
                })))
                .isEqualTo(ErrorCode.INTERNAL);
        append(log, 1, payload(10, 1)).join();
    }

    // Failures

    @Test
    void apply_throws_failsThatAppendOnly() {
        WriteAheadLog log = start(new ForgetfulLogFolder(), OPTIONS, new ArrayList<>(), (record, attachment) -> {
            if (record.partitionId() == 2) {
                throw new IllegalStateException("planted");
            }
        });
        CompletableFuture<LogReceipt> first = append(log, 1, payload(10, 1));
        CompletableFuture<LogReceipt> second = append(log, 2, payload(10, 2));
        CompletableFuture<LogReceipt> third = append(log, 3, payload(10, 3));
        first.join();
        assertThat(codeOf(second)).isEqualTo(ErrorCode.INTERNAL);
        assertThat(third.join().lsn()).isEqualTo(3);
        assertThat(log.appliedLsn()).isEqualTo(3);
    }

    @Test
    void append_fsyncFails_refusesEverythingUntilRestart() throws InterruptedException {
        ForgetfulLogFolder folder = new ForgetfulLogFolder();
        WriteAheadLog log = start(folder);
        append(log, 1, payload(10, 1)).join();
        CountDownLatch release = holdWriter(log);
        folder.failSyncAfter(0);
        CompletableFuture<LogReceipt> second = append(log, 1, payload(10, 2));
        CompletableFuture<LogReceipt> third = append(log, 1, payload(10, 3));
        release.countDown();
        assertThat(codeOf(second)).isEqualTo(ErrorCode.READ_ONLY);
        assertThat(codeOf(third)).isEqualTo(ErrorCode.READ_ONLY);
        assertThat(applied).hasSize(1);
        assertThat(log.appliedLsn()).isEqualTo(1);
        CompletableFuture<LogReceipt> later = append(log, 1, payload(10, 4));
        assertThatThrownBy(later::join)
                .hasRootCauseMessage("Input/output error")
                .cause()
                .isInstanceOf(EngineException.Failed.class)
                .hasMessageContaining("restart")
                .hasMessageContaining("Input/output error");
        assertThat(log.atBarrier(lsn -> lsn).join()).isEqualTo(1);
        assertThat(codeOf(log.truncate((collection, partition, lsn) -> true))).isEqualTo(ErrorCode.READ_ONLY);
        assertThat(log.readOnlyReason()).isNotNull();
        log.close();
        assertThat(payloads(replay(folder.crash()))).containsExactly(payload(10, 1));
    }

    @Test
    void append_diskFull_refusesAndTheTailIsCutAtRestart() {
        ForgetfulLogFolder folder = new ForgetfulLogFolder();
        WriteAheadLog log = start(folder);
        append(log, 1, payload(10, 1)).join();
        folder.fillDiskAfter(20);
        assertThat(codeOf(append(log, 1, payload(100, 2)))).isEqualTo(ErrorCode.READ_ONLY);
        assertThat(codeOf(append(log, 1, payload(1, 3)))).isEqualTo(ErrorCode.READ_ONLY);
        log.close();
        assertThat(payloads(replay(folder.kill()))).containsExactly(payload(10, 1));
    }

    @Test
    void append_diskFullAtANewFile_refuses() {
        ForgetfulLogFolder folder = new ForgetfulLogFolder();
        WriteAheadLog log = start(folder, SMALL_FILES, new ArrayList<>());
        append(log, 1, payload(900, 1)).join();
        folder.fillDiskAfter(10);
        assertThat(codeOf(append(log, 1, payload(100, 2)))).isEqualTo(ErrorCode.READ_ONLY);
        log.close();
        assertThat(replay(folder.kill())).hasSize(1);
    }

    // Limits

    @Test
    void append_tooManyWaiting_isRateLimitedUntilTheyAreApplied() throws InterruptedException {
        WriteAheadLog log = start(new ForgetfulLogFolder(), new LogOptions(1 << 20, 1_000, 5), new ArrayList<>());
        CountDownLatch release = holdWriter(log);
        List<CompletableFuture<LogReceipt>> accepted = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            accepted.add(append(log, 1, payload(10, i)));
        }
        assertThat(codeOf(append(log, 1, payload(10, 6)))).isEqualTo(ErrorCode.RATE_LIMITED);
        release.countDown();
        accepted.forEach(CompletableFuture::join);
        append(log, 1, payload(10, 7)).join();
    }

    @Test
    void append_tooManyBytesWaiting_isRateLimitedButOneLargeAloneIsNot() throws InterruptedException {
        WriteAheadLog log = start(new ForgetfulLogFolder(), new LogOptions(1 << 20, 1_000, 5), new ArrayList<>());
        append(log, 1, payload(5_000, 1)).join();
        CountDownLatch release = holdWriter(log);
        CompletableFuture<LogReceipt> accepted = append(log, 1, payload(900, 2));
        assertThat(codeOf(append(log, 1, payload(101, 3)))).isEqualTo(ErrorCode.RATE_LIMITED);
        CompletableFuture<LogReceipt> fits = append(log, 1, payload(100, 4));
        release.countDown();
        accepted.join();
        fits.join();
    }

    // Truncating

    @Test
    void truncate_severalFiles_deletesThoseWhollySkippableAndNoOther() {
        ForgetfulLogFolder folder = new ForgetfulLogFolder();
        WriteAheadLog log = start(folder, SMALL_FILES, new ArrayList<>());
        for (int i = 0; i < 30; i++) {
            append(log, i < 10 ? 1 : 2, payload(100, i)).join();
        }
        Map<Long, Long> sealedThrough = new HashMap<>(Map.of(1L, 10L, 2L, 0L));
        LogSkip skip = (collection, partition, lsn) -> lsn <= sealedThrough.getOrDefault(partition, 0L);
        long before = log.sizeBytes();
        long freed = log.truncate(skip).join();
        assertThat(freed).isPositive();
        assertThat(log.sizeBytes()).isEqualTo(before - freed).isEqualTo(sizeOf(folder));
        List<LogRecord> left = replay(copyOf(folder));
        assertThat(left.stream().filter(record -> record.partitionId() == 2)).hasSize(20);
        assertThat(left.getFirst().lsn()).isBetween(2L, 11L);

        sealedThrough.put(2L, 30L);
        log.truncate(skip).join();
        assertThat(folder.list()).containsExactly(LogLayout.fileName(31));
        assertThat(log.sizeBytes()).isEqualTo(LogLayout.HEADER_BYTES);
        assertThat(append(log, 1, payload(10, 99)).join().lsn()).isEqualTo(31);
        log.close();

        List<LogRecord> replayed = new ArrayList<>();
        WriteAheadLog again = start(folder.kill(), SMALL_FILES, replayed);
        assertThat(replayed).extracting(LogRecord::lsn).containsExactly(31L);
        assertThat(append(again, 1, payload(10, 100)).join().lsn()).isEqualTo(32);
    }

    @Test
    void truncate_emptyAfterRestart_keepsCountingLsns() {
        ForgetfulLogFolder folder = new ForgetfulLogFolder();
        try (WriteAheadLog log = start(folder)) {
            append(log, 1, payload(10, 1)).join();
            log.truncate((collection, partition, lsn) -> true).join();
            log.truncate((collection, partition, lsn) -> true).join();
        }
        WriteAheadLog again = start(folder.crash());
        assertThat(again.appliedLsn()).isEqualTo(1);
        assertThat(append(again, 1, payload(10, 2)).join().lsn()).isEqualTo(2);
    }

    /** Goal: a write that is durable and not yet applied when its group truncates the log is there after a crash. */
    @Test
    void truncate_beforeAWriteOfItsGroupIsApplied_keepsThatWrite() throws InterruptedException {
        ForgetfulLogFolder folder = new ForgetfulLogFolder();
        WriteAheadLog log = start(folder);
        ForgetfulLogFolder.SyncGate gate = folder.holdSyncs();
        CompletableFuture<LogReceipt> first = append(log, 1, payload(10, 1));
        gate.awaitSync();
        CompletableFuture<Long> truncated = log.truncate((collection, partition, lsn) -> true);
        CompletableFuture<LogReceipt> second = append(log, 1, payload(10, 2));
        gate.open();
        first.join();
        truncated.join();
        second.join();

        assertThat(payloads(replay(folder.crash()))).contains(payload(10, 2));
        log.close();
    }

    @Test
    void truncate_recordForAllPartitions_asksWithMinusOne() {
        WriteAheadLog log = start(new ForgetfulLogFolder());
        log.append(RecordKind.DELETE, 7, -1, 0, LogPayload.of(new byte[1]), null)
                .join();
        List<Long> asked = Collections.synchronizedList(new ArrayList<>());
        log.truncate((collection, partition, lsn) -> {
                    asked.addAll(List.of(collection, partition, lsn));
                    return false;
                })
                .join();
        assertThat(asked.subList(0, 3)).containsExactly(7L, -1L, 1L);
    }

    @Test
    void truncate_afterReplay_knowsTheOldRecords() {
        ForgetfulLogFolder folder = new ForgetfulLogFolder();
        try (WriteAheadLog log = start(folder)) {
            append(log, 1, payload(10, 1)).join();
        }
        ForgetfulLogFolder killed = folder.kill();
        WriteAheadLog log = start(killed);
        assertThat(log.truncate((collection, partition, lsn) -> false).join()).isZero();
        assertThat(log.truncate((collection, partition, lsn) -> partition == 1 && lsn <= 1)
                        .join())
                .isPositive();
        assertThat(killed.list()).containsExactly(LogLayout.fileName(2));
    }

    private static long sizeOf(ForgetfulLogFolder folder) {
        return folder.list().stream()
                .mapToLong(name -> folder.bytes(name).length)
                .sum();
    }

    private static ForgetfulLogFolder copyOf(ForgetfulLogFolder folder) {
        ForgetfulLogFolder copy = new ForgetfulLogFolder();
        folder.list().forEach(name -> copy.put(name, folder.bytes(name)));
        return copy;
    }

    // Life

    @Test
    void close_withWorkQueued_finishesItAndRefusesMore() throws InterruptedException {
        ForgetfulLogFolder folder = new ForgetfulLogFolder();
        WriteAheadLog log = start(folder);
        CountDownLatch release = holdWriter(log);
        CompletableFuture<LogReceipt> queued = append(log, 1, payload(10, 1));
        CompletableFuture<Void> closing = CompletableFuture.runAsync(log::close);
        release.countDown();
        closing.join();
        assertThat(queued.join().lsn()).isEqualTo(1);
        assertThat(codeOf(append(log, 1, payload(10, 2)))).isEqualTo(ErrorCode.SERVICE_NOT_READY);
        assertThat(codeOf(log.atBarrier(lsn -> lsn))).isEqualTo(ErrorCode.SERVICE_NOT_READY);
        log.close();
    }

    @Test
    void append_beforeStart_isNotReady() {
        WriteAheadLog log = WriteAheadLog.open(new ForgetfulLogFolder(), OPTIONS, (record, attachment) -> {}, 0, 0);
        assertThat(codeOf(append(log, 1, new byte[1]))).isEqualTo(ErrorCode.SERVICE_NOT_READY);
        assertThatThrownBy(log::start).isInstanceOf(IllegalStateException.class);
        log.replay(record -> {});
        assertThat(log.appliedTimestamp()).isPositive();
        log.close();
    }
}
