package io.sluice.api.nativehttp;

import io.sluice.engine.CollectionSummary;
import io.sluice.engine.MemoryReport;
import io.sluice.engine.error.EngineException;
import io.sluice.engine.error.EngineException.Holder;
import io.sluice.engine.error.ErrorCode;
import io.sluice.engine.load.LoadEstimate;
import io.sluice.engine.load.LoadRequest;
import io.sluice.engine.load.LoadStatus;
import io.sluice.engine.load.MultiplexedEvent;
import io.sluice.engine.load.OperationEvent;
import io.sluice.engine.load.OperationView;
import io.sluice.engine.load.ReleaseRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** An engine with the operations it is given; remembers what it was asked. */
final class FakeEngine implements NativeEngine {
    final List<OperationView> operations = new ArrayList<>();
    final List<Object> asked = new ArrayList<>();
    Flux<OperationEvent> operationEvents = Flux.empty();
    Flux<MultiplexedEvent> events = Flux.empty();
    Mono<OperationView> finished = Mono.never();

    @Nullable
    RuntimeException refusal;

    private <T> Mono<T> answer(T value) {
        return refusal == null ? Mono.just(value) : Mono.error(refusal);
    }

    @Override
    public Mono<OperationView> load(LoadRequest request) {
        asked.add(request);
        return answer(Samples.load("queued", 0, 1, null, null));
    }

    @Override
    public Mono<OperationView> release(ReleaseRequest request) {
        asked.add(request);
        return answer(Samples.release("releasing", 1));
    }

    @Override
    public Mono<LoadEstimate> estimate(LoadRequest request) {
        asked.add(request);
        var part = new LoadEstimate.PartEstimate("vector", "field", 4_096, false);
        var segment = new LoadEstimate.SegmentEstimate(447, 10, 4_096, List.of(part));
        return answer(new LoadEstimate(
                request.database(),
                request.collection(),
                4_096,
                1_000,
                8_192,
                false,
                List.of(new LoadEstimate.PartitionEstimate("_default", 4_096, List.of(segment))),
                List.of(new Holder("default.images", 7_192))));
    }

    @Override
    public List<OperationView> operations() {
        return List.copyOf(operations);
    }

    @Override
    public Mono<OperationView> operation(String operationId) {
        return Flux.fromIterable(operations)
                .filter(view -> view.id().equals(operationId))
                .next()
                .switchIfEmpty(Mono.error(() -> new EngineException.NotFound(
                        ErrorCode.OPERATION_NOT_FOUND, "operation not found: operation=" + operationId)));
    }

    @Override
    public Mono<OperationView> finished(String operationId) {
        return finished;
    }

    @Override
    public Mono<OperationView> cancel(String operationId) {
        return operation(operationId);
    }

    @Override
    public Flux<OperationEvent> operationEvents(String operationId, @Nullable String afterEventId) {
        asked.add(operationId + " after " + afterEventId);
        return operationEvents;
    }

    @Override
    public Flux<MultiplexedEvent> events(
            @Nullable String database, Set<String> collections, @Nullable String afterEventId) {
        asked.add(database + " " + collections + " after " + afterEventId);
        return events;
    }

    @Override
    public Mono<List<CollectionSummary>> summarizeCollections(String database) {
        LoadStatus loaded = new LoadStatus(LoadStatus.State.LOADED, 100, 100, null);
        LoadStatus failed = new LoadStatus(LoadStatus.State.NOT_LOAD, 0, 100, Samples.outOfBudget());
        return answer(List.of(
                new CollectionSummary(7, database, "articles", loaded, 10, 100, 4_096, 0, 1, 1_000),
                new CollectionSummary(8, database, "images", failed, 20, 200, 0, 0, 1, 0)));
    }

    /** {@code root} with {@code Milvus}, and nobody else. */
    @Override
    public Mono<Boolean> authenticate(String user, String password) {
        return answer(user.equals("root") && password.equals("Milvus"));
    }

    @Override
    public Mono<MemoryReport> memory(@Nullable String database, @Nullable String collection) {
        asked.add("memory " + database + " " + Objects.toString(collection));
        var part = new MemoryReport.PartMemory("raw", 4_096, "4KiB");
        var field = new MemoryReport.FieldMemory("vector", 4_096, List.of(part));
        var segment = new MemoryReport.SegmentMemory(447, 10, false, 4_096, List.of(field));
        var partition = new MemoryReport.PartitionMemory("_default", 4_096, List.of(segment));
        return answer(new MemoryReport(
                8_192,
                4_096,
                4_096,
                4_096,
                0,
                Map.of("load", 4_096L),
                List.of(new Holder("default.articles", 4_096)),
                1_000_000,
                List.of(new MemoryReport.CollectionMemory("default", "articles", 4_096, 0, List.of(partition)))));
    }
}
