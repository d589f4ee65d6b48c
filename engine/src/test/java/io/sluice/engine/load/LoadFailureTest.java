package io.sluice.engine.load;

import static io.sluice.engine.load.LoadKit.ALL;
import static io.sluice.engine.load.LoadKit.MIB;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.engine.error.EngineException;
import io.sluice.engine.error.ErrorCode;
import io.sluice.engine.error.StopSignal;
import io.sluice.engine.load.OperationEvent.Type;
import io.sluice.engine.memory.Admission;
import io.sluice.engine.memory.Lease;
import io.sluice.engine.memory.MemoryTag;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** Goal: a load that ends badly says why and where, leaves nothing behind, and harms nobody else. */
class LoadFailureTest {
    /** Loads {@code words} after {@code damage}, which must fail; returns why. Another collection stays loaded. */
    private static EngineException failureAfter(Consumer<LoadKit> damage) {
        try (var kit = new LoadKit()) {
            var other = kit.target("other").segment(1, 1, new Random(1), MIB);
            kit.loaded(other);
            var target = kit.words();
            damage.accept(kit);

            var operation = kit.load(target);
            var events = kit.eventsToTheEnd(operation);
            var last = events.getLast();
            assertThat(last.type()).isEqualTo(Type.FAILED);
            assertThat(events).filteredOn(event -> event.type().terminal()).hasSize(1);
            assertThat(kit.budget.reservedBytes()).as("only the other's bytes").isEqualTo(MIB);
            assertThat(last.view().percent()).isZero();
            assertThat(last.view().bytesFreed()).isEqualTo(10 * MIB + 2 * 4096);
            assertThat(target.goal()).isNull();
            assertThat(target.calls).doesNotContain("publish");
            assertThat(other.live()).hasSize(1);
            return LoadKit.failureOf(last.view());
        }
    }

    private static final String KEY = "101/12.seg";

    @Test
    void load_missingFile_namesSegmentAndFields() {
        var failure = failureAfter(kit -> kit.faults.missing(KEY));
        assertThat(failure.code()).isEqualTo(ErrorCode.CORRUPT);
        assertThat(failure.text())
                .startsWith("load failed: collection=default.words, segment=12, field f0, field f1, key=" + KEY);
    }

    @Test
    void load_truncatedFile_namesSegmentAndFields() {
        var failure = failureAfter(kit -> kit.faults.truncateAt(KEY, 3 * MIB));
        assertThat(failure.code()).isEqualTo(ErrorCode.CORRUPT);
        assertThat(failure.text()).contains("segment=12, field f0, field f1, key=" + KEY, "truncated");
    }

    @Test
    void load_fileTruncatedAfterItsDirectoryWasRead_namesTheChunk() {
        try (var kit = new LoadKit()) {
            var target = kit.words();
            kit.store.beforeEachRead((_, _, _) -> kit.faults.truncateAt("100/12.seg", 3 * MIB));
            var last = kit.awaitEnd(kit.load(target));
            assertThat(last.failure()).isInstanceOf(EngineException.Corrupt.class);
            assertThat(LoadKit.failureOf(last).text())
                    .containsPattern("segment=12, field f0, chunk=\\[(2097152|3145728), [0-9]+\\) of 5242880 bytes");
        }
    }

    @Test
    void load_flippedBit_namesSegmentFieldAndChunk() {
        var failure = failureAfter(kit -> kit.faults.flipBit(KEY, 4096 + 3 * MIB + 17, 2));
        assertThat(failure.code()).isEqualTo(ErrorCode.CORRUPT);
        assertThat(failure.text())
                .contains("segment=12, field f0, chunk=[3145728, 4194304) of 5242880 bytes, key=" + KEY)
                .contains("checksum");
    }

    @Test
    void load_fileOfAnotherSize_doesNotMatchTheCatalog() {
        var failure = failureAfter(kit -> {
            var random = new Random(5);
            new FakeTarget(101, "words", kit.store).segment(12, 2, random, 5 * MIB, 4097);
        });
        assertThat(failure.text()).contains("file does not match the catalog: key=" + KEY);
    }

    @Test
    void load_twoChunksFail_keepsTheFirstFailureAndTheOther() {
        try (var kit = new LoadKit()) {
            var both = new java.util.concurrent.CyclicBarrier(2);
            kit.store.beforeEachRead((_, offset, _) -> {
                try {
                    both.await();
                } catch (InterruptedException | java.util.concurrent.BrokenBarrierException e) {
                    throw new AssertionError(e);
                }
                throw new EngineException.Failed(ErrorCode.IO_FAILED, "disk is on fire: offsetBytes=" + offset, null);
            });
            var last = kit.awaitEnd(kit.load(kit.words()));
            var failure = LoadKit.failureOf(last);
            assertThat(failure.code()).isEqualTo(ErrorCode.IO_FAILED);
            assertThat(failure).hasMessageContaining("disk is on fire");
            assertThat(failure.getSuppressed()).hasSize(1);
            assertThat(failure.getSuppressed()[0]).hasMessageContaining("disk is on fire");
        }
    }

