package io.sluice.engine.load;

import static io.sluice.engine.load.LoadKit.ALL;
import static io.sluice.engine.load.LoadKit.MIB;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.engine.error.EngineException;
import io.sluice.engine.error.ErrorCode;
import io.sluice.engine.load.OperationEvent.Type;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** A load that goes well, and who joins, waits, or is refused. */
class LoadJobsTest {
    private static List<Type> types(List<OperationEvent> events) {
        return events.stream().map(OperationEvent::type).toList();
    }

    @Test
    void load_ofOneSmallSegment_saysEveryStepOnce() {
        try (var kit = new LoadKit()) {
            var target = kit.target("small").segment(1, 1, new Random(1), 100);
            var operation = kit.load(target);
            kit.awaitEnd(operation);
            var events = kit.eventsToTheEnd(operation);

            assertThat(operation.state()).isEqualTo("queued");
            assertThat(types(events)).containsExactly(Type.ADMITTED, Type.SEGMENT, Type.PROGRESS, Type.LOADED);
            assertThat(events).extracting(OperationEvent::sequence).containsExactly(2L, 3L, 4L, 5L);
            assertThat(events).extracting(event -> event.view().lastSequence()).containsExactly(2L, 3L, 4L, 5L);
            assertThat(events.get(1).segment()).isEqualTo(new OperationEvent.SegmentLoaded(1, "p1", 100, 4096));
            assertThat(events)
                    .extracting(
                            event -> event.view().state() + " " + event.view().percent())
                    .containsExactly("copying 0", "copying 99", "publishing 99", "loaded 100");
        }
    }

    /** Goal: the catalog is waited for while bytes move, and nobody sees what a restart would not bring back. */
    @Test
    void load_whoseGoalIsSavedSlowly_copiesMeanwhileAndPublishesAfterwards() {
        try (var kit = new LoadKit()) {
            var target = kit.words();
            var gate = new LoadKit.Gate();
            target.beforeSaveGoal = gate::pass;
            var operation = kit.load(target);
            gate.awaitReached();
            LoadKit.spinUntil(() -> {
                var view = kit.jobs.find(operation.id()).orElseThrow();
                return view.bytesTotal() > 0 && view.bytesLoaded() == view.bytesTotal();
            });
            assertThat(target.calls).doesNotContain("saveGoal", "publish");
            assertThat(target.live()).isEmpty();
            kit.passUntil(() -> {
                String stalled = kit.jobs.find(operation.id()).orElseThrow().stalled();
                return stalled != null && stalled.startsWith("waiting for the catalog");
            });
            gate.open();
            assertThat(kit.awaitEnd(operation).state()).isEqualTo("loaded");
            assertThat(target.calls).endsWith("saveGoal", "publish");
        }
    }

    @Test
    void load_ofNothing_saysQueuedAdmittedProgressLoaded() {
        try (var kit = new LoadKit()) {
            var operation = kit.load(kit.target("empty"));
            assertThat(types(kit.eventsToTheEnd(operation))).containsExactly(Type.ADMITTED, Type.PROGRESS, Type.LOADED);
        }
    }

    @Test
    void load_ofSeveralSegments_bringsTheBytesOfTheFilesAndAccountsForWholePages() {
        try (var kit = new LoadKit()) {
            var target = kit.words();
            var last = kit.loaded(target);

            long expectedBytes = 2 * 5 * MIB + 4096 + 4096; // the field without bytes takes a page as well
            assertThat(last.bytesTotal()).isEqualTo(expectedBytes);
            assertThat(last.bytesLoaded()).isEqualTo(expectedBytes);
            assertThat(kit.budget.reservedBytes()).isEqualTo(expectedBytes);
            assertThat(kit.budget.usedBytes()).isEqualTo(expectedBytes);
            assertThat(last.segmentsLoaded()).isEqualTo(2);
            assertThat(last.segmentsTotal()).isEqualTo(2);
            assertThat(last.rowsTotal()).isEqualTo(200);
            assertThat(last.finishedAt()).isNotNull();
            assertThat(target.calls).containsExactlyInAnyOrder("want", "missingParts", "saveGoal", "publish");
            assertThat(target.goal()).isEqualTo(ALL);
            assertThat(target.savedGoal()).isEqualTo(ALL);
            for (LoadedPart part : target.live().values()) {
                byte[] file = kit.files.bytes(part.source().key());
                int from = (int) part.layout().offsetBytes();
                byte[] expected = Arrays.copyOfRange(
                        file, from, from + (int) part.layout().sizeBytes());
                assertThat(part.ownerLease().bytes().toArray(ValueLayout.JAVA_BYTE))
                        .isEqualTo(expected);
            }
        }
    }

    @Test
    void load_ofOtherFields_readsWhatIsMissingAndFreesWhatIsNotWanted() {
        try (var kit = new LoadKit()) {
            var target = kit.words();
            assertThat(kit.awaitEnd(kit.load(target, FakeTarget.goalOf(0))).bytesTotal())
                    .isEqualTo(10 * MIB);

            var delta = kit.awaitEnd(kit.load(target, FakeTarget.goalOf(1)));
            assertThat(delta.state()).isEqualTo("loaded");
            assertThat(delta.bytesTotal()).isEqualTo(2 * 4096);
            kit.loaded(target); // its turn comes when the replaced parts are gone; it brings them again
            kit.awaitEnd(kit.load(target, FakeTarget.goalOf(1)));
            kit.awaitEnd(kit.load(target, FakeTarget.goalOf(1)));
            assertThat(kit.budget.reservedBytes()).isEqualTo(2 * 4096);
        }
    }

