package io.sluice.engine.schema;

/**
 * A checked upsert: the rows to insert and the keys to delete with the same timestamp. With auto id the two differ: the
 * keys are those that the client named, and the rows carry new ones.
 */
public record UpsertRows(ColumnBatch rows, Keys replacedKeys) {}