    @Test
    void load_publishFails_closesEverythingAndRestoresTheGoal() {
        try (var kit = new LoadKit()) {
            var target = kit.words();
            kit.awaitEnd(kit.load(target, FakeTarget.goalOf(1)));
            target.beforePublish = () -> {
                throw new IllegalStateException("test read found nothing");
            };
            var last = kit.awaitEnd(kit.load(target));
            assertThat(last.state()).isEqualTo("failed");
            assertThat(LoadKit.failureOf(last)).hasMessageContaining("test read found nothing");
            assertThat(LoadKit.failureOf(last).code()).isEqualTo(ErrorCode.UNEXPECTED);
            assertThat(target.goal()).isEqualTo(FakeTarget.goalOf(1));
            assertThat(kit.budget.reservedBytes()).isEqualTo(2 * 4096);
            target.beforePublish = () -> {};
        }
    }

    @Test
    void load_goalCannotBeSaved_failsAndLeavesWhatWasThere() {
        try (var kit = new LoadKit()) {
            var target = kit.words();
            kit.awaitEnd(kit.load(target, FakeTarget.goalOf(1)));
            long loadedBytes = kit.budget.reservedBytes();
            target.beforeSaveGoal = () -> {
                throw new EngineException.Failed(ErrorCode.IO_FAILED, "catalog is closed", null);
            };
            target.calls.clear();
            var last = kit.awaitEnd(kit.load(target));
            assertThat(last.state()).isEqualTo("failed");
            assertThat(LoadKit.failureOf(last).code()).isEqualTo(ErrorCode.IO_FAILED);
            assertThat(LoadKit.failureOf(last).text()).contains("catalog is closed");
            assertThat(target.calls).doesNotContain("publish", "forgetGoal");
            assertThat(target.goal()).isEqualTo(FakeTarget.goalOf(1));
            assertThat(target.savedGoal()).isEqualTo(FakeTarget.goalOf(1));
            assertThat(kit.budget.reservedBytes()).isEqualTo(loadedBytes);
        }
    }

    @Test
    void load_thatCannotBePlanned_wantsWhatWasWantedBefore() {
        try (var kit = new LoadKit()) {
            var target = kit.words();
            target.beforeMissingParts = () -> {
                throw new IllegalStateException("no parts");
            };
            assertThat(kit.awaitEnd(kit.load(target)).state()).isEqualTo("failed");
            assertThat(target.goal()).isNull();
            assertThat(target.savedGoal()).isNull();
        }
    }

    @Test
    void load_thatDoesNotFit_failsBeforeAByteMoves() {
        try (var kit = new LoadKit(8L * MIB)) {
            var other = kit.target("other").segment(1, 1, new Random(1), MIB);
            kit.loaded(other);
            long readBefore = kit.store.chunkBytesRead();

            var target = kit.target("words").segment(2, 1, new Random(2), 7 * MIB + 1);
            var operation = kit.load(target);
            assertThat(kit.eventsToTheEnd(operation))
                    .extracting(OperationEvent::type)
                    .containsExactly(Type.FAILED);
            assertThat(kit.store.chunkBytesRead()).isEqualTo(readBefore);
            assertThat(kit.awaitEnd(operation).failure())
                    .isInstanceOfSatisfying(EngineException.OutOfBudget.class, refused -> {
                        assertThat(refused.needBytes()).isEqualTo(7 * MIB + 4096);
                        assertThat(refused.freeBytes()).isEqualTo(7 * MIB);
                        assertThat(refused.limitBytes()).isEqualTo(8 * MIB);
                        assertThat(refused.holders())
                                .containsExactly(new EngineException.Holder("load:default.other", MIB));
                        assertThat(refused.text()).contains("default.words does not fit");
                    });
            assertThat(target.goal()).isNull();
        }
    }

    @Test
    void load_largerThanTheLimit_isRefused() {
        try (var kit = new LoadKit(4L * MIB)) {
            var last = kit.awaitEnd(kit.load(kit.words()));
            assertThat(last.failure()).isInstanceOf(EngineException.OutOfBudget.class);
        }
    }

