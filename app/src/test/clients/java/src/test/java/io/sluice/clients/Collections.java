package io.sluice.clients;

import io.milvus.v2.client.MilvusClientV2;
import io.milvus.v2.common.DataType;
import io.milvus.v2.common.IndexParam;
import io.milvus.v2.service.collection.request.AddFieldReq;
import io.milvus.v2.service.collection.request.CreateCollectionReq;
import io.milvus.v2.service.collection.request.CreateCollectionReq.CollectionSchema;
import io.milvus.v2.service.collection.request.GetLoadStateReq;
import io.milvus.v2.service.collection.request.LoadCollectionReq;
import io.milvus.v2.service.collection.request.ReleaseCollectionReq;
import java.util.List;

/** Short forms of the requests that most tests make. Stateless. */
final class Collections {
    private Collections() {}

    /** {@code id} Int64, {@code vector} of 4 dimensions, {@code name} and {@code year}; without index. */
    static CollectionSchema books() {
        CollectionSchema schema = MilvusClientV2.CreateSchema();
        schema.addField(AddFieldReq.builder()
                .fieldName("id")
                .dataType(DataType.Int64)
                .isPrimaryKey(true)
                .build());
        schema.addField(AddFieldReq.builder()
                .fieldName("vector")
                .dataType(DataType.FloatVector)
                .dimension(4)
                .build());
        schema.addField(AddFieldReq.builder()
                .fieldName("name")
                .dataType(DataType.VarChar)
                .maxLength(64)
                .build());
        schema.addField(
                AddFieldReq.builder().fieldName("year").dataType(DataType.Int32).build());
        return schema;
    }

    static IndexParam autoIndex(String field) {
        return IndexParam.builder()
                .fieldName(field)
                .indexType(IndexParam.IndexType.AUTOINDEX)
                .metricType(IndexParam.MetricType.COSINE)
                .build();
    }

    /** Drops what has the name, creates and, with indexes, loads. */
    static void create(MilvusClientV2 client, String name, CollectionSchema schema, IndexParam... indexes) {
        Sluice.drop(client, name);
        CreateCollectionReq.CreateCollectionReqBuilder request =
                CreateCollectionReq.builder().collectionName(name).collectionSchema(schema);
        if (indexes.length > 0) {
            request.indexParams(List.of(indexes));
        }
        client.createCollection(request.build());
        if (indexes.length > 0) {
            load(client, name);
        }
    }

    static void load(MilvusClientV2 client, String name) {
        client.loadCollection(LoadCollectionReq.builder().collectionName(name).build());
    }

    static void release(MilvusClientV2 client, String name) {
        client.releaseCollection(
                ReleaseCollectionReq.builder().collectionName(name).build());
    }

    static boolean loaded(MilvusClientV2 client, String name) {
        return client.getLoadState(
                GetLoadStateReq.builder().collectionName(name).build());
    }

    static boolean loaded(MilvusClientV2 client, String name, String partition) {
        return client.getLoadState(GetLoadStateReq.builder()
                .collectionName(name)
                .partitionName(partition)
                .build());
    }
}
