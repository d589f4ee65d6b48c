package io.sluice.engine.load;

import java.util.ArrayDeque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The jobs of one collection in the order of their turns; the first runs. Guarded by {@link LoadJobs}' lock. */
final class JobLane {
    private final ArrayDeque<Job> jobs = new ArrayDeque<>();

    /** Answers whether it is this job's turn at once. */
    boolean add(Job job) {
        jobs.addLast(job);
        return jobs.size() == 1;
    }

    @Nullable
    Job newest() {
        return jobs.peekLast();
    }

    List<Job> all() {
        return List.copyOf(jobs);
    }

    /** Takes out a job whose turn has not come; answers false for one that runs or is gone. */
    boolean removeWaiting(Job job) {
        return jobs.peekFirst() != job && jobs.remove(job);
    }

    /** The running job has ended; answers whose turn it is now. */
    @Nullable
    Job endTurn(Job job) {
        Job ended = jobs.pollFirst();
        assert ended == job : "turn ended by " + job.operation() + " instead of " + ended;
        return jobs.peekFirst();
    }

    boolean isEmpty() {
        return jobs.isEmpty();
    }
}
