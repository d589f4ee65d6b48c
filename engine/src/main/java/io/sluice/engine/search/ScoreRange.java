package io.sluice.engine.search;

import io.sluice.engine.distance.Metric;
import io.sluice.engine.error.EngineException;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Which scores a range search keeps: {@code far < score <= near}. Scores are the engine's, larger = closer. Immutable.
 *
 * <pre>
 *   metric       reported value kept           as score
 *   L2           range_filter <= d < radius    -radius < score <= -range_filter
 *   IP, COSINE   radius < s <= range_filter    radius < score <= range_filter
 * </pre>
 */
record ScoreRange(float far, float near) {
    static final ScoreRange ALL = new ScoreRange(Float.NEGATIVE_INFINITY, Float.POSITIVE_INFINITY);

    private static final String RADIUS = "radius";
    private static final String RANGE_FILTER = "range_filter";

    /** @throws EngineException.InvalidRequest for values that are no numbers or in the wrong order */
    static ScoreRange of(Metric metric, Map<String, String> params) {
        Float radius = number(RADIUS, params);
        Float rangeFilter = number(RANGE_FILTER, params);
        if (radius == null) {
            if (rangeFilter != null) {
                throw new EngineException.InvalidRequest("range_filter requires radius to be set: range_filter="
                        + rangeFilter + ". Add radius to the search parameters, or leave range_filter out");
            }
            return ALL;
        }
        if (rangeFilter == null) {
            return new ScoreRange(metric.score(radius), Float.POSITIVE_INFINITY);
        }
        if (metric.score(rangeFilter) <= metric.score(radius)) {
            throw new EngineException.InvalidRequest("range_filter(" + rangeFilter + ") must be "
                    + (metric == Metric.L2 ? "less" : "greater") + " than radius(" + radius + "): metric=" + metric
                    + ". "
                    + (metric == Metric.L2
                            ? "Distances are kept where range_filter <= distance < radius"
                            : "Scores are kept where radius < score <= range_filter"));
        }
        return new ScoreRange(metric.score(radius), metric.score(rangeFilter));
    }

    boolean keeps(float score) {
        return (score > far || far == Float.NEGATIVE_INFINITY) && score <= near;
    }

    /** Whether this score and everything below it is out. */
    boolean endsAt(float score) {
        return score <= far && far != Float.NEGATIVE_INFINITY;
    }

    private static @Nullable Float number(String name, Map<String, String> params) {
        String text = params.get(name);
        if (text == null || text.isBlank()) {
            return null;
        }
        try {
            float value = Float.parseFloat(text.strip());
            if (!Float.isNaN(value)) {
                return value;
            }
        } catch (NumberFormatException e) {
            // falls through to the refusal, which says more
        }
        throw new EngineException.InvalidRequest(
                name + " [" + text + "] is invalid, type must be number. Send a finite number");
    }
}
