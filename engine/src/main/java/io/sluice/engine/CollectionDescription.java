package io.sluice.engine;

import io.sluice.engine.load.LoadStatus;
import io.sluice.engine.schema.CollectionSchema;
import java.util.List;
import java.util.Map;

/** A collection as it is now. Timestamps are hybrid (milliseconds << 18 | logical). */
public record CollectionDescription(
        long id,
        String database,
        String name,
        CollectionSchema schema,
        int consistencyLevel,
        int shardCount,
        int partitionCount,
        List<String> aliases,
        List<IndexDescription> indexes,
        LoadStatus load,
        Map<String, String> properties,
        long createdTimestamp,
        long updatedTimestamp) {}
