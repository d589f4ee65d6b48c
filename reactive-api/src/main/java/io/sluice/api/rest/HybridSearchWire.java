package io.sluice.api.rest;

import io.sluice.engine.search.HybridSearchRequest;
import io.sluice.engine.search.HybridSearchRequest.AnnSearch;
import io.sluice.engine.search.Ranker;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** {@code entities/hybrid_search} and its other name, {@code advanced_search}. */
final class HybridSearchWire {
    private static final int DEFAULT_LIMIT = 100;
    private static final int NO_ROUNDING = -1;

    private static final String[] UNSUPPORTED = {
        "groupingField", "groupByField", "functionScore", "functionChains", "searchAggregation", "highlighter"
    };

    private HybridSearchWire() {}

    /** What is wrong without looking at the searches. */
    static void check(RestCall call) {
        call.refuse(UNSUPPORTED);
        call.checkConsistencyLevel();
    }

    static HybridSearchRequest of(RestCall call) {
        JsonFields fields = call.fields();
        JsonFields rerank = fields.object("rerank");
        return new HybridSearchRequest(
                call.database(),
                call.collection(),
                fields.texts("partitionNames"),
                fields.objects("search").stream().map(HybridSearchWire::search).toList(),
                Ranker.of(rerank.text("strategy", ""), rerank.object("params").options()),
                fields.integer("limit", DEFAULT_LIMIT),
                fields.integer("offset", 0),
                fields.texts("outputFields"),
                NO_ROUNDING,
                0);
    }

    /** Its offset is ignored, as Milvus does: the one of the whole counts. */
    private static AnnSearch search(JsonFields search) {
        for (String key : UNSUPPORTED) {
            if (!search.isBlank(key)) {
                throw RestRefusal.unsupported("option " + search.path() + key, "Leave it out");
            }
        }
        if (!search.has("data")) {
            throw RestRefusal.missing(JsonFields.validatorLine("SubSearchReq", "data"));
        }
        Map<String, String> params = new LinkedHashMap<>(SearchWire.params(search.object("params")));
        String metric = SearchWire.take(
                params, "metricType", SearchWire.take(params, "metric_type", search.text("metricType", "")));
        boolean ignoreGrowing = SearchWire.takeIgnoreGrowing(params);
        List<float[]> queries = VectorReader.read(search, "data");
        return new AnnSearch(
                search.text("annsField", ""),
                queries,
                search.integer("limit", AnnSearch.WHOLE_WINDOW),
                metric,
                params,
                search.text("filter", ""),
                search.object("exprParams").templates(),
                ignoreGrowing);
    }
}
