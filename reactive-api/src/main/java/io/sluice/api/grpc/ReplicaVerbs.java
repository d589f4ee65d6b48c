package io.sluice.api.grpc;

import io.milvus.grpc.GetReplicasRequest;
import io.milvus.grpc.GetReplicasResponse;
import io.milvus.grpc.LoadBalanceRequest;
import io.milvus.grpc.MilvusServiceGrpc;
import io.milvus.grpc.ReplicaInfo;
import io.milvus.grpc.ShardReplica;
import io.milvus.grpc.Status;
import io.sluice.engine.ReplicaDescription;
import io.sluice.engine.error.EngineException.NotFound;
import io.sluice.engine.error.ErrorCode;
import java.util.List;
import reactor.core.publisher.Mono;

/** Replicas of loaded collections, all on the one node. */
final class ReplicaVerbs {
    private ReplicaVerbs() {}

    static void addTo(GrpcVerbs verbs) {
        verbs.add(
                MilvusServiceGrpc.getGetReplicasMethod(),
                ReplicaVerbs::replicas,
                status -> GetReplicasResponse.newBuilder().setStatus(status).build());
        verbs.add(MilvusServiceGrpc.getLoadBalanceMethod(), ReplicaVerbs::balance);
    }

    /** By name, or by id where no name is given. */
    private static Mono<GetReplicasResponse> replicas(GrpcCall call, GetReplicasRequest request) {
        String name = request.getCollectionName();
        Mono<List<ReplicaDescription>> found = name.isEmpty()
                ? call.engine().listReplicas(request.getCollectionID())
                : call.engine().listReplicas(call.database(request.getDbName()), name);
        return found.map(replicas -> GetReplicasResponse.newBuilder()
                .setStatus(GrpcStatus.OK)
                .addAllReplicas(replicas.stream()
                        .map(replica -> describe(call, replica, request.getWithShardNodes()))
                        .toList())
                .build());
    }

    private static ReplicaInfo describe(GrpcCall call, ReplicaDescription replica, boolean withShardNodes) {
        ReplicaInfo.Builder answer = ReplicaInfo.newBuilder()
                .setReplicaID(replica.id())
                .setCollectionID(replica.collectionId())
                .addNodeIds(NodeFacts.NODE_ID)
                .setResourceGroupName(replica.resourceGroup());
        for (int shard = 0; shard < replica.shardCount(); shard++) {
            ShardReplica.Builder leader = ShardReplica.newBuilder()
                    .setLeaderID(NodeFacts.NODE_ID)
                    .setLeaderAddr(call.address().toString())
                    .setDmChannelName(CollectionMapper.virtualChannel(replica.collectionId(), shard));
            if (withShardNodes) {
                leader.addNodeIds(NodeFacts.NODE_ID);
            }
            answer.addShardReplicas(leader);
        }
        return answer.build();
    }

    private static Mono<Status> balance(GrpcCall call, LoadBalanceRequest request) {
        String database = call.database(request.getDbName());
        if (request.getCollectionName().isEmpty()) {
            throw new NotFound(
                    ErrorCode.COLLECTION_NOT_FOUND,
                    "collection not found[database=" + database + "][collection=]. Name a collection");
        }
        return call.engine()
                .balance(
                        database,
                        request.getCollectionName(),
                        request.getSrcNodeID(),
                        request.getDstNodeIDsList(),
                        request.getSealedSegmentIDsList())
                .thenReturn(GrpcStatus.OK);
    }
}
