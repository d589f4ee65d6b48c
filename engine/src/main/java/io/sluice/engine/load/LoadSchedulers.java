package io.sluice.engine.load;

import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/**
 * Where loads and releases run: named and bounded. Whoever makes them disposes them, after {@link LoadJobs#shutdown}.
 *
 * @param segmentIo reads files, and gives back what a load that ended badly has staged; blocks
 * @param jobs begins the jobs that no request's thread begins; talks to collections and to the catalog, and gives back what
 *     was unpublished; blocks for milliseconds
 * @param events hands events to subscribers; never blocks
 * @param timers ticks; never blocks
 */
public record LoadSchedulers(Scheduler segmentIo, Scheduler jobs, Scheduler events, Scheduler timers) {
    private static final int SEGMENT_IO_THREADS = 4; // two plans with two readers each
    private static final int JOB_THREADS = 4;
    private static final int EVENT_THREADS = 2;
    private static final int QUEUED_TASKS = 100_000; // two readers for each of 10,000 loads at a restart, and room
    private static final int IDLE_SECONDS = 60;

    public static LoadSchedulers create() {
        return new LoadSchedulers(
                blocking(SEGMENT_IO_THREADS, "segment-io"),
                blocking(JOB_THREADS, "load-jobs"),
                Schedulers.newParallel("load-events", EVENT_THREADS, true),
                Schedulers.newSingle("load-timers", true));
    }

    private static Scheduler blocking(int threads, String name) {
        return Schedulers.newBoundedElastic(threads, QUEUED_TASKS, name, IDLE_SECONDS, true);
    }

    /** Lets what runs finish and interrupts nothing; completes when the threads are gone. */
    public Mono<Void> disposeGracefully() {
        return Mono.when(
                segmentIo.disposeGracefully(),
                jobs.disposeGracefully(),
                events.disposeGracefully(),
                timers.disposeGracefully());
    }
}
