package io.sluice.engine.load;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.scheduler.Schedulers;

class EventRingTest {
    private static final String SNAPSHOT = "snapshot";

    private static RingCursor<String> cursor(EventRing<String> ring, long after) {
        return new RingCursor<>(ring, after, _ -> {
            long newest = ring.newest();
            return new RingCursor.Snapshot<>(newest, List.of(SNAPSHOT + newest));
        });
    }

    private static List<String> read(RingCursor<String> cursor) {
        List<String> events = new java.util.ArrayList<>();
        cursor.forEach(events::add);
        return events;
    }

    private static void fill(EventRing<String> ring, int count) {
        IntStream.range(0, count).forEach(_ -> ring.append(number -> "e" + number));
    }

    @Test
    void append_beyondCapacity_forgetsTheOldest() {
        var ring = new EventRing<String>(3);
        assertThat(ring.oldest()).isEqualTo(1);
        fill(ring, 5);
        assertThat(ring.oldest()).isEqualTo(3);
        assertThat(ring.newest()).isEqualTo(5);
        assertThat(ring.find(2)).isNull();
        assertThat(ring.find(3)).isEqualTo("e3");
        assertThat(ring.find(5)).isEqualTo("e5");
        assertThat(ring.find(6)).isNull();
    }

    @Test
    void canResumeAfter_isSoWhileNothingIsMissed() {
        var ring = new EventRing<String>(3);
        assertThat(ring.canResumeAfter(0)).isFalse();
        fill(ring, 5);
        assertThat(LongStream.range(-1, 8).filter(ring::canResumeAfter)).containsExactly(2L, 3L, 4L, 5L);
    }

    @Test
    void cursor_askedAgain_goesOnWhereItWas() {
        var ring = new EventRing<String>(8);
        fill(ring, 2);
        var cursor = cursor(ring, 1);
        assertThat(read(cursor)).containsExactly("e2");
        assertThat(read(cursor)).isEmpty();
        fill(ring, 2);
        assertThat(read(cursor)).containsExactly("e3", "e4");
    }

    @Test
    void cursor_thatFellOut_handsOutASnapshotAndGoesOn() {
        var ring = new EventRing<String>(2);
        fill(ring, 2);
        var cursor = cursor(ring, RingCursor.NOWHERE);
        assertThat(read(cursor)).containsExactly("snapshot2");
        fill(ring, 5);
        assertThat(read(cursor)).containsExactly("snapshot7");
        fill(ring, 1);
        assertThat(read(cursor)).containsExactly("e8");
    }

    @Test
    void cursor_withNothingToSnapshot_handsOutNothing() {
        var ring = new EventRing<String>(2);
        fill(ring, 3);
        var cursor = new RingCursor<>(ring, RingCursor.NOWHERE, _ -> new RingCursor.Snapshot<>(3, List.<String>of()));
        assertThat(cursor.hasNext()).isFalse();
    }

    /**
     * Goal: no wake-up is lost. Method: two writers, many readers of different speed, a ring that is too small for
     * some.
     */
    @Test
    void follow_whileOthersAppend_seesTheEndAndNeverGoesBack() throws Exception {
        int count = 20_000;
        var ring = new EventRing<String>(64);
        var scheduler = Schedulers.newParallel("ring-test", 2, true);
        try (var writers = Executors.newFixedThreadPool(2)) {
            fill(ring, 1);
            var readers = IntStream.range(0, 8)
                    .mapToObj(i -> ring.follow(cursor(ring, 1), scheduler)
                            .limitRate(1 + i)
                            .map(event -> Long.parseLong(event.replaceAll("[a-z]", "")))
                            .collectList()
                            .toFuture())
                    .toList();
            var writing = IntStream.range(0, 2)
                    .mapToObj(_ -> CompletableFuture.runAsync(
                            () -> {
                                for (int i = 0; i < count; i++) {
                                    ring.append(number -> "e" + number);
                                    ring.announce();
                                }
                            },
                            writers))
                    .toList();
            writing.forEach(CompletableFuture::join);
            ring.close();
            for (var reader : readers) {
                List<Long> seen = reader.get();
                assertThat(seen.getLast()).isEqualTo(2L * count + 1);
                assertThat(seen).isSorted().doesNotHaveDuplicates();
            }
        } finally {
            scheduler.dispose();
        }
    }

    /** Found by the shutdown test: a close beside an announcement ended the stream before its last event. */
    @Test
    void close_besideAnAnnouncement_stillHandsOutTheLastEvent() {
        var scheduler = Schedulers.newParallel("ring-test", 1, true);
        try {
            for (int run = 0; run < 2_000; run++) {
                var ring = new EventRing<String>(8);
                fill(ring, 1);
                var seen = ring.follow(cursor(ring, 1), scheduler).collectList().toFuture();
                var announcing = CompletableFuture.runAsync(ring::announce);
                fill(ring, 1);
                ring.close();
                announcing.join();
                assertThat(seen.join()).as("run %d", run).containsExactly("e2");
            }
        } finally {
            scheduler.dispose();
        }
    }

    @Test
    void follow_afterClose_readsWhatIsThereAndEnds() {
        var ring = new EventRing<String>(8);
        fill(ring, 3);
        ring.close();
        Flux<String> late = Flux.defer(() -> ring.follow(cursor(ring, 1), Schedulers.immediate()));
        assertThat(LoadKit.get(late.collectList())).containsExactly("e2", "e3");
    }

    /** So that a response has its first event before its load has a thread, and a long replay keeps no thread for itself. */
    @Test
    void follow_withEventsThere_handsOutTheFirstOnTheThreadThatAsks() {
        var scheduler = Schedulers.newParallel("ring-test", 1, true);
        try {
            for (int there = 1; there < 6; there++) {
                var ring = new EventRing<String>(8);
                fill(ring, 1 + there);
                List<String> threads = new CopyOnWriteArrayList<>();
                var events = ring.follow(cursor(ring, 1), scheduler)
                        .doOnNext(_ -> threads.add(Thread.currentThread().getName()))
                        .collectList()
                        .toFuture();
                ring.close();
                assertThat(events.join())
                        .containsExactlyElementsOf(IntStream.rangeClosed(2, 1 + there)
                                .mapToObj(number -> "e" + number)
                                .toList());
                assertThat(threads.getFirst()).isEqualTo(Thread.currentThread().getName());
                assertThat(threads.subList(1, there)).allMatch(thread -> thread.startsWith("ring-test"));
            }
        } finally {
            scheduler.dispose();
        }
    }
}
