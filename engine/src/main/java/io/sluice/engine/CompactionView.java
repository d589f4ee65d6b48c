package io.sluice.engine;

import java.util.List;

/**
 * How far a compaction is; all numbers are 0 for an id that is not known, which counts as completed.
 *
 * @param compactionId -1 when there was nothing to do
 * @param executingPlans merges that wait or run
 * @param merges what was merged so far
 * @param reason why it waits or what failed; empty when all is well
 */
public record CompactionView(
        long compactionId, int executingPlans, int completedPlans, int failedPlans, List<Merge> merges, String reason) {
    public CompactionView {
        merges = List.copyOf(merges);
    }

    /** @param target 0 when no row was left */
    public record Merge(List<Long> sources, long target) {
        public Merge {
            sources = List.copyOf(sources);
        }
    }

    public boolean completed() {
        return executingPlans == 0;
    }

    /** As Milvus counts them when a compaction starts. */
    public int planCount() {
        return executingPlans + completedPlans + failedPlans;
    }
}
