package io.sluice.api.rest;

import io.sluice.api.rest.RestCall.ConsistencyLevels;
import io.sluice.engine.CreateCollectionRequest;
import io.sluice.engine.schema.CollectionSchema;
import io.sluice.engine.schema.DataType;
import io.sluice.engine.schema.FieldSchema;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * {@code collections/create}, in its two forms: quick (a dimension is enough) and with a schema. Immutable.
 *
 * @param indexes to create afterwards
 * @param load whether the collection is to be loaded then; without an index it cannot be
 */
record CreateCollectionWire(CreateCollectionRequest request, List<IndexWire> indexes, boolean load) {
    private static final String LONGEST_KEY = "65535";

    static CreateCollectionWire of(RestCall call) {
        JsonFields fields = call.fields();
        fields.require("CollectionReq", "collectionName");
        refuseUnsupported(fields);
        JsonFields schema = fields.object("schema");
        List<JsonFields> columns = schema.objects("fields");
        return columns.isEmpty() ? quick(call) : withSchema(call, schema, columns);
    }

    private static void refuseUnsupported(JsonFields fields) {
        JsonFields params = fields.object("params");
        if (params.flag("partitionKeyIsolation", false)) {
            throw RestRefusal.unsupported("a partition key (partitionKeyIsolation)", "Leave it out");
        }
        if (params.integer("partitionsNum", 0) > 0) {
            throw RestRefusal.invalid(
                    "num_partitions should only be specified with partition key field enabled",
                    "no partitionsNum",
                    Integer.toString(params.integer("partitionsNum", 0)));
        }
        JsonFields schema = fields.object("schema");
        for (String key : List.of("functions", "structFields", "externalSource", "externalSpec")) {
            if (!schema.isBlank(key)) {
                throw RestRefusal.unsupported("schema." + key, "Leave it out");
            }
        }
    }

    private static CreateCollectionWire quick(RestCall call) {
        JsonFields fields = call.fields();
        int dimension = fields.integer("dimension", 0);
        if (dimension == 0) {
            throw RestRefusal.invalid(
                    "dimension is required for quickly create collection(default metric type: COSINE)",
                    "collectionName & dimension",
                    "collectionName");
        }
        JsonFields params = fields.object("params");
        String vectorField = fields.text("vectorFieldName", "vector");
        FieldSchema vector = FieldSchema.of(vectorField, type(fields.text("vectorFieldType", "FloatVector")))
                .withTypeParam("dim", Integer.toString(dimension));
        CollectionSchema schema = new CollectionSchema(
                fields.text("description", ""),
                List.of(quickKey(fields, params), vector),
                params.flag("enableDynamicField", fields.flag("enableDynamicField", true)),
                0);
        IndexWire index = IndexWire.of(vectorField, vectorField, "AUTOINDEX", fields.text("metricType", "COSINE"));
        return new CreateCollectionWire(request(call, schema), List.of(index), true);
    }

    private static FieldSchema quickKey(JsonFields fields, JsonFields params) {
        boolean autoId = fields.flag("autoID", fields.flag("autoId", false));
        String name = fields.text("primaryFieldName", "id");
        FieldSchema key = switch (fields.text("idType", "Int64")) {
            case "Int64", "int64", "" -> FieldSchema.of(name, DataType.INT64);
            case "VarChar", "Varchar", "VARCHAR", "varchar" ->
                FieldSchema.of(name, DataType.VARCHAR)
                        .withTypeParam("max_length", optionText(params, "max_length", LONGEST_KEY));
            case String other ->
                throw RestRefusal.invalid("idType can only be [Int64, VarChar]", "Int64 or VarChar", other);
        };
        return key.asPrimaryKey(autoId);
    }

