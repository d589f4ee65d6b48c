package io.sluice.clients;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.milvus.v2.client.ConnectConfig;
import io.milvus.v2.client.MilvusClientV2;
import io.milvus.v2.common.DataType;
import io.milvus.v2.common.IndexParam;
import io.milvus.v2.service.collection.request.AddFieldReq;
import io.milvus.v2.service.collection.request.CreateCollectionReq;
import io.milvus.v2.service.collection.request.GetLoadStateReq;
import io.milvus.v2.service.collection.request.LoadCollectionReq;
import io.milvus.v2.service.collection.request.ReleaseCollectionReq;
import io.milvus.v2.service.index.request.CreateIndexReq;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * The Java snippets of Milvus's page "Load &amp; Release", with the outputs that it prints. The address is the server
 * under test. Nothing of the page needed a correction. It starts from a collection {@code my_collection} with the fields
 * {@code my_id} and {@code my_vector}.
 */
class LoadAndReleasePageTest {
    private final String CLUSTER_ENDPOINT = Sluice.uri();
    private final String TOKEN = "root:Milvus";

    // 1. Connect to Milvus server
    private final ConnectConfig connectConfig =
            ConnectConfig.builder().uri(CLUSTER_ENDPOINT).token(TOKEN).build();

    private final MilvusClientV2 client = new MilvusClientV2(connectConfig);

    @BeforeEach
    void createMyCollection() {
        Sluice.drop(client, "my_collection");
        CreateCollectionReq.CollectionSchema schema = client.createSchema();
        schema.setEnableDynamicField(true);
        schema.addField(AddFieldReq.builder()
                .fieldName("my_id")
                .dataType(DataType.Int64)
                .isPrimaryKey(true)
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
        client.createCollection(CreateCollectionReq.builder()
                .collectionName("my_collection")
                .collectionSchema(schema)
                .build());
        client.createIndex(CreateIndexReq.builder()
                .collectionName("my_collection")
                .indexParams(List.of(IndexParam.builder()
                        .fieldName("my_vector")
                        .indexType(IndexParam.IndexType.AUTOINDEX)
                        .metricType(IndexParam.MetricType.COSINE)
                        .build()))
                .build());
    }

    @AfterEach
    void dropMyCollection() {
        Sluice.drop(client, "my_collection");
        client.close();
    }

    @Test
    void loadCollection_theWhole_stateIsTrue() {
        // 6. Load the collection
        LoadCollectionReq loadCollectionReq =
                LoadCollectionReq.builder().collectionName("my_collection").build();

        client.loadCollection(loadCollectionReq);

        // 7. Get load state of the collection
        GetLoadStateReq loadStateReq =
                GetLoadStateReq.builder().collectionName("my_collection").build();

        Boolean res = client.getLoadState(loadStateReq);
        assertTrue(res);
    }

    @Test
    void loadCollection_specificFields_stateIsTrue() {
        // 6. Load the collection
        LoadCollectionReq loadCollectionReq = LoadCollectionReq.builder()
                .collectionName("my_collection")
                .loadFields(Arrays.asList("my_id", "my_vector"))
                .build();

        client.loadCollection(loadCollectionReq);

        // 7. Get load state of the collection
        GetLoadStateReq loadStateReq =
                GetLoadStateReq.builder().collectionName("my_collection").build();

        Boolean res = client.getLoadState(loadStateReq);
        assertTrue(res);
    }

    @Test
    void releaseCollection_loaded_stateIsFalse() {
        client.loadCollection(
                LoadCollectionReq.builder().collectionName("my_collection").build());

        // 8. Release the collection
        ReleaseCollectionReq releaseCollectionReq =
                ReleaseCollectionReq.builder().collectionName("my_collection").build();

        client.releaseCollection(releaseCollectionReq);

        GetLoadStateReq loadStateReq =
                GetLoadStateReq.builder().collectionName("my_collection").build();
        Boolean res = client.getLoadState(loadStateReq);
        assertFalse(res);
    }
}
