package io.sluice.config;

import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Mono;

/**
 * What serves once the start is over.
 *
 * @param routes of every face
 * @param close ends the engine, then the catalog; subscribed once
 */
public record Serving(RouterFunction<ServerResponse> routes, Mono<Void> close) {}
