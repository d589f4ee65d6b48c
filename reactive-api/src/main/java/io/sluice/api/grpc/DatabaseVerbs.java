package io.sluice.api.grpc;

import io.milvus.grpc.CreateDatabaseRequest;
import io.milvus.grpc.DescribeDatabaseRequest;
import io.milvus.grpc.DescribeDatabaseResponse;
import io.milvus.grpc.DropDatabaseRequest;
import io.milvus.grpc.ListDatabasesRequest;
import io.milvus.grpc.ListDatabasesResponse;
import io.milvus.grpc.MilvusServiceGrpc;
import io.milvus.grpc.Status;
import io.sluice.engine.DatabaseDescription;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Databases. */
final class DatabaseVerbs {
    private static final int ONE_AT_A_TIME = 1;

    private DatabaseVerbs() {}

    static void addTo(GrpcVerbs verbs) {
        verbs.add(MilvusServiceGrpc.getCreateDatabaseMethod(), DatabaseVerbs::create);
        verbs.add(MilvusServiceGrpc.getDropDatabaseMethod(), DatabaseVerbs::drop);
        verbs.add(
                MilvusServiceGrpc.getListDatabasesMethod(),
                DatabaseVerbs::list,
                status -> ListDatabasesResponse.newBuilder().setStatus(status).build());
        verbs.add(
                MilvusServiceGrpc.getDescribeDatabaseMethod(),
                DatabaseVerbs::describe,
                status ->
                        DescribeDatabaseResponse.newBuilder().setStatus(status).build());
    }

    private static Mono<Status> create(GrpcCall call, CreateDatabaseRequest request) {
        return call.engine()
                .createDatabase(request.getDbName(), KeyValues.toMap(request.getPropertiesList()))
                .thenReturn(GrpcStatus.OK);
    }

    private static Mono<Status> drop(GrpcCall call, DropDatabaseRequest request) {
        return call.engine().dropDatabase(request.getDbName()).thenReturn(GrpcStatus.OK);
    }

    private static Mono<ListDatabasesResponse> list(GrpcCall call, ListDatabasesRequest request) {
        return call.engine()
                .listDatabases()
                .flatMapMany(Flux::fromIterable)
                .concatMap(name -> call.engine().describeDatabase(name), ONE_AT_A_TIME)
                .collectList()
                .map(databases -> {
                    ListDatabasesResponse.Builder answer =
                            ListDatabasesResponse.newBuilder().setStatus(GrpcStatus.OK);
                    for (DatabaseDescription database : databases) {
                        answer.addDbNames(database.name())
                                .addDbIds(database.id())
                                .addCreatedTimestamp(database.createdTimestamp());
                    }
                    return answer.build();
                });
    }

    private static Mono<DescribeDatabaseResponse> describe(GrpcCall call, DescribeDatabaseRequest request) {
        return call.engine()
                .describeDatabase(call.database(request.getDbName()))
                .map(database -> DescribeDatabaseResponse.newBuilder()
                        .setStatus(GrpcStatus.OK)
                        .setDbName(database.name())
                        .setDbID(database.id())
                        .setCreatedTimestamp(database.createdTimestamp())
                        .addAllProperties(KeyValues.of(database.properties()))
                        .build());
    }
}
