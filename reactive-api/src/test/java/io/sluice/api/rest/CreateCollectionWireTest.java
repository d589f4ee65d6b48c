package io.sluice.api.rest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.engine.CreateCollectionRequest;
import io.sluice.engine.schema.DataType;
import io.sluice.engine.schema.FieldSchema;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CreateCollectionWireTest {
    private static CreateCollectionWire wire(String json) {
        return CreateCollectionWire.of(Bodies.call(json));
    }

    @Test
    void of_quick_isDynamicIndexedAndLoaded() {
        CreateCollectionWire wire = wire("{\"collectionName\": \"c\", \"dimension\": 5}");

        CreateCollectionRequest request = wire.request();
        assertThat(request.database()).isEqualTo("default");
        assertThat(request.consistencyLevel()).isEqualTo(2);
        assertThat(request.schema().dynamicField()).isTrue();
        assertThat(request.schema().fields()).hasSize(2);
        FieldSchema id = request.schema().fields().get(0);
        assertThat(id.name()).isEqualTo("id");
        assertThat(id.type()).isEqualTo(DataType.INT64);
        assertThat(id.primaryKey()).isTrue();
        assertThat(id.autoId()).isFalse();
        FieldSchema vector = request.schema().fields().get(1);
        assertThat(vector.name()).isEqualTo("vector");
        assertThat(vector.dimension()).isEqualTo(5);
        assertThat(wire.indexes()).hasSize(1);
        assertThat(wire.indexes().get(0).field()).isEqualTo("vector");
        assertThat(wire.indexes().get(0).definition().name()).isEqualTo("vector");
        assertThat(wire.indexes().get(0).definition().type()).isEqualTo("AUTOINDEX");
        assertThat(wire.indexes().get(0).definition().metric()).isEqualTo("COSINE");
        assertThat(wire.load()).isTrue();
    }

    @Test
    void of_quickWithEverything_takesIt() {
        CreateCollectionWire wire = wire("""
            {"dbName": "d", "collectionName": "c", "dimension": "8", "metricType": "L2", "idType": "VarChar",
             "autoID": true, "primaryFieldName": "key", "vectorFieldName": "v",
             "params": {"max_length": 32, "enableDynamicField": "false", "shardsNum": 2,
                        "consistencyLevel": "Strong", "mmap.enabled": true}}
            """);

        CreateCollectionRequest request = wire.request();
        assertThat(request.database()).isEqualTo("d");
        assertThat(request.consistencyLevel()).isZero();
        assertThat(request.shardCount()).isEqualTo(2);
        assertThat(request.schema().dynamicField()).isFalse();
        assertThat(request.properties()).containsOnly(Map.entry("mmap.enabled", "true"));
        FieldSchema key = request.schema().fields().get(0);
        assertThat(key.name()).isEqualTo("key");
        assertThat(key.type()).isEqualTo(DataType.VARCHAR);
        assertThat(key.maxLength()).isEqualTo(32);
        assertThat(key.autoId()).isTrue();
        assertThat(wire.indexes().get(0).definition().metric()).isEqualTo("L2");
    }

    @Test
    void of_schema_takesEveryFieldOption() {
        CreateCollectionWire wire = wire("""
            {"collectionName": "c", "schema": {"autoId": true, "enableDynamicField": true, "description": "words",
             "fields": [
              {"fieldName": "id", "dataType": "Int64", "isPrimary": true},
              {"fieldName": "vector", "dataType": "FloatVector", "elementTypeParams": {"dim": "4"}},
              {"fieldName": "word", "dataType": "VarChar", "nullable": true, "defaultValue": "none",
               "elementTypeParams": {"max_length": 100}},
              {"fieldName": "rank", "dataType": "Int32", "defaultValue": 7, "isClusteringKey": true},
              {"fieldName": "tags", "dataType": "Array", "elementDataType": "VarChar",
               "elementTypeParams": {"max_length": 10, "max_capacity": 5}}]},
             "indexParams": [{"fieldName": "vector", "indexName": "by_meaning", "metricType": "IP",
               "params": {"index_type": "HNSW", "M": 16, "efConstruction": "200"}}]}
            """);

        assertThat(wire.load()).isTrue();
        assertThat(wire.request().schema().description()).isEqualTo("words");
        assertThat(wire.request().schema().primaryKey().autoId()).isTrue();
        FieldSchema word = wire.request().schema().find("word").orElseThrow();
        assertThat(word.nullable()).isTrue();
        assertThat(word.defaultValue()).isEqualTo("none");
        assertThat(word.maxLength()).isEqualTo(100);
        FieldSchema rank = wire.request().schema().find("rank").orElseThrow();
        assertThat(rank.defaultValue()).isEqualTo(7L);
        assertThat(rank.clusteringKey()).isTrue();
        FieldSchema tags = wire.request().schema().find("tags").orElseThrow();
        assertThat(tags.elementType()).isEqualTo(DataType.VARCHAR);
        assertThat(tags.maxCapacity()).isEqualTo(5);
        IndexWire index = wire.indexes().get(0);
        assertThat(index.definition().name()).isEqualTo("by_meaning");
        assertThat(index.definition().type()).isEqualTo("HNSW");
        assertThat(index.definition().metric()).isEqualTo("IP");
        assertThat(index.definition().params()).containsOnly(Map.entry("M", "16"), Map.entry("efConstruction", "200"));
    }

    @Test
    void of_quickWithOptions_keepsThemAsProperties() {
        CreateCollectionWire wire = wire("""
            {"collectionName": "c", "dimension": 4, "properties": {"timezone": "UTC"},
             "params": {"ttlSeconds": 5, "mmap.enabled": true, "warmup.vectorField": "sync", "other": 1}}
            """);

        assertThat(wire.request().properties())
                .containsExactlyInAnyOrderEntriesOf(Map.of(
                        "timezone", "UTC",
                        "collection.ttl.seconds", "5",
                        "mmap.enabled", "true",
                        "warmup.vectorField", "sync"));
    }

    @Test
    void of_schemaWithoutIndex_isNotLoaded() {
        CreateCollectionWire wire = wire("""
            {"collectionName": "c", "schema": {"fields": [
              {"fieldName": "id", "dataType": "Int64", "isPrimary": true},
              {"fieldName": "vector", "dataType": "FloatVector", "elementTypeParams": {"dim": 4}}]}}
            """);

        assertThat(wire.load()).isFalse();
        assertThat(wire.request().schema().dynamicField()).isFalse();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        {}                                                               | Key: 'CollectionReq.CollectionName'
        {"collectionName": "c"}                                          | dimension is required for quickly create collection(default metric type: COSINE): invalid parameter
        {"collectionName": "c", "dimension": 4, "idType": "Float"}       | idType can only be [Int64, VarChar]
        {"collectionName": "c", "dimension": 4, "params": {"consistencyLevel": "strong"}} | consistencyLevel can only be [Strong, Session, Bounded, Eventually, Customized], default: Bounded, err:
        {"collectionName": "c", "dimension": 4, "params": {"ttlSeconds": "soon"}} | cannot unmarshal string into field params.ttlSeconds
        {"collectionName": "c", "dimension": 4, "params": {"partitionsNum": 5}} | num_partitions should only be specified with partition key field enabled
        {"collectionName": "c", "schema": {"functions": [{"name": "f"}]}} | schema.functions is not supported yet
        {"collectionName": "c", "schema": {"fields": [{"dataType": "Int64"}]}} | Key: 'FieldSchema.FieldName'
        {"collectionName": "c", "schema": {"fields": [{"fieldName": "a", "dataType": "Int65"}]}} | data type Int65 is invalid(case sensitive).
        {"collectionName": "c", "schema": {"fields": [{"fieldName": "a", "dataType": "Array", "elementDataType": "x"}]}} | element data type x is invalid(case sensitive).
        {"collectionName": "c", "schema": {"fields": [{"fieldName": "a", "dataType": "Int64", "isPartitionKey": true}]}} | a partition key is not supported yet
        {"collectionName": "c", "schema": {"fields": [{"fieldName": "a", "dataType": "Int64", "defaultValue": "x"}]}} | convert defaultValue fail, the value does not fit the field: field=a
        {"collectionName": "c", "schema": {"fields": [{"fieldName": "a", "dataType": "Int64"}]}, "indexParams": [{"fieldName": "b"}]} | missing required parameters, error: `b` hasn't defined in schema
        {"collectionName": "c", "schema": {"fields": 5}}                 | cannot unmarshal number into field schema.fields of type []object
        """)
    void of_wrongRequest_isRefusedInMilvusWords(String json, String message) {
        assertThatThrownBy(() -> wire(json)).hasMessageContaining(message.replace("``", "`"));
    }
}
