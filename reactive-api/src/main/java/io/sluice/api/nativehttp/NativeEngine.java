package io.sluice.api.nativehttp;

import io.sluice.engine.CollectionSummary;
import io.sluice.engine.MemoryReport;
import io.sluice.engine.VectorEngine;
import io.sluice.engine.load.LoadEstimate;
import io.sluice.engine.load.LoadRequest;
import io.sluice.engine.load.MultiplexedEvent;
import io.sluice.engine.load.OperationEvent;
import io.sluice.engine.load.OperationView;
import io.sluice.engine.load.ReleaseRequest;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** What this face calls of {@link VectorEngine}, word for word: a seam to test routes without a database. */
interface NativeEngine {
    Mono<OperationView> load(LoadRequest request);

    Mono<OperationView> release(ReleaseRequest request);

    Mono<LoadEstimate> estimate(LoadRequest request);

    List<OperationView> operations();

    Mono<OperationView> operation(String operationId);

    Mono<OperationView> finished(String operationId);

    Mono<OperationView> cancel(String operationId);

    Flux<OperationEvent> operationEvents(String operationId, @Nullable String afterEventId);

    Flux<MultiplexedEvent> events(@Nullable String database, Set<String> collections, @Nullable String afterEventId);

    Mono<List<CollectionSummary>> summarizeCollections(String database);

    Mono<MemoryReport> memory(@Nullable String database, @Nullable String collection);

    Mono<Boolean> authenticate(String user, String password);

    static NativeEngine of(VectorEngine engine) {
        return new NativeEngine() {
            @Override
            public Mono<OperationView> load(LoadRequest request) {
                return engine.load(request);
            }

            @Override
            public Mono<OperationView> release(ReleaseRequest request) {
                return engine.release(request);
            }

            @Override
            public Mono<LoadEstimate> estimate(LoadRequest request) {
                return engine.estimate(request);
            }

            @Override
            public List<OperationView> operations() {
                return engine.operations();
            }

            @Override
            public Mono<OperationView> operation(String operationId) {
                return engine.operation(operationId);
            }

            @Override
            public Mono<OperationView> finished(String operationId) {
                return engine.finished(operationId);
            }

            @Override
            public Mono<OperationView> cancel(String operationId) {
                return engine.cancel(operationId);
            }

            @Override
            public Flux<OperationEvent> operationEvents(String operationId, @Nullable String afterEventId) {
                return engine.operationEvents(operationId, afterEventId);
            }

            @Override
            public Flux<MultiplexedEvent> events(
                    @Nullable String database, Set<String> collections, @Nullable String afterEventId) {
                return engine.events(database, collections, afterEventId);
            }

            @Override
            public Mono<List<CollectionSummary>> summarizeCollections(String database) {
                return engine.summarizeCollections(database);
            }

            @Override
            public Mono<MemoryReport> memory(@Nullable String database, @Nullable String collection) {
                return engine.memory(database, collection);
            }

            @Override
            public Mono<Boolean> authenticate(String user, String password) {
                return engine.authenticate(user, password);
            }
        };
    }
}
