package io.sluice.engine.catalog;

/** The resource group that a collection was loaded into, where it is not the default one. */
public record ReplicaGroupRecord(long collectionId, String resourceGroup) {}
