package io.sluice.config.catalog;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.sluice.engine.catalog.PartRecord;
import io.sluice.engine.schema.CollectionSchema;
import io.sluice.engine.schema.DataType;
import io.sluice.engine.schema.FieldSchema;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/**
 * The structured columns of the catalog as JSON text. Thread-safe.
 *
 * <p>The names and numbers in here are a file format: they stay when the engine's records are renamed. Field types are
 * Milvus's numbers. A default value carries its kind, because JSON alone cannot tell 5 from 5.0.
 */
final class CatalogJson {
    private static final JsonMapper MAPPER = JsonMapper.builder()
            .changeDefaultPropertyInclusion(inclusion -> inclusion.withValueInclusion(JsonInclude.Include.NON_NULL))
            .build();
    private static final TypeReference<Map<String, String>> STRINGS = new TypeReference<>() {};

    private CatalogJson() {}

    private record Schema(String description, List<Field> fields, boolean dynamicField, int version) {}

    private record Field(
            int id,
            String name,
            String description,
            int type,
            @Nullable Integer elementType,
            boolean primaryKey,
            boolean autoId,
            boolean partitionKey,
            boolean clusteringKey,
            boolean nullable,
            boolean dynamic,
            @Nullable Default defaultValue,
            Map<String, String> typeParams) {}

    /** Exactly one is there; the real number as text, so that every bit comes back. */
    private record Default(
            @Nullable Boolean flag,
            @Nullable Long whole,
            @Nullable String real,
            @Nullable String text) {}

    static String write(CollectionSchema schema) {
        List<Field> fields = schema.fields().stream().map(CatalogJson::toJson).toList();
        return MAPPER.writeValueAsString(
                new Schema(schema.description(), fields, schema.dynamicField(), schema.version()));
    }

    static CollectionSchema readSchema(String json) {
        Schema schema = MAPPER.readValue(json, Schema.class);
        List<FieldSchema> fields =
                schema.fields().stream().map(CatalogJson::fromJson).toList();
        return new CollectionSchema(schema.description(), fields, schema.dynamicField(), schema.version());
    }

    private static Field toJson(FieldSchema field) {
        DataType elementType = field.elementType();
        return new Field(
                field.id(),
                field.name(),
                field.description(),
                field.type().number(),
                elementType == null ? null : elementType.number(),
                field.primaryKey(),
                field.autoId(),
                field.partitionKey(),
                field.clusteringKey(),
                field.nullable(),
                field.dynamic(),
                toJson(field.defaultValue()),
                new TreeMap<>(field.typeParams()));
    }

    private static FieldSchema fromJson(Field field) {
        Integer elementType = field.elementType();
        return new FieldSchema(
                field.id(),
                field.name(),
                field.description(),
                type(field.type(), field.name()),
                elementType == null ? null : type(elementType, field.name()),
                field.primaryKey(),
                field.autoId(),
                field.partitionKey(),
                field.clusteringKey(),
                field.nullable(),
                field.dynamic(),
                fromJson(field.defaultValue()),
                field.typeParams());
    }

    private static DataType type(int number, String fieldName) {
        return DataType.ofNumber(number)
                .orElseThrow(() -> new IllegalStateException(
                        "the catalog has a field of an unknown type: field=" + fieldName + ", type=" + number));
    }

    private static @Nullable Default toJson(@Nullable Object value) {
        return switch (value) {
            case null -> null;
            case Boolean flag -> new Default(flag, null, null, null);
            case Long whole -> new Default(null, whole, null, null);
            case Double real -> new Default(null, null, real.toString(), null);
            case String text -> new Default(null, null, null, text);
            default ->
                throw new IllegalArgumentException("a default value is a Boolean, Long, Double or String: value="
                        + value + ", class=" + value.getClass());
        };
    }

    private static @Nullable Object fromJson(@Nullable Default value) {
        if (value == null) {
            return null;
        }
        if (value.flag() != null) {
            return value.flag();
        }
        if (value.whole() != null) {
            return value.whole();
        }
        String real = value.real();
        return real != null ? Double.valueOf(real) : value.text();
    }

    static String write(Map<String, String> properties) {
        return MAPPER.writeValueAsString(new TreeMap<>(properties));
    }

    static Map<String, String> readStrings(String json) {
        return MAPPER.readValue(json, STRINGS);
    }

    static String write(List<? extends Number> numbers) {
        return MAPPER.writeValueAsString(numbers);
    }

    static String writeNames(List<String> names) {
        return MAPPER.writeValueAsString(names);
    }

    static List<String> readNames(String json) {
        return List.of(MAPPER.readValue(json, String[].class));
    }

    static List<Long> readLongs(String json) {
        return Arrays.stream(MAPPER.readValue(json, long[].class)).boxed().toList();
    }

    static List<Integer> readInts(String json) {
        return Arrays.stream(MAPPER.readValue(json, int[].class)).boxed().toList();
    }

    /** {@code [[partId, offsetBytes, sizeBytes], ...]} */
    static String writeParts(List<PartRecord> parts) {
        return MAPPER.writeValueAsString(parts.stream()
                .map(part -> new long[] {part.partId(), part.offsetBytes(), part.sizeBytes()})
                .toList());
    }

    static List<PartRecord> readParts(String json) {
        return Arrays.stream(MAPPER.readValue(json, long[][].class))
                .map(part -> new PartRecord(Math.toIntExact(part[0]), part[1], part[2]))
                .toList();
    }
}
