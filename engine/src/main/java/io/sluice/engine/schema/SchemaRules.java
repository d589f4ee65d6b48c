package io.sluice.engine.schema;

import io.sluice.engine.error.EngineException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What a schema must be like before a collection is made of it. The texts are Milvus's where it has one. */
public final class SchemaRules {
    public static final int MAX_FIELDS = 64;
    public static final int MAX_VECTOR_FIELDS = 10;
    public static final int MIN_DIMENSION = 2;
    public static final int MAX_DIMENSION = 32_768;
    public static final int MAX_VARCHAR_LENGTH = 65_535; // bytes of UTF-8
    public static final int MAX_ARRAY_CAPACITY = 4_096;

    private static final String DIM = "dim";
    private static final String MAX_LENGTH = "max_length";
    private static final String MAX_CAPACITY = "max_capacity";

    private SchemaRules() {}

    /**
     * Checks a schema to create, with or without its {@code $meta}.
     *
     * @throws EngineException.InvalidRequest naming the field and the value that is wrong
     */
    public static void check(CollectionSchema schema) {
        List<FieldSchema> fields = schema.userFields();
        checkCounts(fields);
        checkNames(schema);
        for (FieldSchema field : fields) {
            check(field);
        }
        checkPrimaryKey(fields);
        checkClusteringKey(fields);
    }

    private static void checkCounts(List<FieldSchema> fields) {
        if (fields.size() > MAX_FIELDS) {
            throw invalid("maximum field's number should be limited to " + MAX_FIELDS + ": fields=" + fields.size());
        }
        long vectors = fields.stream().filter(field -> field.type().isVector()).count();
        if (vectors > MAX_VECTOR_FIELDS) {
            throw invalid("maximum vector field's number should be limited to " + MAX_VECTOR_FIELDS + ": vectorFields="
                    + vectors);
        }
        if (vectors == 0) {
            throw invalid("schema does not contain vector field: fields="
                    + fields.stream().map(FieldSchema::name).toList() + ". Add one of type FloatVector");
        }
    }

    private static void checkNames(CollectionSchema schema) {
        Set<String> seen = new HashSet<>();
        for (FieldSchema field : schema.fields()) {
            if (!field.dynamic()) {
                NameRules.checkField(field.name());
            } else if (!schema.dynamicField()
                    || !field.name().equals(CollectionSchema.META)
                    || field.type() != DataType.JSON) {
                throw invalid("only " + CollectionSchema.META
                        + " of type JSON can be dynamic, and only when the dynamic" + " field is on: field="
                        + field.name() + ", type=" + field.type().milvusName());
            }
            if (!seen.add(field.name())) {
                throw invalid("duplicated field name: field=" + field.name() + ". Give each field a name of its own");
            }
        }
    }

    private static void checkPrimaryKey(List<FieldSchema> fields) {
        List<FieldSchema> keys = fields.stream().filter(FieldSchema::primaryKey).toList();
        if (keys.isEmpty()) {
            throw invalid("primary key is not specified: mark one field of type Int64 or VarChar");
        }
        if (keys.size() > 1) {
            throw invalid("there are more than one primary key, field name = "
                    + keys.get(0).name() + ", " + keys.get(1).name());
        }
        FieldSchema key = keys.getFirst();
        if (key.type() != DataType.INT64 && key.type() != DataType.VARCHAR) {
            throw invalid("the data type of primary key should be Int64 or VarChar: field=" + key.name() + ", type="
                    + key.type().milvusName());
        }
    }

    private static void checkClusteringKey(List<FieldSchema> fields) {
        List<String> keys = fields.stream()
                .filter(FieldSchema::clusteringKey)
                .map(FieldSchema::name)
                .toList();
        if (keys.size() > 1) {
            throw invalid("there are more than one clustering key, field name = " + keys.get(0) + ", " + keys.get(1));
        }
    }

    private static void check(FieldSchema field) {
        checkType(field);
        checkParams(field);
        checkOptions(field);
        if (field.defaultValue() != null) {
            checkDefault(field, field.defaultValue());
        }
    }

    private static void checkType(FieldSchema field) {
        if (!field.type().supported()) {
            throw invalid("data type is not supported: field=" + field.name() + ", type="
                    + field.type().milvusName() + ". Use one of " + supportedTypes());
        }
        if (field.type() != DataType.ARRAY) {
            return;
        }
        DataType element = field.elementType();
        if (element == null || !isElement(element)) {
            throw invalid("element type is not supported: field=" + field.name() + ", elementType="
                    + (element == null ? "none" : element.milvusName())
                    + ". Use one of Bool, Int8, Int16, Int32, Int64, Float, Double, VarChar");
        }
    }

    private static String supportedTypes() {
        return Arrays.stream(DataType.values())
                .filter(DataType::supported)
                .map(DataType::milvusName)
                .collect(Collectors.joining(", "));
    }

    private static boolean isElement(DataType type) {
        return type == DataType.BOOL || type.isNumeric() || type == DataType.VARCHAR;
    }

