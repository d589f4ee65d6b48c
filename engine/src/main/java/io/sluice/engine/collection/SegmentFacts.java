package io.sluice.engine.collection;

/**
 * What is known of one segment, stored or in memory.
 *
 * @param growing whether its rows are in the log only; otherwise it is sealed and in files
 * @param memoryBytes that it takes in the account now; 0 when it is not in memory
 * @param indexName of an index that is loaded with it; empty when there is none
 * @param indexId 0 when there is none
 */
public record SegmentFacts(
        long segmentId,
        long collectionId,
        long partitionId,
        long rowCount,
        boolean growing,
        long memoryBytes,
        String indexName,
        long indexId) {}
