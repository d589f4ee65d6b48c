package io.sluice.api.grpc;

import com.google.protobuf.InvalidProtocolBufferException;
import io.milvus.grpc.BatchDescribeCollectionRequest;
import io.milvus.grpc.BatchDescribeCollectionResponse;
import io.milvus.grpc.BoolResponse;
import io.milvus.grpc.CollectionSchema;
import io.milvus.grpc.CreateCollectionRequest;
import io.milvus.grpc.DescribeCollectionRequest;
import io.milvus.grpc.DescribeCollectionResponse;
import io.milvus.grpc.DropCollectionRequest;
import io.milvus.grpc.GetCollectionStatisticsRequest;
import io.milvus.grpc.GetCollectionStatisticsResponse;
import io.milvus.grpc.HasCollectionRequest;
import io.milvus.grpc.MilvusServiceGrpc;
import io.milvus.grpc.RenameCollectionRequest;
import io.milvus.grpc.ShowCollectionsRequest;
import io.milvus.grpc.ShowCollectionsResponse;
import io.milvus.grpc.ShowType;
import io.milvus.grpc.Status;
import io.sluice.api.error.WireError;
import io.sluice.engine.CollectionDescription;
import io.sluice.engine.error.EngineException.InvalidRequest;
import io.sluice.engine.error.EngineException.NotFound;
import io.sluice.engine.error.ErrorCode;
import io.sluice.engine.load.LoadStatus;
import java.util.List;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Collections: create, describe, list, rename, drop, count. */
final class CollectionVerbs {
    private static final int ONE_AT_A_TIME = 1;

    private CollectionVerbs() {}

    static void addTo(GrpcVerbs verbs) {
        verbs.add(MilvusServiceGrpc.getCreateCollectionMethod(), CollectionVerbs::create);
        verbs.add(MilvusServiceGrpc.getDropCollectionMethod(), CollectionVerbs::drop);
        verbs.add(MilvusServiceGrpc.getRenameCollectionMethod(), CollectionVerbs::rename);
        verbs.add(
                MilvusServiceGrpc.getHasCollectionMethod(),
                CollectionVerbs::has,
                status -> BoolResponse.newBuilder().setStatus(status).build());
        verbs.add(
                MilvusServiceGrpc.getDescribeCollectionMethod(),
                CollectionVerbs::describe,
                CollectionVerbs::notDescribed);
        verbs.add(
                MilvusServiceGrpc.getBatchDescribeCollectionMethod(),
                CollectionVerbs::batchDescribe,
                status -> BatchDescribeCollectionResponse.newBuilder()
                        .setStatus(status)
                        .build());
        verbs.add(
                MilvusServiceGrpc.getShowCollectionsMethod(),
                CollectionVerbs::show,
                status -> ShowCollectionsResponse.newBuilder().setStatus(status).build());
        verbs.add(
                MilvusServiceGrpc.getGetCollectionStatisticsMethod(),
                CollectionVerbs::statistics,
                status -> GetCollectionStatisticsResponse.newBuilder()
                        .setStatus(status)
                        .build());
    }

    private static Mono<Status> create(GrpcCall call, CreateCollectionRequest request) {
        return Mono.fromCallable(
                        () -> CollectionMapper.creation(call.database(request.getDbName()), request, parse(request)))
                .flatMap(creation -> call.engine().createCollection(creation))
                .thenReturn(GrpcStatus.OK);
    }

    private static CollectionSchema parse(CreateCollectionRequest request) {
        try {
            return CollectionSchema.parseFrom(request.getSchema());
        } catch (InvalidProtocolBufferException malformed) {
            throw new InvalidRequest(
                    "the schema is no serialized CollectionSchema: invalid parameter: " + malformed.getMessage());
        }
    }

    private static Mono<Status> drop(GrpcCall call, DropCollectionRequest request) {
        return call.engine()
                .dropCollection(call.database(request.getDbName()), request.getCollectionName())
                .thenReturn(GrpcStatus.OK);
    }

    private static Mono<Status> rename(GrpcCall call, RenameCollectionRequest request) {
        String database = call.database(request.getDbName());
        return call.engine()
                .renameCollection(
                        database,
                        request.getOldName(),
                        request.getNewName(),
                        request.getNewDBName().isEmpty() ? database : request.getNewDBName())
                .thenReturn(GrpcStatus.OK);
    }

    private static Mono<BoolResponse> has(GrpcCall call, HasCollectionRequest request) {
        return call.engine()
                .hasCollection(call.database(request.getDbName()), request.getCollectionName())
                .map(there -> BoolResponse.newBuilder()
                        .setStatus(GrpcStatus.OK)
                        .setValue(there)
                        .build());
    }

