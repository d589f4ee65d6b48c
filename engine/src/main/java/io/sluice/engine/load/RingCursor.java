package io.sluice.engine.load;

import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/**
 * Where one subscriber stands in an {@link EventRing}. Iterates over what is new; asked again later, it goes on.
 * Confined to one thread at a time.
 *
 * <p>A cursor that has fallen out of the ring, or that starts without a position, hands out a snapshot instead of what
 * it has missed, and goes on behind it.
 */
final class RingCursor<E> implements Iterable<E>, Iterator<E> {
    /** A start without a position. */
    static final long NOWHERE = -1;

    /**
     * What stands for missed events.
     *
     * @param number of the last event that the snapshot covers; the next event is {@code number + 1}
     */
    record Snapshot<E>(long number, List<E> events) {}

    private final EventRing<E> ring;
    private final LongFunction<Snapshot<E>> snapshotSince;
    private final ArrayDeque<E> snapshot = new ArrayDeque<>();
    private long handedOut;
    private @Nullable E upcoming;

    /**
     * @param handedOut number of the last event that the subscriber has, or {@link #NOWHERE}
     * @param snapshotSince gets that number
     */
    RingCursor(EventRing<E> ring, long handedOut, LongFunction<Snapshot<E>> snapshotSince) {
        this.ring = ring;
        this.handedOut = handedOut;
        this.snapshotSince = snapshotSince;
    }

    @Override
    public Iterator<E> iterator() {
        return this;
    }

    @Override
    public boolean hasNext() {
        if (upcoming == null) {
            upcoming = lookUp();
        }
        return upcoming != null;
    }

    @Override
    public E next() {
        if (!hasNext()) {
            throw new NoSuchElementException();
        }
        E event = upcoming;
        assert event != null;
        upcoming = null;
        return event;
    }

    private @Nullable E lookUp() {
        while (true) {
            E event = snapshot.poll();
            if (event != null) {
                return event;
            }
            if (handedOut + 1 < ring.oldest()) {
                takeSnapshot();
                continue;
            }
            if (handedOut >= ring.newest()) {
                return null;
            }
            event = ring.find(handedOut + 1);
            if (event != null) {
                handedOut++;
                return event;
            } // else forgotten between the two questions
        }
    }

    private void takeSnapshot() {
        Snapshot<E> taken = snapshotSince.apply(handedOut);
        handedOut = taken.number();
        snapshot.addAll(taken.events());
    }
}
