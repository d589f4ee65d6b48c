package io.sluice.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.engine.error.EngineException;
import io.sluice.engine.error.ErrorCode;
import io.sluice.engine.load.LoadRequest;
import io.sluice.engine.schema.CollectionSchema;
import io.sluice.engine.schema.DataType;
import io.sluice.engine.schema.FieldSchema;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;

/** Resource groups and replicas of the one node, through the façade. */
class ResourceGroupsTest {
    private static final String DEFAULT = VectorEngine.DEFAULT_RESOURCE_GROUP;

    private final TestEngine test = TestEngine.start();

    @AfterEach
    void close() {
        test.close();
    }

    private static ResourceGroupConfig wants(int requests, int limits) {
        return ResourceGroupConfig.of("rg", requests, limits, List.of(), List.of(), Map.of());
    }

    private void create(String name, ResourceGroupConfig config) {
        test.run(test.engine().createResourceGroup(name, config));
    }

    private void update(String name, ResourceGroupConfig config) {
        test.run(test.engine().updateResourceGroups(Map.of(name, config)));
    }

    private ResourceGroupDescription describe(String name) {
        return test.get(test.engine().describeResourceGroup(name));
    }

    private String holder() {
        List<String> holders = test.get(test.engine().listResourceGroups()).stream()
                .filter(name -> describe(name).availableNodes() == 1)
                .toList();
        assertThat(holders).hasSize(1);
        return holders.getFirst();
    }

    private void refused(ErrorCode code, String text, Mono<?> work) {
        EngineException refusal = test.refused(work);
        assertThat(refusal.code()).as(refusal.text()).isEqualTo(code);
        assertThat(refusal.text()).startsWith(text);
    }

    private void createThings() {
        test.create(
                "things",
                new CollectionSchema(
                        "",
                        List.of(
                                FieldSchema.of("id", DataType.INT64).asPrimaryKey(false),
                                FieldSchema.floatVector("vector", 4)),
                        false,
                        0));
        test.index("things", "vector", "FLAT", "L2");
    }

    private static LoadRequest loadInto(String... groups) {
        return new LoadRequest(
                TestEngine.DB, "things", List.of(), List.of(), false, 0, List.of(groups), false, false, null, false);
    }

    private String groupOfThings() {
        return test.get(test.engine().listReplicas(TestEngine.DB, "things"))
                .getFirst()
                .resourceGroup();
    }

    @Test
    void listResourceGroups_freshServer_isTheDefaultGroupWithTheNode() {
        assertThat(test.get(test.engine().listResourceGroups())).containsExactly(DEFAULT);
        assertThat(describe(DEFAULT))
                .isEqualTo(new ResourceGroupDescription(
                        DEFAULT, 1_000_000, 1, Map.of(), Map.of(), Map.of(), wants(0, 1_000_000)));
    }

    @Test
    void createResourceGroup_thatRequestsNodes_getsTheOneThereIs() {
        create("rg", wants(3, 4));

        assertThat(describe("rg").capacity()).isEqualTo(3);
        assertThat(describe("rg").availableNodes()).isEqualTo(1);
        assertThat(describe(DEFAULT).availableNodes()).isZero();
    }

    @Test
    void updateResourceGroups_toNothing_givesTheNodeBack() {
        create("rg", wants(1, 1));
        update("rg", wants(0, 1));
        assertThat(holder()).as("it asks for nothing, and nobody else does").isEqualTo("rg");

        update("rg", wants(0, 0));
        assertThat(holder()).isEqualTo(DEFAULT);
    }

    @Test
    void updateResourceGroups_aboveItsLimit_goesToWhomItNames() {
        create("heir", wants(0, 1));
        create("rg", wants(1, 1));
        update("rg", ResourceGroupConfig.of("rg", 0, 0, List.of(), List.of("heir"), Map.of()));

        assertThat(holder()).isEqualTo("heir");
    }

    @Test
    void createResourceGroup_twoThatRequest_theFirstKeepsWhatItHas() {
        create("first", wants(1, 1));
        create("second", wants(5, 5));
        assertThat(holder()).isEqualTo("first");

        update("first", wants(0, 1));
        assertThat(holder()).isEqualTo("second");
    }

