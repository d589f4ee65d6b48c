package io.sluice.engine.search;

import java.util.List;
import java.util.Map;

/**
 * Several searches over one state of a collection, their hits ranked as one list.
 *
 * @param partitions by name; empty = all that are loaded
 * @param searches 1 to 1,024; all with the same number of queries
 * @param limit hits per query
 * @param offset hits to skip per query, after ranking
 * @param outputFields empty = only keys and scores
 * @param roundDecimal decimals to round the ranked scores to; -1 = none
 * @param timestamp read as of then; 0 = latest
 */
public record HybridSearchRequest(
        String database,
        String collection,
        List<String> partitions,
        List<AnnSearch> searches,
        Ranker ranker,
        int limit,
        int offset,
        List<String> outputFields,
        int roundDecimal,
        long timestamp) {
    public HybridSearchRequest {
        partitions = List.copyOf(partitions);
        searches = List.copyOf(searches);
        outputFields = List.copyOf(outputFields);
    }

    /**
     * One of the searches.
     *
     * @param vectorField empty when the collection has exactly one vector
     * @param queries one {@code float32[dimension]} per query
     * @param limit hits per query that go into the ranking; {@link #WHOLE_WINDOW} = limit + offset of the whole
     * @param metric empty = the metric of the index; another one is refused
     * @param params such as {@code ef}, {@code radius}, {@code range_filter}
     * @param filter empty = every entity
     * @param templates values of the placeholders in the filter
     */
    public record AnnSearch(
            String vectorField,
            List<float[]> queries,
            int limit,
            String metric,
            Map<String, String> params,
            String filter,
            Map<String, Object> templates,
            boolean ignoreGrowing) {
        public static final int WHOLE_WINDOW = -1;

        public AnnSearch {
            queries = List.copyOf(queries);
            params = Map.copyOf(params);
            templates = Map.copyOf(templates);
        }
    }
}
