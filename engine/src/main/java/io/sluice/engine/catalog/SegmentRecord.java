package io.sluice.engine.catalog;

import java.util.List;

/**
 * A sealed segment and its data file.
 *
 * @param key of the file in the store
 * @param minTimestamp no delete up to here hits a row: the smallest row timestamp, or later when a merge has left out what was
 *     deleted before
 * @param maxTimestamp largest row timestamp
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
        List<PartRecord> parts) {
    public SegmentRecord {
        parts = List.copyOf(parts);
    }
}