    @Test
    void createResourceGroup_thatWantsLabels_getsNoNode() {
        create("gpu", ResourceGroupConfig.of("gpu", 1, 1, List.of(), List.of(), Map.of("kind", "gpu")));

        assertThat(holder()).isEqualTo(DEFAULT);
        assertThat(describe("gpu").config().nodeLabels()).containsEntry("kind", "gpu");
    }

    @Test
    void everything_afterARestart_isAsItWas() {
        create("a", wants(0, 1));
        create("b", ResourceGroupConfig.of("b", 1, 2, List.of("a"), List.of(DEFAULT, "a"), Map.of()));
        createThings();
        assertThat(test.load(loadInto("b")).failure()).isNull();
        List<ResourceGroupDescription> before = List.of(describe("a"), describe("b"), describe(DEFAULT));

        test.restart();

        assertThat(test.get(test.engine().listResourceGroups())).containsExactly(DEFAULT, "a", "b");
        assertThat(List.of(describe("a"), describe("b"), describe(DEFAULT))).isEqualTo(before);
        assertThat(holder()).isEqualTo("b");
        assertThat(groupOfThings()).isEqualTo("b");
    }

    @Test
    void createResourceGroup_again_isTheSameOrRefused() {
        create("rg", wants(0, 1));
        create("rg", wants(0, 1));

        refused(
                ErrorCode.RESOURCE_GROUP_EXISTS,
                "resource group already exist, but create with different config[rg=rg]",
                test.engine().createResourceGroup("rg", wants(0, 2)));
        refused(
                ErrorCode.RESOURCE_GROUP_EXISTS,
                "resource group already exist, but create with different config",
                test.engine().createResourceGroup(DEFAULT, ResourceGroupConfig.EMPTY));
    }

    @Test
    void createResourceGroup_badName_isRefused() {
        refused(
                ErrorCode.INVALID_PARAMETER,
                "resource group name couldn't be empty",
                test.engine().createResourceGroup("", ResourceGroupConfig.EMPTY));
        refused(
                ErrorCode.INVALID_PARAMETER,
                "Invalid resource group name 1a. the first character of a resource group name must be an underscore or"
                        + " letter",
                test.engine().createResourceGroup("1a", ResourceGroupConfig.EMPTY));
        refused(
                ErrorCode.INVALID_PARAMETER,
                "Invalid resource group name a-b. resource group name can only contain numbers, letters and"
                        + " underscores",
                test.engine().createResourceGroup("a-b", ResourceGroupConfig.EMPTY));
        String longName = "a".repeat(256);
        refused(
                ErrorCode.INVALID_PARAMETER,
                "Invalid resource group name " + longName
                        + ". the length of a resource group name must be less than 255 characters",
                test.engine().createResourceGroup(longName, ResourceGroupConfig.EMPTY));
    }

    @Test
    void createResourceGroup_beyondTheLimit_isRefused() {
        for (int i = 1; i < 1_024; i++) {
            create("rg" + i, ResourceGroupConfig.EMPTY);
        }
        refused(
                ErrorCode.RESOURCE_GROUP_LIMIT,
                "resource group num reach limit[rg=more][limit=1024]",
                test.engine().createResourceGroup("more", ResourceGroupConfig.EMPTY));
    }

    @Test
    void config_thatMakesNoSense_isRefused() {
        refused(
                ErrorCode.RESOURCE_GROUP_ILLEGAL_CONFIG,
                "requests or limits is required: resource group illegal config[rg=rg]",
                Mono.fromCallable(() -> ResourceGroupConfig.of("rg", 1, null, List.of(), List.of(), Map.of())));
        refused(
                ErrorCode.RESOURCE_GROUP_ILLEGAL_CONFIG,
                "node num in `requests` or `limits` should not less than 0",
                Mono.fromCallable(() -> wants(-1, 1)));
        refused(
                ErrorCode.RESOURCE_GROUP_ILLEGAL_CONFIG,
                "limits node num should not less than requests node num",
                Mono.fromCallable(() -> wants(2, 1)));
        refused(
                ErrorCode.RESOURCE_GROUP_ILLEGAL_CONFIG,
                "resource group in `TransferFrom` rg should not be itself",
                test.engine()
                        .createResourceGroup(
                                "rg", ResourceGroupConfig.of("rg", 0, 0, List.of("rg"), List.of(), Map.of())));
        refused(
                ErrorCode.RESOURCE_GROUP_ILLEGAL_CONFIG,
                "resource group in `TransferTo` gone not exist",
                test.engine()
                        .createResourceGroup(
                                "rg", ResourceGroupConfig.of("rg", 0, 0, List.of(), List.of("gone"), Map.of())));
        assertThat(test.get(test.engine().listResourceGroups())).containsExactly(DEFAULT);
    }

