package io.sluice.api.grpc;

import io.milvus.grpc.CollectionSchema;
import io.milvus.grpc.ConsistencyLevel;
import io.milvus.grpc.DescribeCollectionResponse;
import io.milvus.grpc.ValueField;
import io.sluice.engine.CollectionDescription;
import io.sluice.engine.CreateCollectionRequest;
import io.sluice.engine.error.EngineException.InvalidRequest;
import io.sluice.engine.error.ErrorCode;
import io.sluice.engine.schema.DataType;
import io.sluice.engine.schema.FieldSchema;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Collections and their schemas to and from Milvus's messages. */
final class CollectionMapper {

    private CollectionMapper() {}

    /** What is asked to be created; what is not supported yet is refused here or by the engine. */
    static CreateCollectionRequest creation(
            String database, io.milvus.grpc.CreateCollectionRequest request, CollectionSchema schema) {
        if (schema.getFunctionsCount() > 0) {
            throw unsupported("functions in a schema", "Leave them out");
        }
        if (schema.getStructArrayFieldsCount() > 0) {
            throw unsupported("struct array fields", "Leave them out");
        }
        if (schema.getEnableNamespace()) {
            throw unsupported("a namespace (enable_namespace)", "Leave it out");
        }
        List<FieldSchema> fields = new ArrayList<>();
        for (io.milvus.grpc.FieldSchema field : schema.getFieldsList()) {
            if (!field.getIsDynamic()) {
                fields.add(field(field, schema));
            }
        }
        boolean partitionKey = fields.stream().anyMatch(FieldSchema::partitionKey);
        if (request.getNumPartitions() > 0 && !partitionKey) {
            throw new InvalidRequest("num_partitions should only be specified with partition key field enabled: "
                    + "invalid parameter[expected=0][actual=" + request.getNumPartitions() + "]");
        }
        Map<String, String> properties = new LinkedHashMap<>(KeyValues.toMap(schema.getPropertiesList()));
        properties.putAll(KeyValues.toMap(request.getPropertiesList()));
        return new CreateCollectionRequest(
                database,
                request.getCollectionName(),
                new io.sluice.engine.schema.CollectionSchema(
                        schema.getDescription(), fields, schema.getEnableDynamicField(), 0),
                request.getConsistencyLevelValue(),
                request.getShardsNum(),
                properties);
    }

    @SuppressWarnings("deprecation") // old clients say "auto id" of the whole schema
    private static FieldSchema field(io.milvus.grpc.FieldSchema field, CollectionSchema schema) {
        FieldSchema mapped = field(field);
        return mapped.primaryKey() && schema.getAutoID() && !mapped.autoId() ? mapped.asPrimaryKey(true) : mapped;
    }

    /** A field as a client declares it; its id is the engine's to give. */
    static FieldSchema field(io.milvus.grpc.FieldSchema field) {
        DataType type = type(field.getDataTypeValue(), field.getName());
        if (field.getIsFunctionOutput()) {
            throw unsupported(
                    "a field that a function fills (is_function_output): field=" + field.getName(), "Leave it out");
        }
        return new FieldSchema(
                0,
                field.getName(),
                field.getDescription(),
                type,
                type == DataType.ARRAY ? elementType(field) : null,
                field.getIsPrimaryKey(),
                field.getAutoID(),
                field.getIsPartitionKey(),
                field.getIsClusteringKey(),
                field.getNullable(),
                false,
                field.hasDefaultValue() ? value(field.getDefaultValue(), type, field.getName()) : null,
                KeyValues.toMap(field.getTypeParamsList()));
    }

    private static DataType type(int number, String field) {
        return DataType.ofNumber(number)
                .orElseThrow(() -> new InvalidRequest(
                        "data type " + number + " is not supported: invalid parameter: field=" + field));
    }

    /** Null when none is said, which the schema's rules refuse. */
    private static @Nullable DataType elementType(io.milvus.grpc.FieldSchema field) {
        return field.getElementTypeValue() == 0
                ? null
                : DataType.ofNumber(field.getElementTypeValue())
                        .orElseThrow(() -> new InvalidRequest("element type " + field.getElementTypeValue()
                                + " is not supported: invalid parameter: field=" + field.getName()));
    }

