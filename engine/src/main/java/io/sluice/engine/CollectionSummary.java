package io.sluice.engine;

import io.sluice.engine.load.LoadStatus;

/**
 * One line of the list of all collections.
 *
 * @param memoryBytes load bytes in the account: whole pages
 * @param writeBufferBytes growing rows
 * @param lastAccessMillis of a search or query since the epoch; 0 = never
 */
public record CollectionSummary(
        long id,
        String database,
        String name,
        LoadStatus load,
        long rowCount,
        long diskBytes,
        long memoryBytes,
        long writeBufferBytes,
        int segmentCount,
        long lastAccessMillis) {}