    @Test
    void updateResourceGroups_oneUnknown_changesNone() {
        create("rg", wants(0, 1));
        refused(
                ErrorCode.RESOURCE_GROUP_NOT_FOUND,
                "resource group not found[rg=gone]",
                test.engine().updateResourceGroups(Map.of("rg", wants(1, 1), "gone", wants(1, 1))));

        assertThat(describe("rg").config()).isEqualTo(wants(0, 1));
        assertThat(holder()).isEqualTo(DEFAULT);
    }

    @Test
    void dropResourceGroup_emptyOne_isGoneAndAgainHarmless() {
        create("rg", ResourceGroupConfig.EMPTY);
        test.run(test.engine().dropResourceGroup("rg"));
        test.run(test.engine().dropResourceGroup("rg"));

        refused(
                ErrorCode.RESOURCE_GROUP_NOT_FOUND,
                "resource group not found[rg=rg]",
                test.engine().describeResourceGroup("rg"));
        test.restart();
        assertThat(test.get(test.engine().listResourceGroups())).containsExactly(DEFAULT);
    }

    @Test
    void dropResourceGroup_inUse_isRefused() {
        refused(
                ErrorCode.INVALID_PARAMETER,
                "default resource group is not deletable: invalid parameter[expected=not default resource"
                        + " group][actual="
                        + DEFAULT + "]",
                test.engine().dropResourceGroup(DEFAULT));
        create("rg", wants(1, 1));
        refused(
                ErrorCode.INVALID_PARAMETER,
                "resource group's limits node num is not 0: invalid parameter[expected=not empty resource group]",
                test.engine().dropResourceGroup("rg"));
        update("rg", ResourceGroupConfig.EMPTY);
        create("user", ResourceGroupConfig.of("user", 0, 0, List.of("rg"), List.of(), Map.of()));
        refused(
                ErrorCode.INVALID_PARAMETER,
                "resource group rg is used by user's `TransferFrom`, remove that configuration first",
                test.engine().dropResourceGroup("rg"));
    }

    @Test
    void transferNode_movesTheNodeWithItsRequest() {
        create("rg", ResourceGroupConfig.EMPTY);
        test.run(test.engine().transferNode(DEFAULT, "rg", 1));
        assertThat(holder()).isEqualTo("rg");
        assertThat(describe("rg").capacity()).isEqualTo(1);

        test.run(test.engine().transferNode("rg", DEFAULT, 1));
        assertThat(holder()).isEqualTo(DEFAULT);
        test.run(test.engine().dropResourceGroup("rg"));
    }

    @Test
    void transferNode_impossible_isRefused() {
        create("rg", ResourceGroupConfig.EMPTY);
        refused(
                ErrorCode.RESOURCE_GROUP_NODE_NOT_ENOUGH,
                "resource group node not enough[rg=" + DEFAULT + "][currentNodeNum=1][expectedNodeNum=2]",
                test.engine().transferNode(DEFAULT, "rg", 2));
        refused(
                ErrorCode.RESOURCE_GROUP_NOT_FOUND,
                "resource group not found[rg=gone]",
                test.engine().transferNode(DEFAULT, "gone", 1));
        refused(
                ErrorCode.INVALID_PARAMETER,
                "source resource group and target resource group should not be the same, resource group: rg",
                test.engine().transferNode("rg", "rg", 1));
        refused(
                ErrorCode.INVALID_PARAMETER,
                "invalid parameter[expected=NumNode > 0][actual=invalid NumNode 0]",
                test.engine().transferNode(DEFAULT, "rg", 0));
    }

