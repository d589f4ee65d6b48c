package io.sluice.engine.schema;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.engine.error.EngineException;
import io.sluice.engine.error.ErrorCode;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class RowRulesTest {
    private static final FieldSchema KEY = FieldSchema.of("id", DataType.INT64).asPrimaryKey(false);
    private static final FieldSchema AUTO_KEY =
            FieldSchema.of("id", DataType.INT64).asPrimaryKey(true);
    private static final FieldSchema VECTOR = FieldSchema.floatVector("vector", 2);
    private static final IdSource NO_IDS = () -> {
        throw new AssertionError("no id is needed");
    };

    private static CollectionSchema schema(FieldSchema... fields) {
        return new CollectionSchema("", List.of(fields), false, 0).withIds();
    }

    private static CollectionSchema dynamic(FieldSchema... fields) {
        return new CollectionSchema("", List.of(fields), true, 0).withIds();
    }

    private static Column longs(long... values) {
        return new Column.Longs(values, null);
    }

    private static Column vectors(int rowCount) {
        return new Column.FloatVectors(new float[rowCount * 2], 2);
    }

    private static BitSet bits(int... rows) {
        BitSet bits = new BitSet();
        for (int row : rows) {
            bits.set(row);
        }
        return bits;
    }

    /** Rows with keys 1, 2, ... and zero vectors, and one column more. */
    private static RowBatch rows(int rowCount, String name, @Nullable Column column) {
        long[] keys = new long[rowCount];
        for (int row = 0; row < rowCount; row++) {
            keys[row] = row + 1;
        }
        Map<String, Column> columns = new HashMap<>(Map.of("id", longs(keys), "vector", vectors(rowCount)));
        if (column != null) {
            columns.put(name, column);
        }
        return new RowBatch(rowCount, columns);
    }

    private static Column accepted(FieldSchema field, int rowCount, @Nullable Column column) {
        ColumnBatch batch =
                RowRules.forInsert(schema(KEY, VECTOR, field), rows(rowCount, field.name(), column), NO_IDS);
        assertThat(batch.rowCount()).isEqualTo(rowCount);
        assertThat(batch.columns()).hasSize(3);
        assertThat(batch.columns().get(2).rowCount()).isEqualTo(rowCount);
        return batch.columns().get(2);
    }

    private static void refused(FieldSchema field, int rowCount, @Nullable Column column, String... texts) {
        refused(schema(KEY, VECTOR, field), rows(rowCount, field.name(), column), texts);
    }

    private static void refused(CollectionSchema schema, RowBatch batch, String... texts) {
        assertThatThrownBy(() -> RowRules.forInsert(schema, batch, NO_IDS))
                .isInstanceOfSatisfying(
                        EngineException.InvalidRequest.class,
                        e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID_PARAMETER))
                .hasMessageContainingAll(texts);
    }

    // Which columns

    @Test
    void forInsert_goodRows_comeInSchemaOrder() {
        CollectionSchema schema = schema(VECTOR, KEY);
        ColumnBatch batch = RowRules.forInsert(schema, rows(3, "", null), NO_IDS);
        assertThat(batch.columns().get(0)).isInstanceOf(Column.FloatVectors.class);
        assertThat(((Column.Longs) batch.columns().get(1)).values()).containsExactly(1, 2, 3);
        assertThat(((Keys.LongKeys) RowRules.keysOf(schema, batch)).values()).containsExactly(1, 2, 3);
    }

    @Test
    void forInsert_noRows_saysWhatMilvusSays() {
        refused(schema(KEY, VECTOR), new RowBatch(0, Map.of()), "num_rows should be greater than 0");
    }

    @Test
    void forInsert_missingColumn_saysWhatMilvusSays() {
        refused(
                schema(KEY, VECTOR),
                new RowBatch(1, Map.of("id", longs(1))),
                "fieldSchema(vector) has no corresponding fieldData pass in");
        refused(
                schema(KEY, VECTOR),
                new RowBatch(1, Map.of("vector", vectors(1))),
                "fieldSchema(id) has no corresponding fieldData pass in");
    }

    @Test
    void forInsert_unknownColumn_isRefused() {
        refused(
                schema(KEY, VECTOR),
                rows(1, "extra", longs(1)),
                "has pass more field without dynamic schema, please check it",
                "extra");
        refused(dynamic(KEY, VECTOR), rows(1, "extra", longs(1)), "extra", "$meta");
    }

    @Test
    void forInsert_rowCountsDiffer_areRefused() {
        refused(
                FieldSchema.of("x", DataType.INT64),
                2,
                longs(1, 2, 3),
                "the num_rows (3) of field (x) is not equal to passed num_rows (2)");
        refused(
                FieldSchema.of("x", DataType.INT64).asNullable(),
                1,
                new Column.Longs(new long[1], bits(4)),
                "num_rows (5)");
        refused(
                schema(FieldSchema.of("x", DataType.INT64).asNullable(), KEY, VECTOR),
                new RowBatch(Integer.MAX_VALUE, Map.of("id", longs(1), "vector", vectors(1))),
                "passed num_rows (" + Integer.MAX_VALUE + ")");
    }

    @Test
    void forInsert_wrongKind_namesBoth() {
        Map<DataType, Column> right = Map.of(
                DataType.BOOL, new Column.Bools(new boolean[1], null),
                DataType.INT8, new Column.Ints(new int[1], null),
                DataType.INT64, longs(1),
                DataType.FLOAT, new Column.Floats(new float[1], null),
                DataType.DOUBLE, new Column.Doubles(new double[1], null));
        right.keySet()
                .forEach(type -> right.forEach((other, column) -> {
                    if (type == other) {
                        accepted(FieldSchema.of("x", type), 1, column);
                    } else {
                        refused(
                                FieldSchema.of("x", type),
                                1,
                                column,
                                "field=x",
                                type.milvusName(),
                                column.getClass().getSimpleName());
                    }
                }));
        refused(FieldSchema.of("x", DataType.INT64), 1, Column.Bytes.of("1"), "expected=Int64", "actual=Bytes");
    }

    // Nulls and defaults

    @Test
    void nulls_nullableWithoutDefault_stayNullWithAPlaceholder() {
        Column.Ints ints = (Column.Ints) accepted(
                FieldSchema.of("x", DataType.INT8).asNullable(), 3, new Column.Ints(new int[] {1, 999, 3}, bits(1)));
        assertThat(ints.values()).containsExactly(1, 0, 3);
        assertThat(ints.nulls()).isEqualTo(bits(1));

        Column.Floats floats = (Column.Floats) accepted(
                FieldSchema.of("x", DataType.FLOAT).asNullable(),
                2,
                new Column.Floats(new float[] {Float.NaN, 2}, bits(0)));
        assertThat(floats.values()).containsExactly(0, 2);

        Column.Bytes texts = (Column.Bytes) accepted(
                FieldSchema.varChar("x", 3).asNullable(),
                3,
                new Column.Bytes("abtoolongcd".getBytes(), new int[] {0, 2, 9, 11}, bits(1)));
        assertThat(texts.text(0) + texts.text(1) + texts.text(2)).isEqualTo("abcd");
        assertThat(texts.isNull(1)).isTrue();
    }

    @Test
    void nulls_absentNullableColumn_isAllNull() {
        for (FieldSchema field : List.of(
                FieldSchema.of("x", DataType.BOOL),
                FieldSchema.of("x", DataType.INT16),
                FieldSchema.of("x", DataType.INT64),
                FieldSchema.of("x", DataType.FLOAT),
                FieldSchema.of("x", DataType.DOUBLE),
                FieldSchema.varChar("x", 5),
                FieldSchema.of("x", DataType.JSON),
                FieldSchema.array("x", DataType.INT32, 5),
                FieldSchema.array("x", DataType.VARCHAR, 5).withTypeParam("max_length", "5"))) {
            Column column = accepted(field.asNullable(), 3, null);
            assertThat(column.nulls()).isEqualTo(bits(0, 1, 2));
        }
    }

    @Test
    void nulls_explicitDefault_winsOverNullAndAbsence() {
        FieldSchema integer = FieldSchema.of("x", DataType.INT64).asNullable().withDefault(7L);
        Column.Longs given = (Column.Longs) accepted(integer, 3, new Column.Longs(new long[] {1, 0, 3}, bits(1)));
        assertThat(given.values()).containsExactly(1, 7, 3);
        assertThat(given.nulls()).isNull();
        assertThat(((Column.Longs) accepted(integer, 2, null)).values()).containsExactly(7, 7);

        FieldSchema text = FieldSchema.varChar("x", 9).withDefault("d\u00e4");
        Column.Bytes texts = (Column.Bytes) accepted(text, 3, Column.Bytes.of("a", null, "c"));
        assertThat(List.of(texts.text(0), texts.text(1), texts.text(2))).containsExactly("a", "d\u00e4", "c");
        assertThat(texts.nulls()).isNull();
        assertThat(((Column.Bytes) accepted(text, 2, null)).text(1)).isEqualTo("d\u00e4");

        assertThat(((Column.Bools) accepted(FieldSchema.of("x", DataType.BOOL).withDefault(true), 1, null)).values())
                .containsExactly(true);
        assertThat(((Column.Floats) accepted(FieldSchema.of("x", DataType.FLOAT).withDefault(2L), 1, null)).values())
                .containsExactly(2f);
        assertThat(((Column.Doubles)
                                accepted(FieldSchema.of("x", DataType.DOUBLE).withDefault(0.5), 1, null))
                        .values())
                .containsExactly(0.5);
        assertThat(((Column.Ints) accepted(FieldSchema.of("x", DataType.INT8).withDefault(-3L), 1, null)).values())
                .containsExactly(-3);
    }

    @Test
    void nulls_notNullable_namesFieldAndRow() {
        refused(FieldSchema.of("x", DataType.INT64), 5, new Column.Longs(new long[5], bits(3, 4)), "field=x", "row=3");
        refused(
                schema(KEY, VECTOR),
                new RowBatch(2, Map.of("id", new Column.Longs(new long[2], bits(1)), "vector", vectors(2))),
                "field=id",
                "row=1");
    }

    @Test
    void nulls_emptyNullSet_countsAsNone() {
        assertThat(accepted(FieldSchema.of("x", DataType.INT64), 1, new Column.Longs(new long[1], new BitSet()))
                        .nulls())
                .isNull();
    }

    // Values

    @Test
    void values_integersOutOfRange_areRefused() {
        refused(
                FieldSchema.of("x", DataType.INT8),
                2,
                new Column.Ints(new int[] {127, 128}, null),
                "the value (128) is out of range: [-128, 127]",
                "row=1");
        refused(FieldSchema.of("x", DataType.INT16), 1, new Column.Ints(new int[] {-32_769}, null), "-32769");
        accepted(FieldSchema.of("x", DataType.INT32), 1, new Column.Ints(new int[] {Integer.MIN_VALUE}, null));
    }

    @Test
    void values_notFinite_areRefused() {
        refused(
                FieldSchema.of("x", DataType.FLOAT),
                2,
                new Column.Floats(new float[] {0, Float.NaN}, null),
                "value 'NaN' is not a number or infinity",
                "field=x",
                "row=1");
        refused(
                FieldSchema.of("x", DataType.DOUBLE),
                1,
                new Column.Doubles(new double[] {Double.NEGATIVE_INFINITY}, null),
                "value '-Inf' is not a number or infinity");
        refused(
                schema(KEY, VECTOR),
                new RowBatch(
                        2,
                        Map.of(
                                "id",
                                longs(1, 2),
                                "vector",
                                new Column.FloatVectors(new float[] {0, 0, 0, Float.POSITIVE_INFINITY}, 2))),
                "value '+Inf' is not a number or infinity",
                "field=vector",
                "row=1",
                "component=1");
    }

    @Test
    void values_nullVectors_areZerosWhateverWasSent() {
        FieldSchema nullable = FieldSchema.floatVector("v", 2).asNullable();
        float[] sent = {1, 2, Float.NaN, 9, 5, 6};
        Column.FloatVectors some =
                (Column.FloatVectors) accepted(nullable, 3, new Column.FloatVectors(sent, 2, bits(1)));
        assertThat(some.values()).containsExactly(1, 2, 0, 0, 5, 6);
        assertThat(some.nulls()).isEqualTo(bits(1));
        assertThat(sent[3]).isEqualTo(9);
        Column.FloatVectors absent = (Column.FloatVectors) accepted(nullable, 2, null);
        assertThat(absent.values()).containsExactly(0, 0, 0, 0);
        assertThat(absent.nulls()).isEqualTo(bits(0, 1));
        assertThat(accepted(nullable, 1, new Column.FloatVectors(new float[2], 2, bits()))
                        .nulls())
                .isNull();
        refused(
                FieldSchema.floatVector("v", 2),
                2,
                new Column.FloatVectors(new float[4], 2, bits(1)),
                "field is not nullable and has no default: field=v, row=1");
        refused(nullable, 2, new Column.FloatVectors(new float[4], 2, bits(2)), "num_rows (3)");
        refused(nullable, 1, new Column.FloatVectors(new float[] {0, Float.NaN}, 2, null), "row=0, component=1");
    }

    @Test
    void values_absentVectorsOfTooManyRows_areRefusedBeforeTheyAreMade() {
        FieldSchema key = FieldSchema.of("id", DataType.INT64).asPrimaryKey(false);
        CollectionSchema wide = schema(key, FieldSchema.floatVector("v", 32_768).asNullable());
        long[] keys = new long[8_193];
        assertThatThrownBy(() -> RowRules.forInsert(wide, new RowBatch(8_193, Map.of("id", longs(keys))), NO_IDS))
                .isInstanceOfSatisfying(
                        EngineException.InvalidRequest.class,
                        e -> assertThat(e.code()).isEqualTo(ErrorCode.TOO_LARGE))
                .hasMessageContaining("field data is too large: field=v, bytes=1073872896");
    }

    @Test
    void values_vectorOfAnotherDimension_namesBoth() {
        refused(
                schema(KEY, VECTOR),
                new RowBatch(1, Map.of("id", longs(1), "vector", new Column.FloatVectors(new float[3], 3))),
                "the length(3) of float data should divide the dim(2): the dim (3) of field data(vector) is not equal"
                        + " to schema dim (2)",
                "[expected=2][actual=3]");
        refused(
                schema(KEY, VECTOR),
                new RowBatch(1, Map.of("id", longs(1), "vector", new Column.FloatVectors(new float[0], 0))),
                "the dim (0)");
        refused(
                schema(KEY, VECTOR),
                new RowBatch(1, Map.of("id", longs(1), "vector", new Column.FloatVectors(new float[3], 2))),
                "not a multiple");
    }

    @Test
    void values_textTooLong_saysWhatMilvusSays() {
        FieldSchema text = FieldSchema.varChar("x", 3);
        accepted(text, 2, Column.Bytes.of("abc", ""));
        refused(
                text,
                2,
                Column.Bytes.of("a", "\u00e4\u00e4"),
                "length of varchar field x exceeds max length, row number: 1, length: 4, max length: 3");
        refused(
                text,
                1,
                new Column.Bytes(new byte[] {'a', (byte) 0xff}, new int[] {0, 2}, null),
                "not valid UTF-8",
                "row=0",
                "byte=1");
    }

    @Test
    void values_offsetsOutOfOrder_areRefused() {
        FieldSchema text = FieldSchema.varChar("x", 30);
        for (int[] offsets : new int[][] {{0, 2, 1}, {-1, 0, 1}, {0, 1, 4}, {}}) {
            refused(text, 2, new Column.Bytes(new byte[3], offsets, null), "offsets");
        }
    }

    @Test
    void values_offsetsWithGapsAround_areMadeTight() {
        Column.Bytes tight = (Column.Bytes) accepted(
                FieldSchema.varChar("x", 30), 2, new Column.Bytes("xxabcyy".getBytes(), new int[] {2, 3, 5}, null));
        assertThat(tight.data()).isEqualTo("abc".getBytes());
        assertThat(tight.offsets()).containsExactly(0, 1, 3);
        Column.Arrays arrays = (Column.Arrays) accepted(
                FieldSchema.array("x", DataType.INT64, 30),
                2,
                new Column.Arrays(longs(9, 1, 2, 3, 9), new int[] {1, 1, 4}, null));
        assertThat(((Column.Longs) arrays.elements()).values()).containsExactly(1, 2, 3);
        assertThat(arrays.offsets()).containsExactly(0, 0, 3);
    }

    @Test
    void values_arraysWithoutAnyElement_getTheDeclaredElementType() {
        Column.Arrays arrays = (Column.Arrays)
                accepted(FieldSchema.array("x", DataType.INT8, 2), 2, new Column.Arrays(longs(), new int[3], null));
        assertThat(arrays.elements()).isInstanceOf(Column.Ints.class);
    }

    @Test
    void values_arrays_areCheckedByElement() {
        FieldSchema bytes = FieldSchema.array("x", DataType.INT8, 2);
        accepted(bytes, 2, new Column.Arrays(new Column.Ints(new int[] {1, 2}, null), new int[] {0, 2, 2}, null));
        refused(
                bytes,
                2,
                new Column.Arrays(new Column.Ints(new int[3], null), new int[] {0, 0, 3}, null),
                "the length (3) of 1th array exceeds max capacity (2)");
        refused(
                bytes,
                2,
                new Column.Arrays(new Column.Ints(new int[] {1, 300}, null), new int[] {0, 1, 2}, null),
                "the value (300) is out of range",
                "row=1");
        refused(bytes, 1, new Column.Arrays(longs(1), new int[] {0, 1}, null), "expected=elements of Int8");
        refused(
                bytes,
                1,
                new Column.Arrays(new Column.Ints(new int[2], bits(1)), new int[] {0, 2}, null),
                "must not be null",
                "row=0");
        FieldSchema texts = FieldSchema.array("x", DataType.VARCHAR, 2).withTypeParam("max_length", "1");
        refused(
                texts,
                1,
                new Column.Arrays(Column.Bytes.of("a", "bb"), new int[] {0, 2}, null),
                "length of varchar array field x exceeds max length, row number: 0, length: 2, max length: 1");
        refused(
                FieldSchema.array("x", DataType.DOUBLE, 2),
                1,
                new Column.Arrays(new Column.Doubles(new double[] {Double.NaN}, null), new int[] {0, 1}, null),
                "value 'NaN' is not a number");
    }

    @Test
    void values_nullArrays_becomeEmpty() {
        FieldSchema texts = FieldSchema.array("x", DataType.VARCHAR, 2)
                .withTypeParam("max_length", "1")
                .asNullable();
        Column.Arrays arrays = (Column.Arrays) accepted(
                texts,
                3,
                new Column.Arrays(Column.Bytes.of("a", "toolong", "c", "d"), new int[] {0, 1, 2, 4}, bits(1)));
        assertThat(arrays.offsets()).containsExactly(0, 1, 1, 3);
        Column.Bytes left = (Column.Bytes) arrays.elements();
        assertThat(List.of(left.text(0), left.text(1), left.text(2))).containsExactly("a", "c", "d");
        assertThat(arrays.nulls()).isEqualTo(bits(1));
    }

    @Test
    void values_json_isCheckedAndEmptyIsNull() {
        FieldSchema json = FieldSchema.of("x", DataType.JSON);
        accepted(json, 2, Column.Bytes.of("{\"a\": [1, null]}", "null"));
        refused(json, 2, Column.Bytes.of("1", "{\"a\":}"), "json is not valid", "field=x", "row=1", "byte=5");
        refused(json, 1, Column.Bytes.of("[1"), "ends too early");
        refused(json, 2, Column.Bytes.of("1", ""), "not nullable", "row=1");
        refused(json, 1, Column.Bytes.of("\"" + "x".repeat(65_536) + "\""), "max length: 65536");
        assertThat(accepted(json.asNullable(), 2, Column.Bytes.of("1", "")).nulls())
                .isEqualTo(bits(1));
        assertThat(accepted(json.asNullable(), 2, Column.Bytes.of("1", null)).nulls())
                .isEqualTo(bits(1));
    }

    // The dynamic field

    private static Column.Bytes meta(@Nullable Column column) {
        ColumnBatch batch = RowRules.forInsert(dynamic(KEY, VECTOR), rows(2, "$meta", column), NO_IDS);
        return (Column.Bytes) batch.columns().get(2);
    }

    @Test
    void meta_missing_isAnEmptyObject() {
        assertThat(meta(null).text(1)).isEqualTo("{}");
        Column.Bytes given = meta(Column.Bytes.of("{\"color\": \"red\"}", ""));
        assertThat(given.text(0)).isEqualTo("{\"color\": \"red\"}");
        assertThat(given.text(1)).isEqualTo("{}");
        assertThat(given.nulls()).isNull();
        assertThat(meta(Column.Bytes.of(null, "{}")).text(0)).isEqualTo("{}");
    }

    @Test
    void meta_notAnObjectOrHidingAField_isRefused() {
        CollectionSchema schema = dynamic(KEY, VECTOR);
        refused(schema, rows(2, "$meta", Column.Bytes.of("{}", "[1]")), "must be a JSON object", "row=1");
        refused(
                schema,
                rows(1, "$meta", Column.Bytes.of("{\"id\": 4}")),
                "dynamic field name cannot include the static field name: id");
        refused(schema, rows(1, "$meta", Column.Bytes.of("{\"$meta\": 4}")), "cannot set json key to: $meta");
        meta(Column.Bytes.of("{\"idx\": {\"id\": 1}}", "{\"i\":1}"));
        refused(schema(KEY, VECTOR), rows(1, "$meta", Column.Bytes.of("{}")), "without dynamic schema");
    }

    // Keys

    @Test
    void autoId_insert_givesKeysAndTakesNone() {
        AtomicLong next = new AtomicLong(100);
        CollectionSchema schema = schema(AUTO_KEY, VECTOR);
        ColumnBatch batch =
                RowRules.forInsert(schema, new RowBatch(2, Map.of("vector", vectors(2))), next::getAndIncrement);
        assertThat(((Keys.LongKeys) RowRules.keysOf(schema, batch)).values()).containsExactly(100, 101);
        refused(
                schema,
                rows(2, "", null),
                "more fieldData has pass in: invalid parameter: can not assign primary field data when auto id enabled"
                        + " id");

        CollectionSchema texts = schema(FieldSchema.varChar("key", 5).asPrimaryKey(true), VECTOR);
        ColumnBatch named =
                RowRules.forInsert(texts, new RowBatch(2, Map.of("vector", vectors(2))), next::getAndIncrement);
        assertThat(RowRules.keysOf(texts, named)).isEqualTo(new Keys.StringKeys(List.of("102", "103")));
    }

    @Test
    void upsert_withoutKey_saysWhatMilvusSays() {
        for (FieldSchema key : List.of(KEY, AUTO_KEY)) {
            assertThatThrownBy(() -> RowRules.forUpsert(
                            schema(key, VECTOR), new RowBatch(1, Map.of("vector", vectors(1))), NO_IDS))
                    .isInstanceOf(EngineException.InvalidRequest.class)
                    .hasMessageStartingWith("must assign pk when upsert, primary field: id");
        }
    }

    @Test
    void upsert_withKey_replacesTheSameKeys() {
        CollectionSchema schema = schema(KEY, VECTOR);
        UpsertRows upsert = RowRules.forUpsert(schema, rows(2, "", null), NO_IDS);
        assertThat(((Keys.LongKeys) upsert.replacedKeys()).values()).containsExactly(1, 2);
        assertThat(((Keys.LongKeys) RowRules.keysOf(schema, upsert.rows())).values())
                .containsExactly(1, 2);
    }

    @Test
    void upsert_autoId_replacesGivenKeysAndGivesNewOnes() {
        AtomicLong next = new AtomicLong(100);
        CollectionSchema schema = schema(AUTO_KEY, VECTOR);
        UpsertRows upsert = RowRules.forUpsert(schema, rows(2, "", null), next::getAndIncrement);
        assertThat(((Keys.LongKeys) upsert.replacedKeys()).values()).containsExactly(1, 2);
        assertThat(((Keys.LongKeys) RowRules.keysOf(schema, upsert.rows())).values())
                .containsExactly(100, 101);
    }

    @Test
    void upsert_keyTwice_isRefused() {
        assertThatThrownBy(() -> RowRules.forUpsert(
                        schema(KEY, VECTOR),
                        new RowBatch(3, Map.of("id", longs(5, 6, 5), "vector", vectors(3))),
                        NO_IDS))
                .hasMessageStartingWith("duplicate primary keys are not allowed in the same batch: key=5");
        assertThatThrownBy(() -> RowRules.forUpsert(
                        schema(FieldSchema.varChar("id", 5).asPrimaryKey(false), VECTOR),
                        new RowBatch(2, Map.of("id", Column.Bytes.of("a", "a"), "vector", vectors(2))),
                        NO_IDS))
                .hasMessageStartingWith("duplicate primary keys are not allowed in the same batch: key=a");
    }

    /** Columns with random nulls over every scalar type: what was valid comes out as it was, nulls as placeholders. */
    @Test
    void forInsert_randomNullableColumns_keepValuesAndNulls() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int round = 0; round < 100; round++) {
            int rowCount = 1 + random.nextInt(50);
            String[] texts = new String[rowCount];
            long[] values = new long[rowCount];
            BitSet nulls = new BitSet();
            List<List<String>> arrays = new ArrayList<>();
            List<String> elements = new ArrayList<>();
            int[] offsets = new int[rowCount + 1];
            for (int row = 0; row < rowCount; row++) {
                nulls.set(row, random.nextInt(3) == 0);
                texts[row] = nulls.get(row) ? null : Integer.toString(random.nextInt(1_000));
                values[row] = random.nextLong();
                List<String> array = new ArrayList<>();
                for (int i = random.nextInt(4); i > 0; i--) {
                    array.add(Integer.toString(random.nextInt(100)));
                }
                elements.addAll(array);
                arrays.add(nulls.get(row) ? List.of() : array);
                offsets[row + 1] = elements.size();
            }
            Column.Bytes text =
                    (Column.Bytes) accepted(FieldSchema.varChar("x", 9).asNullable(), rowCount, Column.Bytes.of(texts));
            Column.Longs integer = (Column.Longs) accepted(
                    FieldSchema.of("x", DataType.INT64).asNullable(),
                    rowCount,
                    new Column.Longs(values.clone(), nulls));
            Column.Arrays array = (Column.Arrays) accepted(
                    FieldSchema.array("x", DataType.VARCHAR, 4)
                            .withTypeParam("max_length", "9")
                            .asNullable(),
                    rowCount,
                    new Column.Arrays(Column.Bytes.of(elements.toArray(String[]::new)), offsets, nulls));
            for (int row = 0; row < rowCount; row++) {
                String what = "seed=" + seed + ", round=" + round + ", row=" + row;
                assertThat(text.isNull(row)).as(what).isEqualTo(nulls.get(row));
                assertThat(text.text(row)).as(what).isEqualTo(texts[row] == null ? "" : texts[row]);
                assertThat(integer.isNull(row)).as(what).isEqualTo(nulls.get(row));
                assertThat(integer.values()[row]).as(what).isEqualTo(nulls.get(row) ? 0 : values[row]);
                List<String> found = new ArrayList<>();
                for (int i = array.offsets()[row]; i < array.offsets()[row + 1]; i++) {
                    found.add(((Column.Bytes) array.elements()).text(i));
                }
                assertThat(found).as(what).isEqualTo(arrays.get(row));
            }
        }
    }
}
