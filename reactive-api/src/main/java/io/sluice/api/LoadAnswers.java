package io.sluice.api;

import io.sluice.engine.VectorEngine;
import io.sluice.engine.error.EngineException;
import io.sluice.engine.load.LoadRequest;
import io.sluice.engine.load.OperationView;
import io.sluice.engine.load.ReleaseRequest;
import java.time.Duration;
import reactor.core.publisher.Mono;

/** When Milvus's faces answer a load or a release. A failure that is known by then is the answer's error. */
public final class LoadAnswers {
    private LoadAnswers() {}

    /** When the load has ended, or after a moment: success then means accepted. */
    public static Mono<Void> load(VectorEngine engine, LoadRequest request, Duration moment) {
        return engine.load(request)
                .flatMap(started -> started.finished()
                        ? Mono.just(started)
                        : engine.finished(started.id()).timeout(moment, Mono.just(started)))
                .flatMap(LoadAnswers::successOf);
    }

    /** When the bytes are back, which the drain limit bounds. */
    public static Mono<Void> release(VectorEngine engine, ReleaseRequest request) {
        return engine.release(request)
                .flatMap(started -> started.finished() ? Mono.just(started) : engine.finished(started.id()))
                .flatMap(LoadAnswers::successOf);
    }

    private static Mono<Void> successOf(OperationView operation) {
        EngineException failure = operation.failure();
        return failure == null ? Mono.empty() : Mono.error(failure);
    }
}
