package io.sluice.engine.load;

import static io.sluice.engine.load.LoadKit.MIB;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.engine.error.EngineException;
import io.sluice.engine.load.OperationEvent.Type;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.reactivestreams.Subscription;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Flux;

/** Goal: whoever watches, whenever and however slowly, sees the same numbers and exactly one end. */
class OperationEventsTest {
    private static List<OperationEvent> all(Flux<OperationEvent> events) {
        return LoadKit.get(events.collectList());
    }

    /** A load that stops in front of its first chunk until the test opens the gate. */
    private static OperationView loadAtGate(LoadKit kit, LoadKit.Gate gate) {
        kit.store.beforeEachRead((_, _, _) -> gate.pass());
        var operation = kit.load(kit.words());
        gate.awaitReached();
        return operation;
    }

    @Test
    void events_ofARunningLoad_startWithASnapshotAndGoOnWithTheNextNumber() {
        try (var kit = new LoadKit()) {
            var gate = new LoadKit.Gate();
            var operation = loadAtGate(kit, gate);
            var watched = kit.jobs.events(operation.id(), null).collectList().toFuture();
            var known = kit.jobs.find(operation.id()).orElseThrow();
            gate.open();
            var events = watched.join();
            assertThat(events.getFirst().type()).isEqualTo(Type.SNAPSHOT);
            assertThat(events.getFirst().sequence()).isGreaterThanOrEqualTo(known.lastSequence());
            assertGapless(events);
            assertThat(events.getLast().type()).isEqualTo(Type.LOADED);
        }
    }

    private static void assertGapless(List<OperationEvent> events) {
        long first = events.getFirst().sequence();
        assertThat(events)
                .extracting(OperationEvent::sequence)
                .containsExactlyElementsOf(IntStream.range(0, events.size())
                        .mapToObj(i -> first + i)
                        .toList());
    }

    @Test
    void events_ofAFinishedLoad_areASnapshotAndTheTerminalEvent() {
        try (var kit = new LoadKit()) {
            var last = kit.loaded(kit.words());
            var events = all(kit.jobs.events(last.id(), null));
            assertThat(events).extracting(OperationEvent::type).containsExactly(Type.SNAPSHOT, Type.LOADED);
            assertThat(events.getFirst().view().state()).isEqualTo("loaded");
            assertThat(events.getLast().sequence()).isEqualTo(last.lastSequence());
            assertGapless(events);
        }
    }

    @Test
    void events_reconnectedAtEachPosition_goOnBehindIt() {
        try (var kit = new LoadKit()) {
            var last = kit.loaded(kit.words());
            var whole = all(kit.jobs.events(last.id(), last.id() + ":1"));
            for (int i = 0; i < whole.size(); i++) {
                var rest = all(kit.jobs.events(last.id(), whole.get(i).eventId()));
                assertThat(rest).isEqualTo(whole.subList(i + 1, whole.size()));
            }
            assertThat(all(kit.jobs.events(last.id(), whole.getLast().eventId())))
                    .isEmpty();
        }
    }

    @Test
    void events_withAnUnknownLastId_startWithASnapshot() {
        try (var kit = new LoadKit()) {
            var last = kit.loaded(kit.words());
            for (String unknown : List.of(
                    "x:1",
                    last.id() + ":0",
                    last.id() + ":999",
                    last.id() + ":-1",
                    "",
                    last.id() + ".2:1",
                    last.id() + ":one",
                    ":",
                    last.id() + ":99999999999999999999")) {
                assertThat(all(kit.jobs.events(last.id(), unknown)))
                        .as(unknown)
                        .extracting(OperationEvent::type)
                        .containsExactly(Type.SNAPSHOT, Type.LOADED);
            }
        }
    }

    @Test
    void events_ofAResumedLoad_carryTheAttempt() {
        try (var kit = new LoadKit()) {
            var operation = kit.jobs.resume(kit.words(), LoadKit.ALL, List.of(), List.of(), "load-a-1", 3);
            kit.awaitEnd(operation);
            var events = all(kit.jobs.events("load-a-1", "load-a-1.3:1"));
            assertThat(events).first().extracting(OperationEvent::eventId).isEqualTo("load-a-1.3:2");
        }
    }

