package io.sluice.engine.compaction;

import java.util.List;

/**
 * How far a compaction is. Immutable.
 *
 * @param executing merges that wait or run
 * @param completed merges that are done, those that found nothing to do included
 * @param merges what was merged so far
 * @param reason why it waits or what failed; empty when all is well
 */
public record CompactionStatus(long id, int executing, int completed, int failed, List<Merge> merges, String reason) {
    public CompactionStatus {
        merges = List.copyOf(merges);
    }

    /** @param target 0 when no row was left */
    public record Merge(List<Long> sources, long target) {
        public Merge {
            sources = List.copyOf(sources);
        }
    }
}
