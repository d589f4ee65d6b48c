package io.sluice.api.grpc;

import io.milvus.grpc.GetLoadStateRequest;
import io.milvus.grpc.GetLoadStateResponse;
import io.milvus.grpc.GetLoadingProgressRequest;
import io.milvus.grpc.GetLoadingProgressResponse;
import io.milvus.grpc.LoadCollectionRequest;
import io.milvus.grpc.LoadPartitionsRequest;
import io.milvus.grpc.LoadState;
import io.milvus.grpc.MilvusServiceGrpc;
import io.milvus.grpc.ReleaseCollectionRequest;
import io.milvus.grpc.ReleasePartitionsRequest;
import io.milvus.grpc.Status;
import io.sluice.api.LoadAnswers;
import io.sluice.engine.error.EngineException;
import io.sluice.engine.error.EngineException.InvalidRequest;
import io.sluice.engine.error.EngineException.NotFound;
import io.sluice.engine.error.EngineException.WrongState;
import io.sluice.engine.error.ErrorCode;
import io.sluice.engine.load.LoadRequest;
import io.sluice.engine.load.LoadStatus;
import io.sluice.engine.load.ReleaseRequest;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/** Load, release, their state and progress. */
final class LoadVerbs {
    private static final String PRIORITY = "load_priority";
    private static final String LOW = "low";

    private LoadVerbs() {}

    static void addTo(GrpcVerbs verbs) {
        verbs.add(MilvusServiceGrpc.getLoadCollectionMethod(), LoadVerbs::loadCollection);
        verbs.add(MilvusServiceGrpc.getLoadPartitionsMethod(), LoadVerbs::loadPartitions);
        verbs.add(MilvusServiceGrpc.getReleaseCollectionMethod(), LoadVerbs::releaseCollection);
        verbs.add(MilvusServiceGrpc.getReleasePartitionsMethod(), LoadVerbs::releasePartitions);
        verbs.add(
                MilvusServiceGrpc.getGetLoadingProgressMethod(),
                LoadVerbs::progress,
                status -> GetLoadingProgressResponse.newBuilder()
                        .setStatus(status)
                        .build());
        verbs.add(
                MilvusServiceGrpc.getGetLoadStateMethod(),
                LoadVerbs::state,
                status -> GetLoadStateResponse.newBuilder().setStatus(status).build());
    }

    private static Mono<Status> loadCollection(GrpcCall call, LoadCollectionRequest request) {
        return load(
                call,
                new LoadRequest(
                        call.database(request.getDbName()),
                        request.getCollectionName(),
                        List.of(),
                        request.getLoadFieldsList(),
                        request.getSkipLoadDynamicField(),
                        request.getReplicaNumber(),
                        request.getResourceGroupsList(),
                        isLowPriority(request.getLoadParamsMap()),
                        request.getRefresh(),
                        null,
                        false));
    }

    private static Mono<Status> loadPartitions(GrpcCall call, LoadPartitionsRequest request) {
        if (request.getPartitionNamesCount() == 0) {
            throw new InvalidRequest("failed to load partition, due to no partition specified: invalid parameter"
                    + "[expected=any partition][actual=empty partition list]");
        }
        return load(
                call,
                new LoadRequest(
                        call.database(request.getDbName()),
                        request.getCollectionName(),
                        request.getPartitionNamesList(),
                        request.getLoadFieldsList(),
                        request.getSkipLoadDynamicField(),
                        request.getReplicaNumber(),
                        request.getResourceGroupsList(),
                        isLowPriority(request.getLoadParamsMap()),
                        request.getRefresh(),
                        null,
                        false));
    }

    private static boolean isLowPriority(Map<String, String> params) {
        return LOW.equalsIgnoreCase(params.getOrDefault(PRIORITY, ""));
    }

    private static Mono<Status> load(GrpcCall call, LoadRequest request) {
        return LoadAnswers.load(call.engine(), request, call.options().loadAnswerAfter())
                .thenReturn(GrpcStatus.OK);
    }

    private static Mono<Status> releaseCollection(GrpcCall call, ReleaseCollectionRequest request) {
        return release(
                call, new ReleaseRequest(call.database(request.getDbName()), request.getCollectionName(), List.of()));
    }

    private static Mono<Status> releasePartitions(GrpcCall call, ReleasePartitionsRequest request) {
        if (request.getPartitionNamesCount() == 0) {
            throw new InvalidRequest("invalid parameter[expected=any partition][actual=empty partition list]");
        }
        return release(
                call,
                new ReleaseRequest(
                        call.database(request.getDbName()),
                        request.getCollectionName(),
                        request.getPartitionNamesList()));
    }

    private static Mono<Status> release(GrpcCall call, ReleaseRequest request) {
        return LoadAnswers.release(call.engine(), request).thenReturn(GrpcStatus.OK);
    }

    private static Mono<GetLoadingProgressResponse> progress(GrpcCall call, GetLoadingProgressRequest request) {
        String database = call.database(request.getDbName());
        return call.engine()
                .loadStatus(database, request.getCollectionName(), request.getPartitionNamesList())
                .flatMap(status -> switch (status.state()) {
                    case NOT_EXIST ->
                        Mono.error(new NotFound(
                                ErrorCode.COLLECTION_NOT_FOUND,
                                "collection not found[database=" + database + "][collection="
                                        + request.getCollectionName() + "]"));
                    case NOT_LOAD -> notLoaded(call, request, status.failure());
                    case LOADING, LOADED ->
                        Mono.just(GetLoadingProgressResponse.newBuilder()
                                .setStatus(GrpcStatus.OK)
                                .setProgress(status.progress())
                                .setRefreshProgress(status.refreshProgress())
                                .build());
                });
    }

    /** Of what is not loaded the progress is an error, which starts with the reason when a load failed. */
    private static Mono<GetLoadingProgressResponse> notLoaded(
            GrpcCall call, GetLoadingProgressRequest request, @Nullable EngineException failure) {
        String cause = failure == null ? "" : failure.text() + ": ";
        String collection = request.getCollectionName();
        return call.engine()
                .loadStatus(call.database(request.getDbName()), collection, List.of())
                .map(whole -> {
                    boolean othersServe =
                            request.getPartitionNamesCount() > 0 && whole.state() != LoadStatus.State.NOT_LOAD;
                    throw othersServe
                            ? new WrongState(
                                    ErrorCode.PARTITION_NOT_LOADED,
                                    cause + "partition not loaded[partition="
                                            + String.join(" ", request.getPartitionNamesList()) + "]")
                            : new WrongState(
                                    ErrorCode.COLLECTION_NOT_LOADED,
                                    cause + "collection not loaded[collection=" + collection + "]");
                });
    }

    private static Mono<GetLoadStateResponse> state(GrpcCall call, GetLoadStateRequest request) {
        return call.engine()
                .loadStatus(
                        call.database(request.getDbName()),
                        request.getCollectionName(),
                        request.getPartitionNamesList())
                .map(status -> GetLoadStateResponse.newBuilder()
                        .setStatus(GrpcStatus.OK)
                        .setState(
                                switch (status.state()) {
                                    case NOT_EXIST -> LoadState.LoadStateNotExist;
                                    case NOT_LOAD -> LoadState.LoadStateNotLoad;
                                    case LOADING -> LoadState.LoadStateLoading;
                                    case LOADED -> LoadState.LoadStateLoaded;
                                })
                        .build());
    }
}
