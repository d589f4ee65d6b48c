package io.sluice.clients;

import static io.sluice.clients.Collections.autoIndex;
import static io.sluice.clients.Collections.books;
import static io.sluice.clients.Collections.load;
import static io.sluice.clients.Collections.loaded;
import static io.sluice.clients.Collections.release;
import static io.sluice.clients.Sluice.assertRefused;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.milvus.v2.client.MilvusClientV2;
import io.milvus.v2.common.DataType;
import io.milvus.v2.common.IndexBuildState;
import io.milvus.v2.common.IndexParam;
import io.milvus.v2.exception.MilvusClientException;
import io.milvus.v2.service.collection.request.AddFieldReq;
import io.milvus.v2.service.collection.request.AlterCollectionPropertiesReq;
import io.milvus.v2.service.collection.request.CreateCollectionReq;
import io.milvus.v2.service.collection.request.DescribeCollectionReq;
import io.milvus.v2.service.collection.request.GetLoadStateReq;
import io.milvus.v2.service.collection.request.HasCollectionReq;
import io.milvus.v2.service.collection.request.LoadCollectionReq;
import io.milvus.v2.service.collection.request.RefreshLoadReq;
import io.milvus.v2.service.collection.request.RenameCollectionReq;
import io.milvus.v2.service.collection.response.DescribeCollectionResp;
import io.milvus.v2.service.database.request.CreateDatabaseReq;
import io.milvus.v2.service.database.request.DescribeDatabaseReq;
import io.milvus.v2.service.database.request.DropDatabaseReq;
import io.milvus.v2.service.index.request.CreateIndexReq;
import io.milvus.v2.service.index.request.DescribeIndexReq;
import io.milvus.v2.service.index.request.DropIndexReq;
import io.milvus.v2.service.index.request.ListIndexesReq;
import io.milvus.v2.service.index.response.DescribeIndexResp;
import io.milvus.v2.service.partition.request.CreatePartitionReq;
import io.milvus.v2.service.partition.request.DropPartitionReq;
import io.milvus.v2.service.partition.request.HasPartitionReq;
import io.milvus.v2.service.partition.request.ListPartitionsReq;
import io.milvus.v2.service.partition.request.LoadPartitionsReq;
import io.milvus.v2.service.partition.request.ReleasePartitionsReq;
import io.milvus.v2.service.utility.request.AlterAliasReq;
import io.milvus.v2.service.utility.request.CreateAliasReq;
import io.milvus.v2.service.utility.request.DescribeAliasReq;
import io.milvus.v2.service.utility.request.DropAliasReq;
import io.milvus.v2.service.utility.request.ListAliasesReq;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Collections, indexes, partitions, aliases and databases, their load states, and what is refused of them. */
class DefinitionsTest {
    private static final String NAME = "definitions_java";

    private final MilvusClientV2 client = Sluice.connect();

    @AfterEach
    void leaveNothingBehind() {
        Sluice.drop(client, NAME);
        client.close();
    }

    @Test
    void createCollection_quick_loadedWithAnAutoIndex() {
        Sluice.drop(client, NAME);
        client.createCollection(
                CreateCollectionReq.builder().collectionName(NAME).dimension(4).build());

        assertTrue(client.hasCollection(
                HasCollectionReq.builder().collectionName(NAME).build()));
        load(client, NAME);
        assertTrue(loaded(client, NAME));
        DescribeCollectionResp described = describe();
        assertEquals("id", described.getPrimaryFieldName());
        assertEquals(List.of("vector"), described.getVectorFieldNames());
        assertTrue(described.getEnableDynamicField());
        assertNotEquals(0, described.getCollectionID());
        DescribeIndexResp.IndexDesc index = index("vector");
        assertEquals(IndexParam.IndexType.AUTOINDEX, index.getIndexType());
        assertEquals(IndexParam.MetricType.COSINE, index.getMetricType());
        assertEquals(IndexBuildState.Finished, index.getIndexState());
    }

    @Test
    void createCollection_schemaAndIndexesOfThePage_describedAsGiven() {
        CreateCollectionReq.CollectionSchema schema = MilvusClientV2.CreateSchema();
        schema.setEnableDynamicField(true);
        schema.addField(AddFieldReq.builder()
                .fieldName("my_id")
                .dataType(DataType.Int64)
                .isPrimaryKey(true)
                .autoID(false)
                .build());
        schema.addField(AddFieldReq.builder()
                .fieldName("my_vector")
                .dataType(DataType.FloatVector)
                .dimension(5)
                .build());
        schema.addField(AddFieldReq.builder()
                .fieldName("my_varchar")
                .dataType(DataType.VarChar)
                .maxLength(512)
                .build());
        Collections.create(
                client,
                NAME,
                schema,
                IndexParam.builder()
                        .fieldName("my_id")
                        .indexType(IndexParam.IndexType.STL_SORT)
                        .build(),
                autoIndex("my_vector"));

        assertTrue(loaded(client, NAME));
        assertEquals(List.of("my_id", "my_vector", "my_varchar"), describe().getFieldNames());
        assertEquals(IndexParam.IndexType.STL_SORT, index("my_id").getIndexType());
        assertEquals(IndexParam.IndexType.AUTOINDEX, index("my_vector").getIndexType());
        assertEquals(
                List.of("my_id", "my_vector"),
                client.listIndexes(ListIndexesReq.builder().collectionName(NAME).build()).stream()
                        .sorted()
                        .toList());
    }

