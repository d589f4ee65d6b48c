package io.sluice.app.e2e;

import static io.sluice.app.e2e.GrpcClient.legacyCode;
import static io.sluice.app.e2e.GrpcClient.ok;
import static io.sluice.app.e2e.GrpcClient.refused;
import static org.assertj.core.api.Assertions.assertThat;

import io.milvus.grpc.CreateResourceGroupRequest;
import io.milvus.grpc.DescribeResourceGroupRequest;
import io.milvus.grpc.DropResourceGroupRequest;
import io.milvus.grpc.GetReplicasRequest;
import io.milvus.grpc.ListResourceGroupsRequest;
import io.milvus.grpc.LoadBalanceRequest;
import io.milvus.grpc.LoadCollectionRequest;
import io.milvus.grpc.ReplicaInfo;
import io.milvus.grpc.ResourceGroup;
import io.milvus.grpc.ResourceGroupConfig;
import io.milvus.grpc.ResourceGroupLimit;
import io.milvus.grpc.ResourceGroupTransfer;
import io.milvus.grpc.Status;
import io.milvus.grpc.TransferNodeRequest;
import io.milvus.grpc.TransferReplicaRequest;
import io.milvus.grpc.UpdateResourceGroupsRequest;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Resource groups and replicas as clients see them, over gRPC and REST. */
class GrpcReplicasTest {
    private static final String DEFAULT = "__default_resource_group";

    private final TestServer server = TestServer.start();
    private final GrpcClient client = new GrpcClient(server);
    private final Rest rest = new Rest(server.baseUrl());

    @AfterEach
    void close() {
        rest.close();
        client.close();
        server.close();
    }

    private static ResourceGroupConfig config(int requests, int limits) {
        return ResourceGroupConfig.newBuilder()
                .setRequests(ResourceGroupLimit.newBuilder().setNodeNum(requests))
                .setLimits(ResourceGroupLimit.newBuilder().setNodeNum(limits))
                .addTransferFrom(ResourceGroupTransfer.newBuilder().setResourceGroup(DEFAULT))
                .addTransferTo(ResourceGroupTransfer.newBuilder().setResourceGroup(DEFAULT))
                .build();
    }

    private Status create(String name, ResourceGroupConfig config) {
        return client.stub()
                .createResourceGroup(CreateResourceGroupRequest.newBuilder()
                        .setResourceGroup(name)
                        .setConfig(config)
                        .build());
    }

    private ResourceGroup describe(String name) {
        return ok(client.stub()
                        .describeResourceGroup(DescribeResourceGroupRequest.newBuilder()
                                .setResourceGroup(name)
                                .build()))
                .getResourceGroup();
    }

    private Status drop(String name) {
        return client.stub()
                .dropResourceGroup(DropResourceGroupRequest.newBuilder()
                        .setResourceGroup(name)
                        .build());
    }

    private void update(String name, ResourceGroupConfig config) {
        ok(client.stub()
                .updateResourceGroups(UpdateResourceGroupsRequest.newBuilder()
                        .putResourceGroups(name, config)
                        .build()));
    }

    private static GetReplicasRequest replicasOf(String name) {
        return GetReplicasRequest.newBuilder()
                .setCollectionName(name)
                .setWithShardNodes(true)
                .build();
    }

    @Test
    void resourceGroup_fromCreateToDrop_asTheJavaSuiteUsesIt() {
        ok(create("groupA", config(3, 4)));
        ok(create("groupA", config(3, 4)));
        assertThat(refused(301, create("groupA", config(3, 5)))).startsWith("resource group already exist");
        assertThat(ok(client.stub().listResourceGroups(ListResourceGroupsRequest.getDefaultInstance()))
                        .getResourceGroupsList())
                .containsExactly(DEFAULT, "groupA");

        ResourceGroup group = describe("groupA");
        assertThat(group.getCapacity()).isEqualTo(3);
        assertThat(group.getNumAvailableNode()).isEqualTo(1);
        assertThat(group.getConfig())
                .isEqualTo(config(3, 4).toBuilder()
                        .setNodeFilter(group.getConfig().getNodeFilter())
                        .build());
        assertThat(group.getNodesList()).singleElement().satisfies(node -> {
            assertThat(node.getNodeId()).isEqualTo(1);
            assertThat(node.getAddress()).isEqualTo("127.0.0.1:" + server.port());
        });
        assertThat(describe(DEFAULT).getNumAvailableNode()).isZero();

        assertThat(refused(1100, drop("groupA"))).startsWith("resource group's limits node num is not 0");
        update("groupA", config(0, 0));
        ok(drop("groupA"));
        ok(drop("groupA"));
        assertThat(describe(DEFAULT).getNumAvailableNode()).isEqualTo(1);
        assertThat(describe(DEFAULT).getCapacity()).isEqualTo(1_000_000);
    }

    @Test
    void transfers_betweenGroups_moveTheNodeAndTheReplica() {
        rest.ok("collections/create", "{\"collectionName\": \"words\", \"dimension\": 4}");
        rest.awaitLoaded("words");
        ok(client.stub()
                .createResourceGroup(CreateResourceGroupRequest.newBuilder()
                        .setResourceGroup("rg")
                        .build()));
        ok(client.stub()
                .transferNode(TransferNodeRequest.newBuilder()
                        .setSourceResourceGroup(DEFAULT)
                        .setTargetResourceGroup("rg")
                        .setNumNode(1)
                        .build()));
        assertThat(describe(DEFAULT).getNumOutgoingNodeMap()).containsEntry("words", 1);
        TransferReplicaRequest transfer = TransferReplicaRequest.newBuilder()
                .setSourceResourceGroup(DEFAULT)
                .setTargetResourceGroup("rg")
                .setCollectionName("words")
                .setNumReplica(1)
                .build();
        ok(client.stub().transferReplica(transfer));
        assertThat(describe("rg").getNumLoadedReplicaMap()).containsEntry("words", 1);
        assertThat(refused(
                        300,
                        client.stub()
                                .transferReplica(transfer.toBuilder()
                                        .setTargetResourceGroup("gone")
                                        .build())))
                .contains("resource group not found[rg=gone]");
    }