    private static CreateCollectionWire withSchema(RestCall call, JsonFields schema, List<JsonFields> columns) {
        JsonFields fields = call.fields();
        boolean autoId = schema.flag("autoId", schema.flag("autoID", false));
        List<FieldSchema> declared = new ArrayList<>();
        for (JsonFields column : columns) {
            declared.add(field(column, autoId));
        }
        CollectionSchema described = new CollectionSchema(
                schema.text("description", fields.text("description", "")),
                declared,
                schema.flag("enableDynamicField", false),
                0);
        List<IndexWire> indexes = IndexWire.listOf(fields);
        for (IndexWire index : indexes) {
            if (described.find(index.field()).isEmpty()) {
                throw RestRefusal.missing("`" + index.field() + "` hasn't defined in schema");
            }
        }
        return new CreateCollectionWire(request(call, described), indexes, !indexes.isEmpty());
    }

    static FieldSchema field(JsonFields column, boolean autoId) {
        column.require("FieldSchema", "fieldName", "dataType");
        String name = column.text("fieldName", "");
        DataType type = type(column.text("dataType", ""));
        boolean key = column.flag("isPrimary", false);
        if (column.flag("isPartitionKey", false)) {
            throw RestRefusal.unsupported("a partition key", "Create partitions by name instead: field=" + name);
        }
        return new FieldSchema(
                0,
                name,
                column.text("description", ""),
                type,
                type == DataType.ARRAY ? elementType(column, name) : null,
                key,
                key && column.flag("autoID", column.flag("autoId", autoId)),
                false,
                column.flag("isClusteringKey", false),
                column.flag("nullable", false),
                false,
                defaultValue(column, name, type),
                column.object("elementTypeParams").options());
    }

    private static DataType type(String name) {
        return DataType.ofName(name)
                .orElseThrow(() -> RestRefusal.invalid(
                        "data type " + name + " is invalid(case sensitive).",
                        "a type such as Int64, VarChar or FloatVector",
                        name));
    }

    private static DataType elementType(JsonFields column, String field) {
        String name = column.text("elementDataType", "");
        return DataType.ofName(name)
                .orElseThrow(() -> RestRefusal.invalid(
                        "element data type " + name + " is invalid(case sensitive).",
                        "elementDataType of field " + field,
                        name));
    }

    private static @Nullable Object defaultValue(JsonFields column, String field, DataType type) {
        JsonNode value = column.find("defaultValue");
        if (value == null) {
            return null;
        }
        if (type == DataType.BOOL && value.isBoolean()) {
            return value.asBoolean();
        }
        if (type.isInteger() && value.isIntegralNumber() && value.canConvertToLong()) {
            return value.asLong();
        }
        if (type.isFloating() && value.isNumber()) {
            return value.asDouble();
        }
        if (type == DataType.VARCHAR && value.isString()) {
            return value.asString();
        }
        throw RestRefusal.invalid(
                "convert defaultValue fail, the value does not fit the field: field=" + field,
                "a value of type " + type.milvusName(),
                value.toString());
    }

    private static CreateCollectionRequest request(RestCall call, CollectionSchema schema) {
        JsonFields fields = call.fields();
        JsonFields params = fields.object("params");
        String level = fields.text("consistencyLevel", params.text("consistencyLevel", ""));
        return new CreateCollectionRequest(
                call.database(),
                call.collection(),
                schema,
                ConsistencyLevels.number(level, ConsistencyLevels.BOUNDED),
                params.integer("shardsNum", fields.integer("shardsNum", 0)),
                properties(fields, params));
    }

    /** Of {@code params}, what Milvus keeps as properties of the collection. */
    private static Map<String, String> properties(JsonFields fields, JsonFields params) {
        Map<String, String> properties =
                new LinkedHashMap<>(fields.object("properties").options());
        if (params.has("ttlSeconds")) {
            properties.put("collection.ttl.seconds", Integer.toString(params.integer("ttlSeconds", 0)));
        }
        params.options().forEach((key, value) -> {
            if (key.startsWith("mmap.") || key.startsWith("warmup.")) {
                properties.put(key, value);
            }
        });
        return properties;
    }

    private static String optionText(JsonFields params, String key, String otherwise) {
        JsonNode value = params.find(key);
        return value == null ? otherwise : JsonFields.optionText(value);
    }
}
