package io.sluice.api.grpc;

import io.milvus.grpc.FlushAllRequest;
import io.milvus.grpc.FlushAllResponse;
import io.milvus.grpc.FlushAllResult;
import io.milvus.grpc.FlushCollectionResult;
import io.milvus.grpc.FlushRequest;
import io.milvus.grpc.FlushResponse;
import io.milvus.grpc.GetFlushAllStateRequest;
import io.milvus.grpc.GetFlushAllStateResponse;
import io.milvus.grpc.GetFlushStateRequest;
import io.milvus.grpc.GetFlushStateResponse;
import io.milvus.grpc.LongArray;
import io.milvus.grpc.MilvusServiceGrpc;
import io.sluice.engine.FlushResult;
import io.sluice.engine.FlushTarget;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Flush, and how far it is. */
@SuppressWarnings("deprecation") // clients still name targets and read the one timestamp
final class FlushVerbs {
    private static final int ONE_AT_A_TIME = 1;
    private static final long MILLIS_PER_SECOND = 1_000;

    private FlushVerbs() {}

    static void addTo(GrpcVerbs verbs) {
        verbs.add(
                MilvusServiceGrpc.getFlushMethod(),
                FlushVerbs::flush,
                status -> FlushResponse.newBuilder().setStatus(status).build());
        verbs.add(
                MilvusServiceGrpc.getGetFlushStateMethod(),
                FlushVerbs::state,
                status -> GetFlushStateResponse.newBuilder().setStatus(status).build());
        verbs.add(
                MilvusServiceGrpc.getFlushAllMethod(),
                FlushVerbs::flushAll,
                status -> FlushAllResponse.newBuilder().setStatus(status).build());
        verbs.add(
                MilvusServiceGrpc.getGetFlushAllStateMethod(),
                FlushVerbs::allState,
                status ->
                        GetFlushAllStateResponse.newBuilder().setStatus(status).build());
    }

    /** Answers when the rows are durable as segments. The maps are keyed by the names as they were sent. */
    private static Mono<FlushResponse> flush(GrpcCall call, FlushRequest request) {
        String database = call.database(request.getDbName());
        FlushResponse.Builder answer =
                FlushResponse.newBuilder().setStatus(GrpcStatus.OK).setDbName(database);
        return Flux.fromIterable(request.getCollectionNamesList())
                .concatMap(
                        name -> call.engine().flush(database, name).doOnNext(flushed -> add(answer, name, flushed)),
                        ONE_AT_A_TIME)
                .then(Mono.fromCallable(answer::build));
    }

    private static void add(FlushResponse.Builder answer, String name, FlushResult flushed) {
        answer.putCollSegIDs(name, longs(flushed.segmentIds()))
                .putFlushCollSegIDs(name, longs(flushed.flushedSegmentIds()))
                .putCollSealTimes(name, flushed.sealMillis() / MILLIS_PER_SECOND)
                .putCollFlushTs(name, flushed.timestamp());
    }

    private static LongArray longs(List<Long> values) {
        return LongArray.newBuilder().addAllData(values).build();
    }

    private static Mono<GetFlushStateResponse> state(GrpcCall call, GetFlushStateRequest request) {
        Mono<Boolean> flushed = request.getCollectionName().isEmpty()
                ? call.engine().isFlushed(request.getSegmentIDsList())
                : call.engine()
                        .isFlushed(
                                call.database(request.getDbName()),
                                request.getCollectionName(),
                                request.getSegmentIDsList(),
                                request.getFlushTs());
        return flushed.map(done -> GetFlushStateResponse.newBuilder()
                .setStatus(GrpcStatus.OK)
                .setFlushed(done)
                .build());
    }

    /** Everything, or the targets that an older client names. */
    private static Mono<FlushAllResponse> flushAll(GrpcCall call, FlushAllRequest request) {
        return call.engine()
                .flushAll(targets(request))
                .map(flushed -> FlushAllResponse.newBuilder()
                        .setStatus(GrpcStatus.OK)
                        .setFlushAllTs(flushed.timestamp())
                        .addAllFlushResults(byDatabase(flushed.collections()))
                        .build());
    }

    private static List<FlushTarget> targets(FlushAllRequest request) {
        if (request.getFlushTargetsCount() > 0) {
            return request.getFlushTargetsList().stream()
                    .map(target -> new FlushTarget(target.getDbName(), target.getCollectionNamesList()))
                    .toList();
        }
        return request.getDbName().isEmpty() ? List.of() : List.of(new FlushTarget(request.getDbName(), List.of()));
    }

    private static List<FlushAllResult> byDatabase(List<FlushResult> collections) {
        Map<String, FlushAllResult.Builder> databases = new LinkedHashMap<>();
        for (FlushResult flushed : collections) {
            databases
                    .computeIfAbsent(
                            flushed.database(),
                            name -> FlushAllResult.newBuilder().setDbName(name))
                    .addCollectionResults(FlushCollectionResult.newBuilder()
                            .setCollectionName(flushed.collection())
                            .setSegmentIds(longs(flushed.segmentIds()))
                            .setFlushSegmentIds(longs(flushed.flushedSegmentIds()))
                            .setSealTime(flushed.sealMillis() / MILLIS_PER_SECOND)
                            .setFlushTs(flushed.timestamp()));
        }
        return databases.values().stream().map(FlushAllResult.Builder::build).toList();
    }

    private static Mono<GetFlushAllStateResponse> allState(GrpcCall call, GetFlushAllStateRequest request) {
        long timestamp = request.getFlushAllTssMap().values().stream().reduce(request.getFlushAllTs(), Math::max);
        return call.engine()
                .isAllFlushed(timestamp)
                .map(done -> GetFlushAllStateResponse.newBuilder()
                        .setStatus(GrpcStatus.OK)
                        .setFlushed(done)
                        .build());
    }
}
