package io.sluice.engine.distance;

import io.sluice.engine.error.EngineException;
import java.util.Locale;

/**
 * How the closeness of two vectors is measured.
 *
 * <p>Inside the engine every metric is a <em>score</em>, larger = closer: L2 is the negated squared distance, IP and
 * COSINE are themselves. {@link #reported} is what clients see. Cosine with a zero vector is 0.
 */
public enum Metric {
    L2,
    IP,
    COSINE;

    /** What Milvus reports for a score: the squared distance for L2, the score itself otherwise. */
    public float reported(float score) {
        return this == L2 ? 0f - score : score;
    }

    /** The score behind a reported value; its own inverse. */
    public float score(float reported) {
        return reported(reported);
    }

    /** @throws EngineException.InvalidRequest naming the known metrics */
    public static Metric ofName(String name) {
        return switch (name.toUpperCase(Locale.ROOT)) {
            case "L2" -> L2;
            case "IP" -> IP;
            case "COSINE" -> COSINE;
            default ->
                throw new EngineException.InvalidRequest("metric type " + name
                        + " not found or not supported, supported: [L2 IP COSINE]: invalid parameter");
        };
    }
}
