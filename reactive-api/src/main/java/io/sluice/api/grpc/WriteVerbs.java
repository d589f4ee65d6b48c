package io.sluice.api.grpc;

import io.grpc.MethodDescriptor;
import io.milvus.grpc.MilvusServiceGrpc;
import io.milvus.grpc.MutationResult;
import io.sluice.engine.DeleteRequest;
import io.sluice.engine.WriteResult;
import io.sluice.engine.error.EngineException.InvalidRequest;
import io.sluice.engine.error.EngineException.WrongState;
import io.sluice.engine.error.ErrorCode;
import io.sluice.engine.schema.RowBatch;
import reactor.core.publisher.Mono;

/** Insert, upsert, delete. */
final class WriteVerbs {
    private static final String COST = "report_value";
    private static final String NO_COST = "0";

    private WriteVerbs() {}

    static void addTo(GrpcVerbs verbs) {
        verbs.add(takingRows(MilvusServiceGrpc.getInsertMethod()), WriteVerbs::insert, WriteVerbs::refused);
        verbs.add(takingRows(MilvusServiceGrpc.getUpsertMethod()), WriteVerbs::upsert, WriteVerbs::refused);
        verbs.add(MilvusServiceGrpc.getDeleteMethod(), WriteVerbs::delete, WriteVerbs::refused);
    }

    private static MethodDescriptor<IncomingRows, MutationResult> takingRows(
            MethodDescriptor<?, MutationResult> method) {
        return method.toBuilder(IncomingRows.MARSHALLER, method.getResponseMarshaller())
                .build();
    }

    private static MutationResult refused(io.milvus.grpc.Status status) {
        return MutationResult.newBuilder().setStatus(status).build();
    }

    private static Mono<MutationResult> insert(GrpcCall call, IncomingRows request) {
        String database = call.database(request.database());
        RowBatch rows = rows(request);
        return call.engine()
                .insert(database, request.collection(), request.partition(), rows)
                .onErrorResume(InvalidRequest.class, refusal -> staleSchema(call, request, refusal))
                .map(result -> written(result).setInsertCnt(result.count()).build());
    }

    private static Mono<MutationResult> upsert(GrpcCall call, IncomingRows request) {
        if (request.partialUpdate() || !request.fieldOps().isEmpty()) {
            throw CollectionMapper.unsupported("a partial update in an upsert", "Send every field of the rows");
        }
        String database = call.database(request.database());
        RowBatch rows = rows(request);
        return call.engine()
                .upsert(database, request.collection(), request.partition(), rows)
                .onErrorResume(InvalidRequest.class, refusal -> staleSchema(call, request, refusal))
                .map(result -> written(result).setUpsertCnt(result.count()).build());
    }

    private static RowBatch rows(IncomingRows request) {
        if (request.namespace()) {
            throw CollectionMapper.unsupported("a namespace in a write", "Leave it out");
        }
        return ColumnReader.read(request);
    }

    /** Rows that do not fit because the client's picture of the schema is old: it is to fetch the new one and try again. */
    private static Mono<WriteResult> staleSchema(GrpcCall call, IncomingRows request, InvalidRequest refusal) {
        if (request.schemaTimestamp() == 0 || refusal.code() != ErrorCode.INVALID_PARAMETER) {
            return Mono.error(refusal);
        }
        return call.engine()
                .describeCollection(call.database(request.database()), request.collection())
                .flatMap(collection -> Long.compareUnsigned(request.schemaTimestamp(), collection.updatedTimestamp())
                                < 0
                        ? Mono.error(new WrongState(
                                ErrorCode.SCHEMA_MISMATCH,
                                "collection schema mismatch[collection=" + request.collection()
                                        + "]: the schema was changed since the client read it: " + refusal.text()))
                        : Mono.error(refusal));
    }

    private static MutationResult.Builder written(WriteResult result) {
        int rows = result.keys().count();
        MutationResult.Builder answer = MutationResult.newBuilder()
                .setStatus(GrpcStatus.OK.toBuilder().putExtraInfo(COST, NO_COST))
                .setIDs(ColumnWriter.write(result.keys()))
                .setAcknowledged(true)
                .setTimestamp(result.timestamp());
        for (int row = 0; row < rows; row++) {
            answer.addSuccIndex(row);
        }
        return answer;
    }

    private static Mono<MutationResult> delete(GrpcCall call, io.milvus.grpc.DeleteRequest request) {
        return call.engine()
                .delete(new DeleteRequest(
                        call.database(request.getDbName()),
                        request.getCollectionName(),
                        request.getPartitionName(),
                        null,
                        request.getExpr(),
                        Templates.values(request.getExprTemplateValuesMap())))
                .map(result -> MutationResult.newBuilder()
                        .setStatus(GrpcStatus.OK.toBuilder().putExtraInfo(COST, NO_COST))
                        .setAcknowledged(true)
                        .setDeleteCnt(result.count())
                        .setTimestamp(result.timestamp())
                        .build());
    }
}