    private static void checkParams(FieldSchema field) {
        if (field.type().isVector()) {
            long dimension = required(field, DIM);
            if (dimension < MIN_DIMENSION || dimension > MAX_DIMENSION) {
                throw invalid("invalid dimension: " + dimension + " of field " + field.name()
                        + ". float vector dimension should be in range " + MIN_DIMENSION + " ~ " + MAX_DIMENSION);
            }
        }
        if (field.type() == DataType.ARRAY) {
            long capacity = required(field, MAX_CAPACITY);
            if (capacity < 1 || capacity > MAX_ARRAY_CAPACITY) {
                throw invalid("the maximum capacity specified for the field(" + field.name() + ") should be in (0, "
                        + MAX_ARRAY_CAPACITY + "], but got " + capacity + " instead");
            }
        }
        if (field.type() == DataType.VARCHAR || field.elementType() == DataType.VARCHAR && isArray(field)) {
            long length = required(field, MAX_LENGTH);
            if (length < 1 || length > MAX_VARCHAR_LENGTH) {
                throw invalid("the maximum length specified for the field(" + field.name() + ") should be in (0, "
                        + MAX_VARCHAR_LENGTH + "], but got " + length + " instead");
            }
        }
        for (String key : List.of(DIM, MAX_CAPACITY, MAX_LENGTH)) { // where they mean nothing they are still numbers
            Long value = optional(field, key);
            if (value != null && (value < 0 || value > Integer.MAX_VALUE)) {
                throw invalid(
                        "type param(" + key + ") of the field(" + field.name() + ") is out of range: value=" + value);
            }
        }
    }

    private static boolean isArray(FieldSchema field) {
        return field.type() == DataType.ARRAY;
    }

    private static long required(FieldSchema field, String key) {
        Long value = optional(field, key);
        if (value == null) {
            throw invalid("type param(" + key + ") should be specified for the field(" + field.name() + "): type="
                    + field.type().milvusName());
        }
        return value;
    }

    private static @Nullable Long optional(FieldSchema field, String key) {
        String text = field.typeParams().get(key);
        if (text == null) {
            return null;
        }
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException e) {
            throw invalid(
                    "type param(" + key + ") of the field(" + field.name() + ") is not an integer: value=" + text);
        }
    }

    private static void checkOptions(FieldSchema field) {
        if (field.nullable() && field.primaryKey()) {
            throw invalid("primary field not support null: field=" + field.name());
        }
        if (field.nullable() && field.type().isVector()) {
            throw invalid("vector type not support null: field=" + field.name());
        }
        if (field.autoId() && !field.primaryKey()) {
            throw invalid("only primary field can specify AutoID with true, field name = " + field.name());
        }
        if (field.partitionKey()) {
            throw invalid("partition key is not supported by this server yet: field=" + field.name()
                    + ". Create the collection without isPartitionKey, and use named partitions or a filter");
        }
        if (field.clusteringKey() && (field.type().isVector() || isArray(field) || field.type() == DataType.JSON)) {
            throw invalid("clustering key must be a scalar: field=" + field.name() + ", type="
                    + field.type().milvusName());
        }
    }

    private static void checkDefault(FieldSchema field, Object value) {
        DataType type = field.type();
        if (field.primaryKey()) {
            throw invalid("primary field not support default_value: field=" + field.name());
        }
        if (type.isVector() || type == DataType.JSON || type == DataType.ARRAY) {
            throw invalid("type not support default_value, type:" + type.milvusName() + ", name:" + field.name());
        }
        boolean fits = switch (type) {
            case BOOL -> value instanceof Boolean;
            case INT8, INT16, INT32, INT64 -> value instanceof Long;
            case FLOAT, DOUBLE -> value instanceof Double || value instanceof Long;
            default -> value instanceof String;
        };
        if (!fits) {
            throw invalid("type (" + type.milvusName() + ") of field (" + field.name()
                    + ") is not equal to the type(" + value.getClass().getSimpleName() + ") of default_value: value="
                    + value);
        }
        switch (value) {
            case Long integer
            when type.isInteger() -> {
                if (integer < RowRules.lowest(type) || integer > RowRules.highest(type)) {
                    throw invalid("default_value is out of range: field=" + field.name() + ", value=" + integer
                            + ", range=[" + RowRules.lowest(type) + ", " + RowRules.highest(type) + "]");
                }
            }
            case Number number
            when type.isFloating() -> {
                double floating = type == DataType.FLOAT ? number.floatValue() : number.doubleValue();
                if (!Double.isFinite(floating)) {
                    throw invalid("value '" + number + "' is not a number or infinity: default_value of field="
                            + field.name());
                }
            }
            case String text -> {
                int length = text.getBytes(StandardCharsets.UTF_8).length;
                if (length > field.maxLength()) {
                    throw invalid("the length (" + length + ") of string exceeds max length (" + field.maxLength()
                            + "): default_value of field=" + field.name());
                }
            }
            default -> {}
        }
    }

    private static EngineException.InvalidRequest invalid(String message) {
        return new EngineException.InvalidRequest(message);
    }
}
