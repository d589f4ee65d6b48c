package io.sluice.api;

import java.time.Duration;
import reactor.core.scheduler.Scheduler;

/**
 * What the faces need to know. Immutable.
 *
 * @param maxBodyBytes of one request; beyond it HTTP 413 with code 1102. The setting is {@link #MAX_BODY_SETTING}
 * @param maxBodyBytesInFlight of all requests together, because bodies live on the heap while they are read; beyond it
 *     code 1807, retriable. At least {@code maxBodyBytes}
 * @param loadAnswerAfter how long a Milvus face waits for a load to fail or finish before it answers success
 * @param requestTimeout of a request without a {@code Request-Timeout} header
 * @param authentication whether every request must bring credentials; without them HTTP 401 with code 1800
 * @param json bounded threads for large JSON, so that the event loops stay free. Whoever made it disposes it
 */
public record ApiOptions(
        int maxBodyBytes,
        long maxBodyBytesInFlight,
        Duration loadAnswerAfter,
        Duration requestTimeout,
        boolean authentication,
        Scheduler json) {
    /** The setting that errors name when a body is too large. */
    public static final String MAX_BODY_SETTING = "sluice.max-body (SLUICE_MAX_BODY)";

    public ApiOptions {
        if (maxBodyBytes <= 0 || maxBodyBytesInFlight < maxBodyBytes) {
            throw new IllegalArgumentException("body limits do not fit together: maxBodyBytes=" + maxBodyBytes
                    + ", maxBodyBytesInFlight=" + maxBodyBytesInFlight);
        }
    }

    public static ApiOptions defaults(Scheduler json) {
        return new ApiOptions(
                64 << 20, // 64 MiB
                256L << 20, // 256 MiB
                Duration.ofMillis(150),
                Duration.ofSeconds(30),
                false,
                json);
    }

    /** Makes room in flight for at least one such body. */
    public ApiOptions withMaxBodyBytes(int bytes) {
        return new ApiOptions(
                bytes, Math.max(bytes, maxBodyBytesInFlight), loadAnswerAfter, requestTimeout, authentication, json);
    }

    public ApiOptions withRequestTimeout(Duration timeout) {
        return new ApiOptions(maxBodyBytes, maxBodyBytesInFlight, loadAnswerAfter, timeout, authentication, json);
    }
}
