package io.sluice.engine.search;

import io.sluice.engine.schema.Keys;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The hits of all queries, one query after the other, best first.
 *
 * @param keys flat over all queries
 * @param scores as Milvus reports them, aligned with {@code keys}
 * @param hitCounts hits of each query; their sum is the number of keys
 * @param columns output fields, aligned with {@code keys}
 * @param outputFields the names as the user asked for them, {@code *} expanded
 * @param timestamp that the read saw
 * @param iterator where the iteration is; null when none was asked for
 */
public record SearchResult(
        Keys keys,
        float[] scores,
        int[] hitCounts,
        List<OutputColumn> columns,
        List<String> outputFields,
        String primaryField,
        long timestamp,
        @Nullable SearchIteratorResult iterator) {
    public SearchResult {
        columns = List.copyOf(columns);
        outputFields = List.copyOf(outputFields);
    }
}
