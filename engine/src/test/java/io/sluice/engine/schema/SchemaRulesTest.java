package io.sluice.engine.schema;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.engine.error.EngineException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class SchemaRulesTest {
    private static final FieldSchema KEY = FieldSchema.of("id", DataType.INT64).asPrimaryKey(false);
    private static final FieldSchema VECTOR = FieldSchema.floatVector("vector", 4);

    private static CollectionSchema schema(FieldSchema... fields) {
        return new CollectionSchema("", List.of(fields), false, 0);
    }

    private static CollectionSchema with(FieldSchema more) {
        return schema(KEY, VECTOR, more);
    }

    private static void refused(CollectionSchema schema, String... texts) {
        assertThatThrownBy(() -> SchemaRules.check(schema, "things"))
                .isInstanceOf(EngineException.InvalidRequest.class)
                .hasMessageContainingAll(texts);
    }

    private static FieldSchema field(
            String name, DataType type, @Nullable DataType elementType, Map<String, String> params) {
        return new FieldSchema(0, name, "", type, elementType, false, false, false, false, false, false, null, params);
    }

    private static FieldSchema marked(boolean partitionKey, boolean clusteringKey, String name) {
        return new FieldSchema(
                0,
                name,
                "",
                DataType.INT64,
                null,
                false,
                false,
                partitionKey,
                clusteringKey,
                false,
                false,
                null,
                Map.of());
    }

    @Test
    void check_everySupportedType_passes() {
        List<FieldSchema> fields = new ArrayList<>(List.of(
                FieldSchema.varChar("key", 100).asPrimaryKey(true),
                VECTOR,
                FieldSchema.floatVector("wide", 32_768).asNullable(),
                FieldSchema.varChar("text", 65_535).withDefault("x").asNullable(),
                FieldSchema.of("json", DataType.JSON).asNullable(),
                FieldSchema.array("texts", DataType.VARCHAR, 4_096).withTypeParam("max_length", "1"),
                marked(false, true, "cluster"),
                VECTOR.withTypeParam("mmap.enabled", "true").withTypeParam("other", "kept")));
        fields.set(7, FieldSchema.floatVector("third", 2).withTypeParam("mmap.enabled", "true"));
        for (DataType type : List.of(
                DataType.BOOL,
                DataType.INT8,
                DataType.INT16,
                DataType.INT32,
                DataType.INT64,
                DataType.FLOAT,
                DataType.DOUBLE)) {
            fields.add(FieldSchema.of("f" + type, type).asNullable());
            fields.add(FieldSchema.array("a" + type, type, 1));
        }
        CollectionSchema schema = new CollectionSchema("", fields, true, 0);
        assertThatCode(() -> SchemaRules.check(schema, "things")).doesNotThrowAnyException();
        assertThatCode(() -> SchemaRules.check(schema.withIds(), "things")).doesNotThrowAnyException();
    }

    @Test
    void check_keys_exactlyOneOfTheRightType() {
        refused(schema(VECTOR), "primary key is not specified");
        refused(
                schema(KEY, FieldSchema.of("second", DataType.INT64).asPrimaryKey(false), VECTOR),
                "there are more than one primary key, field name = id, second");
        refused(
                schema(FieldSchema.of("id", DataType.INT32).asPrimaryKey(false), VECTOR),
                "the data type of primary key should be Int64 or VarChar",
                "Int32");
        refused(schema(KEY.asNullable(), VECTOR), "primary field not support null");
        refused(
                with(new FieldSchema(
                        0, "x", "", DataType.INT64, null, false, true, false, false, false, false, null, Map.of())),
                "only primary field can specify AutoID with true, field name = x");
    }

    @Test
    void check_vectors_atLeastOneWithADimension() {
        refused(schema(KEY), "schema does not contain vector field");
        refused(
                schema(KEY, FieldSchema.of("v", DataType.FLOAT_VECTOR)),
                "dimension is not defined in field type params",
                "v");
        refused(
                schema(KEY, FieldSchema.floatVector("v", 1)),
                "invalid dimension: 1. should be in range 2 ~ 32768",
                "field=v");
        refused(
                schema(KEY, FieldSchema.of("v", DataType.FLOAT_VECTOR).withTypeParam("dim", "99999999999")),
                "invalid dimension: 99999999999 of field v. float vector dimension should be in range 2 ~ 32768");
        refused(
                schema(KEY, FieldSchema.of("v", DataType.FLOAT_VECTOR).withTypeParam("dim", "four")),
                "the value for dim of field v must be an integer",
                "four");
        refused(schema(KEY, VECTOR, VECTOR), "duplicated field name: field=vector");
    }

    @Test
    void check_counts_areLimited() {
        List<FieldSchema> many = new ArrayList<>(List.of(KEY, VECTOR));
        for (int i = 0; i < 254; i++) {
            many.add(FieldSchema.of("f" + i, DataType.INT8));
        }
        assertThatCode(() -> SchemaRules.check(new CollectionSchema("", many, true, 0).withIds(), "things"))
                .doesNotThrowAnyException();
        many.add(FieldSchema.of("last", DataType.INT8));
        refused(new CollectionSchema("", many, false, 0), "maximum field's number should be limited to 256");

        List<FieldSchema> vectors = new ArrayList<>(List.of(KEY));
        for (int i = 0; i < 11; i++) {
            vectors.add(FieldSchema.floatVector("v" + i, 2));
        }
        refused(new CollectionSchema("", vectors, false, 0), "maximum vector field's number should be limited to 10");
    }

    @Test
    void check_unsupportedType_listsWhatExists() {
        refused(
                with(FieldSchema.of("g", DataType.GEOMETRY)),
                "field=g",
                "Geometry",
                "Bool, Int8, Int16, Int32, Int64, Float, Double, VarChar, Array, JSON, FloatVector");
        refused(
                with(field("a", DataType.ARRAY, null, Map.of("max_capacity", "3"))),
                "element data type None is not valid");
        refused(with(FieldSchema.array("a", DataType.JSON, 3)), "element type JSON is not supported");
        refused(
                with(FieldSchema.of("s", DataType.STRING)),
                "string data type not supported yet, please use VarChar type");
    }

    @Test
    void check_params_areNumbersInRange() {
        refused(
                with(FieldSchema.of("t", DataType.VARCHAR)),
                "type param(max_length) should be specified for the field(t) of collection things");
        refused(
                with(FieldSchema.varChar("t", 0)),
                "the maximum length specified for the field(t) should be in (0, 65535]");
        refused(with(FieldSchema.varChar("t", 65_536)), "got 65536");
        refused(
                with(FieldSchema.array("a", DataType.INT8, 4_097)),
                "the maximum capacity specified for a Array should be in (0, 4096]",
                "4097");
        refused(
                with(field("a", DataType.ARRAY, DataType.INT8, Map.of())),
                "the value for max_capacity of field a must be an integer");
        refused(with(FieldSchema.array("a", DataType.VARCHAR, 5)), "type param(max_length)");
        refused(
                with(field("a", DataType.ARRAY, DataType.VARCHAR, Map.of())),
                "type param(max_length)"); // before the capacity
        refused(
                with(field("a", DataType.ARRAY, DataType.VARCHAR, Map.of("max_length", "65536"))),
                "the maximum length specified for the field(a) should be in (0, 65535], but got 65536 instead");
        refused(with(FieldSchema.of("i", DataType.INT8).withTypeParam("max_length", "x")), "must be an integer");
    }

    @Test
    void check_defaults_fitTypeRangeAndLength() {
        for (FieldSchema good : List.of(
                FieldSchema.of("d", DataType.BOOL).withDefault(true),
                FieldSchema.of("d", DataType.INT8).withDefault(-128L),
                FieldSchema.of("d", DataType.INT64).withDefault(Long.MAX_VALUE),
                FieldSchema.of("d", DataType.FLOAT).withDefault(1.5),
                FieldSchema.of("d", DataType.DOUBLE).withDefault(3L),
                FieldSchema.varChar("d", 2).withDefault("\u00e4"))) {
            assertThatCode(() -> SchemaRules.check(with(good), "things")).doesNotThrowAnyException();
        }
        refused(with(FieldSchema.of("d", DataType.INT8).withDefault(128L)), "out of range", "128", "[-128, 127]");
        refused(
                with(FieldSchema.of("d", DataType.INT8).withDefault("1")),
                "type (Int8) of field (d) is not equal to the type(DataType_VarChar) of default_value");
        refused(with(FieldSchema.of("d", DataType.FLOAT).withDefault(1e300)), "is not a number or infinity");
        refused(with(FieldSchema.of("d", DataType.DOUBLE).withDefault(Double.NaN)), "is not a number or infinity");
        refused(
                with(FieldSchema.varChar("d", 1).withDefault("\u00e4")),
                "the length (2) of string exceeds max length (1): invalid parameter[expected=valid length string]"
                        + "[actual=string length exceeds max length]");
        refused(
                with(FieldSchema.of("d", DataType.JSON).withDefault("{}")),
                "type not support default_value, type:JSON");
        refused(schema(KEY.withDefault(1L), VECTOR), "primary field not support default_value");
        refused(schema(KEY, VECTOR.withDefault("x")), "type not support default_value, type:FloatVector, name:vector");
    }

    @Test
    void check_partitionKey_isRefusedAndClusteringKeyKept() {
        refused(with(marked(true, false, "p")), "partition key is not supported", "field=p");
        refused(
                schema(KEY, VECTOR, marked(false, true, "a"), marked(false, true, "b")),
                "more than one clustering key");
    }

    @Test
    void checkAdded_everyRule_hasMilvussText() {
        CollectionSchema schema = new CollectionSchema("", List.of(KEY, VECTOR), true, 0).withIds();
        FieldSchema good = FieldSchema.of("n", DataType.INT64).asNullable();
        assertThatCode(() -> SchemaRules.checkAdded(schema, good, "things")).doesNotThrowAnyException();
        refusedAdded(
                schema,
                FieldSchema.of("n", DataType.INT64).asPrimaryKey(false),
                "not support to add pk field, field name = n: invalid parameter");
        refusedAdded(
                schema,
                marked(true, false, "n"),
                "not support to add partition key field, field name  = n: invalid parameter");
        refusedAdded(
                schema,
                FieldSchema.of("n", DataType.INT64),
                "added field must be nullable, please check it, field name = n: invalid parameter");
        refusedAdded(
                schema,
                FieldSchema.floatVector("n", 4),
                "Adding vector field to existing collection requires nullable=True");
        refusedAdded(schema, FieldSchema.floatVector("n", 4).asNullable(), "vector type not support null: field=n");
        refusedAdded(
                schema,
                FieldSchema.of("vector", DataType.INT64).asNullable(),
                "duplicated field name vector: invalid parameter");
        refusedAdded(
                schema,
                FieldSchema.of("n", DataType.VARCHAR).asNullable(),
                "type param(max_length) should be specified for the field(n) of collection things");
        refusedAdded(
                schema,
                FieldSchema.varChar("n", 65_536).asNullable(),
                "the maximum length specified for the field(n) should be in (0, 65535], but got 65536 instead: invalid"
                        + " parameter");
        refusedAdded(schema, FieldSchema.of("$meta", DataType.INT64).asNullable(), "duplicated field name $meta");
        refusedAdded(schema, FieldSchema.of("like", DataType.INT64).asNullable(), "Invalid field name: like");
    }

    @Test
    void checkAdded_whatIsFull_takesNoMore() {
        List<FieldSchema> many = new ArrayList<>(List.of(KEY, VECTOR, marked(false, true, "cluster")));
        FieldSchema clustering = new FieldSchema(
                0, "n", "", DataType.INT64, null, false, false, false, true, true, false, null, Map.of());
        refusedAdded(
                new CollectionSchema("", many, false, 0).withIds(),
                clustering,
                "already has another clustering key field, field name: n: invalid parameter");
        for (int i = 0; i < 253; i++) {
            many.add(FieldSchema.of("f" + i, DataType.INT8));
        }
        refusedAdded(
                new CollectionSchema("", many, false, 0).withIds(),
                FieldSchema.of("n", DataType.INT8).asNullable(),
                "The number of fields has reached the maximum value 256: invalid parameter");
        List<FieldSchema> vectors = new ArrayList<>(List.of(KEY));
        for (int i = 0; i < 10; i++) {
            vectors.add(FieldSchema.floatVector("v" + i, 2));
        }
        refusedAdded(
                new CollectionSchema("", vectors, false, 0).withIds(),
                FieldSchema.floatVector("n", 2).asNullable(),
                "maximum vector field's number should be limited to 10");
    }

    private static void refusedAdded(CollectionSchema schema, FieldSchema field, String text) {
        assertThatThrownBy(() -> SchemaRules.checkAdded(schema, field, "things"))
                .isInstanceOf(EngineException.InvalidRequest.class)
                .hasMessageStartingWith(text);
    }

    @Test
    void check_meta_onlyAsTheDynamicField() {
        refused(with(FieldSchema.of("$meta", DataType.JSON)), "Invalid field name: $meta");
        CollectionSchema dynamic = new CollectionSchema("", List.of(KEY, VECTOR), true, 0).withIds();
        assertThat(dynamic.meta()).isPresent();
        refused(new CollectionSchema("", dynamic.fields(), false, 0), "dynamic");
    }
}
