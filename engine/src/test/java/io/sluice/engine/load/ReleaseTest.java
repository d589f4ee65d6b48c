package io.sluice.engine.load;

import static io.sluice.engine.load.LoadKit.ALL;
import static io.sluice.engine.load.LoadKit.MIB;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.engine.error.EngineException;
import io.sluice.engine.error.ErrorCode;
import io.sluice.engine.error.StopSignal;
import io.sluice.engine.load.OperationEvent.Type;
import io.sluice.engine.memory.Lease;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** Goal: a release is seen at once, ends when the last byte is back, and always ends. */
class ReleaseTest {
    @Test
    void release_ofALoadedCollection_forgetsUnpublishesAndFrees() {
        try (var kit = new LoadKit()) {
            var target = kit.words();
            kit.loaded(target);
            target.calls.clear();
            var operation = kit.release(target);
            var events = kit.eventsToTheEnd(operation);

            assertThat(events).extracting(OperationEvent::type).containsExactly(Type.RELEASING, Type.RELEASED);
            assertThat(target.calls).containsExactly("forgetGoal", "want", "unpublish[]");
            assertThat(target.savedGoal()).isNull();
            assertThat(kit.budget.reservedBytes()).isZero();
            var last = events.getLast().view();
            assertThat(last.kind()).isEqualTo(OperationKind.RELEASE);
            assertThat(last.id()).startsWith("release-").doesNotContain(":", ".");
            assertThat(last.bytesFreed()).isEqualTo(10 * MIB + 2 * 4096);
            assertThat(last.bytesTotal()).isEqualTo(last.bytesFreed());
            assertThat(last.percent()).isEqualTo(100);
        }
    }

    @Test
    void release_thatTheCatalogDoesNotForget_failsAndLeavesEverythingLoaded() {
        try (var kit = new LoadKit()) {
            var target = kit.words();
            kit.loaded(target);
            long loadedBytes = kit.budget.reservedBytes();
            Runnable broken = () -> {
                throw new EngineException.Failed(ErrorCode.IO_FAILED, "disk is full", null);
            };
            target.beforeForgetGoal = broken;
            target.beforeSaveGoal = broken;
            var remaining = FakeTarget.goalOfPartitions(2L);
            List<Supplier<OperationView>> releases = List.of(
                    () -> kit.release(target), () -> kit.jobs.release(target, List.of(1L), remaining, List.of("p1")));
            for (var release : releases) {
                var last = kit.awaitEnd(release.get());
                assertThat(last.state()).isEqualTo("failed");
                assertThat(LoadKit.failureOf(last).code()).isEqualTo(ErrorCode.IO_FAILED);
                assertThat(target.live()).hasSize(4);
                assertThat(target.goal()).isEqualTo(ALL);
                assertThat(target.savedGoal()).isEqualTo(ALL);
                assertThat(kit.budget.reservedBytes()).isEqualTo(loadedBytes);
            }
            target.beforeForgetGoal = () -> {};
            assertThat(kit.awaitEnd(kit.release(target)).state()).isEqualTo("released");
        }
    }

    @Test
    void release_ofWhatIsNotLoaded_isReleasedAtOnce() {
        try (var kit = new LoadKit()) {
            var last = kit.awaitEnd(kit.release(kit.words()));
            assertThat(last.state()).isEqualTo("released");
            assertThat(last.bytesFreed()).isZero();
        }
    }

    @Test
    void release_ofOnePartition_keepsTheOther() {
        try (var kit = new LoadKit()) {
            var target = kit.words();
            kit.loaded(target);
            var remaining = FakeTarget.goalOfPartitions(2L);
            kit.awaitEnd(kit.jobs.release(target, List.of(1L), remaining, List.of("p1")));
            assertThat(kit.budget.reservedBytes()).isEqualTo(5 * MIB + 4096);
            assertThat(target.goal()).isEqualTo(remaining);
        }
    }

