package io.sluice.api.grpc;

import io.milvus.grpc.GetPersistentSegmentInfoRequest;
import io.milvus.grpc.GetPersistentSegmentInfoResponse;
import io.milvus.grpc.GetQuerySegmentInfoRequest;
import io.milvus.grpc.GetQuerySegmentInfoResponse;
import io.milvus.grpc.MilvusServiceGrpc;
import io.milvus.grpc.PersistentSegmentInfo;
import io.milvus.grpc.QuerySegmentInfo;
import io.milvus.grpc.SegmentLevel;
import io.milvus.grpc.SegmentState;
import io.sluice.engine.SegmentDescription;
import reactor.core.publisher.Mono;

/** Which segments there are, and which are loaded. */
final class SegmentVerbs {
    private SegmentVerbs() {}

    static void addTo(GrpcVerbs verbs) {
        verbs.add(
                MilvusServiceGrpc.getGetPersistentSegmentInfoMethod(),
                SegmentVerbs::stored,
                status -> GetPersistentSegmentInfoResponse.newBuilder()
                        .setStatus(status)
                        .build());
        verbs.add(
                MilvusServiceGrpc.getGetQuerySegmentInfoMethod(),
                SegmentVerbs::loaded,
                status -> GetQuerySegmentInfoResponse.newBuilder()
                        .setStatus(status)
                        .build());
    }

    private static Mono<GetPersistentSegmentInfoResponse> stored(
            GrpcCall call, GetPersistentSegmentInfoRequest request) {
        return call.engine()
                .storedSegments(call.database(request.getDbName()), request.getCollectionName())
                .map(segments -> GetPersistentSegmentInfoResponse.newBuilder()
                        .setStatus(GrpcStatus.OK)
                        .addAllInfos(segments.stream().map(SegmentVerbs::stored).toList())
                        .build());
    }

    private static PersistentSegmentInfo stored(SegmentDescription segment) {
        return PersistentSegmentInfo.newBuilder()
                .setSegmentID(segment.segmentId())
                .setCollectionID(segment.collectionId())
                .setPartitionID(segment.partitionId())
                .setNumRows(segment.rowCount())
                .setState(SegmentState.valueOf(segment.state()))
                .setLevel(SegmentLevel.valueOf(segment.level()))
                .setIsSorted(segment.sorted())
                .setStorageVersion(segment.storageVersion())
                .build();
    }

    private static Mono<GetQuerySegmentInfoResponse> loaded(GrpcCall call, GetQuerySegmentInfoRequest request) {
        return call.engine()
                .loadedSegments(call.database(request.getDbName()), request.getCollectionName())
                .map(segments -> GetQuerySegmentInfoResponse.newBuilder()
                        .setStatus(GrpcStatus.OK)
                        .addAllInfos(segments.stream().map(SegmentVerbs::loaded).toList())
                        .build());
    }

    private static QuerySegmentInfo loaded(SegmentDescription segment) {
        return QuerySegmentInfo.newBuilder()
                .setSegmentID(segment.segmentId())
                .setCollectionID(segment.collectionId())
                .setPartitionID(segment.partitionId())
                .setMemSize(segment.memoryBytes())
                .setNumRows(segment.rowCount())
                .setIndexName(segment.indexName())
                .setIndexID(segment.indexId())
                .addNodeIds(NodeFacts.NODE_ID)
                .setState(SegmentState.valueOf(segment.state()))
                .setLevel(SegmentLevel.valueOf(segment.level()))
                .setIsSorted(segment.sorted())
                .setStorageVersion(segment.storageVersion())
                .build();
    }
}
