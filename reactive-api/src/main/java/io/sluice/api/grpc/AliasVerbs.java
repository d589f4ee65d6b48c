package io.sluice.api.grpc;

import io.milvus.grpc.AlterAliasRequest;
import io.milvus.grpc.CreateAliasRequest;
import io.milvus.grpc.DescribeAliasRequest;
import io.milvus.grpc.DescribeAliasResponse;
import io.milvus.grpc.DropAliasRequest;
import io.milvus.grpc.ListAliasesRequest;
import io.milvus.grpc.ListAliasesResponse;
import io.milvus.grpc.MilvusServiceGrpc;
import io.milvus.grpc.Status;
import reactor.core.publisher.Mono;

/** Aliases. */
final class AliasVerbs {
    private AliasVerbs() {}

    static void addTo(GrpcVerbs verbs) {
        verbs.add(MilvusServiceGrpc.getCreateAliasMethod(), AliasVerbs::create);
        verbs.add(MilvusServiceGrpc.getAlterAliasMethod(), AliasVerbs::alter);
        verbs.add(MilvusServiceGrpc.getDropAliasMethod(), AliasVerbs::drop);
        verbs.add(
                MilvusServiceGrpc.getDescribeAliasMethod(),
                AliasVerbs::describe,
                status -> DescribeAliasResponse.newBuilder().setStatus(status).build());
        verbs.add(
                MilvusServiceGrpc.getListAliasesMethod(),
                AliasVerbs::list,
                status -> ListAliasesResponse.newBuilder().setStatus(status).build());
    }

    private static Mono<Status> create(GrpcCall call, CreateAliasRequest request) {
        return call.engine()
                .createAlias(call.database(request.getDbName()), request.getCollectionName(), request.getAlias())
                .thenReturn(GrpcStatus.OK);
    }

    private static Mono<Status> alter(GrpcCall call, AlterAliasRequest request) {
        return call.engine()
                .alterAlias(call.database(request.getDbName()), request.getCollectionName(), request.getAlias())
                .thenReturn(GrpcStatus.OK);
    }

    private static Mono<Status> drop(GrpcCall call, DropAliasRequest request) {
        return call.engine()
                .dropAlias(call.database(request.getDbName()), request.getAlias())
                .thenReturn(GrpcStatus.OK);
    }

    private static Mono<DescribeAliasResponse> describe(GrpcCall call, DescribeAliasRequest request) {
        String database = call.database(request.getDbName());
        return call.engine()
                .describeAlias(database, request.getAlias())
                .map(collection -> DescribeAliasResponse.newBuilder()
                        .setStatus(GrpcStatus.OK)
                        .setDbName(database)
                        .setAlias(request.getAlias())
                        .setCollection(collection)
                        .build());
    }

    private static Mono<ListAliasesResponse> list(GrpcCall call, ListAliasesRequest request) {
        String database = call.database(request.getDbName());
        return call.engine()
                .listAliases(database, request.getCollectionName())
                .map(aliases -> ListAliasesResponse.newBuilder()
                        .setStatus(GrpcStatus.OK)
                        .setDbName(database)
                        .setCollectionName(request.getCollectionName())
                        .addAllAliases(aliases)
                        .build());
    }
}
