package io.sluice.api.nativehttp;

import java.time.Duration;
import reactor.core.publisher.Mono;

/**
 * What the native face needs to know. Immutable.
 *
 * @param heartbeatEvery silence on an event stream is broken this often
 * @param retry how long a browser waits before it connects again
 * @param authentication whether every request must bring credentials; without them HTTP 401
 * @param closing completes when the server shuts down: every open stream then ends cleanly
 */
public record NativeHttpOptions(Duration heartbeatEvery, Duration retry, boolean authentication, Mono<Void> closing) {
    /** For a server whose streams end with the engine. */
    public static NativeHttpOptions defaults() {
        return new NativeHttpOptions(Duration.ofSeconds(15), Duration.ofSeconds(2), false, Mono.never());
    }

    public NativeHttpOptions withClosing(Mono<Void> signal) {
        return new NativeHttpOptions(heartbeatEvery, retry, authentication, signal);
    }

    public NativeHttpOptions withAuthentication(boolean demanded) {
        return new NativeHttpOptions(heartbeatEvery, retry, demanded, closing);
    }
}