    @Test
    void load_whileRetiringBytesCoverTheGap_waitsForThem() {
        try (var kit = new LoadKit(12L * MIB)) {
            var old = kit.target("old").segment(1, 1, new Random(1), 8 * MIB);
            kit.loaded(old);
            Lease reading = old.read(old.parts().getFirst(), new StopSignal());
            var release = kit.release(old);
            kit.await(release, Type.RELEASING);

            var load = kit.load(kit.words());
            var stalled = kit.await(load, Type.STALLED);
            assertThat(stalled.view().stalled()).startsWith("waiting for memory: missingBytes=");
            assertThat(stalled.view().state()).isEqualTo("reserving");
            assertThat(kit.store.chunkBytesRead()).isEqualTo(8 * MIB);

            reading.close();
            assertThat(kit.eventsToTheEnd(load))
                    .extracting(OperationEvent::type)
                    .startsWith(Type.STALLED, Type.RESUMED, Type.ADMITTED)
                    .endsWith(Type.LOADED);
            assertThat(kit.awaitEnd(release).bytesFreed()).isEqualTo(8 * MIB);
        }
    }

    @Test
    void load_whenRetiringBytesDoNotComeInTime_fails() {
        try (var kit = new LoadKit(12L * MIB)) {
            var old = kit.target("old").segment(1, 1, new Random(1), 8 * MIB);
            kit.loaded(old);
            Lease reading = old.read(old.parts().getFirst(), new StopSignal());
            var release = kit.release(old);
            kit.await(release, Type.RELEASING);

            var load = kit.load(kit.words());
            kit.await(load, Type.STALLED);
            kit.pass(kit.options.drainLimit().plusSeconds(1));
            assertThat(kit.awaitEnd(load).failure()).isInstanceOf(EngineException.OutOfBudget.class);
            reading.close();
            kit.awaitEnd(release);
        }
    }

    @Test
    void load_cancelledWhileItWaitsForMemory_endsAtOnce() {
        try (var kit = new LoadKit(12L * MIB)) {
            var reserved = (Admission.Granted) kit.budget.tryReserve(MemoryTag.SCRATCH, "test", 8L * MIB);
            Lease retiring = reserved.reservation().allocate("retiring", 8L * MIB);
            retiring.retire();
            var load = kit.load(kit.words());
            kit.await(load, Type.STALLED);

            var last = LoadKit.get(kit.jobs.cancel(load.id()));
            assertThat(last.state()).isEqualTo("cancelled");
            assertThat(last.stalled()).isNull();
            retiring.close();
            reserved.reservation().close();
        }
    }

    @Test
    void resume_thatFails_keepsTheGoal() {
        try (var kit = new LoadKit(4L * MIB)) {
            var target = kit.words();
            target.remembers(ALL);
            var operation = kit.jobs.resume(target, ALL, List.of(), List.of(), "load-old-3", 2);
            assertThat(operation.eventOperationId()).isEqualTo("load-old-3.2");
            var last = kit.awaitEnd(operation);
            assertThat(last.state()).isEqualTo("failed");
            assertThat(target.goal()).isEqualTo(ALL);
        }
    }

    @Test
    void resume_thatDoesNotFit_isTriedAgainWhenMemoryFrees() {
        try (var kit = new LoadKit(12L * MIB)) {
            var other = kit.target("other").segment(1, 1, new Random(1), 5 * MIB);
            kit.loaded(other);
            var target = kit.words();
            target.remembers(ALL);
            kit.awaitEnd(kit.jobs.resume(target, ALL, List.of(), List.of(), "load-old-3", 2));
            assertThat(target.live()).isEmpty();

            kit.awaitEnd(kit.release(other));
            LoadKit.spinUntil(() -> kit.jobs.find("load-old-3").orElseThrow().attempt() == 3);
            var last = LoadKit.get(kit.jobs.finished("load-old-3"));
            assertThat(last.state()).isEqualTo("loaded");
            assertThat(target.live()).hasSize(4);
        }
    }

    @Test
    void resume_thatDidNotFitAndIsNoLongerWanted_isNotTriedAgain() {
        try (var kit = new LoadKit(12L * MIB)) {
            var other = kit.target("other").segment(1, 1, new Random(1), 5 * MIB);
            kit.loaded(other);
            var target = kit.words();
            kit.awaitEnd(kit.jobs.resume(target, ALL, List.of(), List.of(), "load-old-3", 2));
            kit.awaitEnd(kit.release(target));
            kit.awaitEnd(kit.release(other));
            kit.loaded(other);
            assertThat(kit.jobs.find("load-old-3").orElseThrow().attempt()).isEqualTo(2);
            assertThat(target.live()).isEmpty();
        }
    }

    @Test
    void resume_thatIsCancelled_forgetsTheGoal() {
        try (var kit = new LoadKit()) {
            var target = kit.words();
            target.remembers(ALL);
            var gate = new LoadKit.Gate();
            kit.store.beforeEachRead((_, _, _) -> gate.pass());
            var operation = kit.jobs.resume(target, ALL, List.of(), List.of(), "load-old-3", 2);
            gate.awaitReached();
            var cancelled = kit.jobs.cancel(operation.id()).toFuture();
            gate.open();
            assertThat(cancelled.join().state()).isEqualTo("cancelled");
            assertThat(target.goal()).isNull();
        }
    }
}
