package io.sluice.engine.catalog;

import java.util.Map;

/** @param createdTimestamp hybrid timestamp */
public record DatabaseRecord(long id, String name, Map<String, String> properties, long createdTimestamp) {
    public DatabaseRecord {
        properties = Map.copyOf(properties);
    }
}
