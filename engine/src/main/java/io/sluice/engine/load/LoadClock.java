package io.sluice.engine.load;

import java.time.InstantSource;
import java.util.function.LongSupplier;
import reactor.core.scheduler.Scheduler;

/**
 * What time it is, and who wakes us later.
 *
 * @param nanos never goes back
 * @param wall for people
 * @param timers run short, non-blocking tasks
 */
record LoadClock(LongSupplier nanos, InstantSource wall, Scheduler timers) {
    static LoadClock system(Scheduler timers) {
        return new LoadClock(System::nanoTime, InstantSource.system(), timers);
    }
}