    @Test
    void release_whileALoadRuns_cancelsItAndThenReleases() {
        try (var kit = new LoadKit()) {
            var target = kit.words();
            var gate = new LoadKit.Gate();
            kit.store.beforeEachRead((_, _, _) -> gate.pass());
            var load = kit.load(target);
            gate.awaitReached();
            var release = kit.release(target);
            assertThat(kit.jobs.find(release.id()).orElseThrow().state()).isEqualTo("queued");
            gate.open();

            assertThat(kit.awaitEnd(release).state()).isEqualTo("released");
            var cancelled = kit.awaitEnd(load);
            assertThat(cancelled.state()).isEqualTo("cancelled");
            assertThat(LoadKit.failureOf(cancelled).code()).isEqualTo(ErrorCode.COLLECTION_NOT_LOADED);
            assertThat(LoadKit.failureOf(cancelled).text())
                    .startsWith("collection not loaded[collection=words]")
                    .contains(release.id());
            assertThat(target.goal()).isNull();
            assertThat(kit.budget.reservedBytes()).isZero();
        }
    }

    @Test
    void release_whileALoadPublishes_letsItFinishAndThenReleases() {
        try (var kit = new LoadKit()) {
            var target = kit.words();
            var gate = new LoadKit.Gate();
            target.beforePublish = gate::pass;
            var load = kit.load(target);
            gate.awaitReached();
            var release = kit.release(target);
            gate.open();
            assertThat(kit.awaitEnd(release).bytesFreed()).isEqualTo(10 * MIB + 2 * 4096);
            assertThat(kit.awaitEnd(load).state()).isEqualTo("loaded");
            assertThat(target.live()).isEmpty();
            target.beforePublish = () -> {};
        }
    }

    @Test
    void release_sameWhileOneRuns_joinsIt() {
        try (var kit = new LoadKit()) {
            var target = kit.words();
            kit.loaded(target);
            var gate = new LoadKit.Gate();
            target.beforeUnpublish = gate::pass;
            var first = kit.release(target);
            gate.awaitReached();
            assertThat(kit.release(target).id()).isEqualTo(first.id());
            var other = kit.jobs.release(target, List.of(1L), ALL, List.of("p1"));
            assertThat(other.id()).isNotEqualTo(first.id());
            gate.open();
            kit.awaitEnd(other);
            target.beforeUnpublish = () -> {};
        }
    }

    @Test
    void release_ofAPartitionThatTheRunningLoadDoesNotBring_waitsForTheLoad() {
        try (var kit = new LoadKit()) {
            var target = kit.words();
            kit.awaitEnd(kit.load(target, FakeTarget.goalOfPartitions(1L)));
            var gate = new LoadKit.Gate();
            kit.store.beforeEachRead((_, _, _) -> gate.pass());
            var load = kit.load(target, FakeTarget.goalOfPartitions(1L, 2L));
            gate.awaitReached();
            var release = kit.jobs.release(target, List.of(1L), FakeTarget.goalOfPartitions(2L), List.of("p1"));
            gate.open();

            assertThat(kit.awaitEnd(release).state()).isEqualTo("released");
            assertThat(kit.awaitEnd(load).state()).isEqualTo("loaded");
            assertThat(target.goal()).isEqualTo(FakeTarget.goalOfPartitions(2L));
            assertThat(kit.budget.reservedBytes()).isEqualTo(5 * MIB + 4096);
        }
    }

    @Test
    void release_ofOneOfThePartitionsBeingLoaded_isFollowedByALoadOfTheRest() {
        try (var kit = new LoadKit()) {
            var target = kit.words();
            var gate = new LoadKit.Gate();
            kit.store.beforeEachRead((_, _, _) -> gate.pass());
            var load = kit.load(target, FakeTarget.goalOfPartitions(1L, 2L));
            gate.awaitReached();
            var release = kit.jobs.release(target, List.of(1L), FakeTarget.goalOfPartitions(2L), List.of("p1"));
            var rest = kit.jobs.latest(target.collectionId()).orElseThrow();
            assertThat(rest.kind()).isEqualTo(OperationKind.LOAD);
            gate.open();

            assertThat(kit.awaitEnd(load).state()).isEqualTo("cancelled");
            assertThat(kit.awaitEnd(release).state()).isEqualTo("released");
            assertThat(kit.awaitEnd(rest).state()).isEqualTo("loaded");
            assertThat(target.goal()).isEqualTo(FakeTarget.goalOfPartitions(2L));
            assertThat(kit.budget.reservedBytes()).isEqualTo(5 * MIB + 4096);
        }
    }

