package io.sluice.api.grpc;

import java.time.Duration;

/**
 * What the gRPC face needs to know. Immutable.
 *
 * @param version of this server, as its build calls it
 * @param buildTime and {@code commit}: of the build, for people; never empty, because clients show them
 * @param maxAnswerBytes a larger answer is refused with RESOURCE_EXHAUSTED
 * @param authentication whether every call must bring credentials
 * @param loadAnswerAfter how long a load may take before it is answered with success, which then means accepted
 */
public record GrpcOptions(
        String version,
        String buildTime,
        String commit,
        int maxAnswerBytes,
        boolean authentication,
        Duration loadAnswerAfter) {
    /** The setting that the refusal of a large answer names. */
    static final String MAX_SEND_SETTING = "SLUICE_GRPC_MAX_SEND";

    private static final String UNKNOWN = "unknown";

    public static GrpcOptions defaults() {
        return new GrpcOptions("0.0.0", UNKNOWN, UNKNOWN, 256 << 20, false, Duration.ofMillis(150)); // 256 MiB
    }

    public GrpcOptions withVersion(String newVersion) {
        return new GrpcOptions(newVersion, buildTime, commit, maxAnswerBytes, authentication, loadAnswerAfter);
    }

    public GrpcOptions withMaxAnswerBytes(int bytes) {
        return new GrpcOptions(version, buildTime, commit, bytes, authentication, loadAnswerAfter);
    }

    public GrpcOptions withAuthentication(boolean demanded) {
        return new GrpcOptions(version, buildTime, commit, maxAnswerBytes, demanded, loadAnswerAfter);
    }
}
