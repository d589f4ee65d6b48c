package io.sluice.engine.catalog;

import java.util.List;

/**
 * A sealed segment and its data file.
 *
 * @param key of the file in the store
 * @param minTimestamp smallest row timestamp
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

    /** Whether the file has the field; not when the field was added later. */
    public boolean has(int fieldId) {
        return parts.stream().anyMatch(part -> part.partId() == fieldId);
    }
}
