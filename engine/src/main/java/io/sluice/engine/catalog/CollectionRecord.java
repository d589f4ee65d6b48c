package io.sluice.engine.catalog;

import io.sluice.engine.schema.CollectionSchema;
import java.util.Map;

/**
 * @param consistencyLevel as Milvus numbers it: Strong 0, Session 1, Bounded 2, Eventually 3, Customized 4
 * @param createdTimestamp hybrid timestamp
 * @param updatedTimestamp hybrid timestamp of the last schema or property change
 * @param dropping whether a drop was accepted and only the files are left to delete
 */
public record CollectionRecord(
        long id,
        long databaseId,
        String name,
        CollectionSchema schema,
        int consistencyLevel,
        int shardCount,
        Map<String, String> properties,
        long createdTimestamp,
        long updatedTimestamp,
        boolean dropping) {
    public CollectionRecord {
        properties = Map.copyOf(properties);
    }

    /** With another schema, level or properties as of {@code timestamp}. */
    public CollectionRecord changed(
            CollectionSchema newSchema, int newConsistencyLevel, Map<String, String> newProperties, long timestamp) {
        return new CollectionRecord(
                id,
                databaseId,
                name,
                newSchema,
                newConsistencyLevel,
                shardCount,
                newProperties,
                createdTimestamp,
                timestamp,
                dropping);
    }
}
