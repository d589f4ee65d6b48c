package io.sluice.engine.search;

import io.sluice.engine.error.EngineException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

/** Reads rankers as clients send them, see {@link Ranker#of}. Stateless. */
final class RankerParams {
    /** As JSON writes numbers; Java reads more. */
    private static final Pattern NUMBER = Pattern.compile("-?\\d+(\\.\\d+)?([eE][+-]?\\d+)?");

    private RankerParams() {}

    static Ranker parse(String strategy, Map<String, String> params) {
        return switch (strategy.strip().toLowerCase(Locale.ROOT)) {
            case "", "rrf" -> {
                String k = params.get("k");
                yield new Ranker.Rrf(
                        k == null ? Ranker.Rrf.DEFAULT_K : number(k, "The type of rank param k should be float"));
            }
            case "weighted" -> new Ranker.Weighted(weights(params.getOrDefault("weights", "[]")), normScore(params));
            default ->
                throw new EngineException.InvalidRequest(
                        "unsupported rank type " + strategy + ", supported: [rrf weighted]");
        };
    }

    private static List<Float> weights(String text) {
        String refusal = "The weights param should be an array";
        String list = text.strip();
        if (!list.startsWith("[") || !list.endsWith("]")) {
            throw new EngineException.InvalidRequest(refusal + ": weights=" + text + ". Send such as [0.7, 0.3]");
        }
        List<Float> weights = new ArrayList<>();
        String items = list.substring(1, list.length() - 1);
        if (!items.isBlank()) {
            for (String item : items.split(",", -1)) {
                weights.add(number(item, refusal));
            }
        }
        return weights;
    }

    private static boolean normScore(Map<String, String> params) {
        String text = params.getOrDefault("norm_score", "false");
        return switch (text.strip().toLowerCase(Locale.ROOT)) {
            case "true" -> true;
            case "false" -> false;
            default ->
                throw new EngineException.InvalidRequest(
                        "Weighted rerank err, norm_score should been bool type, but got [norm_score:" + text
                                + "]. Send true or false");
        };
    }

    private static float number(String text, String refusal) {
        if (!NUMBER.matcher(text.strip()).matches()) {
            throw new EngineException.InvalidRequest(refusal + ": found=" + text + ". Send a number");
        }
        return Float.parseFloat(text.strip());
    }
}
