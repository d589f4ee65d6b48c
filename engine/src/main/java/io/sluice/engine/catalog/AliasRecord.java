package io.sluice.engine.catalog;

public record AliasRecord(long databaseId, String alias, long collectionId) {}
