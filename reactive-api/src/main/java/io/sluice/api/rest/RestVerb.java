package io.sluice.api.rest;

import reactor.core.publisher.Mono;

/** What a path does. */
@FunctionalInterface
interface RestVerb {
    /** Refusals may be thrown or signalled. */
    Mono<RestReply> answer(RestCall call);
}
