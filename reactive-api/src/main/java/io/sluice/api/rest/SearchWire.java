package io.sluice.api.rest;

import io.sluice.engine.error.EngineException.InvalidRequest;
import io.sluice.engine.schema.Keys;
import io.sluice.engine.search.SearchRequest;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** {@code entities/search} as sent, its vectors read. Immutable. */
record SearchWire(RestCall call, List<float[]> queries, Map<String, String> params) {
    private static final int DEFAULT_LIMIT = 100;
    private static final int NO_ROUNDING = -1;

    private static final String[] UNSUPPORTED = {
        "groupingField",
        "groupByField",
        "functionScore",
        "functionChains",
        "searchAggregation",
        "highlighter",
        "orderByFields"
    };

    private static final List<String> UNSUPPORTED_PARAMS = List.of(
            "group_by_field", "group_size", "strict_group_size", "order_by_fields", "iterator", "search_iter_v2");

    /** What is wrong without looking at the vectors. */
    static void check(RestCall call) {
        call.refuse(UNSUPPORTED);
        call.checkConsistencyLevel();
        boolean ids = call.fields().has("ids");
        if (ids && call.body().hasData()) {
            throw RestRefusal.invalid("data and ids cannot be given together", "data or ids", "both");
        }
        if (!ids && !call.body().hasData()) {
            throw RestRefusal.missing(JsonFields.validatorLine("SearchReqV2", "data"));
        }
    }

    static SearchWire of(RestCall call) {
        List<float[]> queries = call.body().hasData() ? VectorReader.read(call.body()) : List.of();
        return new SearchWire(call, queries, params(call.fields().object("searchParams")));
    }

    /** Search parameters and the {@code params} inside them in one map, as gRPC has them. */
    static Map<String, String> params(JsonFields searchParams) {
        Map<String, String> params = new LinkedHashMap<>(searchParams.options());
        params.remove("params");
        params.putAll(searchParams.object("params").options());
        for (String key : UNSUPPORTED_PARAMS) {
            if (params.containsKey(key)) {
                throw RestRefusal.unsupported("search parameter " + key, "Leave it out");
            }
        }
        return params;
    }

    SearchRequest request(@Nullable Keys ids) {
        JsonFields fields = call.fields();
        Map<String, String> rest = new LinkedHashMap<>(params);
        String metric = take(rest, "metricType", take(rest, "metric_type", fields.text("metricType", "")));
        String rounding = take(rest, "round_decimal", Integer.toString(NO_ROUNDING));
        boolean ignoreGrowing = takeIgnoreGrowing(rest);
        return new SearchRequest(
                call.database(),
                call.collection(),
                fields.texts("partitionNames"),
                fields.text("annsField", ""),
                queries,
                ids,
                fields.integer("limit", DEFAULT_LIMIT),
                fields.integer("offset", 0),
                metric,
                rest,
                fields.text("filter", ""),
                fields.object("exprParams").templates(),
                fields.texts("outputFields"),
                decimals(rounding),
                ignoreGrowing,
                0);
    }

    static boolean takeIgnoreGrowing(Map<String, String> params) {
        String text = take(params, "ignore_growing", take(params, "ignoreGrowing", "false"));
        if (!text.equalsIgnoreCase("true") && !text.equalsIgnoreCase("false")) {
            throw new InvalidRequest(
                    "parse ignore growing field failed: ignore_growing=" + text + ". Send true or false");
        }
        return text.equalsIgnoreCase("true");
    }

    static String take(Map<String, String> params, String key, String otherwise) {
        String value = params.remove(key);
        return value == null ? otherwise : value;
    }

    private static int decimals(String text) {
        try {
            int decimals = Integer.parseInt(text);
            if (decimals >= -1 && decimals <= 6) {
                return decimals;
            }
        } catch (NumberFormatException _) {
            // refused below
        }
        throw new InvalidRequest("round_decimal [" + text
                + "] is invalid, it should be -1 or an integer in range [0, 6]: invalid parameter");
    }
}