    @Test
    void load_namingAnUnknownGroup_isRefused() {
        rest.ok("collections/create", "{\"collectionName\": \"words\", \"dimension\": 4}");
        rest.awaitLoaded("words");
        assertThat(refused(
                        300,
                        client.stub()
                                .loadCollection(LoadCollectionRequest.newBuilder()
                                        .setCollectionName("words")
                                        .addResourceGroups("gone")
                                        .build())))
                .startsWith("resource group not found[rg=gone]");
    }

    @Test
    void getReplicas_byNameOrById_isTheOneReplica() {
        rest.ok("collections/create", "{\"collectionName\": \"words\", \"dimension\": 4}");
        rest.awaitLoaded("words");

        ReplicaInfo byName = ok(client.stub().getReplicas(replicasOf("words"))).getReplicas(0);
        assertThat(byName.getReplicaID()).isNotZero();
        assertThat(byName.getNodeIdsList()).containsExactly(1L);
        assertThat(byName.getResourceGroupName()).isEqualTo(DEFAULT);
        assertThat(byName.getShardReplicasList()).singleElement().satisfies(shard -> {
            assertThat(shard.getLeaderID()).isNotZero();
            assertThat(shard.getLeaderAddr()).isEqualTo("127.0.0.1:" + server.port());
            assertThat(shard.getDmChannelName()).contains(Long.toString(byName.getCollectionID()));
            assertThat(shard.getNodeIdsList()).containsExactly(1L);
        });
        assertThat(ok(client.stub()
                                .getReplicas(GetReplicasRequest.newBuilder()
                                        .setCollectionID(byName.getCollectionID())
                                        .setWithShardNodes(true)
                                        .build()))
                        .getReplicasList())
                .containsExactly(byName);

        rest.release("words");
        assertThat(ok(client.stub().getReplicas(replicasOf("words"))).getReplicasList())
                .isEmpty();
        refused(100, client.stub().getReplicas(replicasOf("gone")));
        refused(
                100,
                client.stub()
                        .getReplicas(GetReplicasRequest.newBuilder()
                                .setCollectionID(99_999_999)
                                .build()));
    }

    @Test
    void loadBalance_onOneNode_isCheckedAsMilvusDoes() {
        Status noCollection = client.stub()
                .loadBalance(LoadBalanceRequest.newBuilder().setSrcNodeID(1).build());
        assertThat(refused(100, noCollection)).startsWith("collection not found[database=default]");
        assertThat(legacyCode(noCollection)).isEqualTo(4);

        rest.ok("collections/create", "{\"collectionName\": \"words\", \"dimension\": 4}");
        rest.awaitLoaded("words");
        LoadBalanceRequest request = LoadBalanceRequest.newBuilder()
                .setCollectionName("words")
                .setSrcNodeID(1)
                .build();
        ok(client.stub().loadBalance(request));
        assertThat(refused(
                        901,
                        client.stub()
                                .loadBalance(request.toBuilder().setSrcNodeID(2).build())))
                .contains("node not found[node=2]");
        rest.release("words");
        refused(103, client.stub().loadBalance(request));
    }

    @Test
    void resourceGroups_overRest_areTheSame() {
        rest.ok(
                "resource_groups/create",
                "{\"name\": \"rg\", \"config\": {\"requests\": {\"node_num\": 1}, \"limits\": {\"node_num\": 2},"
                        + " \"transfer_from\": [{\"resource_group\": \"" + DEFAULT + "\"}],"
                        + " \"transfer_to\": [{\"resource_group\": \"" + DEFAULT + "\"}]}}");
        assertThat(Rest.texts(rest.ok("resource_groups/list", "{}").path("resource_groups")))
                .containsExactly(DEFAULT, "rg");
        assertThat(describe("rg").getConfig().getLimits().getNodeNum()).isEqualTo(2);

        JsonNode group =
                rest.ok("resource_groups/describe", "{\"name\": \"rg\"}").path("resource_group");
        assertThat(group.path("capacity").asInt()).isEqualTo(1);
        assertThat(group.path("num_available_node").asInt()).isEqualTo(1);
        assertThat(group.at("/nodes/0/address").asString()).isEqualTo("127.0.0.1:" + server.port());
        assertThat(group.at("/config/transfer_to/0/resource_group").asString()).isEqualTo(DEFAULT);

        assertThat(rest.refused(303, "resource_groups/alter", "{\"resource_groups\": {\"rg\": {}}}"))
                .startsWith("requests or limits is required");
        rest.ok(
                "resource_groups/alter",
                "{\"resource_groups\": {\"rg\": {\"requests\": {\"node_num\": 0}, \"limits\": {\"node_num\": 0}}}}");
        assertThat(rest.refused(
                        100,
                        "resource_groups/transfer_replica",
                        "{\"sourceRgName\": \"rg\", \"targetRgName\": \"" + DEFAULT
                                + "\", \"collectionName\": \"gone\", \"replicaNum\": 1}"))
                .startsWith("collection not found");
        rest.ok("resource_groups/drop", "{\"name\": \"rg\"}");
        assertThat(rest.refused(300, "resource_groups/describe", "{\"name\": \"rg\"}"))
                .startsWith("resource group not found[rg=rg]");
    }
}
