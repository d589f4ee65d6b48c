package io.sluice.engine.error;

import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** A question asked between steps: shall this stop, and why. Set once, by anybody; the first reason wins. Thread-safe. */
public final class StopSignal {
    private final AtomicReference<@Nullable EngineException> reason = new AtomicReference<>();

    /** Asks for a stop; answers whether this call was the first. */
    public boolean request(EngineException why) {
        return reason.compareAndSet(null, why);
    }

    public boolean isRequested() {
        return reason.get() != null;
    }

    public @Nullable EngineException reason() {
        return reason.get();
    }

    /** @throws EngineException the reason, if a stop was requested */
    public void throwIfRequested() {
        EngineException why = reason.get();
        if (why != null) {
            throw why;
        }
    }
}
