package io.sluice.api.grpc;

import io.milvus.grpc.CompactionMergeInfo;
import io.milvus.grpc.CompactionState;
import io.milvus.grpc.GetCompactionPlansRequest;
import io.milvus.grpc.GetCompactionPlansResponse;
import io.milvus.grpc.GetCompactionStateRequest;
import io.milvus.grpc.GetCompactionStateResponse;
import io.milvus.grpc.ManualCompactionRequest;
import io.milvus.grpc.ManualCompactionResponse;
import io.milvus.grpc.MilvusServiceGrpc;
import io.sluice.engine.CompactionRequest;
import io.sluice.engine.CompactionView;
import reactor.core.publisher.Mono;

/** Compaction, and how far it is. */
final class CompactionVerbs {
    /** Clients send the size of a merged segment in MiB. */
    private static final int TARGET_UNIT_SHIFT = 20;

    private CompactionVerbs() {}

    static void addTo(GrpcVerbs verbs) {
        verbs.add(
                MilvusServiceGrpc.getManualCompactionMethod(),
                CompactionVerbs::compact,
                status ->
                        ManualCompactionResponse.newBuilder().setStatus(status).build());
        verbs.add(
                MilvusServiceGrpc.getGetCompactionStateMethod(),
                CompactionVerbs::state,
                status -> GetCompactionStateResponse.newBuilder()
                        .setStatus(status)
                        .build());
        verbs.add(
                MilvusServiceGrpc.getGetCompactionStateWithPlansMethod(),
                CompactionVerbs::plans,
                status -> GetCompactionPlansResponse.newBuilder()
                        .setStatus(status)
                        .build());
    }

    private static Mono<ManualCompactionResponse> compact(GrpcCall call, ManualCompactionRequest request) {
        return call.engine()
                .compact(new CompactionRequest(
                        call.database(request.getDbName()),
                        request.getCollectionName(),
                        request.getCollectionName().isEmpty() ? request.getCollectionID() : 0,
                        request.getL0Compaction(),
                        request.getMajorCompaction(),
                        request.getTargetSize() << TARGET_UNIT_SHIFT,
                        request.getPartitionId(),
                        request.getSegmentIdsList()))
                .map(started -> ManualCompactionResponse.newBuilder()
                        .setStatus(GrpcStatus.OK)
                        .setCompactionID(started.compactionId())
                        .setCompactionPlanCount(started.planCount())
                        .build());
    }

    private static Mono<GetCompactionStateResponse> state(GrpcCall call, GetCompactionStateRequest request) {
        return call.engine()
                .compaction(request.getCompactionID())
                .map(view -> GetCompactionStateResponse.newBuilder()
                        .setStatus(GrpcStatus.OK)
                        .setState(stateOf(view))
                        .setExecutingPlanNo(view.executingPlans())
                        .setCompletedPlanNo(view.completedPlans())
                        .setFailedPlanNo(view.failedPlans())
                        .build());
    }

    private static Mono<GetCompactionPlansResponse> plans(GrpcCall call, GetCompactionPlansRequest request) {
        return call.engine().compaction(request.getCompactionID()).map(view -> {
            GetCompactionPlansResponse.Builder answer = GetCompactionPlansResponse.newBuilder()
                    .setStatus(GrpcStatus.OK)
                    .setState(stateOf(view));
            for (CompactionView.Merge merge : view.merges()) {
                answer.addMergeInfos(CompactionMergeInfo.newBuilder()
                        .addAllSources(merge.sources())
                        .setTarget(merge.target()));
            }
            return answer.build();
        });
    }

    private static CompactionState stateOf(CompactionView view) {
        return view.completed() ? CompactionState.Completed : CompactionState.Executing;
    }
}