    @Test
    void createIndex_namedHnswWithParams_describedAndDropped() {
        Collections.create(client, NAME, books());
        client.createIndex(CreateIndexReq.builder()
                .collectionName(NAME)
                .indexParams(List.of(IndexParam.builder()
                        .fieldName("vector")
                        .indexName("by_vector")
                        .indexType(IndexParam.IndexType.HNSW)
                        .metricType(IndexParam.MetricType.L2)
                        .extraParams(java.util.Map.of("M", 16, "efConstruction", 100))
                        .build()))
                .build());

        DescribeIndexResp.IndexDesc described = client.describeIndex(DescribeIndexReq.builder()
                        .collectionName(NAME)
                        .indexName("by_vector")
                        .build())
                .getIndexDescByIndexName("by_vector");
        assertEquals("vector", described.getFieldName());
        assertEquals(IndexParam.IndexType.HNSW, described.getIndexType());
        assertEquals(IndexParam.MetricType.L2, described.getMetricType());
        assertEquals("16", described.getExtraParams().get("M"));
        assertEquals("100", described.getExtraParams().get("efConstruction"));

        load(client, NAME);
        assertRefused(1100, "vector index cannot be dropped on loaded collection", () -> dropIndex("by_vector"));
        release(client, NAME);
        dropIndex("by_vector");
        assertRefused(700, "index not found[collection=" + NAME + "]", () -> load(client, NAME));
    }

    @Test
    void renameCollection_andAlterProperties_keepTheRest() {
        Collections.create(client, NAME, books(), autoIndex("vector"));
        Sluice.drop(client, NAME + "_new");
        client.alterCollectionProperties(AlterCollectionPropertiesReq.builder()
                .collectionName(NAME)
                .property("collection.ttl.seconds", "86400")
                .build());
        assertEquals("86400", describe().getProperties().get("collection.ttl.seconds"));

        client.renameCollection(RenameCollectionReq.builder()
                .collectionName(NAME)
                .newCollectionName(NAME + "_new")
                .build());
        assertFalse(client.hasCollection(
                HasCollectionReq.builder().collectionName(NAME).build()));
        assertTrue(loaded(client, NAME + "_new"));
        Sluice.drop(client, NAME + "_new");
    }

    @Test
    void partitions_loadedOneByOne_statesAreTheirOwn() {
        Collections.create(client, NAME, books());
        client.createIndex(CreateIndexReq.builder()
                .collectionName(NAME)
                .indexParams(List.of(autoIndex("vector")))
                .build());
        createPartition("red");
        createPartition("blue");
        assertEquals(
                List.of("_default", "blue", "red"),
                client
                        .listPartitions(
                                ListPartitionsReq.builder().collectionName(NAME).build())
                        .stream()
                        .sorted()
                        .toList());
        assertTrue(client.hasPartition(HasPartitionReq.builder()
                .collectionName(NAME)
                .partitionName("red")
                .build()));

        loadPartitions("red");
        assertTrue(loaded(client, NAME, "red"));
        assertFalse(loaded(client, NAME, "blue"));
        assertTrue(loaded(client, NAME));

        load(client, NAME);
        assertTrue(loaded(client, NAME, "blue"));
        createPartition("green");
        assertTrue(loaded(client, NAME, "green"));

        assertRefused(
                65535,
                "partition cannot be dropped, partition is loaded, please release it first",
                () -> dropPartition("green"));
        releasePartitions("green");
        releasePartitions("green");
        dropPartition("green");
        releasePartitions("red", "blue", "_default");
        assertFalse(loaded(client, NAME));
        assertFalse(loaded(client, NAME, "red"));
    }

    @Test
    void aliases_inPlaceOfTheName_loadAndRelease() {
        Collections.create(client, NAME, books(), autoIndex("vector"));
        String alias = NAME + "_alias";
        client.createAlias(
                CreateAliasReq.builder().collectionName(NAME).alias(alias).build());
        assertEquals(
                NAME,
                client.describeAlias(DescribeAliasReq.builder().alias(alias).build())
                        .getCollectionName());
        assertEquals(
                List.of(alias),
                client.listAliases(ListAliasesReq.builder().collectionName(NAME).build())
                        .getAlias());
        release(client, alias);
        assertFalse(loaded(client, NAME));
        load(client, alias);
        assertTrue(loaded(client, alias));

        Collections.create(client, NAME + "_2", books());
        client.alterAlias(
                AlterAliasReq.builder().collectionName(NAME + "_2").alias(alias).build());
        assertFalse(loaded(client, alias));
        client.dropAlias(DropAliasReq.builder().alias(alias).build());
        client.dropAlias(DropAliasReq.builder().alias(alias).build());
        Sluice.drop(client, NAME + "_2");
    }

