package io.sluice.engine;

import java.util.List;

/**
 * Asks for a compaction of one collection.
 *
 * @param collectionId of the collection when it is not named; 0 = it is named
 * @param deletesOnly leaves out deleted rows and merges nothing
 * @param clustering checked and accepted: rows are sorted by key anyway, and one node has nothing to place
 * @param targetBytes data of a merged segment; 0 = as configured
 * @param partitionId 0 = all
 * @param segmentIds only these; empty = all
 */
public record CompactionRequest(
        String database,
        String collection,
        long collectionId,
        boolean deletesOnly,
        boolean clustering,
        long targetBytes,
        long partitionId,
        List<Long> segmentIds) {
    public CompactionRequest {
        segmentIds = List.copyOf(segmentIds);
    }

    /** Everything in the collection, as configured. */
    public static CompactionRequest of(String database, String collection) {
        return new CompactionRequest(database, collection, 0, false, false, 0, 0, List.of());
    }
}
