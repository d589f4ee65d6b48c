package io.sluice.engine.schema;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One field of a collection. Immutable.
 *
 * @param id given by the engine from {@link CollectionSchema#FIRST_FIELD_ID} on; 0 in a request to create
 * @param elementType of an {@link DataType#ARRAY}, otherwise null
 * @param typeParams as sent: {@code dim}, {@code max_length}, {@code max_capacity}, {@code mmap.enabled}, ...
 * @param defaultValue a {@code Boolean}, {@code Long}, {@code Double} or {@code String} fitting the type, or null
 * @param dynamic whether this is {@code $meta}
 */
public record FieldSchema(
        int id,
        String name,
        String description,
        DataType type,
        @Nullable DataType elementType,
        boolean primaryKey,
        boolean autoId,
        boolean partitionKey,
        boolean clusteringKey,
        boolean nullable,
        boolean dynamic,
        @Nullable Object defaultValue,
        Map<String, String> typeParams) {

    public FieldSchema {
        typeParams = Map.copyOf(typeParams);
    }

    /** A plain field without any option. */
    public static FieldSchema of(String name, DataType type) {
        return new FieldSchema(0, name, "", type, null, false, false, false, false, false, false, null, Map.of());
    }

    public static FieldSchema floatVector(String name, int dimension) {
        return of(name, DataType.FLOAT_VECTOR).withTypeParam("dim", Integer.toString(dimension));
    }

    public static FieldSchema varChar(String name, int maxLength) {
        return of(name, DataType.VARCHAR).withTypeParam("max_length", Integer.toString(maxLength));
    }

    public static FieldSchema array(String name, DataType elementType, int maxCapacity) {
        FieldSchema field = of(name, DataType.ARRAY).withTypeParam("max_capacity", Integer.toString(maxCapacity));
        return new FieldSchema(
                0,
                name,
                "",
                DataType.ARRAY,
                elementType,
                false,
                false,
                false,
                false,
                false,
                false,
                null,
                field.typeParams);
    }

    public FieldSchema withId(int newId) {
        return new FieldSchema(
                newId,
                name,
                description,
                type,
                elementType,
                primaryKey,
                autoId,
                partitionKey,
                clusteringKey,
                nullable,
                dynamic,
                defaultValue,
                typeParams);
    }

    public FieldSchema asPrimaryKey(boolean withAutoId) {
        return new FieldSchema(
                id,
                name,
                description,
                type,
                elementType,
                true,
                withAutoId,
                partitionKey,
                clusteringKey,
                nullable,
                dynamic,
                defaultValue,
                typeParams);
    }

    public FieldSchema asNullable() {
        return new FieldSchema(
                id,
                name,
                description,
                type,
                elementType,
                primaryKey,
                autoId,
                partitionKey,
                clusteringKey,
                true,
                dynamic,
                defaultValue,
                typeParams);
    }

    public FieldSchema withDefault(Object value) {
        return new FieldSchema(
                id,
                name,
                description,
                type,
                elementType,
                primaryKey,
                autoId,
                partitionKey,
                clusteringKey,
                nullable,
                dynamic,
                value,
                typeParams);
    }

    public FieldSchema withTypeParam(String key, String value) {
        Map<String, String> params = new java.util.HashMap<>(typeParams);
        params.put(key, value);
        return new FieldSchema(
                id,
                name,
                description,
                type,
                elementType,
                primaryKey,
                autoId,
                partitionKey,
                clusteringKey,
                nullable,
                dynamic,
                defaultValue,
                params);
    }

    public FieldSchema withTypeParams(Map<String, String> params) {
        return new FieldSchema(
                id,
                name,
                description,
                type,
                elementType,
                primaryKey,
                autoId,
                partitionKey,
                clusteringKey,
                nullable,
                dynamic,
                defaultValue,
                params);
    }

    public FieldSchema withDescription(String text) {
        return new FieldSchema(
                id,
                name,
                text,
                type,
                elementType,
                primaryKey,
                autoId,
                partitionKey,
                clusteringKey,
                nullable,
                dynamic,
                defaultValue,
                typeParams);
    }

    /** Number of components of a vector; 0 when the field is no vector or has no {@code dim}. */
    public int dimension() {
        return intParam("dim", 0);
    }

    /** Bytes of UTF-8 a VarChar (or an element of a VarChar array) may have. */
    public int maxLength() {
        return intParam("max_length", 65_535);
    }

    /** Elements that an array may have. */
    public int maxCapacity() {
        return intParam("max_capacity", 4_096);
    }

    private int intParam(String key, int otherwise) {
        String value = typeParams.get(key);
        return value == null ? otherwise : Integer.parseInt(value);
    }
}
