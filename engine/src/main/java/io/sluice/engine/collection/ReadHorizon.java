package io.sluice.engine.collection;

import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * The oldest timestamp that reads of the last while ran at: what was deleted before it may go for good. Thread-safe.
 *
 * <p>An iterator pages at the timestamp of its first page, so every page keeps the horizon back; one that pauses for
 * longer than {@code retention} loses it. The horizon is kept in two halves, so that it looks back between one and two
 * times {@code retention}.
 */
final class ReadHorizon {
    private final long retentionNanos;
    private final LongSupplier nanoTime;
    private volatile Half current;
    private volatile long before = Long.MAX_VALUE; // the oldest of the half before

    private record Half(long startNanos, long oldest) {}

    ReadHorizon(Duration retention, LongSupplier nanoTime) {
        this.retentionNanos = retention.toNanos();
        this.nanoTime = nanoTime;
        this.current = new Half(nanoTime.getAsLong(), Long.MAX_VALUE);
    }

    /** A read runs at this timestamp. */
    void note(long timestamp) {
        Half now = current;
        if (timestamp < now.oldest || nanoTime.getAsLong() - now.startNanos >= retentionNanos) {
            turn(timestamp);
        }
    }

    /** {@code Long.MAX_VALUE} when nobody read for a while. */
    long oldest() {
        turn(Long.MAX_VALUE);
        return Math.min(current.oldest, before);
    }

    private synchronized void turn(long timestamp) {
        long nanos = nanoTime.getAsLong();
        Half now = current;
        long age = nanos - now.startNanos;
        if (age >= retentionNanos) {
            before = age >= 2 * retentionNanos ? Long.MAX_VALUE : now.oldest;
            current = new Half(nanos, timestamp);
        } else if (timestamp < now.oldest) {
            current = new Half(now.startNanos, timestamp);
        }
    }
}
