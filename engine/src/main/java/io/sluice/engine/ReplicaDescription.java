package io.sluice.engine;

/** The one replica of a loaded collection, on the one node. Its id is the collection's. */
public record ReplicaDescription(long collectionId, int shardCount, String resourceGroup) {
    public long id() {
        return collectionId;
    }
}
