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
    public static final int MAX_FIELDS = 256;
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
     * @param collection its name, for messages
     * @throws EngineException.InvalidRequest naming the field and the value that is wrong
     */
    public static void check(CollectionSchema schema, String collection) {
        List<FieldSchema> fields = schema.userFields();
        checkCounts(fields);
        checkNames(schema);
        for (FieldSchema field : fields) {
            check(field, collection);
        }
        checkPrimaryKey(fields);
        checkClusteringKey(fields);
    }

    /**
     * Checks a field to add to a collection that has rows without it: they read null, or the default.
     *
     * @throws EngineException.InvalidRequest naming the field and what is wrong with it
     */
    public static void checkAdded(CollectionSchema schema, FieldSchema field, String collection) {
        String name = field.name();
        if (field.primaryKey()) {
            throw invalid("not support to add pk field, field name = " + name + ": invalid parameter");
        }
        if (field.partitionKey()) {
            throw invalid("not support to add partition key field, field name  = " + name + ": invalid parameter");
        }
        if (field.type().isVector()) {
            checkAddedVector(schema, field);
        } else if (!field.nullable()) {
            throw invalid("added field must be nullable, please check it, field name = " + name
                    + ": invalid parameter. The rows that are there have no value for it");
        }
        if (schema.userFields().size() >= MAX_FIELDS) {
            throw invalid("The number of fields has reached the maximum value " + MAX_FIELDS
                    + ": invalid parameter: collection=" + collection);
        }
        if (schema.find(name).isPresent()) {
            throw invalid("duplicated field name " + name + ": invalid parameter: collection " + collection
                    + " has it already. Choose another name");
        }
        if (field.clusteringKey() && schema.fields().stream().anyMatch(FieldSchema::clusteringKey)) {
            throw invalid("already has another clustering key field, field name: " + name + ": invalid parameter");
        }
        NameRules.checkField(name);
        check(field, collection);
        if (field.type().isVector()) {
            throw invalid("vector type not support null: field=" + name);
        }
    }

    private static void checkAddedVector(CollectionSchema schema, FieldSchema field) {
        if (!field.nullable()) {
            throw invalid("Adding vector field to existing collection requires nullable=True: field=" + field.name());
        }
        if (schema.vectors().size() >= MAX_VECTOR_FIELDS) {
            throw invalid("maximum vector field's number should be limited to " + MAX_VECTOR_FIELDS + ": field="
                    + field.name());
        }
    }

    /**
     * Checks a field of a collection after a change of its options.
     *
     * @throws EngineException.InvalidRequest naming the field and the value that is wrong
     */
    public static void checkChanged(FieldSchema field, String collection) {
        if (!field.dynamic()) {
            check(field, collection);
        }
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
            throw invalid("schema does not contain vector field: invalid parameter: fields="
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

    private static void check(FieldSchema field, String collection) {
        checkMayHaveDefault(field);
        checkType(field);
        checkParams(field, collection);
        PropertyRules.checkField(field.typeParams());
        checkOptions(field);
        if (field.defaultValue() != null) {
            checkDefault(field, field.defaultValue());
        }
    }

    private static void checkType(FieldSchema field) {
        if (field.type() == DataType.STRING) {
            throw invalid("string data type not supported yet, please use VarChar type instead: field=" + field.name());
        }
        if (!field.type().supported()) {
            throw invalid("data type is not supported: field=" + field.name() + ", type="
                    + field.type().milvusName() + ". Use one of " + supportedTypes());
        }
        if (field.type() != DataType.ARRAY) {
            return;
        }
        DataType element = field.elementType();
        if (element == null) {
            throw invalid(
                    "element data type None is not valid: field=" + field.name() + ". Name the type of its elements");
        }
        if (!isElement(element)) {
            throw invalid("element type " + element.milvusName() + " is not supported: field=" + field.name()
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

    private static void checkParams(FieldSchema field, String collection) {
        if (field.type().isVector()) {
            long dimension = required(field, DIM, collection);
            if (dimension < MIN_DIMENSION) {
                throw invalid("invalid dimension: " + dimension + ". should be in range " + MIN_DIMENSION + " ~ "
                        + MAX_DIMENSION + ": field=" + field.name());
            }
            if (dimension > MAX_DIMENSION) {
                throw invalid("invalid dimension: " + dimension + " of field " + field.name()
                        + ". float vector dimension should be in range " + MIN_DIMENSION + " ~ " + MAX_DIMENSION);
            }
        }
        if (field.type() == DataType.VARCHAR || field.elementType() == DataType.VARCHAR && isArray(field)) {
            long length = required(field, MAX_LENGTH, collection);
            if (length < 1 || length > MAX_VARCHAR_LENGTH) {
                throw invalid("the maximum length specified for the field(" + field.name() + ") should be in (0, "
                        + MAX_VARCHAR_LENGTH + "], but got " + length + " instead: invalid parameter");
            }
        }
        if (field.type() == DataType.ARRAY) {
            long capacity = required(field, MAX_CAPACITY, collection);
            if (capacity < 1 || capacity > MAX_ARRAY_CAPACITY) {
                throw invalid("the maximum capacity specified for a Array should be in (0, " + MAX_ARRAY_CAPACITY
                        + "]: invalid parameter: field=" + field.name() + ", maxCapacity=" + capacity);
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

    private static long required(FieldSchema field, String key, String collection) {
        Long value = optional(field, key);
        if (value != null) {
            return value;
        }
        throw invalid(
                switch (key) {
                    case DIM ->
                        "dimension is not defined in field type params, check type param `dim` for vector field: field="
                                + field.name();
                    case MAX_CAPACITY ->
                        "the value for max_capacity of field " + field.name()
                                + " must be an integer: it is missing, and an array needs it";
                    default ->
                        "type param(" + key + ") should be specified for the field(" + field.name()
                                + ") of collection " + collection + ": type="
                                + field.type().milvusName();
                });
    }

    private static @Nullable Long optional(FieldSchema field, String key) {
        String text = field.typeParams().get(key);
        if (text == null) {
            return null;
        }
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException e) {
            throw invalid("the value for " + key + " of field " + field.name() + " must be an integer: value=" + text);
        }
    }

    private static void checkOptions(FieldSchema field) {
        if (field.nullable() && field.primaryKey()) {
            throw invalid("primary field not support null: field=" + field.name());
        }
        if (field.autoId() && !field.primaryKey()) {
            throw invalid("only primary field can specify AutoID with true, field name = " + field.name());
        }
        if (field.partitionKey() && field.nullable()) {
            throw invalid("partition key field not support nullable: invalid parameter: field=" + field.name());
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

    /** Before anything else of the field, as Milvus does. */
    private static void checkMayHaveDefault(FieldSchema field) {
        DataType type = field.type();
        if (field.defaultValue() != null && (type.isVector() || type == DataType.JSON || type == DataType.ARRAY)) {
            throw invalid("type not support default_value, type:" + type.milvusName() + ", name:" + field.name());
        }
    }

    private static void checkDefault(FieldSchema field, Object value) {
        DataType type = field.type();
        if (field.primaryKey()) {
            throw invalid("primary field not support default_value: field=" + field.name());
        }
        boolean fits = switch (type) {
            case BOOL -> value instanceof Boolean;
            case INT8, INT16, INT32, INT64 -> value instanceof Long;
            case FLOAT, DOUBLE -> value instanceof Double || value instanceof Long;
            default -> value instanceof String;
        };
        if (!fits) {
            throw invalid("type (" + type.milvusName() + ") of field (" + field.name()
                    + ") is not equal to the type(" + wireTypeOf(value) + ") of default_value: value="
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
                    throw invalid("value '" + RowRules.nameOf(floating)
                            + "' is not a number or infinity: default_value of field=" + field.name());
                }
            }
            case String text -> {
                int length = text.getBytes(StandardCharsets.UTF_8).length;
                if (length > field.maxLength()) {
                    throw invalid("the length (" + length + ") of string exceeds max length (" + field.maxLength()
                            + "): invalid parameter[expected=valid length string][actual=string length exceeds max "
                            + "length]: default_value of field=" + field.name());
                }
            }
            default -> {}
        }
    }

    /** As Milvus names the kind of a default on the wire. */
    private static String wireTypeOf(Object value) {
        return switch (value) {
            case Boolean _ -> "DataType_Bool";
            case Long _ -> "DataType_Int64";
            case Double _ -> "DataType_Double";
            default -> "DataType_VarChar";
        };
    }

    private static EngineException.InvalidRequest invalid(String message) {
        return new EngineException.InvalidRequest(message);
    }
}
