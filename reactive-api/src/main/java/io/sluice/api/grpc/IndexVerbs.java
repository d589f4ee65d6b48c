package io.sluice.api.grpc;

import io.milvus.grpc.CreateIndexRequest;
import io.milvus.grpc.DescribeIndexRequest;
import io.milvus.grpc.DescribeIndexResponse;
import io.milvus.grpc.DropIndexRequest;
import io.milvus.grpc.GetIndexBuildProgressRequest;
import io.milvus.grpc.GetIndexBuildProgressResponse;
import io.milvus.grpc.GetIndexStateRequest;
import io.milvus.grpc.GetIndexStateResponse;
import io.milvus.grpc.GetIndexStatisticsRequest;
import io.milvus.grpc.GetIndexStatisticsResponse;
import io.milvus.grpc.IndexState;
import io.milvus.grpc.MilvusServiceGrpc;
import io.milvus.grpc.Status;
import io.sluice.engine.IndexDescription;
import io.sluice.engine.error.EngineException.NotFound;
import io.sluice.engine.error.ErrorCode;
import io.sluice.engine.schema.IndexDefinition;
import java.util.List;
import reactor.core.publisher.Mono;

/** Indexes. */
@SuppressWarnings("deprecation") // clients still ask for state and progress by the old calls
final class IndexVerbs {
    private IndexVerbs() {}

    static void addTo(GrpcVerbs verbs) {
        verbs.add(MilvusServiceGrpc.getCreateIndexMethod(), IndexVerbs::create);
        verbs.add(MilvusServiceGrpc.getDropIndexMethod(), IndexVerbs::drop);
        verbs.add(
                MilvusServiceGrpc.getDescribeIndexMethod(),
                IndexVerbs::describe,
                status -> DescribeIndexResponse.newBuilder().setStatus(status).build());
        verbs.add(
                MilvusServiceGrpc.getGetIndexStatisticsMethod(),
                IndexVerbs::statistics,
                status -> GetIndexStatisticsResponse.newBuilder()
                        .setStatus(status)
                        .build());
        verbs.add(
                MilvusServiceGrpc.getGetIndexStateMethod(),
                IndexVerbs::state,
                status -> GetIndexStateResponse.newBuilder().setStatus(status).build());
        verbs.add(
                MilvusServiceGrpc.getGetIndexBuildProgressMethod(),
                IndexVerbs::progress,
                status -> GetIndexBuildProgressResponse.newBuilder()
                        .setStatus(status)
                        .build());
    }

    private static Mono<Status> create(GrpcCall call, CreateIndexRequest request) {
        IndexDefinition definition =
                IndexMapper.definition(request.getIndexName(), KeyValues.toMap(request.getExtraParamsList()));
        return call.engine()
                .createIndex(
                        call.database(request.getDbName()),
                        request.getCollectionName(),
                        request.getFieldName(),
                        definition)
                .thenReturn(GrpcStatus.OK);
    }

    private static Mono<Status> drop(GrpcCall call, DropIndexRequest request) {
        String database = call.database(request.getDbName());
        String collection = request.getCollectionName();
        if (!request.getIndexName().isEmpty()) {
            return call.engine()
                    .dropIndex(database, collection, request.getIndexName())
                    .thenReturn(GrpcStatus.OK);
        }
        return call.engine()
                .listIndexes(database, collection)
                .flatMapIterable(indexes -> matching(indexes, request.getFieldName(), ""))
                .concatMap(
                        index -> call.engine()
                                .dropIndex(
                                        database, collection, index.definition().name()),
                        0)
                .then(Mono.just(GrpcStatus.OK));
    }

    private static Mono<DescribeIndexResponse> describe(GrpcCall call, DescribeIndexRequest request) {
        return found(
                        call,
                        request.getDbName(),
                        request.getCollectionName(),
                        request.getFieldName(),
                        request.getIndexName())
                .map(indexes -> DescribeIndexResponse.newBuilder()
                        .setStatus(GrpcStatus.OK)
                        .addAllIndexDescriptions(
                                indexes.stream().map(IndexMapper::describe).toList())
                        .build());
    }

    private static Mono<GetIndexStatisticsResponse> statistics(GrpcCall call, GetIndexStatisticsRequest request) {
        return found(call, request.getDbName(), request.getCollectionName(), "", request.getIndexName())
                .map(indexes -> GetIndexStatisticsResponse.newBuilder()
                        .setStatus(GrpcStatus.OK)
                        .addAllIndexDescriptions(
                                indexes.stream().map(IndexMapper::describe).toList())
                        .build());
    }

    private static Mono<GetIndexStateResponse> state(GrpcCall call, GetIndexStateRequest request) {
        return found(
                        call,
                        request.getDbName(),
                        request.getCollectionName(),
                        request.getFieldName(),
                        request.getIndexName())
                .map(indexes -> {
                    boolean finished = indexes.stream().allMatch(index -> index.pendingRows() == 0);
                    return GetIndexStateResponse.newBuilder()
                            .setStatus(GrpcStatus.OK)
                            .setState(finished ? IndexState.Finished : IndexState.InProgress)
                            .setFailReason(indexes.getFirst().failReason())
                            .build();
                });
    }

    private static Mono<GetIndexBuildProgressResponse> progress(GrpcCall call, GetIndexBuildProgressRequest request) {
        return found(
                        call,
                        request.getDbName(),
                        request.getCollectionName(),
                        request.getFieldName(),
                        request.getIndexName())
                .map(List::getFirst)
                .map(index -> GetIndexBuildProgressResponse.newBuilder()
                        .setStatus(GrpcStatus.OK)
                        .setIndexedRows(index.indexedRows())
                        .setTotalRows(index.totalRows())
                        .build());
    }

    /** At least one; none is an error, by which clients know that there is no index. */
    private static Mono<List<IndexDescription>> found(
            GrpcCall call, String database, String collection, String field, String name) {
        return call.engine().listIndexes(call.database(database), collection).map(indexes -> {
            List<IndexDescription> matching = matching(indexes, field, name);
            if (matching.isEmpty()) {
                throw new NotFound(
                        ErrorCode.INDEX_NOT_FOUND,
                        name.isEmpty()
                                ? "index not found[collection=" + collection + "]"
                                : "index not found[indexName=" + name + "]");
            }
            return matching;
        });
    }

    private static List<IndexDescription> matching(List<IndexDescription> indexes, String field, String name) {
        return indexes.stream()
                .filter(index -> field.isEmpty() || index.fieldName().equals(field))
                .filter(index -> name.isEmpty() || index.definition().name().equals(name))
                .toList();
    }
}
