package io.sluice.engine.load;

import static io.sluice.engine.load.LoadKit.ALL;
import static io.sluice.engine.load.LoadKit.MIB;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.engine.error.EngineException;
import io.sluice.engine.error.ErrorCode;
import io.sluice.engine.load.OperationEvent.Type;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

/** Goal: however and whenever a load is stopped, it says so after its last byte is back, once. */
class LoadStopTest {
    /** Method: ask it to stop before a random read, or a random number of spins after the start; 200 times. */
    @Test
    void cancel_atARandomMoment_saysCancelledAfterTheLastByteIsBack() {
        long seed = Long.getLong("sluice.seed", System.nanoTime());
        var random = new Random(seed);
        int cancelled = 0;
        try (var kit = new LoadKit()) {
            var target = kit.target("words");
            for (int segment = 0; segment < 6; segment++) {
                target.segment(segment, 1, random, 2 * MIB + 13, 100, MIB);
            }
            for (int run = 0; run < 200; run++) {
                String which = "run " + run + ", -Dsluice.seed=" + seed;
                var reads = new AtomicInteger(random.nextInt(30));
                var moment = new LoadKit.Gate();
                kit.store.beforeEachRead((_, _, _) -> {
                    if (reads.getAndDecrement() == 0) {
                        moment.reach();
                    }
                });
                var operation = kit.load(target);
                int spins = random.nextInt(20_000);
                if (random.nextBoolean() && reads.get() < 24) {
                    moment.awaitReached();
                } else {
                    for (int i = 0; i < spins; i++) {
                        Thread.onSpinWait();
                    }
                }
                var last = LoadKit.get(kit.jobs.cancel(operation.id()));
                if (last.state().equals("cancelled")) {
                    cancelled++;
                    assertThat(kit.budget.reservedBytes()).as(which).isZero();
                    assertThat(kit.budget.arenaCount()).as(which).isZero();
                    assertThat(kit.faults.openFiles()).as(which).isZero();
                    assertThat(target.goal()).as(which).isNull();
                    assertThat(LoadKit.failureOf(last).code()).isEqualTo(ErrorCode.CANCELLED);
                } else {
                    assertThat(last.state()).as(which).isEqualTo("loaded");
                    kit.awaitEnd(kit.release(target));
                }
                assertThat(kit.eventsToTheEnd(operation))
                        .as(which)
                        .filteredOn(event -> event.type().terminal())
                        .hasSize(1);
            }
        }
        assertThat(cancelled).as("-Dsluice.seed=" + seed).isGreaterThan(20);
    }

    @Test
    void cancel_whileChunksAreRead_waitsForTheReadsAndGivesTheBytesBack() {
        try (var kit = new LoadKit()) {
            var gate = new LoadKit.Gate();
            kit.store.beforeEachRead((_, _, _) -> gate.pass());
            var operation = kit.load(kit.words());
            gate.awaitReached();
            var cancelled = kit.jobs.cancel(operation.id()).toFuture();

            assertThat(kit.budget.reservedBytes())
                    .isEqualTo(operation(kit, operation).bytesTotal());
            assertThat(cancelled).isNotDone();
            gate.open();
            var last = cancelled.join();
            assertThat(last.state()).isEqualTo("cancelled");
            assertThat(last.percent()).isZero();
            assertThat(last.bytesFreed()).isEqualTo(last.bytesTotal());
            assertThat(kit.budget.reservedBytes()).isZero();
            assertThat(LoadKit.get(kit.jobs.cancel(operation.id())))
                    .as("a second time")
                    .isEqualTo(last);
        }
    }

    private static OperationView operation(LoadKit kit, OperationView operation) {
        return kit.jobs.find(operation.id()).orElseThrow();
    }

    @Test
    void cancel_whilePublishing_isTooLate() {
        try (var kit = new LoadKit()) {
            var target = kit.words();
            var gate = new LoadKit.Gate();
            target.beforePublish = gate::pass;
            var operation = kit.load(target);
            gate.awaitReached();
            assertThat(operation(kit, operation).state()).isEqualTo("publishing");
            assertThat(operation(kit, operation).percent()).isEqualTo(99);
            var cancelled = kit.jobs.cancel(operation.id()).toFuture();
            gate.open();
            assertThat(cancelled.join().state()).isEqualTo("loaded");
            target.beforePublish = () -> {};
        }
    }

    @Test
    void cancel_ofAWaitingLoad_isOverAtOnce() {
        try (var kit = new LoadKit()) {
            var target = kit.words();
            kit.loaded(target);
            var gate = new LoadKit.Gate();
            target.beforeUnpublish = gate::pass;
            var release = kit.release(target);
            gate.awaitReached();
            var load = kit.load(target);

            assertThat(LoadKit.get(kit.jobs.cancel(load.id())).state()).isEqualTo("cancelled");
            assertThat(kit.eventsToTheEnd(load))
                    .extracting(OperationEvent::type)
                    .containsExactly(Type.CANCELLED);
            gate.open();
            assertThat(kit.awaitEnd(release).state()).isEqualTo("released");
            target.beforeUnpublish = () -> {};
        }
    }

