package io.sluice.api.grpc;

import com.google.protobuf.InvalidProtocolBufferException;
import io.milvus.grpc.AddCollectionFieldRequest;
import io.milvus.grpc.AlterCollectionFieldRequest;
import io.milvus.grpc.AlterCollectionRequest;
import io.milvus.grpc.AlterDatabaseRequest;
import io.milvus.grpc.AlterIndexRequest;
import io.milvus.grpc.FieldSchema;
import io.milvus.grpc.MilvusServiceGrpc;
import io.milvus.grpc.Status;
import io.milvus.grpc.TruncateCollectionRequest;
import io.milvus.grpc.TruncateCollectionResponse;
import io.sluice.engine.error.EngineException.InvalidRequest;
import reactor.core.publisher.Mono;

/** Changes of what exists: properties of databases, collections, fields and indexes; new fields; truncate. */
final class AlterationVerbs {
    private AlterationVerbs() {}

    static void addTo(GrpcVerbs verbs) {
        verbs.add(MilvusServiceGrpc.getAlterDatabaseMethod(), AlterationVerbs::alterDatabase);
        verbs.add(MilvusServiceGrpc.getAlterCollectionMethod(), AlterationVerbs::alterCollection);
        verbs.add(MilvusServiceGrpc.getAlterCollectionFieldMethod(), AlterationVerbs::alterField);
        verbs.add(MilvusServiceGrpc.getAlterIndexMethod(), AlterationVerbs::alterIndex);
        verbs.add(MilvusServiceGrpc.getAddCollectionFieldMethod(), AlterationVerbs::addField);
        verbs.add(
                MilvusServiceGrpc.getTruncateCollectionMethod(),
                AlterationVerbs::truncate,
                status -> TruncateCollectionResponse.newBuilder()
                        .setStatus(status)
                        .build());
    }

    private static Mono<Status> alterDatabase(GrpcCall call, AlterDatabaseRequest request) {
        return call.engine()
                .alterDatabase(
                        call.database(request.getDbName()),
                        KeyValues.toMap(request.getPropertiesList()),
                        request.getDeleteKeysList())
                .thenReturn(GrpcStatus.OK);
    }

    private static Mono<Status> alterCollection(GrpcCall call, AlterCollectionRequest request) {
        return call.engine()
                .alterCollection(
                        call.database(request.getDbName()),
                        request.getCollectionName(),
                        KeyValues.toMap(request.getPropertiesList()),
                        request.getDeleteKeysList())
                .thenReturn(GrpcStatus.OK);
    }

    private static Mono<Status> alterField(GrpcCall call, AlterCollectionFieldRequest request) {
        return call.engine()
                .alterField(
                        call.database(request.getDbName()),
                        request.getCollectionName(),
                        request.getFieldName(),
                        KeyValues.toMap(request.getPropertiesList()),
                        request.getDeleteKeysList())
                .thenReturn(GrpcStatus.OK);
    }

    private static Mono<Status> alterIndex(GrpcCall call, AlterIndexRequest request) {
        return call.engine()
                .alterIndex(
                        call.database(request.getDbName()),
                        request.getCollectionName(),
                        request.getIndexName(),
                        KeyValues.toMap(request.getExtraParamsList()),
                        request.getDeleteKeysList())
                .thenReturn(GrpcStatus.OK);
    }

    private static Mono<Status> addField(GrpcCall call, AddCollectionFieldRequest request) {
        return call.engine()
                .addField(
                        call.database(request.getDbName()),
                        request.getCollectionName(),
                        CollectionMapper.field(parse(request)))
                .thenReturn(GrpcStatus.OK);
    }

    private static FieldSchema parse(AddCollectionFieldRequest request) {
        try {
            return FieldSchema.parseFrom(request.getSchema());
        } catch (InvalidProtocolBufferException malformed) {
            throw new InvalidRequest(
                    "the schema is no serialized FieldSchema: invalid parameter: " + malformed.getMessage());
        }
    }

    private static Mono<TruncateCollectionResponse> truncate(GrpcCall call, TruncateCollectionRequest request) {
        return call.engine()
                .truncateCollection(call.database(request.getDbName()), request.getCollectionName())
                .thenReturn(TruncateCollectionResponse.newBuilder()
                        .setStatus(GrpcStatus.OK)
                        .build());
    }
}