    @Test
    void events_ofAnUnknownOperation_areNotFound() {
        try (var kit = new LoadKit()) {
            assertThatThrownBy(() -> kit.jobs.events("load-x-1", null).blockLast())
                    .isInstanceOf(EngineException.NotFound.class);
        }
    }

    @Test
    void events_forAHundredWatchers_areTheSame() {
        try (var kit = new LoadKit()) {
            var gate = new LoadKit.Gate();
            var operation = loadAtGate(kit, gate);
            var watchers = IntStream.range(0, 100)
                    .mapToObj(_ -> kit.jobs
                            .events(operation.id(), operation.id() + ":1")
                            .collectList()
                            .toFuture())
                    .toList();
            gate.open();
            var expected = kit.eventsToTheEnd(operation);
            assertThat(watchers)
                    .allSatisfy(watcher -> assertThat(watcher.join()).isEqualTo(expected));
        }
    }

    /** Asks for one event at a time, when the test says so. */
    private static final class SlowWatcher<T> extends BaseSubscriber<T> {
        final List<T> seen = new CopyOnWriteArrayList<>();
        final CountDownLatch ended = new CountDownLatch(1);

        @Override
        protected void hookOnSubscribe(Subscription subscription) {}

        @Override
        protected void hookOnNext(T event) {
            seen.add(event);
        }

        @Override
        protected void hookOnComplete() {
            ended.countDown();
        }

        T askForOne() {
            int before = seen.size();
            request(1);
            LoadKit.spinUntil(() -> seen.size() > before);
            return seen.getLast();
        }
    }

    @Test
    void events_forASlowWatcherThatFellOutOfTheRing_goOnWithASnapshot() throws InterruptedException {
        try (var kit = new LoadKit(64L * MIB, LoadKit.options(0, 1, 4))) {
            var target = kit.target("many");
            var random = new Random(1);
            for (int segment = 0; segment < 20; segment++) {
                target.segment(segment, 1, random, 100);
            }
            var gate = new LoadKit.Gate();
            kit.store.beforeEachRead((_, _, _) -> gate.pass());
            var operation = kit.load(target);
            gate.awaitReached();
            var slow = new SlowWatcher<OperationEvent>();
            kit.jobs.events(operation.id(), null).subscribe(slow);
            assertThat(slow.askForOne().type()).isEqualTo(Type.SNAPSHOT);
            gate.open();
            var last = kit.awaitEnd(operation);
            assertThat(slow.seen).as("nothing comes unasked").hasSize(1);

            slow.request(Long.MAX_VALUE);
            assertThat(slow.ended.await(LoadKit.PATIENCE.toSeconds(), TimeUnit.SECONDS))
                    .isTrue();
            assertThat(slow.seen.size()).isLessThan(10);
            assertThat(slow.seen)
                    .filteredOn(event -> event.type() == Type.SNAPSHOT)
                    .hasSizeGreaterThanOrEqualTo(2);
            assertThat(slow.seen).filteredOn(event -> event.type().terminal()).hasSize(1);
            assertThat(slow.seen.getLast().sequence()).isEqualTo(last.lastSequence());
            assertThat(slow.seen).extracting(OperationEvent::sequence).isSorted();
        }
    }

    @Test
    void events_whenTheWatcherLeaves_theLoadGoesOn() {
        try (var kit = new LoadKit()) {
            var gate = new LoadKit.Gate();
            var operation = loadAtGate(kit, gate);
            assertThat(kit.jobs.events(operation.id(), null).blockFirst(LoadKit.PATIENCE))
                    .isNotNull();
            gate.open();
            assertThat(kit.awaitEnd(operation).state()).isEqualTo("loaded");
        }
    }

