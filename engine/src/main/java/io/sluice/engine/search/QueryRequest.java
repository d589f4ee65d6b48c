package io.sluice.engine.search;

import io.sluice.engine.schema.Keys;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Entities by filter or by key, ordered by key.
 *
 * @param filter empty = every entity; needs a limit then, unless only {@code count(*)} is asked
 * @param ids entities by key instead of a filter
 * @param outputFields names, {@code *}, dynamic keys, or {@code count(*)} alone; the key is always added
 * @param limit rows to answer; -1 = all
 * @param timestamp read as of then; 0 = latest
 */
public record QueryRequest(
        String database,
        String collection,
        List<String> partitions,
        String filter,
        Map<String, Object> templates,
        @Nullable Keys ids,
        List<String> outputFields,
        long limit,
        long offset,
        boolean ignoreGrowing,
        long timestamp) {
    public QueryRequest {
        partitions = List.copyOf(partitions);
        templates = Map.copyOf(templates);
        outputFields = List.copyOf(outputFields);
    }
}
