package io.sluice.engine.search;

import io.sluice.engine.error.EngineException;
import java.util.List;
import java.util.Map;

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
        return RankerParams.parse(strategy, params);
    }
}
