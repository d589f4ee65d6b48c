package io.sluice.api.grpc;

import reactor.core.publisher.Mono;

/** One call of the service: what a request is answered with. An error becomes the answer's {@code Status}. */
@FunctionalInterface
interface GrpcVerb<Q, A> {
    /** Runs where the request arrived; whatever takes time is the engine's, on its own threads. */
    Mono<A> answer(GrpcCall call, Q request);
}
