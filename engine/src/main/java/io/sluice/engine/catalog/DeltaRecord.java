package io.sluice.engine.catalog;

/** A file of deletes, sorted by (key, timestamp), that applies to the older sealed rows of its partition. */
public record DeltaRecord(
        long id,
        long collectionId,
        long partitionId,
        String key,
        int deleteCount,
        long sizeBytes,
        long minTimestamp,
        long maxTimestamp) {}
