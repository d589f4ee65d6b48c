package io.sluice.config;

import io.sluice.engine.VectorEngine;
import org.jspecify.annotations.Nullable;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Mono;

/**
 * What serves once the start is over.
 *
 * @param routes of the HTTP faces
 * @param engine behind gRPC; null where there is none, and gRPC answers "not ready"
 * @param close ends the engine, then the catalog; subscribed once
 */
public record Serving(
        RouterFunction<ServerResponse> routes, @Nullable VectorEngine engine, Mono<Void> close) {}
