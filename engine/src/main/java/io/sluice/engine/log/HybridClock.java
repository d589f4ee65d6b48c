package io.sluice.engine.log;

import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/** Gives hybrid timestamps: milliseconds &lt;&lt; 18 | logical, each above all before it. Thread-safe. */
final class HybridClock {
    static final int LOGICAL_BITS = 18;

    private final LongSupplier millis;
    private final AtomicLong last;

    /** @param highest no timestamp at or below it is given */
    HybridClock(LongSupplier millis, long highest) {
        this.millis = millis;
        this.last = new AtomicLong(highest);
    }

    long next() {
        long now = millis.getAsLong() << LOGICAL_BITS;
        return last.updateAndGet(before -> Math.max(before + 1, now));
    }

    void raiseTo(long highest) {
        last.accumulateAndGet(highest, Math::max);
    }
}
