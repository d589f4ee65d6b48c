package io.sluice.api.grpc;

import io.milvus.grpc.CreateResourceGroupRequest;
import io.milvus.grpc.DescribeResourceGroupRequest;
import io.milvus.grpc.DescribeResourceGroupResponse;
import io.milvus.grpc.DropResourceGroupRequest;
import io.milvus.grpc.ListResourceGroupsRequest;
import io.milvus.grpc.ListResourceGroupsResponse;
import io.milvus.grpc.MilvusServiceGrpc;
import io.milvus.grpc.NodeInfo;
import io.milvus.grpc.ResourceGroup;
import io.milvus.grpc.ResourceGroupLimit;
import io.milvus.grpc.ResourceGroupNodeFilter;
import io.milvus.grpc.ResourceGroupTransfer;
import io.milvus.grpc.Status;
import io.milvus.grpc.TransferNodeRequest;
import io.milvus.grpc.TransferReplicaRequest;
import io.milvus.grpc.UpdateResourceGroupsRequest;
import io.sluice.engine.ResourceGroupConfig;
import io.sluice.engine.ResourceGroupDescription;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import reactor.core.publisher.Mono;

/** Resource groups of the one node. */
final class ResourceGroupVerbs {
    private ResourceGroupVerbs() {}

    static void addTo(GrpcVerbs verbs) {
        verbs.add(MilvusServiceGrpc.getCreateResourceGroupMethod(), ResourceGroupVerbs::create);
        verbs.add(MilvusServiceGrpc.getUpdateResourceGroupsMethod(), ResourceGroupVerbs::update);
        verbs.add(MilvusServiceGrpc.getDropResourceGroupMethod(), ResourceGroupVerbs::drop);
        verbs.add(MilvusServiceGrpc.getTransferNodeMethod(), ResourceGroupVerbs::transferNode);
        verbs.add(MilvusServiceGrpc.getTransferReplicaMethod(), ResourceGroupVerbs::transferReplica);
        verbs.add(
                MilvusServiceGrpc.getListResourceGroupsMethod(),
                ResourceGroupVerbs::list,
                status -> ListResourceGroupsResponse.newBuilder()
                        .setStatus(status)
                        .build());
        verbs.add(
                MilvusServiceGrpc.getDescribeResourceGroupMethod(),
                ResourceGroupVerbs::describe,
                status -> DescribeResourceGroupResponse.newBuilder()
                        .setStatus(status)
                        .build());
    }

    private static Mono<Status> create(GrpcCall call, CreateResourceGroupRequest request) {
        String name = request.getResourceGroup();
        ResourceGroupConfig config =
                request.hasConfig() ? config(name, request.getConfig()) : ResourceGroupConfig.EMPTY;
        return call.engine().createResourceGroup(name, config).thenReturn(GrpcStatus.OK);
    }

    private static Mono<Status> update(GrpcCall call, UpdateResourceGroupsRequest request) {
        Map<String, ResourceGroupConfig> configs = new LinkedHashMap<>();
        request.getResourceGroupsMap().forEach((name, config) -> configs.put(name, config(name, config)));
        return call.engine().updateResourceGroups(configs).thenReturn(GrpcStatus.OK);
    }

    private static ResourceGroupConfig config(String group, io.milvus.grpc.ResourceGroupConfig config) {
        return ResourceGroupConfig.of(
                group,
                config.hasRequests() ? config.getRequests().getNodeNum() : null,
                config.hasLimits() ? config.getLimits().getNodeNum() : null,
                names(config.getTransferFromList()),
                names(config.getTransferToList()),
                KeyValues.toMap(config.getNodeFilter().getNodeLabelsList()));
    }

    private static List<String> names(List<ResourceGroupTransfer> transfers) {
        return transfers.stream().map(ResourceGroupTransfer::getResourceGroup).toList();
    }

    private static Mono<Status> drop(GrpcCall call, DropResourceGroupRequest request) {
        return call.engine().dropResourceGroup(request.getResourceGroup()).thenReturn(GrpcStatus.OK);
    }

    private static Mono<Status> transferNode(GrpcCall call, TransferNodeRequest request) {
        return call.engine()
                .transferNode(request.getSourceResourceGroup(), request.getTargetResourceGroup(), request.getNumNode())
                .thenReturn(GrpcStatus.OK);
    }

    private static Mono<Status> transferReplica(GrpcCall call, TransferReplicaRequest request) {
        return call.engine()
                .transferReplica(
                        request.getSourceResourceGroup(),
                        request.getTargetResourceGroup(),
                        call.database(request.getDbName()),
                        request.getCollectionName(),
                        request.getNumReplica())
                .thenReturn(GrpcStatus.OK);
    }

    private static Mono<ListResourceGroupsResponse> list(GrpcCall call, ListResourceGroupsRequest request) {
        return call.engine()
                .listResourceGroups()
                .map(names -> ListResourceGroupsResponse.newBuilder()
                        .setStatus(GrpcStatus.OK)
                        .addAllResourceGroups(names)
                        .build());
    }

    private static Mono<DescribeResourceGroupResponse> describe(GrpcCall call, DescribeResourceGroupRequest request) {
        return call.engine()
                .describeResourceGroup(request.getResourceGroup())
                .map(group -> DescribeResourceGroupResponse.newBuilder()
                        .setStatus(GrpcStatus.OK)
                        .setResourceGroup(describe(call, group))
                        .build());
    }

    private static ResourceGroup describe(GrpcCall call, ResourceGroupDescription group) {
        ResourceGroup.Builder answer = ResourceGroup.newBuilder()
                .setName(group.name())
                .setCapacity(group.capacity())
                .setNumAvailableNode(group.availableNodes())
                .putAllNumLoadedReplica(group.loadedReplicas())
                .putAllNumOutgoingNode(group.outgoingNodes())
                .putAllNumIncomingNode(group.incomingNodes())
                .setConfig(config(group.config()));
        if (group.availableNodes() > 0) {
            answer.addNodes(NodeInfo.newBuilder()
                    .setNodeId(NodeFacts.NODE_ID)
                    .setAddress(call.address().toString())
                    .setHostname(call.address().host()));
        }
        return answer.build();
    }

    private static io.milvus.grpc.ResourceGroupConfig config(ResourceGroupConfig config) {
        return io.milvus.grpc.ResourceGroupConfig.newBuilder()
                .setRequests(ResourceGroupLimit.newBuilder().setNodeNum(config.requestedNodes()))
                .setLimits(ResourceGroupLimit.newBuilder().setNodeNum(config.nodeLimit()))
                .addAllTransferFrom(transfers(config.transferFrom()))
                .addAllTransferTo(transfers(config.transferTo()))
                .setNodeFilter(ResourceGroupNodeFilter.newBuilder().addAllNodeLabels(KeyValues.of(config.nodeLabels())))
                .build();
    }

    private static List<ResourceGroupTransfer> transfers(List<String> groups) {
        return groups.stream()
                .map(group -> ResourceGroupTransfer.newBuilder()
                        .setResourceGroup(group)
                        .build())
                .toList();
    }
}
