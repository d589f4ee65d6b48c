package io.sluice.engine.catalog;

import java.util.List;

/**
 * One handover from the log to files, or one replacement of files by others: all or nothing.
 *
 * @param partitionId whose {@code sealedThroughLsn} becomes the one given here, never less than it was
 * @param removedSegmentIds must be there, as must {@code removedDeltaIds}; a segment may be among the added ones too, which
 *     replaces its record
 * @param addedIndexFiles of the added segments
 */
public record SealCommit(
        long collectionId,
        long partitionId,
        long sealedThroughLsn,
        List<SegmentRecord> addedSegments,
        List<DeltaRecord> addedDeltas,
        List<Long> removedSegmentIds,
        List<Long> removedDeltaIds,
        List<IndexFileRecord> addedIndexFiles) {
    public SealCommit {
        addedSegments = List.copyOf(addedSegments);
        addedDeltas = List.copyOf(addedDeltas);
        removedSegmentIds = List.copyOf(removedSegmentIds);
        removedDeltaIds = List.copyOf(removedDeltaIds);
        addedIndexFiles = List.copyOf(addedIndexFiles);
    }

    /** Without index files. */
    public SealCommit(
            long collectionId,
            long partitionId,
            long sealedThroughLsn,
            List<SegmentRecord> addedSegments,
            List<DeltaRecord> addedDeltas,
            List<Long> removedSegmentIds,
            List<Long> removedDeltaIds) {
        this(
                collectionId,
                partitionId,
                sealedThroughLsn,
                addedSegments,
                addedDeltas,
                removedSegmentIds,
                removedDeltaIds,
                List.of());
    }
}
