package io.sluice.engine.compaction;

import java.util.List;

/**
 * What a compaction of one collection shall do. Immutable.
 *
 * @param kind how much
 * @param targetBytes data of a merged segment
 * @param partitionId 0 = all
 * @param segmentIds only these; empty = all
 */
public record CompactionOrder(Kind kind, long targetBytes, long partitionId, List<Long> segmentIds) {
    public CompactionOrder {
        segmentIds = List.copyOf(segmentIds);
    }

    /** How much a compaction does; each also leaves out deleted rows of what it rewrites. */
    public enum Kind {
        /** Merges when there are many small segments; rewrites where a fifth of the rows is deleted. */
        AUTOMATIC,
        /** Merges whatever together stays below the target; rewrites every segment with deleted rows. */
        MERGE,
        /** Rewrites every segment with deleted rows; merges nothing. */
        DELETES
    }
}
