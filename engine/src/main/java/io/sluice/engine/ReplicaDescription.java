package io.sluice.engine;

import java.util.List;

/**
 * The one replica of a loaded collection.
 *
 * @param replicaId never 0
 * @param partitionIds empty = the whole collection is loaded
 * @param channel name of its one shard
 */
public record ReplicaDescription(
        long replicaId, long collectionId, List<Long> partitionIds, long nodeId, String resourceGroup, String channel) {
    public ReplicaDescription {
        partitionIds = List.copyOf(partitionIds);
    }
}
