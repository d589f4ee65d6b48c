package io.sluice.engine.catalog;

import io.sluice.engine.schema.IndexDefinition;

/** @param createdTimestamp hybrid timestamp */
public record IndexRecord(long collectionId, IndexDefinition definition, long createdTimestamp) {}
