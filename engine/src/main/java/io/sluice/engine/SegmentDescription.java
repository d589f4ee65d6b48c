package io.sluice.engine;

/**
 * One segment, stored or loaded.
 *
 * @param state {@code Growing}: in the log only; {@code Flushed}: in files; {@code Sealed}: in files and loaded
 * @param level {@code L1}, as Milvus calls a segment of rows
 * @param sorted by primary key
 * @param storageVersion of the file format
 * @param memoryBytes that it takes; 0 for a stored one
 * @param indexName of a loaded index; empty when there is none
 * @param indexId 0 when there is none
 */
public record SegmentDescription(
        long segmentId,
        long collectionId,
        long partitionId,
        long rowCount,
        String state,
        String level,
        boolean sorted,
        int storageVersion,
        long memoryBytes,
        String indexName,
        long indexId) {}