    @Test
    void everything_holdsTheEventsOfAllOperationsUnderItsOwnNumbers() {
        try (var kit = new LoadKit()) {
            var small = kit.target("small").segment(1, 1, new Random(1), 10);
            kit.loaded(small);
            kit.awaitEnd(kit.release(small));
            var numbered = LoadKit.get(kit.jobs
                    .events(null, Set.of(), LoadKit.EPOCH + ":1")
                    .takeUntil(event -> event.event().type() == Type.RELEASED)
                    .collectList());
            assertThat(numbered)
                    .extracting(event -> event.event().type())
                    .containsExactly(
                            Type.ADMITTED,
                            Type.SEGMENT,
                            Type.PROGRESS,
                            Type.LOADED,
                            Type.QUEUED,
                            Type.RELEASING,
                            Type.RELEASED);
            assertThat(numbered).first().extracting(MultiplexedEvent::eventId).isEqualTo("e7:2");
            assertThat(numbered).last().extracting(MultiplexedEvent::eventId).isEqualTo("e7:8");
            for (var event : numbered.subList(0, 6)) {
                var next = LoadKit.get(
                        kit.jobs.events(null, Set.of(), event.eventId()).next());
                assertThat(next.number()).isEqualTo(event.number() + 1);
            }
        }
    }

    @Test
    void everything_fromNow_startsWithSnapshotsOfWhatRuns() {
        try (var kit = new LoadKit()) {
            kit.loaded(kit.target("done"));
            var gate = new LoadKit.Gate();
            var operation = loadAtGate(kit, gate);
            var first = LoadKit.get(kit.jobs.events(null, Set.of(), "e6:3").next());
            assertThat(first.event().type()).isEqualTo(Type.SNAPSHOT);
            assertThat(first.event().view().id()).isEqualTo(operation.id());
            var next = kit.jobs.events(null, Set.of(), null).skip(1).next().toFuture();
            gate.open();
            assertThat(next.join().number()).isEqualTo(first.number() + 1);
            kit.awaitEnd(operation);
        }
    }

    @Test
    void everything_filtered_hasTheNumbersOfTheWhole() {
        try (var kit = new LoadKit()) {
            var a = kit.target("a");
            var b = kit.target("b");
            var watched = kit.jobs
                    .events("default", Set.of("b"), null)
                    .take(4)
                    .collectList()
                    .toFuture();
            var other = kit.jobs.events("elsewhere", Set.of(), null).next().toFuture();
            kit.loaded(a);
            kit.loaded(b);
            var events = watched.join();
            assertThat(events)
                    .extracting(event -> event.event().view().collection())
                    .containsOnly("b");
            assertThat(events)
                    .extracting(event -> event.event().type())
                    .containsExactly(Type.QUEUED, Type.ADMITTED, Type.PROGRESS, Type.LOADED);
            assertThat(events).extracting(MultiplexedEvent::number).containsExactly(5L, 6L, 7L, 8L);
            assertThat(other).isNotDone();
            kit.awaitEnd(kit.release(a));
        }
    }

    @Test
    void everything_forASlowWatcherThatFellOutOfTheRing_tellsWhatChangedMeanwhile() {
        try (var kit = new LoadKit(64L * MIB, LoadKit.options(0, 1, 1))) { // a ring of 16
            var first = kit.target("first");
            kit.loaded(first);
            var slow = new SlowWatcher<MultiplexedEvent>();
            kit.jobs.events(null, Set.of(), "e7:1").subscribe(slow);
            slow.askForOne();
            slow.askForOne();
            List<String> ended = new ArrayList<>();
            for (int i = 0; i < 10; i++) {
                ended.add(kit.loaded(kit.target("c" + i)).id());
            }
            for (int i = 0; i < 11; i++) {
                slow.askForOne();
            }
            var snapshots = slow.seen.stream()
                    .filter(event -> event.event().type() == Type.SNAPSHOT)
                    .toList();
            assertThat(snapshots).extracting(event -> event.event().view().id()).containsAll(ended.subList(0, 9));
            assertThat(snapshots)
                    .extracting(MultiplexedEvent::number)
                    .containsOnly(snapshots.getFirst().number());
            slow.cancel();
        }
    }
}
