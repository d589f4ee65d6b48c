package io.sluice.engine;

import io.sluice.engine.collection.Collection;
import io.sluice.engine.error.EngineException;
import io.sluice.engine.error.ErrorCode;
import io.sluice.engine.load.LoadStatus;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** What a server that is one node can say about replicas. Thread-safe; reads only. */
record Replicas(Loads loads, ResourceGroups groups) {
    /** Empty when nobody wants the collection loaded. */
    List<ReplicaDescription> of(Collection collection) {
        return loads.isWanted(collection)
                ? List.of(new ReplicaDescription(
                        collection.collectionId(), collection.record().shardCount(), groups.groupOf(collection)))
                : List.of();
    }

    /**
     * Checks a wish to move segments between nodes as Milvus does. One that passes names this node as source and target:
     * everything is there already.
     *
     * @param targets empty = any other node
     * @param segments empty = all
     */
    void balance(Collection collection, long source, List<Long> targets, List<Long> segments) {
        if (loads.status(collection, List.of()).state() != LoadStatus.State.LOADED) {
            throw new EngineException.WrongState(
                    ErrorCode.COLLECTION_NOT_FULLY_LOADED,
                    "collection not fully loaded[collection=" + collection.collectionId() + "]: load "
                            + collection.qualifiedName() + " first");
        }
        if (source != VectorEngine.NODE_ID) {
            throw nodeNotFound(
                    "source node not found in any replica of collection " + collection.collectionId(), source);
        }
        for (long target : targets) {
            if (target != VectorEngine.NODE_ID) {
                throw nodeNotFound("destination node not found in the same replica", target);
            }
        }
        Set<Long> present = collection.sealedFiles().stream()
                .map(files -> files.segment().id())
                .collect(Collectors.toSet());
        for (long segment : segments) {
            if (!present.contains(segment)) {
                throw new EngineException.NotFound(
                        ErrorCode.SEGMENT_NOT_FOUND,
                        "segment not found in source node: segment not found[segment=" + segment + "]");
            }
        }
    }

    private static EngineException nodeNotFound(String why, long node) {
        return new EngineException.NotFound(
                ErrorCode.NODE_NOT_FOUND,
                why + ": node not found[node=" + node + "]. This server is one node: " + VectorEngine.NODE_ID);
    }
}