    @Test
    void load_intoAGroup_countsThere() {
        createThings();
        create("rg", wants(1, 1));
        assertThat(test.load(loadInto("rg")).failure()).isNull();

        assertThat(groupOfThings()).isEqualTo("rg");
        assertThat(describe("rg").loadedReplicas()).containsExactly(Map.entry("things", 1));
        assertThat(describe(DEFAULT).loadedReplicas()).isEmpty();
        refused(
                ErrorCode.INVALID_PARAMETER,
                "some replicas still loaded in resource group[rg], release it first",
                test.engine().dropResourceGroup("rg"));

        update("rg", wants(0, 0));
        assertThat(describe("rg").outgoingNodes())
                .as("the node left, what it serves did not")
                .containsKey("things");
        assertThat(describe(DEFAULT).incomingNodes()).containsKey("things");
        test.release("things");
        assertThat(describe("rg").loadedReplicas()).isEmpty();
        test.run(test.engine().dropResourceGroup("rg"));
    }

    @Test
    void load_intoAGroupThatCannotServe_isRefused() {
        createThings();
        create("empty", ResourceGroupConfig.EMPTY);
        refused(
                ErrorCode.RESOURCE_GROUP_NOT_FOUND,
                "resource group not found[rg=gone]",
                test.engine().load(loadInto("gone")));
        refused(
                ErrorCode.RESOURCE_GROUP_NODE_NOT_ENOUGH,
                "resource group node not enough[rg=empty][currentNodeNum=0][expectedNodeNum=1]",
                test.engine().load(loadInto("empty")));
        create("rg", wants(1, 1));
        refused(
                ErrorCode.RESOURCE_GROUP_NODE_NOT_ENOUGH,
                "resource group node not enough[rg=" + DEFAULT + "]",
                test.engine().load(loadInto()));
        assertThat(test.get(test.engine().listReplicas(TestEngine.DB, "things")))
                .isEmpty();
    }

    @Test
    void transferReplica_movesWhatItCountsFor() {
        createThings();
        test.load("things");
        create("rg", wants(1, 1));
        test.run(test.engine().transferReplica(DEFAULT, "rg", TestEngine.DB, "things", 1));
        assertThat(groupOfThings()).isEqualTo("rg");

        refused(
                ErrorCode.INVALID_PARAMETER,
                "invalid parameter[expected=NumReplica not greater than the number of replica in source resource"
                        + " group]",
                test.engine().transferReplica(DEFAULT, "rg", TestEngine.DB, "things", 1));
        refused(
                ErrorCode.RESOURCE_GROUP_NODE_NOT_ENOUGH,
                "resource group node not enough[rg=" + DEFAULT + "]",
                test.engine().transferReplica("rg", DEFAULT, TestEngine.DB, "things", 1));
        refused(
                ErrorCode.INVALID_PARAMETER,
                "invalid parameter[expected=NumReplica > 0][actual=invalid NumReplica 0]",
                test.engine().transferReplica("rg", DEFAULT, TestEngine.DB, "things", 0));
        refused(
                ErrorCode.RESOURCE_GROUP_NOT_FOUND,
                "the target resource group[gone] doesn't exist: resource group not found[rg=gone]",
                test.engine().transferReplica("rg", "gone", TestEngine.DB, "things", 1));
        test.release("things");
        refused(
                ErrorCode.INVALID_PARAMETER,
                "invalid parameter[expected=Collection not loaded]",
                test.engine().transferReplica("rg", DEFAULT, TestEngine.DB, "things", 1));
    }

    @Test
    void balance_onOneNode_checksAndMovesNothing() {
        createThings();
        refused(
                ErrorCode.COLLECTION_NOT_FULLY_LOADED,
                "collection not fully loaded[collection=",
                test.engine().balance(TestEngine.DB, "things", 1, List.of(), List.of()));
        test.load("things");
        test.run(test.engine().balance(TestEngine.DB, "things", 1, List.of(1L), List.of()));
        refused(
                ErrorCode.NODE_NOT_FOUND,
                "source node not found in any replica of collection",
                test.engine().balance(TestEngine.DB, "things", 7, List.of(), List.of()));
        refused(
                ErrorCode.NODE_NOT_FOUND,
                "destination node not found in the same replica: node not found[node=2]",
                test.engine().balance(TestEngine.DB, "things", 1, List.of(2L), List.of()));
        refused(
                ErrorCode.SEGMENT_NOT_FOUND,
                "segment not found in source node: segment not found[segment=99]",
                test.engine().balance(TestEngine.DB, "things", 1, List.of(), List.of(99L)));
    }
}
