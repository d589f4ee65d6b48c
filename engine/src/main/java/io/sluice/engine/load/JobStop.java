package io.sluice.engine.load;

import io.sluice.engine.error.EngineException;
import io.sluice.engine.error.StopSignal;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/**
 * Asks one job to stop: workers ask it between chunks, waits end early. The first reason wins. Thread-safe.
 *
 * <p>Asked to stop is not stopped: the job still gives its bytes back before it says so.
 */
final class JobStop {
    private final StopSignal signal = new StopSignal();
    private final Sinks.Empty<Void> asked = Sinks.empty(); // one writer: the first to ask

    void request(EngineException why) {
        if (signal.request(why)) {
            asked.tryEmitEmpty();
        }
    }

    /** A step failed, so the others shall stop; a failure that comes after the first is kept with it. */
    void failed(EngineException failure) {
        request(failure);
        EngineException first = signal.reason();
        if (first != null && first != failure) {
            first.addSuppressed(failure);
        }
    }

    boolean isRequested() {
        return signal.isRequested();
    }

    @Nullable
    EngineException reason() {
        return signal.reason();
    }

    /** @throws EngineException the reason, if a stop was requested */
    void throwIfRequested() {
        signal.throwIfRequested();
    }

    /** Completes, on the asker's thread, when a stop is requested; never otherwise. */
    Mono<Void> asked() {
        return asked.asMono();
    }
}
