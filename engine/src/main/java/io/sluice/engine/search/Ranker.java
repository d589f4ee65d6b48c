package io.sluice.engine.search;

import io.sluice.engine.error.EngineException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

/** How the hits of several searches become one list. Immutable. */
public sealed interface Ranker {
    /**
     * Reciprocal rank fusion: an entity scores the sum of {@code 1 / (k + rank)} over the searches that found it, ranks
     * counted from 1.
     */
    record Rrf(float k) implements Ranker {
        public static final float DEFAULT_K = 60;

        private static final float K_BELOW = 16_384;

        /** @throws EngineException.InvalidRequest for a {@code k} outside (0, 16384) */
        public Rrf {
            if (!(k > 0 && k < K_BELOW)) {
                throw new EngineException.InvalidRequest(
                        "The rank params k should be in range (0, 16384): k=" + k + ". Leave it out for 60");
            }
        }
    }

    /**
     * The weighted sum of the scores of the searches that found an entity.
     *
     * <pre>
     *   metric   as a score in (0, 1)
     *   COSINE   (1 + s) / 2
     *   IP       0.5 + atan(s) / pi
     *   L2       1 - 2 atan(d) / pi
     * </pre>
     *
     * @param weights one per search
     * @param normScore whether scores are brought to (0, 1) first. If not, they are summed as reported, smallest best
     *     when all searches use L2; where L2 meets another metric, the distances alone are turned around
     */
    record Weighted(List<Float> weights, boolean normScore) implements Ranker {
        /** @throws EngineException.InvalidRequest for a weight outside [0, 1], or for none */
        public Weighted {
            weights = List.copyOf(weights);
            if (weights.isEmpty()) {
                throw new EngineException.InvalidRequest("weights not found: the ranker weighted needs params.weights,"
                        + " one per search, such as [0.7, 0.3]");
            }
            for (float weight : weights) {
                if (!(weight >= 0 && weight <= 1)) {
                    throw new EngineException.InvalidRequest(
                            "rank param weight should be in range [0, 1]: weights=" + weights);
                }
            }
        }
    }

    /**
     * A ranker as clients send it.
     *
     * @param strategy {@code rrf}, {@code weighted}; empty = {@code rrf}
     * @param params {@code k}; {@code weights} as a JSON list and {@code norm_score}
     * @throws EngineException.InvalidRequest for another strategy, or for values that do not fit
     */
    static Ranker of(String strategy, Map<String, String> params) {
        return switch (strategy.strip().toLowerCase(Locale.ROOT)) {
            case "", "rrf" -> {
                String k = params.get("k");
                yield new Rrf(k == null ? Rrf.DEFAULT_K : number(k, "The type of rank param k should be float"));
            }
            case "weighted" -> new Weighted(weights(params.getOrDefault("weights", "[]")), normScore(params));
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
        if (!Numeral.JSON.matcher(text.strip()).matches()) {
            throw new EngineException.InvalidRequest(refusal + ": found=" + text + ". Send a number");
        }
        return Float.parseFloat(text.strip());
    }

    /** Numbers as JSON writes them; Java reads more. */
    final class Numeral {
        private static final Pattern JSON = Pattern.compile("-?\\d+(\\.\\d+)?([eE][+-]?\\d+)?");

        private Numeral() {}
    }
}
