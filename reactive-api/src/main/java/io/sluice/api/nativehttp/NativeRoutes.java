package io.sluice.api.nativehttp;

import io.sluice.api.auth.Credentials;
import io.sluice.engine.VectorEngine;
import io.sluice.engine.load.OperationEvent;
import org.springframework.http.HttpHeaders;
import org.springframework.web.reactive.function.server.RequestPredicates;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.RouterFunctions;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Mono;

/**
 * The calls of the native face: {@code /api/v1/**}. Thread-safe.
 *
 * <p>Every error under these paths is an RFC 9457 problem, unknown paths included.
 */
public final class NativeRoutes {
    static final String OPERATIONS = "/api/v1/operations";

    private static final String OPERATION = OPERATIONS + "/{operation}";
    private static final String DATABASE = "/api/v1/databases/{database}";
    private static final String COLLECTION = DATABASE + "/collections/{collection}";

    private NativeRoutes() {}

    public static RouterFunction<ServerResponse> of(VectorEngine engine, NativeHttpOptions options) {
        return of(NativeEngine.of(engine), options);
    }

    /** An event as a stream of server-sent events says it. */
    public static byte[] serverSentEvent(OperationEvent event) {
        return new EventFrames(StreamFormat.SSE).frame(event, () -> NativeMapper.event(event));
    }

    static RouterFunction<ServerResponse> of(NativeEngine engine, NativeHttpOptions options) {
        NativeHandler handler = new NativeHandler(engine, options);
        return RouterFunctions.route()
                .POST(COLLECTION + "/load", handler::load)
                .POST(COLLECTION + "/release", handler::release)
                .POST(COLLECTION + "/estimate", handler::estimate)
                .GET(COLLECTION + "/memory", handler::collectionMemory)
                .GET(DATABASE + "/collections", handler::collections)
                .GET(OPERATIONS, handler::operations)
                .GET(OPERATION, handler::operation)
                .GET(OPERATION + "/events", handler::operationEvents)
                .POST(OPERATION + "/cancel", handler::cancel)
                .GET("/api/v1/events", handler::events)
                .GET("/api/v1/memory", handler::memory)
                .route(RequestPredicates.path("/api/v1/**"), handler::unknown)
                .filter((request, next) -> Mono.defer(() -> options.authentication()
                                ? checked(engine, request).then(Mono.defer(() -> next.handle(request)))
                                : next.handle(request))
                        .onErrorResume(error -> NativeHandler.problem(error, request)))
                .build();
    }

    private static Mono<Void> checked(NativeEngine engine, ServerRequest request) {
        return Credentials.ofHttp(request.headers().firstHeader(HttpHeaders.AUTHORIZATION))
                .check(engine::authenticate);
    }
}
