package io.sluice.engine;

import io.sluice.engine.schema.CollectionSchema;
import java.util.Map;

/**
 * @param consistencyLevel Strong 0, Session 1, Bounded 2, Eventually 3, Customized 4
 * @param shardCount 0 = default
 */
public record CreateCollectionRequest(
        String database,
        String name,
        CollectionSchema schema,
        int consistencyLevel,
        int shardCount,
        Map<String, String> properties) {
    public CreateCollectionRequest {
        properties = Map.copyOf(properties);
    }
}
