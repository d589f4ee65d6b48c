package io.sluice.engine.load;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a caller wants loaded.
 *
 * @param partitions by name; empty = the whole collection, later partitions included
 * @param fields by name; empty = all
 * @param skipDynamicField leave {@code $meta} out
 * @param replicaNumber 0 or less = the default, which is 1
 * @param refresh of a loaded collection: load what appeared since
 * @param deadline the job fails when it is not done by then; null = none
 * @param changeFields whether another field list of a loaded collection is a delta load (native API) or refused
 *     (Milvus)
 */
public record LoadRequest(
        String database,
        String collection,
        List<String> partitions,
        List<String> fields,
        boolean skipDynamicField,
        int replicaNumber,
        List<String> resourceGroups,
        boolean lowPriority,
        boolean refresh,
        @Nullable Duration deadline,
        boolean changeFields) {
    public LoadRequest {
        partitions = List.copyOf(partitions);
        fields = List.copyOf(fields);
        resourceGroups = List.copyOf(resourceGroups);
    }

    /** The whole collection with all fields. */
    public static LoadRequest of(String database, String collection) {
        return new LoadRequest(
                database, collection, List.of(), List.of(), false, 0, List.of(), false, false, null, false);
    }
}