    /** In the kind that the field's type has on the wire, and no other: so Milvus wants it. */
    private static @Nullable Object value(ValueField value, DataType type, String field) {
        DataType kind = switch (value.getDataCase()) {
            case INT_DATA -> type == DataType.INT8 || type == DataType.INT16 ? type : DataType.INT32;
            case LONG_DATA -> DataType.INT64;
            case FLOAT_DATA -> DataType.FLOAT;
            case DOUBLE_DATA -> DataType.DOUBLE;
            default -> type; // the schema's rules tell a text from a number
        };
        if (type.isNumeric() && kind != type) {
            throw new InvalidRequest("type (" + type.milvusName() + ") of field (" + field
                    + ") is not equal to the type(DataType_" + kind.milvusName() + ") of default_value");
        }
        return switch (value.getDataCase()) {
            case BOOL_DATA -> value.getBoolData();
            case INT_DATA -> (long) value.getIntData();
            case LONG_DATA -> value.getLongData();
            case FLOAT_DATA -> (double) value.getFloatData();
            case DOUBLE_DATA -> value.getDoubleData();
            case STRING_DATA -> value.getStringData();
            case DATA_NOT_SET -> null;
            case BYTES_DATA, TIMESTAMPTZ_DATA ->
                throw new InvalidRequest("the type of the default value is not supported: invalid parameter: field="
                        + field + ", type=" + type.milvusName() + ". Leave the default value out");
        };
    }

    static InvalidRequest unsupported(String what, String remedy) {
        return new InvalidRequest(ErrorCode.UNIMPLEMENTED, what + " is not supported yet. " + remedy);
    }

    /** {@code $meta} is hidden, as Milvus hides it. */
    static DescribeCollectionResponse describe(CollectionDescription collection) {
        var schema = CollectionSchema.newBuilder()
                .setName(collection.name())
                .setDescription(collection.schema().description())
                .setEnableDynamicField(collection.schema().dynamicField())
                .setDbName(collection.database())
                .addAllProperties(KeyValues.of(collection.properties()))
                .setVersion(collection.schema().version());
        collection.schema().userFields().forEach(field -> schema.addFields(field(field)));
        var answer = DescribeCollectionResponse.newBuilder()
                .setStatus(GrpcStatus.OK)
                .setSchema(schema)
                .setCollectionID(collection.id())
                .setCollectionName(collection.name())
                .setDbName(collection.database())
                .setCreatedTimestamp(collection.createdTimestamp())
                .setCreatedUtcTimestamp(HybridTime.utcMillis(collection.createdTimestamp()))
                .setUpdateTimestamp(collection.updatedTimestamp())
                .setUpdateTimestampStr(Long.toUnsignedString(collection.updatedTimestamp()))
                .setShardsNum(collection.shardCount())
                .setNumPartitions(collection.partitionCount())
                .setConsistencyLevel(consistencyLevel(collection.consistencyLevel()))
                .addAllAliases(collection.aliases())
                .addAllProperties(KeyValues.of(collection.properties()));
        for (int shard = 0; shard < collection.shardCount(); shard++) {
            answer.addVirtualChannelNames(virtualChannel(collection.id(), shard))
                    .addPhysicalChannelNames(physicalChannel(shard));
        }
        return answer.build();
    }

    private static ConsistencyLevel consistencyLevel(int number) {
        ConsistencyLevel level = ConsistencyLevel.forNumber(number);
        return level == null ? ConsistencyLevel.Bounded : level;
    }

    /** In the form that Milvus's names have; nothing listens behind them. */
    static String virtualChannel(long collectionId, int shard) {
        return physicalChannel(shard) + "_" + collectionId + "v" + shard;
    }

    private static String physicalChannel(int shard) {
        return "by-dev-rootcoord-dml_" + shard;
    }

    private static io.milvus.grpc.FieldSchema field(FieldSchema field) {
        var described = io.milvus.grpc.FieldSchema.newBuilder()
                .setFieldID(field.id())
                .setName(field.name())
                .setDescription(field.description())
                .setDataTypeValue(field.type().number())
                .setIsPrimaryKey(field.primaryKey())
                .setAutoID(field.autoId())
                .setIsPartitionKey(field.partitionKey())
                .setIsClusteringKey(field.clusteringKey())
                .setNullable(field.nullable())
                .addAllTypeParams(KeyValues.of(field.typeParams()));
        DataType elementType = field.elementType();
        if (elementType != null) {
            described.setElementTypeValue(elementType.number());
        }
        Object defaultValue = field.defaultValue();
        if (defaultValue != null) {
            described.setDefaultValue(value(defaultValue, field.type()));
        }
        return described.build();
    }

    private static ValueField value(Object value, DataType type) {
        ValueField.Builder wire = ValueField.newBuilder();
        switch (type) {
            case BOOL -> wire.setBoolData((Boolean) value);
            case INT8, INT16, INT32 -> wire.setIntData(((Number) value).intValue());
            case INT64 -> wire.setLongData(((Number) value).longValue());
            case FLOAT -> wire.setFloatData(((Number) value).floatValue());
            case DOUBLE -> wire.setDoubleData(((Number) value).doubleValue());
            default -> wire.setStringData(value.toString());
        }
        return wire.build();
    }
}
