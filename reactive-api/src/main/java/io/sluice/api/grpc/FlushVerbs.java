package io.sluice.api.grpc;

import io.milvus.grpc.FlushRequest;
import io.milvus.grpc.FlushResponse;
import io.milvus.grpc.GetFlushStateRequest;
import io.milvus.grpc.GetFlushStateResponse;
import io.milvus.grpc.LongArray;
import io.milvus.grpc.MilvusServiceGrpc;
import io.sluice.engine.FlushResult;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Flush and what comes of it. */
final class FlushVerbs {
    private static final int ONE_AT_A_TIME = 1;

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
        LongArray segments =
                LongArray.newBuilder().addAllData(flushed.segmentIds()).build();
        answer.putCollSegIDs(name, segments)
                .putFlushCollSegIDs(name, segments)
                .putCollSealTimes(name, HybridTime.utcMillis(flushed.timestamp()) / 1000)
                .putCollFlushTs(name, flushed.timestamp());
    }

    /** A flush is answered when it is done. */
    private static Mono<GetFlushStateResponse> state(GrpcCall call, GetFlushStateRequest request) {
        return Mono.just(GetFlushStateResponse.newBuilder()
                .setStatus(GrpcStatus.OK)
                .setFlushed(true)
                .build());
    }
}
