package io.sluice.engine;

import io.sluice.engine.schema.IndexDefinition;

/**
 * @param totalRows sealed rows of the collection
 * @param indexedRows of them, those whose segment is built (small segments count as built)
 * @param state {@code Finished}, {@code InProgress} or {@code Failed}
 */
public record IndexDescription(
        IndexDefinition definition,
        String fieldName,
        long totalRows,
        long indexedRows,
        long pendingRows,
        String state,
        String failReason) {}
