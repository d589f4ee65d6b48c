package io.sluice.engine.search;

import io.sluice.engine.schema.Keys;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The nearest neighbours of some vectors.
 *
 * @param partitions by name; empty = all that are loaded
 * @param vectorField empty when the collection has exactly one vector
 * @param queries one {@code float32[dimension]} per query; empty when {@code ids} is given
 * @param ids search with the vectors of these entities instead
 * @param limit hits per query
 * @param offset hits to skip per query
 * @param metric empty = the metric of the index; another one is refused
 * @param params such as {@code ef}, {@code radius}, {@code range_filter}
 * @param filter empty = every entity
 * @param templates values of the placeholders in the filter
 * @param outputFields empty = only keys and scores
 * @param roundDecimal decimals to round scores to; -1 = none
 * @param timestamp read as of then; 0 = latest
 * @param iterator a batch of an iteration is asked for: one query, no offset, and {@code limit} does not count
 */
public record SearchRequest(
        String database,
        String collection,
        List<String> partitions,
        String vectorField,
        List<float[]> queries,
        @Nullable Keys ids,
        int limit,
        int offset,
        String metric,
        Map<String, String> params,
        String filter,
        Map<String, Object> templates,
        List<String> outputFields,
        int roundDecimal,
        boolean ignoreGrowing,
        long timestamp,
        @Nullable SearchIteratorRequest iterator) {
    public SearchRequest {
        partitions = List.copyOf(partitions);
        queries = List.copyOf(queries);
        params = Map.copyOf(params);
        templates = Map.copyOf(templates);
        outputFields = List.copyOf(outputFields);
    }
    /** A search for the best hits. */
    public SearchRequest(
            String database,
            String collection,
            List<String> partitions,
            String vectorField,
            List<float[]> queries,
            @Nullable Keys ids,
            int limit,
            int offset,
            String metric,
            Map<String, String> params,
            String filter,
            Map<String, Object> templates,
            List<String> outputFields,
            int roundDecimal,
            boolean ignoreGrowing,
            long timestamp) {
        this(
                database,
                collection,
                partitions,
                vectorField,
                queries,
                ids,
                limit,
                offset,
                metric,
                params,
                filter,
                templates,
                outputFields,
                roundDecimal,
                ignoreGrowing,
                timestamp,
                null);
    }

    /** The same search for a batch of an iteration. */
    public SearchRequest next(SearchIteratorRequest batch, long pinnedTimestamp) {
        return new SearchRequest(
                database,
                collection,
                partitions,
                vectorField,
                queries,
                ids,
                limit,
                offset,
                metric,
                params,
                filter,
                templates,
                outputFields,
                roundDecimal,
                ignoreGrowing,
                pinnedTimestamp,
                batch);
    }
}
