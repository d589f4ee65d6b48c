package io.sluice.engine.catalog;

import java.util.List;

/**
 * One handover from the log to files, or one replacement of files by others: all or nothing.
 *
 * @param partitionId whose {@code sealedThroughLsn} becomes the one given here, never less than it was
 */
public record SealCommit(
        long collectionId,
        long partitionId,
        long sealedThroughLsn,
        List<SegmentRecord> addedSegments,
        List<DeltaRecord> addedDeltas,
        List<Long> removedSegmentIds,
        List<Long> removedDeltaIds) {
    public SealCommit {
        addedSegments = List.copyOf(addedSegments);
        addedDeltas = List.copyOf(addedDeltas);
        removedSegmentIds = List.copyOf(removedSegmentIds);
        removedDeltaIds = List.copyOf(removedDeltaIds);
    }
}
