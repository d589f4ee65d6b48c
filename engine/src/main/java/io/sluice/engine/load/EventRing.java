package io.sluice.engine.load;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Sinks;
import reactor.core.scheduler.Scheduler;

/**
 * The newest events of one stream, numbered from 1 without gaps. Thread-safe: numbers are given under the ring's lock,
 * subscribers are told outside of every lock.
 *
 * <pre>
 *   numbers   1 2 3 4 5 6 7 8 9          capacity 4
 *             forgotten ─┘ └─ kept ─┘    oldest 6, newest 9
 * </pre>
 *
 * A subscriber is a {@link RingCursor}: it reads when it has demand, so a slow one keeps nothing alive and holds nobody
 * up. What it is told is only that there is news; news is a level, not an edge, so the latest is enough.
 */
final class EventRing<E> {
    private static final int ONE = 1;

    private final int capacity;
    private final List<E> slots = new ArrayList<>(); // guarded by this; number n is at (n - 1) % capacity
    private long newest; // guarded by this

    private final Sinks.Many<Long> news = Sinks.many().replay().latest(); // one writer: whoever holds `rings`
    private final AtomicInteger rings = new AtomicInteger();
    private volatile boolean closed;

    EventRing(int capacity) {
        this.capacity = Math.max(capacity, 1);
    }

    /** Gives the event its number and keeps it. The caller calls {@link #announce} after leaving its locks. */
    synchronized E append(LongFunction<E> eventOfNumber) {
        E event = eventOfNumber.apply(newest + 1);
        int slot = (int) (newest % capacity);
        if (slot == slots.size()) {
            slots.add(event);
        } else {
            slots.set(slot, event);
        }
        newest++;
        return event;
    }

    /** Number of the newest event; 0 when there is none. */
    synchronized long newest() {
        return newest;
    }

    /** Number of the oldest event that is kept; 1 when there is none yet. */
    synchronized long oldest() {
        return Math.max(1, newest - capacity + 1);
    }

    /** Null when the event is forgotten or not there yet. */
    synchronized @Nullable E find(long number) {
        return number < oldest() || number > newest ? null : slots.get((int) ((number - 1) % capacity));
    }

    /** Whether {@link #follow} from {@code number} would miss nothing. */
    synchronized boolean canResumeAfter(long number) {
        return number >= 1 && number <= newest && number + 1 >= oldest();
    }

    /** Tells the subscribers that there is news. Never under a lock. */
    void announce() {
        if (rings.getAndIncrement() != 0) {
            return; // whoever is announcing does it once more
        }
        int missed = 1;
        while (missed != 0) {
            boolean last = closed; // asked first: then the news covers all that was ever appended
            var result = news.tryEmitNext(newest());
            assert result.isSuccess() || result == Sinks.EmitResult.FAIL_TERMINATED : result;
            if (last) {
                news.tryEmitComplete();
            }
            missed = rings.addAndGet(-missed);
        }
    }

    /** Ends every stream once it has read what is there. Nothing may be appended afterwards. */
    void close() {
        closed = true;
        announce();
    }

    /**
     * What the cursor has not handed out yet, and then what comes; one cursor per subscriber. The first of it at once, on
     * the thread that asks, all else on {@code scheduler}.
     */
    Flux<E> follow(RingCursor<E> cursor, Scheduler scheduler) {
        Flux<E> coming = news.asFlux()
                .onBackpressureLatest()
                .publishOn(scheduler, ONE) // from here on the reader is on its own worker, not on the job's thread
                .concatMapIterable(_ -> cursor, ONE);
        return Flux.fromIterable(cursor).take(1).concatWith(coming);
    }
}