    @Test
    void load_withEqualGoalWhileOneRuns_joinsIt() {
        try (var kit = new LoadKit()) {
            var target = kit.words();
            var gate = new LoadKit.Gate();
            kit.store.beforeEachRead((_, _, _) -> gate.pass());
            var first = kit.load(target);
            gate.awaitReached();

            assertThat(kit.load(target).id()).isEqualTo(first.id());
            assertThat(kit.jobs.wanted(target)).isEqualTo(ALL);
            gate.open();
            assertThat(kit.awaitEnd(first).state()).isEqualTo("loaded");
            assertThat(target.calls).containsOnlyOnce("publish");
        }
    }

    @Test
    void load_withOtherGoalWhileOneRuns_waitsForItsTurn() {
        try (var kit = new LoadKit()) {
            var target = kit.words();
            var gate = new LoadKit.Gate();
            kit.store.beforeEachRead((_, _, _) -> gate.pass());
            var first = kit.load(target, FakeTarget.goalOfPartitions(1L));
            gate.awaitReached();

            var both = FakeTarget.goalOfPartitions(1L, 2L);
            var second = kit.load(target, both);
            assertThat(second.id()).isNotEqualTo(first.id());
            assertThat(second.state()).isEqualTo("queued");
            assertThat(kit.load(target, both).id()).isEqualTo(second.id());
            assertThat(kit.jobs.wanted(target)).isEqualTo(both);
            gate.open();
            assertThat(kit.awaitEnd(first).bytesTotal()).isEqualTo(5 * MIB + 4096);
            assertThat(kit.awaitEnd(second).bytesTotal()).isEqualTo(5 * MIB + 4096);
            assertThat(target.live()).hasSize(4);
        }
    }

    @Test
    void wanted_isWhatRemainsAfterTheNewestJob() {
        try (var kit = new LoadKit()) {
            var target = kit.words();
            assertThat(kit.jobs.wanted(target)).isNull();
            kit.loaded(target);
            assertThat(kit.jobs.wanted(target)).isEqualTo(ALL);
            var gate = new LoadKit.Gate();
            target.beforeUnpublish = gate::pass;
            var remaining = FakeTarget.goalOfPartitions(2L);
            var release = kit.jobs.release(target, List.of(1L), remaining, List.of("p1"));
            gate.awaitReached();
            assertThat(kit.jobs.wanted(target)).isEqualTo(remaining);
            var everything = kit.release(target);
            assertThat(kit.jobs.wanted(target)).isNull();
            gate.open();
            kit.awaitEnd(release);
            kit.awaitEnd(everything);
        }
    }

    @Test
    void load_whileReleaseRuns_waitsForItAndThenLoads() {
        try (var kit = new LoadKit()) {
            var target = kit.words();
            kit.loaded(target);
            var gate = new LoadKit.Gate();
            target.beforeUnpublish = gate::pass;
            var release = kit.release(target);
            gate.awaitReached();

            var load = kit.load(target);
            assertThat(kit.load(target).id()).as("joins the one that waits").isEqualTo(load.id());
            assertThat(kit.jobs.find(load.id()).orElseThrow().state()).isEqualTo("queued");
            gate.open();
            assertThat(kit.awaitEnd(release).state()).isEqualTo("released");
            assertThat(kit.awaitEnd(load).state()).isEqualTo("loaded");
            assertThat(target.live()).hasSize(4);
        }
    }

    @Test
    void load_ofManyCollectionsAtOnce_loadsThemAll() {
        try (var kit = new LoadKit(512L * MIB)) {
            var random = new Random(3);
            var operations = java.util.stream.IntStream.range(0, 60)
                    .mapToObj(i -> kit.target("c" + i).segment(i, 1, random, 2 * MIB + i, 10))
                    .map(kit::load)
                    .toList();
            assertThat(operations)
                    .allSatisfy(operation ->
                            assertThat(kit.awaitEnd(operation).state()).isEqualTo("loaded"));
            assertThat(kit.jobs.list())
                    .extracting(OperationView::id)
                    .containsExactlyElementsOf(operations.reversed().stream()
                            .map(OperationView::id)
                            .toList());
        }
    }

    @Test
    void operations_finished_areForgottenOldestFirst() {
        try (var kit = new LoadKit()) {
            var target = kit.target("empty");
            var first = kit.loaded(target);
            for (int i = 1; i < 100; i++) {
                kit.loaded(target);
            }
            assertThat(kit.jobs.find(first.id())).isPresent();
            var newest = kit.loaded(target);
            LoadKit.spinUntil(() -> kit.jobs.list().size() == 100);
            assertThat(kit.jobs.find(first.id())).isEmpty();
            assertThat(kit.jobs.latest(target.collectionId()))
                    .map(OperationView::id)
                    .contains(newest.id());
            assertThatThrownBy(() -> kit.jobs.finished(first.id()).block())
                    .isInstanceOfSatisfying(
                            EngineException.NotFound.class,
                            missing -> assertThat(missing.code()).isEqualTo(ErrorCode.OPERATION_NOT_FOUND));
        }
    }

    @Test
    void load_lowPriority_readsOneChunkAtATime() {
        try (var kit = new LoadKit()) {
            var target = kit.words();
            var reading = new java.util.concurrent.atomic.AtomicInteger();
            var most = new java.util.concurrent.atomic.AtomicInteger();
            kit.store.beforeEachRead((_, _, _) -> {
                most.accumulateAndGet(reading.incrementAndGet(), Math::max);
                Thread.yield();
                reading.decrementAndGet();
            });
            var goal = new LoadGoal(true, List.of(), List.of(0, 1), true, false, 1, true);
            kit.awaitEnd(kit.load(target, goal));
            assertThat(most).hasValue(1);
        }
    }
}