    @Test
    void release_whileASearchReads_waitsForItsLastLease() {
        try (var kit = new LoadKit()) {
            var target = kit.words();
            kit.loaded(target);
            var stop = new StopSignal();
            Lease reading = target.read(target.parts().getFirst(), stop);
            byte before = reading.bytes().get(ValueLayout.JAVA_BYTE, 77);
            var release = kit.release(target);
            kit.await(release, Type.RELEASING);
            assertThat(target.live()).as("new searches find nothing").isEmpty();
            LoadKit.spinUntil(() -> kit.budget.arenaCount() == 1);

            assertThat(kit.jobs.find(release.id()).orElseThrow().state()).isEqualTo("releasing");
            assertThat(kit.budget.retiringBytes()).isEqualTo(5 * MIB);
            assertThat(reading.bytes().get(ValueLayout.JAVA_BYTE, 77)).isEqualTo(before);
            reading.close();
            assertThat(kit.awaitEnd(release).bytesFreed()).isEqualTo(10 * MIB + 2 * 4096);
            assertThat(stop.isRequested()).as("it was in time").isFalse();
        }
    }

    @Test
    void release_atTheDrainLimit_asksReadersToStop() {
        try (var kit = new LoadKit()) {
            var target = kit.words();
            kit.loaded(target);
            var stop = new StopSignal();
            Lease reading = target.read(target.parts().getFirst(), stop);
            var release = kit.release(target);
            kit.await(release, Type.RELEASING);
            LoadKit.spinUntil(() -> reading.holderCount() == 1 && kit.budget.arenaCount() == 1);

            kit.passUntil(stop::isRequested);
            assertThat(stop.reason()).isInstanceOfSatisfying(EngineException.Stopped.class, why -> {
                assertThat(why.code()).isEqualTo(ErrorCode.COLLECTION_NOT_LOADED);
                assertThat(why.text()).startsWith("collection not loaded[collection=words]: released while reading");
            });
            var stalled = kit.await(release, Type.STALLED).view().stalled();
            assertThat(stalled).contains("segment 11 field f0 (readers=1)");
            assertThat(kit.jobs.find(release.id()).orElseThrow().state()).isEqualTo("releasing");
            reading.close();
            assertThat(kit.eventsToTheEnd(release))
                    .extracting(OperationEvent::type)
                    .containsExactly(Type.RELEASING, Type.STALLED, Type.RESUMED, Type.RELEASED);
        }
    }

    @Test
    void release_whenReadersIgnoreTheStop_failsAndNamesThem() {
        try (var kit = new LoadKit()) {
            var target = kit.words();
            kit.loaded(target);
            Lease reading = target.read(target.parts().getFirst(), new StopSignal());
            var release = kit.release(target);
            kit.await(release, Type.RELEASING);
            LoadKit.spinUntil(() -> reading.holderCount() == 1 && kit.budget.arenaCount() == 1);
            kit.passUntil(() -> kit.jobs.find(release.id()).orElseThrow().finished());
            var last = kit.awaitEnd(release);
            assertThat(last.state()).isEqualTo("failed");
            assertThat(LoadKit.failureOf(last).text())
                    .contains("released memory is still held", "segment 11 field f0 (readers=1)");
            reading.close();
        }
    }

    @Test
    void release_thatCannotForgetTheGoal_failsAndKeepsTheCollectionLoaded() {
        try (var kit = new LoadKit()) {
            var target = kit.words();
            kit.loaded(target);
            target.beforeSaveGoal = () -> {
                throw new EngineException.Failed(ErrorCode.IO_FAILED, "catalog is closed", null);
            };
            var release = kit.jobs.release(target, List.of(1L), FakeTarget.goalOfPartitions(2L), List.of("p1"));
            assertThat(LoadKit.failureOf(kit.awaitEnd(release)).text()).isEqualTo("catalog is closed");
            assertThat(target.live()).hasSize(4);
        }
    }

    @Test
    void shutdown_hurriesARelease() {
        try (var kit = new LoadKit()) {
            var target = kit.words();
            kit.loaded(target);
            var stop = new StopSignal();
            Lease reading = target.read(target.parts().getFirst(), stop);
            var release = kit.release(target);
            kit.await(release, Type.RELEASING);
            var down = kit.jobs.shutdown().toFuture();
            LoadKit.spinUntil(stop::isRequested);
            reading.close();
            down.join();
            assertThat(kit.awaitEnd(release).state()).isEqualTo("released");
            kit.shutdown();
        }
    }
}