    @Test
    void databases_sameNameInTwo_loadedApart() throws Exception {
        Collections.create(client, NAME, books(), autoIndex("vector"));
        String database = "walk_java";
        if (client.listDatabases().getDatabaseNames().contains(database)) {
            client.useDatabase(database);
            Sluice.drop(client, NAME);
            client.dropDatabase(DropDatabaseReq.builder().databaseName(database).build());
        }
        client.createDatabase(CreateDatabaseReq.builder().databaseName(database).build());
        assertEquals(
                database,
                client.describeDatabase(DescribeDatabaseReq.builder()
                                .databaseName(database)
                                .build())
                        .getDatabaseName());

        client.useDatabase(database);
        assertEquals(List.of(), client.listCollections().getCollectionNames());
        Collections.create(client, NAME, books());
        assertFalse(loaded(client, NAME));
        client.useDatabase("default");
        assertTrue(loaded(client, NAME));

        assertThrows(
                MilvusClientException.class,
                () -> client.dropDatabase(
                        DropDatabaseReq.builder().databaseName(database).build()));
        client.useDatabase(database);
        Sluice.drop(client, NAME);
        client.useDatabase("default");
        client.dropDatabase(DropDatabaseReq.builder().databaseName(database).build());
        assertFalse(client.listDatabases().getDatabaseNames().contains(database));
    }

    @Test
    void load_badCases_milvusCodesAndTexts() {
        String missing = NAME + "_missing";
        assertRefused(
                100, "collection not found[database=default][collection=" + missing + "]", () -> load(client, missing));
        assertRefused(
                100,
                "collection not found[database=default][collection=" + missing + "]",
                () -> release(client, missing));
        MilvusClientException notThere = assertThrows(
                MilvusClientException.class,
                () -> client.getLoadStateV2(
                        GetLoadStateReq.builder().collectionName(missing).build()));
        assertTrue(notThere.getMessage().contains("collection: '" + missing + "' doesn't exist"), notThere::getMessage);

        Collections.create(client, NAME, books());
        assertRefused(700, "index not found[collection=" + NAME + "]", () -> load(client, NAME));
        assertRefused(700, "index not found[collection=" + NAME + "]", () -> loadPartitions("_default"));
        client.createIndex(CreateIndexReq.builder()
                .collectionName(NAME)
                .indexParams(List.of(autoIndex("vector")))
                .build());
        assertRefused(
                101,
                "collection not loaded",
                () -> client.refreshLoad(
                        RefreshLoadReq.builder().collectionName(NAME).build()));
        assertRefused(1100, "does not contain primary key field id", () -> loadFields("vector"));
        assertRefused(1100, "does not contain vector field", () -> loadFields("id", "name"));
        assertRefused(200, "partition not found[partition=nowhere]", () -> loadPartitions("nowhere"));
        assertRefused(200, "partition not found[partition=nowhere]", () -> releasePartitions("nowhere"));
        assertRefused(200, "partition not found[partition=nowhere]", () -> loaded(client, NAME, "nowhere"));
        assertRefused(
                12,
                "service resource insufficient[currentStreamingNode=1][expectedStreamingNode=3]",
                () -> client.loadCollection(LoadCollectionReq.builder()
                        .collectionName(NAME)
                        .numReplicas(3)
                        .build()));
        assertFalse(loaded(client, NAME));

        release(client, NAME);
        load(client, NAME);
        load(client, NAME);
        client.refreshLoad(RefreshLoadReq.builder().collectionName(NAME).build());
        assertTrue(loaded(client, NAME));
        assertRefused(
                104,
                "can not alter mmap properties if collection loaded",
                () -> client.alterCollectionProperties(AlterCollectionPropertiesReq.builder()
                        .collectionName(NAME)
                        .property("mmap.enabled", "true")
                        .build()));
    }

    private DescribeCollectionResp describe() {
        return client.describeCollection(
                DescribeCollectionReq.builder().collectionName(NAME).build());
    }

    private DescribeIndexResp.IndexDesc index(String field) {
        return client.describeIndex(DescribeIndexReq.builder()
                        .collectionName(NAME)
                        .fieldName(field)
                        .build())
                .getIndexDescByFieldName(field);
    }

    private void dropIndex(String name) {
        client.dropIndex(
                DropIndexReq.builder().collectionName(NAME).indexName(name).build());
    }

    private void createPartition(String name) {
        client.createPartition(CreatePartitionReq.builder()
                .collectionName(NAME)
                .partitionName(name)
                .build());
    }

    private void dropPartition(String name) {
        client.dropPartition(DropPartitionReq.builder()
                .collectionName(NAME)
                .partitionName(name)
                .build());
    }

    private void loadPartitions(String... names) {
        client.loadPartitions(LoadPartitionsReq.builder()
                .collectionName(NAME)
                .partitionNames(List.of(names))
                .build());
    }

    private void releasePartitions(String... names) {
        client.releasePartitions(ReleasePartitionsReq.builder()
                .collectionName(NAME)
                .partitionNames(List.of(names))
                .build());
    }

    private void loadFields(String... names) {
        client.loadCollection(LoadCollectionReq.builder()
                .collectionName(NAME)
                .loadFields(List.of(names))
                .build());
    }
}