    private static Mono<DescribeCollectionResponse> describe(GrpcCall call, DescribeCollectionRequest request) {
        String database = call.database(request.getDbName());
        String collection = request.getCollectionName();
        return collection.isEmpty() && request.getCollectionID() != 0
                ? call.engine().describeCollection(request.getCollectionID()).map(CollectionMapper::describe)
                : described(call, database, collection);
    }

    private static Mono<DescribeCollectionResponse> described(GrpcCall call, String database, String collection) {
        return call.engine()
                .describeCollection(database, collection)
                .map(CollectionMapper::describe)
                .onErrorMap(
                        error -> error instanceof NotFound missing && missing.code() == ErrorCode.COLLECTION_NOT_FOUND,
                        _ -> cannotFind(database, collection));
    }

    /** The one call for which Milvus kept its older sentence; clients and tests look for it. */
    private static NotFound cannotFind(String database, String collection) {
        return new NotFound(
                ErrorCode.COLLECTION_NOT_FOUND,
                "can't find collection[database=" + database + "][collection=" + collection + "]");
    }

    private static DescribeCollectionResponse notDescribed(Status status) {
        return DescribeCollectionResponse.newBuilder().setStatus(status).build();
    }

    /** One answer per name and id, in that order; what is missing is a failed answer among the others. */
    private static Mono<BatchDescribeCollectionResponse> batchDescribe(
            GrpcCall call, BatchDescribeCollectionRequest request) {
        String database = call.database(request.getDbName());
        Flux<DescribeCollectionResponse> named = Flux.fromIterable(request.getCollectionNameList())
                .concatMap(name -> orRefusal(described(call, database, name)), ONE_AT_A_TIME);
        Flux<DescribeCollectionResponse> numbered = Flux.fromIterable(request.getCollectionIDList())
                .concatMap(
                        id -> orRefusal(call.engine().describeCollection(id).map(CollectionMapper::describe)),
                        ONE_AT_A_TIME);
        return named.concatWith(numbered)
                .collectList()
                .map(answers -> BatchDescribeCollectionResponse.newBuilder()
                        .setStatus(GrpcStatus.OK)
                        .addAllResponses(answers)
                        .build());
    }

    private static Mono<DescribeCollectionResponse> orRefusal(Mono<DescribeCollectionResponse> described) {
        return described.onErrorResume(error -> Mono.just(notDescribed(GrpcStatus.of(WireError.of(error)))));
    }

    private static Mono<ShowCollectionsResponse> show(GrpcCall call, ShowCollectionsRequest request) {
        return call.engine()
                .describeCollections(call.database(request.getDbName()))
                .map(collections -> show(collections, request));
    }

    @SuppressWarnings("deprecation") // clients still send the type and read the percentages
    private static ShowCollectionsResponse show(
            List<CollectionDescription> collections, ShowCollectionsRequest request) {
        boolean loadedOnly = request.getType() == ShowType.InMemory;
        ShowCollectionsResponse.Builder answer =
                ShowCollectionsResponse.newBuilder().setStatus(GrpcStatus.OK);
        for (CollectionDescription collection : collections) {
            boolean asked = request.getCollectionNamesCount() == 0
                    || request.getCollectionNamesList().contains(collection.name());
            LoadStatus load = collection.load();
            boolean loading = load.state() == LoadStatus.State.LOADED || load.state() == LoadStatus.State.LOADING;
            if (asked && (loading || !loadedOnly)) {
                answer.addCollectionNames(collection.name())
                        .addCollectionIds(collection.id())
                        .addCreatedTimestamps(collection.createdTimestamp())
                        .addCreatedUtcTimestamps(HybridTime.utcMillis(collection.createdTimestamp()))
                        .addInMemoryPercentages(load.progress())
                        .addQueryServiceAvailable(load.state() == LoadStatus.State.LOADED)
                        .addShardsNum(collection.shardCount());
            }
        }
        return answer.build();
    }

    private static Mono<GetCollectionStatisticsResponse> statistics(
            GrpcCall call, GetCollectionStatisticsRequest request) {
        return call.engine()
                .countRows(call.database(request.getDbName()), request.getCollectionName())
                .map(rows -> GetCollectionStatisticsResponse.newBuilder()
                        .setStatus(GrpcStatus.OK)
                        .addStats(KeyValues.of("row_count", Long.toString(rows)))
                        .build());
    }
}
