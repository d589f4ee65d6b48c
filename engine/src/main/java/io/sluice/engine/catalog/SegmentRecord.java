package io.sluice.engine.catalog;

import java.util.List;

/**
 * A sealed segment and its data file.
 *
 * @param key of the file in the store
 * @param minTimestamp smallest row timestamp
 * @param maxTimestamp largest row timestamp
 * @param purgedThrough no delete up to this timestamp hits a row: a merge has left out those that one did; 0 = unknown
 */
public record SegmentRecord(
        long id,
        long collectionId,
        long partitionId,
        String key,
        int rowCount,
        long sizeBytes,
        long minTimestamp,
        long maxTimestamp,
        int schemaVersion,
        List<PartRecord> parts,
        long purgedThrough) {
    public SegmentRecord {
        parts = List.copyOf(parts);
    }

    /** As a seal writes it. */
    public SegmentRecord(
            long id,
            long collectionId,
            long partitionId,
            String key,
            int rowCount,
            long sizeBytes,
            long minTimestamp,
            long maxTimestamp,
            int schemaVersion,
            List<PartRecord> parts) {
        this(
                id,
                collectionId,
                partitionId,
                key,
                rowCount,
                sizeBytes,
                minTimestamp,
                maxTimestamp,
                schemaVersion,
                parts,
                0);
    }

    public SegmentRecord purged(long throughTimestamp) {
        return new SegmentRecord(
                id,
                collectionId,
                partitionId,
                key,
                rowCount,
                sizeBytes,
                minTimestamp,
                maxTimestamp,
                schemaVersion,
                parts,
                Math.max(purgedThrough, throughTimestamp));
    }

    /** Whether a delete of this file may hit a row. */
    public boolean mayBeHitBy(DeltaRecord delta) {
        return delta.maxTimestamp() > Math.max(minTimestamp, purgedThrough);
    }

    /** Whether the file has the field; not when the field was added later. */
    public boolean has(int fieldId) {
        return parts.stream().anyMatch(part -> part.partId() == fieldId);
    }
}
