package io.sluice.engine.load;

import io.sluice.engine.error.EngineException;
import reactor.core.publisher.Mono;

/** One piece of work on one collection. {@link LoadJobs} runs it when its turn has come. Thread-safe. */
sealed interface Job permits LoadJob, ReleaseJob {
    /** Of a goal that is saved in the name of no present load: a restart that takes it up makes the first attempt. */
    int NO_ATTEMPT_YET = 0;

    Operation operation();

    /**
     * Runs to a terminal state of the operation, beginning on the thread that subscribes, which may block. Subscribed to
     * once, by {@link LoadJobs}; completes when the next job on the collection may start; fails only when even saying so
     * failed.
     */
    Mono<Void> run();

    /** Asks a job that runs to end soon. */
    void stop(EngineException why);

    /** The job is not going to run: says so. */
    void neverRuns(EngineException why);

    /** Looks whether there is progress or standstill to tell; several times a second while the job runs. Quick. */
    void tick();
}
