package io.sluice.api.grpc;

import io.sluice.engine.VectorEngine;
import io.sluice.engine.error.EngineException;
import io.sluice.engine.error.ErrorCode;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The engine while it is open. Thread-safe. */
record EngineDoor(Supplier<@Nullable VectorEngine> engine) {
    /** @throws EngineException.Unavailable before the engine is open and after it began to close */
    VectorEngine get() {
        VectorEngine open = engine.get();
        if (open == null) {
            throw new EngineException.Unavailable(
                    ErrorCode.SERVICE_NOT_READY,
                    "service not ready: the server is starting or stopping. Send the request again in a moment");
        }
        return open;
    }
}
