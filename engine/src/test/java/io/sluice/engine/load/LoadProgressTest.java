package io.sluice.engine.load;

import static io.sluice.engine.load.LoadKit.MIB;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.engine.load.OperationEvent.Type;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** What a load says while it runs: progress, standstill, rate. Time is virtual. */
class LoadProgressTest {
    /** Lets reads through one by one. */
    private static final class Turnstile {
        private final Semaphore turns = new Semaphore(0);
        private final AtomicInteger arrived = new AtomicInteger();

        void pass() {
            arrived.incrementAndGet();
            turns.acquireUninterruptibly();
        }

        void awaitArrivals(int reads) {
            LoadKit.spinUntil(() -> arrived.get() == reads);
        }

        void letPass(int reads) {
            turns.release(reads);
        }
    }

    private static long bytesLoaded(LoadKit kit, OperationView operation) {
        return kit.jobs.find(operation.id()).orElseThrow().bytesLoaded();
    }

    @Test
    void progress_ofManyChunksBetweenTwoTicks_isOneEvent() {
        try (var kit = new LoadKit()) {
            var turnstile = new Turnstile();
            kit.store.beforeEachRead((_, _, _) -> turnstile.pass());
            var operation = kit.load(kit.target("words").segment(1, 1, new Random(1), 10 * MIB));
            turnstile.letPass(4);
            LoadKit.spinUntil(() -> bytesLoaded(kit, operation) == 4 * MIB);
            kit.pass(Duration.ofMillis(200)); // two ticks, the second has nothing new
            turnstile.letPass(3);
            LoadKit.spinUntil(() -> bytesLoaded(kit, operation) == 7 * MIB);
            kit.pass(Duration.ofMillis(100));
            turnstile.letPass(3);

            var events = kit.eventsToTheEnd(operation);
            assertThat(events)
                    .extracting(OperationEvent::type)
                    .containsExactly(
                            Type.ADMITTED, Type.PROGRESS, Type.PROGRESS, Type.SEGMENT, Type.PROGRESS, Type.LOADED);
            assertThat(events).extracting(event -> event.view().percent()).containsExactly(0, 40, 70, 99, 99, 100);
            assertThat(events.get(1).view().bytesLoaded()).isEqualTo(4 * MIB);
            assertThat(events.get(1).view().bytesPerSecond()).isEqualTo(40 * MIB);
            assertThat(events.get(1).view().etaSeconds()).isEqualTo(0.15);
            assertThat(events.get(2).view().bytesPerSecond()).isEqualTo(70L * MIB / 3);
            assertThat(events.get(2).at()).isAfter(events.get(1).at());
        }
    }

    @Test
    void stall_whileAReadTakesLong_saysWhichOneAndThenThatItGoesOn() {
        try (var kit = new LoadKit()) {
            var turnstile = new Turnstile();
            kit.store.beforeEachRead((_, _, _) -> turnstile.pass());
            var operation = kit.load(kit.target("words").segment(8, 1, new Random(1), 3 * MIB));
            turnstile.awaitArrivals(2);
            kit.pass(Duration.ofSeconds(4));
            turnstile.letPass(1);
            LoadKit.spinUntil(() -> bytesLoaded(kit, operation) == MIB);
            turnstile.awaitArrivals(3);
            kit.pass(Duration.ofSeconds(4));
            assertThat(kit.jobs.find(operation.id()).orElseThrow().stalled()).isNull();
            kit.pass(Duration.ofSeconds(2));
            assertThat(kit.jobs.find(operation.id()).orElseThrow().stalled())
                    .startsWith("slow read: ")
                    .contains("segment=8, field f0, chunk=");
            turnstile.letPass(2);
            assertThat(kit.eventsToTheEnd(operation))
                    .extracting(OperationEvent::type)
                    .containsExactly(
                            Type.ADMITTED,
                            Type.PROGRESS,
                            Type.STALLED,
                            Type.RESUMED,
                            Type.SEGMENT,
                            Type.PROGRESS,
                            Type.LOADED);
        }
    }

    @Test
    void stall_whilePublishing_saysSo() {
        try (var kit = new LoadKit()) {
            var target = kit.words();
            var gate = new LoadKit.Gate();
            target.beforePublish = gate::pass;
            var operation = kit.load(target);
            gate.awaitReached();
            kit.pass(Duration.ofSeconds(6));
            assertThat(kit.jobs.find(operation.id()).orElseThrow().stalled()).startsWith("publishing: ");
            gate.open();
            assertThat(kit.eventsToTheEnd(operation))
                    .extracting(OperationEvent::type)
                    .endsWith(Type.STALLED, Type.RESUMED, Type.LOADED);
        }
    }

    @Test
    void rate_limited_takesAsLongAsItSays() {
        try (var kit = new LoadKit(64L * MIB, LoadKit.options(MIB, 2, 256))) {
            var operation = kit.load(kit.target("words").segment(1, 1, new Random(1), 20 * MIB));
            kit.await(operation, Type.ADMITTED);
            long startMillis = millis(kit);
            kit.passUntil(() -> bytesLoaded(kit, operation) >= 10 * MIB);
            assertThat(millis(kit) - startMillis).isGreaterThanOrEqualTo(9_500);
            kit.passUntil(() -> kit.jobs.find(operation.id()).orElseThrow().finished());
            assertThat(millis(kit) - startMillis).isGreaterThanOrEqualTo(19_500);
        }
    }

    private static long millis(LoadKit kit) {
        return kit.time.now(TimeUnit.MILLISECONDS);
    }

    @Test
    void rate_limited_isNoStallAndIsCancelledAtOnce() {
        try (var kit = new LoadKit(64L * MIB, LoadKit.options(1, 2, 256))) { // a byte per second
            long timersBefore = kit.time.getScheduledTaskCount();
            var operation = kit.load(kit.words());
            int timers = 2; // the turns of two readers
            LoadKit.spinUntil(() -> kit.time.getScheduledTaskCount() == timersBefore + timers);
            kit.pass(Duration.ofSeconds(20));
            assertThat(kit.jobs.find(operation.id()).orElseThrow().stalled()).isNull();
            assertThat(LoadKit.get(kit.jobs.cancel(operation.id())).state()).isEqualTo("cancelled");
            assertThat(kit.store.chunkBytesRead()).isZero();
            assertThat(kit.budget.reservedBytes()).isZero();
        }
    }
}
