package io.sluice.engine.catalog;

import io.sluice.engine.error.EngineException;
import io.sluice.engine.error.ErrorCode;
import java.util.concurrent.CompletionException;
import reactor.core.publisher.Mono;

/**
 * Catalog calls from plain threads: DDL, seal and build code is synchronous and waits here, and only here, for the
 * catalog. Never called on an event loop.
 */
public final class CatalogCalls {
    private CatalogCalls() {}

    /** Waits for a call that has no answer. */
    public static void run(Mono<Void> call) {
        await(call.thenReturn(true));
    }

    /**
     * Waits for the answer.
     *
     * @throws EngineException as the catalog refused it
     */
    public static <T> T await(Mono<T> call) {
        try {
            return call.toFuture().join();
        } catch (CompletionException failed) {
            if (failed.getCause() instanceof EngineException refusal) {
                throw refusal;
            }
            throw new EngineException.Failed(
                    ErrorCode.INTERNAL,
                    "the catalog failed: " + failed.getCause() + ". See the server's log",
                    failed.getCause());
        }
    }
}
