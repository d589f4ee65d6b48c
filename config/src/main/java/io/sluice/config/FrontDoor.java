package io.sluice.config;

import java.util.Map;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.web.reactive.function.server.HandlerFunction;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Mono;

/**
 * Every request's way in: {@code /health} at any time, to the faces once the engine is open. Thread-safe.
 *
 * <p>Before that (and while the server stops) the answer is Milvus's code 1, retriable: in the REST envelope with HTTP
 * 200, as its clients expect, as 503 from {@code /health}, and as a 503 problem on every other path.
 */
final class FrontDoor implements RouterFunction<ServerResponse> {
    private static final String MILVUS_REST = "/v2/vectordb/";
    private static final int READY = 0;
    private static final int NOT_READY = 1;
    private static final String NOT_READY_TEXT =
            "service not ready: the server is starting or stopping. Send the request again in a moment";
    private static final String RETRY_AFTER_SECONDS = "1";

    private final EngineLifecycle engine;

    FrontDoor(EngineLifecycle engine) {
        this.engine = engine;
    }

    @Override
    public Mono<HandlerFunction<ServerResponse>> route(ServerRequest request) {
        Serving serving = engine.serving();
        if (request.path().equals("/health")) {
            return Mono.just(serving == null ? FrontDoor::unhealthy : FrontDoor::healthy);
        }
        if (serving != null) {
            return serving.routes().route(request);
        }
        return Mono.just(request.path().startsWith(MILVUS_REST) ? FrontDoor::notReady : FrontDoor::unavailable);
    }

    private static Mono<ServerResponse> healthy(ServerRequest request) {
        return ServerResponse.ok()
                .contentType(MediaType.APPLICATION_JSON)
                .bodyValue(Map.of("status", "ready", "code", READY));
    }

    private static Mono<ServerResponse> unhealthy(ServerRequest request) {
        return ServerResponse.status(HttpStatus.SERVICE_UNAVAILABLE)
                .header("Retry-After", RETRY_AFTER_SECONDS)
                .contentType(MediaType.APPLICATION_JSON)
                .bodyValue(Map.of("status", "starting", "code", NOT_READY, "message", NOT_READY_TEXT));
    }

    private static Mono<ServerResponse> notReady(ServerRequest request) {
        return ServerResponse.ok()
                .contentType(MediaType.APPLICATION_JSON)
                .bodyValue(Map.of("code", NOT_READY, "message", NOT_READY_TEXT));
    }

    private static Mono<ServerResponse> unavailable(ServerRequest request) {
        return ServerResponse.status(HttpStatus.SERVICE_UNAVAILABLE)
                .header("Retry-After", RETRY_AFTER_SECONDS)
                .contentType(MediaType.APPLICATION_PROBLEM_JSON)
                .bodyValue(Map.of(
                        "title",
                        "service not ready",
                        "status",
                        HttpStatus.SERVICE_UNAVAILABLE.value(),
                        "detail",
                        NOT_READY_TEXT,
                        "code",
                        NOT_READY,
                        "retryable",
                        true));
    }
}