    @Test
    void load_afterACancel_isANewOne() {
        try (var kit = new LoadKit()) {
            var target = kit.words();
            var gate = new LoadKit.Gate();
            kit.store.beforeEachRead((_, _, _) -> gate.pass());
            var first = kit.load(target);
            gate.awaitReached();
            var cancelled = kit.jobs.cancel(first.id()).toFuture();
            var second = kit.load(target);
            gate.open();
            assertThat(second.id()).isNotEqualTo(first.id());
            assertThat(cancelled.join().state()).isEqualTo("cancelled");
            assertThat(kit.awaitEnd(second).state()).isEqualTo("loaded");
        }
    }

    @Test
    void cancel_ofARelease_isRefused() {
        try (var kit = new LoadKit()) {
            var target = kit.words();
            var gate = new LoadKit.Gate();
            target.beforeUnpublish = gate::pass;
            var release = kit.release(target);
            gate.awaitReached();
            assertThatThrownBy(() -> kit.jobs.cancel(release.id()).block())
                    .isInstanceOf(EngineException.InvalidRequest.class)
                    .hasMessageContaining(release.id());
            gate.open();
            kit.awaitEnd(release);
            target.beforeUnpublish = () -> {};
        }
    }

    @Test
    void cancel_ofAnUnknownOperation_isNotFound() {
        try (var kit = new LoadKit()) {
            assertThatThrownBy(() -> kit.jobs.cancel("load-x-1").block())
                    .isInstanceOf(EngineException.NotFound.class)
                    .hasMessageContaining("operation=load-x-1");
        }
    }

    @Test
    void load_atItsDeadline_failsWithItAndRestoresTheGoal() {
        try (var kit = new LoadKit()) {
            var target = kit.words();
            kit.awaitEnd(kit.load(target, FakeTarget.goalOf(1)));
            var gate = new LoadKit.Gate();
            kit.store.beforeEachRead((_, _, _) -> gate.pass());
            var operation = kit.jobs.load(target, ALL, List.of(), List.of(), Duration.ofSeconds(2));
            gate.awaitReached();
            kit.pass(Duration.ofSeconds(2));
            gate.open();
            var last = kit.awaitEnd(operation);
            assertThat(last.state()).isEqualTo("failed");
            assertThat(LoadKit.failureOf(last).code()).isEqualTo(ErrorCode.DEADLINE_EXCEEDED);
            assertThat(LoadKit.failureOf(last).text()).contains("deadline=PT2S", operation.id());
            assertThat(target.goal()).isEqualTo(FakeTarget.goalOf(1));
            assertThat(kit.budget.reservedBytes()).isEqualTo(2 * 4096);
        }
    }

    @Test
    void load_beforeItsDeadline_isNotTouchedByIt() {
        try (var kit = new LoadKit()) {
            var target = kit.words();
            kit.awaitEnd(kit.jobs.load(target, ALL, List.of(), List.of(), Duration.ofSeconds(2)));
            kit.pass(Duration.ofSeconds(3));
            assertThat(kit.jobs.latest(target.collectionId()))
                    .map(OperationView::state)
                    .contains("loaded");
        }
    }

    @Test
    void shutdown_withLoadsUnderWay_stopsThemKeepsTheirGoalsAndEndsEveryStream() {
        try (var kit = new LoadKit()) {
            var gate = new LoadKit.Gate();
            kit.store.beforeEachRead((_, _, _) -> gate.pass());
            var first = kit.words();
            var second = kit.target("second").segment(1, 1, new Random(1), 3 * MIB);
            var loads = List.of(kit.load(first), kit.load(second));
            gate.awaitReached();
            kit.await(loads.get(0), Type.ADMITTED);
            kit.await(loads.get(1), Type.ADMITTED);
            var streams = loads.stream()
                    .map(load -> kit.jobs.events(load.id(), null).collectList().toFuture())
                    .toList();
            var everything = kit.jobs
                    .events(null, java.util.Set.of(), null)
                    .collectList()
                    .toFuture();

            var down = kit.jobs.shutdown().toFuture();
            assertThat(down).isNotDone();
            gate.open();
            kit.shutdown();
            down.join();
            assertThat(kit.budget.reservedBytes()).isZero();
            for (var load : loads) {
                var last = kit.awaitEnd(load);
                assertThat(last.state()).isEqualTo("cancelled");
                assertThat(LoadKit.failureOf(last).code()).isEqualTo(ErrorCode.SERVICE_UNAVAILABLE);
                assertThat(LoadKit.failureOf(last).retriable()).isTrue();
            }
            assertThat(first.goal()).isEqualTo(ALL);
            assertThat(second.goal()).isEqualTo(ALL);
            streams.forEach(stream -> assertThat(stream.join().getLast().type()).isEqualTo(Type.CANCELLED));
            assertThat(everything.join())
                    .filteredOn(event -> event.event().type() == Type.CANCELLED)
                    .hasSize(2);
            assertThatThrownBy(() -> kit.load(first)).isInstanceOf(EngineException.Unavailable.class);
            assertThatThrownBy(() -> kit.release(first)).isInstanceOf(EngineException.Unavailable.class);
        }
    }

    @RepeatedTest(20)
    void shutdown_atAnyMoment_holdsNoByteWhenItCompletes() {
        try (var kit = new LoadKit()) {
            var random = new Random(11);
            for (int i = 0; i < 8; i++) {
                kit.load(kit.target("c" + i).segment(i, 1, random, 2 * MIB, 50));
            }
            kit.shutdown();
            assertThat(kit.jobs.list())
                    .allSatisfy(operation -> assertThat(operation.state()).isIn("cancelled", "loaded"));
        }
    }
}
