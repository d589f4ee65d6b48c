package io.sluice.api.rest;

import io.sluice.api.rest.RestCall.ConsistencyLevels;
import io.sluice.engine.CollectionDescription;
import io.sluice.engine.IndexDescription;
import io.sluice.engine.schema.DataType;
import io.sluice.engine.schema.FieldSchema;
import java.util.List;
import tools.jackson.core.JsonGenerator;

/** A collection as {@code collections/describe} prints it; {@code $meta} is hidden. */
final class CollectionMapper {
    private CollectionMapper() {}

    static RestReply describe(CollectionDescription collection) {
        return RestReply.of(json -> write(json, collection), json -> RestReply.text(json, "message", ""));
    }

    private static void write(JsonGenerator json, CollectionDescription collection) {
        json.writeStartObject();
        json.writeName("aliases");
        json.writeStartArray();
        collection.aliases().forEach(json::writeString);
        json.writeEndArray();
        RestReply.flag(json, "autoId", collection.schema().primaryKey().autoId());
        RestReply.number(json, "collectionID", collection.id());
        RestReply.text(json, "collectionName", collection.name());
        RestReply.text(json, "consistencyLevel", ConsistencyLevels.name(collection.consistencyLevel()));
        RestReply.text(json, "description", collection.schema().description());
        RestReply.flag(json, "enableDynamicField", collection.schema().dynamicField());
        json.writeName("fields");
        json.writeStartArray();
        collection.schema().userFields().forEach(field -> write(json, field));
        json.writeEndArray();
        json.writeName("functions");
        json.writeStartArray();
        json.writeEndArray();
        writeIndexes(json, collection.indexes());
        RestReply.text(json, "load", collection.load().state().milvusName());
        RestReply.number(json, "partitionsNum", collection.partitionCount());
        RestReply.options(json, "properties", collection.properties());
        RestReply.number(json, "shardsNum", collection.shardCount());
        json.writeEndObject();
    }

    private static void write(JsonGenerator json, FieldSchema field) {
        json.writeStartObject();
        RestReply.flag(json, "autoId", field.autoId());
        RestReply.flag(json, "clusteringKey", field.clusteringKey());
        Object defaultValue = field.defaultValue();
        if (defaultValue != null) {
            json.writeName("defaultValue");
            writeScalar(json, defaultValue);
        }
        RestReply.text(json, "description", field.description());
        DataType elementType = field.elementType();
        if (elementType != null) {
            RestReply.text(json, "elementType", elementType.milvusName());
        }
        RestReply.number(json, "id", field.id());
        RestReply.text(json, "name", field.name());
        RestReply.flag(json, "nullable", field.nullable());
        RestReply.options(json, "params", field.typeParams());
        RestReply.flag(json, "partitionKey", field.partitionKey());
        RestReply.flag(json, "primaryKey", field.primaryKey());
        RestReply.text(json, "type", field.type().milvusName());
        json.writeEndObject();
    }

    private static void writeScalar(JsonGenerator json, Object value) {
        switch (value) {
            case Boolean flag -> json.writeBoolean(flag);
            case Long number -> json.writeNumber(number);
            case Double number -> json.writeNumber(number);
            default -> json.writeString(value.toString());
        }
    }

    private static void writeIndexes(JsonGenerator json, List<IndexDescription> indexes) {
        json.writeName("indexes");
        json.writeStartArray();
        for (IndexDescription index : indexes) {
            json.writeStartObject();
            RestReply.text(json, "fieldName", index.fieldName());
            RestReply.text(json, "indexName", index.definition().name());
            RestReply.text(json, "metricType", index.definition().metric());
            json.writeEndObject();
        }
        json.writeEndArray();
    }
}
