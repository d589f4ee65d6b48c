package io.sluice.engine.filter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.sluice.engine.error.EngineException.InvalidRequest;
import io.sluice.engine.schema.CollectionSchema;
import io.sluice.engine.schema.Column;
import io.sluice.engine.schema.DataType;
import io.sluice.engine.schema.FieldSchema;
import io.sluice.engine.schema.Keys;
import io.sluice.engine.segment.RowBlock;
import io.sluice.engine.segment.RowMask;
import io.sluice.engine.testkit.Blocks;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What filters mean, on six rows that can be read at a glance. */
class FilterTest {
    private static final Arena ARENA = Arena.ofAuto();

    private static final CollectionSchema SCHEMA = new CollectionSchema(
                    "",
                    List.of(
                            FieldSchema.of("id", DataType.INT64).asPrimaryKey(false),
                            FieldSchema.of("flag", DataType.BOOL).asNullable(),
                            FieldSchema.of("i8", DataType.INT8),
                            FieldSchema.of("age", DataType.INT32).asNullable(),
                            FieldSchema.of("big", DataType.INT64),
                            FieldSchema.of("f", DataType.FLOAT),
                            FieldSchema.of("d", DataType.DOUBLE),
                            FieldSchema.varChar("name", 100).asNullable(),
                            FieldSchema.varChar("other", 100),
                            FieldSchema.of("j", DataType.JSON).asNullable(),
                            FieldSchema.array("ints", DataType.INT32, 10).asNullable(),
                            FieldSchema.array("words", DataType.VARCHAR, 10),
                            FieldSchema.array("floats", DataType.FLOAT, 10),
                            FieldSchema.array("flags", DataType.BOOL, 10),
                            FieldSchema.floatVector("v", 2)),
                    true,
                    0)
            .withIds();

    private static final CollectionSchema STATIC_SCHEMA = new CollectionSchema("", SCHEMA.userFields(), false, 0);

    private static final RowBlock BLOCK = block();

    private static RowBlock block() {
        List<Column> columns = List.of(
                new Column.Longs(new long[] {1, 2, 3, 4, 5, 6}, null),
                new Column.Bools(new boolean[] {true, false, true, false, true, false}, nulls(5)),
                new Column.Ints(new int[] {-128, -1, 0, 1, 100, 127}, null),
                new Column.Ints(new int[] {10, 20, 30, 0, 50, 60}, nulls(3)),
                new Column.Longs(
                        new long[] {Long.MIN_VALUE, -1, 0, (1L << 53) + 1, Long.MAX_VALUE - 1, Long.MAX_VALUE}, null),
                new Column.Floats(new float[] {0.1f, 1.5f, -0.0f, 16777216f, Float.POSITIVE_INFINITY, Float.NaN}, null),
                new Column.Doubles(new double[] {0.1, 1.5, -0.0, 0x1p53, 1e300, Double.NEGATIVE_INFINITY}, null),
                Column.Bytes.of("anna", "bob", "", "50%_x", null, "日本語🙂"),
                Column.Bytes.of("anna", "abc", "", "60%_x", "x", "日本"),
                Column.Bytes.of(
                        "{\"a\": 1, \"s\": \"x\", \"list\": [1, 2, [3]], \"n\": null, \"deep\": {\"k\": [{\"z\":"
                                + " true}]}}",
                        "{\"a\": 1.0, \"s\": \"y\\u0041\\n\", \"list\": []}",
                        "{\"a\": \"1\", \"list\": [\"x\", 2.0, true]}",
                        "{\"s\": 5, \"a\": 9007199254740993, \"e\": {}}",
                        null,
                        "{\"a\": true, \"b\\\"q\": -2.5e-1}"),
                new Column.Arrays(
                        new Column.Ints(new int[] {1, 2, 3, 7, 7}, null), new int[] {0, 3, 3, 4, 4, 5, 5}, nulls(3)),
                new Column.Arrays(Column.Bytes.of("a", "b", "a", "é"), new int[] {0, 2, 3, 4, 4, 4, 4}, null),
                new Column.Arrays(
                        new Column.Floats(new float[] {0.1f, 2f}, null), new int[] {0, 2, 2, 2, 2, 2, 2}, null),
                new Column.Arrays(
                        new Column.Bools(new boolean[] {true, false}, null), new int[] {0, 1, 2, 2, 2, 2, 2}, null),
                new Column.FloatVectors(new float[12], 2),
                Column.Bytes.of(
                        "{}",
                        "{\"color\":\"red\"}",
                        "{\"color\":\"blue\",\"n\":3}",
                        "{\"color\":null}",
                        "{\"n\":4.5}",
                        "{}"));
        return Blocks.of(ARENA, SCHEMA.fields(), columns);
    }

    private static BitSet nulls(int... rows) {
        BitSet nulls = new BitSet();
        for (int row : rows) {
            nulls.set(row);
        }
        return nulls;
    }

    private static Filter filter(String text) {
        return Filter.parse(text, SCHEMA, Map.of());
    }

    /** The ids of the rows that pass; row 0 has id 1. */
    private static String ids(String text) {
        return ids(filter(text));
    }

    private static String ids(Filter filter) {
        RowMask mask = filter.evaluate(BLOCK, null);
        List<String> ids = new ArrayList<>();
        for (int row = mask.next(0); row >= 0; row = mask.next(row + 1)) {
            ids.add(Integer.toString(row + 1));
        }
        return String.join(" ", ids);
    }

    private static String refusal(String text) {
        return refusal(text, SCHEMA, Map.of());
    }

    private static String refusal(String text, CollectionSchema schema, Map<String, Object> templates) {
        InvalidRequest refusal =
                catchThrowableOfType(InvalidRequest.class, () -> Filter.parse(text, schema, templates));
        assertThat(refusal).as(text).isNotNull();
        assertThat(refusal.code().code()).isEqualTo(1100);
        String plan = "failed to create query plan: ";
        assertThat(refusal.text()).startsWith(plan);
        String cause = refusal.text().substring(plan.length());
        if (cause.startsWith("predicate is not a boolean expression: ")) {
            return cause;
        }
        String parse = "cannot parse expression: " + text + ", error: ";
        assertThat(cause).startsWith(parse);
        cause = cause.substring(parse.length());
        String syntax = "invalid expression: " + text + ", ";
        return cause.startsWith(syntax) ? cause.substring(syntax.length()) : cause;
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '¦',
            quoteCharacter = '`',
            value = {
                // integers
                "id == 3 ¦ 3",
                "id != 3 ¦ 1 2 4 5 6",
                "id > 3 ¦ 4 5 6",
                "3 < id ¦ 4 5 6",
                "id >= 3 and id < 5 ¦ 3 4",
                "2 < id <= 4 ¦ 3 4",
                "4 >= id > 2 ¦ 3 4",
                "3 < id < 3 ¦ ``",
                "id in [1, 3, 99] ¦ 1 3",
                "id in [1, 3,] ¦ 1 3",
                "id not in [1, 3] ¦ 2 4 5 6",
                "id in [] ¦ ``",
                "id not in [] ¦ 1 2 3 4 5 6",
                "id == 0x3 or id == 0b10 or id == 04 ¦ 2 3 4",
                "i8 == -128 ¦ 1",
                "i8 < 1000 ¦ 1 2 3 4 5 6",
                "i8 == 1000 ¦ ``",
                "i8 != 1000 ¦ 1 2 3 4 5 6",
                "i8 > 99999999999 ¦ ``",
                "i8 in [127, 300, -1] ¦ 2 6",
                "big == -9223372036854775808 ¦ 1",
                "big < -9223372036854775808 ¦ ``",
                "big > 9223372036854775806 ¦ 6",
                "big == 9007199254740993 ¦ 4",
                "big == 9007199254740992.0 ¦ ``",
                "big > 9007199254740992.0 ¦ 4 5 6",
                "big < 1e30 ¦ 1 2 3 4 5 6",
                "big > 1e30 ¦ ``",
                "big != 1e30 ¦ 1 2 3 4 5 6",
                "id < 2.5 ¦ 1 2",
                "id <= 2.0 ¦ 1 2",
                "id >= 2.5 ¦ 3 4 5 6",
                "id == 2.5 ¦ ``",
                "id != 2.5 ¦ 1 2 3 4 5 6",
                // nulls
                "age > 0 ¦ 1 2 3 5 6",
                "age == 0 ¦ ``",
                "not (age == 10) ¦ 2 3 5 6",
                "age != 10 ¦ 2 3 5 6",
                "age not in [10] ¦ 2 3 5 6",
                "age not in [] ¦ 1 2 3 5 6",
                "age is null ¦ 4",
                "age is not null ¦ 1 2 3 5 6",
                "not (age is null) ¦ 1 2 3 5 6",
                "age IS NULL ¦ 4",
                "age > 100 or id == 4 ¦ 4",
                "not (age > 100 and id == 4) ¦ 1 2 3 5 6",
                "not (age > 100 or id == 1) ¦ 2 3 5 6",
                "id is null ¦ ``",
                // booleans
                "not (flag == true) ¦ 2 4",
                "!(flag == true) ¦ 2 4",
                "flag == true ¦ 1 3 5",
                "flag != true ¦ 2 4",
                "flag == False ¦ 2 4",
                "TRUE == flag ¦ 1 3 5",
                "flag in [true] ¦ 1 3 5",
                "flag in [true, false] ¦ 1 2 3 4 5",
                "flag not in [true, false] ¦ ``",
                "flag in [] ¦ ``",
                "flag not in [] ¦ 1 2 3 4 5",
                "flag == (id == 1) ¦ 1 2 4",
                "flag != (id == 1) ¦ 3 5",
                "true ¦ 1 2 3 4 5 6",
                "false or id == 2 ¦ 2",
                "1 < 2 and id == 2 ¦ 2",
                "1 == 1.0 ¦ 1 2 3 4 5 6",
                "'a' < 'b' and not (true == false) ¦ 1 2 3 4 5 6",
                // floats
                "f == 0.1 ¦ 1",
                "f > 0.1 ¦ 2 4 5",
                "f >= 0.1 ¦ 1 2 4 5",
                "f < 0.1 ¦ 3",
                "f == 0 ¦ 3",
                "f == 0.0 ¦ 3",
                "f < 0 ¦ ``",
                "f == 16777217 ¦ 4",
                "f in [0.1, 1.5, 0] ¦ 1 2 3",
                "f not in [0.1] ¦ 2 3 4 5 6",
                "f != 1.5 ¦ 1 3 4 5 6",
                "f < 1e300 ¦ 1 2 3 4",
                "d == 0.1 ¦ 1",
                "d == 0 ¦ 3",
                "d in [1.5, 1, 0] ¦ 2 3",
                "d < 9007199254740993 ¦ 1 2 3 4 6",
                "d == 9007199254740993 ¦ ``",
                "d >= 9007199254740993 ¦ 5",
                "d <= 9007199254740991 ¦ 1 2 3 6",
                "d > 9007199254740991 ¦ 4 5",
                "d in [9007199254740993] ¦ ``",
                "d in [9007199254740992] ¦ 4",
                "0 < d < 2 ¦ 1 2",
                "d == .1 or d == 15e-1 ¦ 1 2",
                "d == 0x1.8p0 ¦ 2",
                // arithmetic
                "age + 1 == 11 ¦ 1",
                "age * 2 >= 100 ¦ 5 6",
                "age / 7 == 2 ¦ 2",
                "age % 20 == 10 ¦ 1 3 5",
                "age - 5 < 10 ¦ 1",
                "2 * 3 + 4 == id + 8 ¦ 2",
                "id == 2 ** 2 ¦ 4",
                "id == 2 ** 1 ** 3 - 5 ¦ 3",
                "id == -(-3) ¦ 3",
                "-id == -3 ¦ 3",
                "id & 1 == 1 ¦ REFUSED",
                "(id & 1) == 1 ¦ 1 3 5",
                "(id | 1) == 3 ¦ 2 3",
                "(id ^ 3) == 0 ¦ 3",
                "id << 2 == 8 ¦ 2",
                "id >> 1 == 1 ¦ 2 3",
                "~id == -3 ¦ 2",
                "id * id == 16 ¦ 4",
                "id ** 2 == 16 ¦ 4",
                "big + 1 > 0 ¦ 3 4 5 6",
                "big * 2 < big ¦ 1 2",
                "10 / (id - 3) == 10 ¦ 4",
                "not (10 / (id - 3) == 10) ¦ 1 2 5 6",
                "d * 2 == 3 ¦ 2",
                "d + age > 9 and d + age < 11 ¦ 1",
                "id == 7 / 2 ¦ 3",
                "id == 7.0 / 2 ¦ ``",
                // two fields
                "id * 10 == age ¦ 1 2 3 5 6",
                "age > i8 ¦ 1 2 3",
                "age <= i8 ¦ 5 6",
                "name == other ¦ 1 3",
                "name < other ¦ 4",
                "name > other ¦ 2 6",
                "big < d ¦ 1 2 5",
                "id == id ¦ 1 2 3 4 5 6",
                // text
                "name == 'anna' ¦ 1",
                "name == \"anna\" ¦ 1",
                "name != 'anna' ¦ 2 3 4 6",
                "name == '' ¦ 3",
                "name >= 'b' ¦ 2 6",
                "name < 'anna' ¦ 3 4",
                "'a' < name < 'b' ¦ 1",
                "name in ['bob', 'anna', 'x'] ¦ 1 2",
                "name not in ['bob'] ¦ 1 3 4 6",
                "name is null ¦ 5",
                "name == '日本語🙂' ¦ 6",
                "name == '\\u65e5\\u672c\\U00008a9e\\ud83d\\ude42' ¦ 6",
                "name == u8'bob' ¦ 2",
                "name == '\\x62\\157b' ¦ 2",
                "name like 'an%' ¦ 1",
                "name like '%b' ¦ 2",
                "name like '%n%' ¦ 1",
                "name like 'anna' ¦ 1",
                "name like '%' ¦ 1 2 3 4 6",
                "name like '' ¦ 3",
                "name like '____' ¦ 1 6",
                "name like 'b_b' ¦ 2",
                "name like '日_語_' ¦ 6",
                "name like '%_語%' ¦ 6",
                "name like '50\\%\\_x' ¦ 4",
                "name like '50\\\\%%' ¦ 4",
                "name like r'50\\%\\__' ¦ 4",
                "name like r'51\\%%' ¦ ``",
                "name not like 'an%' ¦ 2 3 4 6",
                "not name like 'an%' ¦ 2 3 4 6",
                "name LIKE 'AN%' ¦ ``",
                // json
                "j[\"a\"] == 1 ¦ 1 2",
                "j['a'] == 1.0 ¦ 1 2",
                "j[\"a\"] != 1 ¦ 4",
                "j[\"a\"] > 0 ¦ 1 2 4",
                "j[\"a\"] == 9007199254740993 ¦ 4",
                "j[\"a\"] > 9007199254740992.0 ¦ 4",
                "j[\"a\"] == \"1\" ¦ 3",
                "j[\"a\"] == true ¦ 6",
                "j[\"a\"] != false ¦ 6",
                "not (j[\"a\"] == 1) ¦ 4",
                "j[\"s\"] == \"yA\\n\" ¦ 2",
                "j[\"s\"] like \"yA%\" ¦ 2",
                "j[\"s\"] not like \"yA%\" ¦ 1",
                "j[\"s\"] in ['x', 'yA\\n'] ¦ 1 2",
                "j[\"a\"] in [1, \"1\", true] ¦ 1 2 3 6",
                "j[\"a\"] not in [1] ¦ 4",
                "j[\"a\"] not in [] ¦ 1 2 3 4 6",
                "j[\"list\"][0] == 1 ¦ 1",
                "j[\"list\"][1] == 2 ¦ 1 3",
                "j[\"list\"][2][0] == 3 ¦ 1",
                "j[\"list\"][9] == 3 ¦ ``",
                "j[\"deep\"][\"k\"][0][\"z\"] == true ¦ 1",
                "j['b\\\"q'] == -0.25 ¦ 6",
                "j[\"a\"] + 1 == 2 ¦ 1 2",
                "j[\"a\"] % 2 == 1 ¦ 1 4",
                "j[\"a\"] < id ¦ 2",
                "exists j[\"a\"] ¦ 1 2 3 4 6",
                "exists j[\"n\"] ¦ ``",
                "exists j[\"e\"] ¦ 4",
                "not exists j[\"a\"] ¦ 5",
                "j[\"a\"] is null ¦ 5",
                "j[\"n\"] is null ¦ 1 2 3 4 5 6",
                "j[\"a\"] is not null ¦ 1 2 3 4 6",
                "j is null ¦ 5",
                "j[\"list\"] == [] ¦ 2",
                "j[\"list\"] == [1, 2, [3]] ¦ 1",
                "j[\"list\"] != [1, 2, [3]] ¦ 2 3",
                "json_contains(j[\"list\"], 2) ¦ 1 3",
                "json_contains(j[\"list\"], [3]) ¦ 1",
                "JSON_CONTAINS(j[\"list\"], 'x') ¦ 3",
                "not json_contains(j[\"list\"], 2) ¦ 2",
                "json_contains_all(j[\"list\"], [2, 'x', true]) ¦ 3",
                "json_contains_any(j[\"list\"], [[3], 'x']) ¦ 1 3",
                "json_contains_any(j[\"list\"], []) ¦ ``",
                "json_contains_all(j[\"list\"], []) ¦ 1 2 3",
                "array_length(j[\"list\"]) == 3 ¦ 1 3",
                "array_length(j[\"list\"]) == 0 ¦ 2",
                "array_length(j[\"list\"]) in [0, 3] ¦ 1 2 3",
                // dynamic keys
                "color == 'red' ¦ 2",
                "$meta[\"color\"] == 'red' ¦ 2",
                "$meta['color'] != 'red' ¦ 3",
                "n > 3.5 ¦ 5",
                "n in [3, 4.5] ¦ 3 5",
                "exists color ¦ 2 3",
                "color is null ¦ 1 4 5 6",
                "unknown == 5 ¦ ``",
                "unknown[\"x\"][0] == 5 ¦ ``",
                // arrays
                "ints[0] == 1 ¦ 1",
                "ints[0] == 7 ¦ 3 5",
                "ints[0] != 7 ¦ 1",
                "ints[2] > 2 ¦ 1",
                "ints[0] in [1, 7] ¦ 1 3 5",
                "ints[0] + 1 == 8 ¦ 3 5",
                "not (ints[0] == 7) ¦ 1",
                "words[1] == 'b' ¦ 1",
                "words[0] like 'a%' ¦ 1 2",
                "words[0] in ['é'] ¦ 3",
                "words[0] < words[1] ¦ 1",
                "floats[0] == 0.1 ¦ 1",
                "floats[0] in [0.1] ¦ 1",
                "flags[0] == true ¦ 1",
                "not (flags[0] == true) ¦ 2",
                "array_contains(ints, 7) ¦ 3 5",
                "not array_contains(ints, 7) ¦ 1 2 6",
                "ARRAY_CONTAINS_ALL(ints, [1, 3]) ¦ 1",
                "array_contains_any(ints, [3, 7]) ¦ 1 3 5",
                "array_contains(words, 'é') ¦ 3",
                "array_contains_all(words, ['b', 'a']) ¦ 1",
                "array_contains(floats, 0.1) ¦ 1",
                "array_contains(floats, 2) ¦ 1",
                "array_contains(flags, false) ¦ 2",
                "json_contains(ints, 7) ¦ 3 5",
                "array_length(ints) == 0 ¦ 2 6",
                "array_length(words) >= 1 ¦ 1 2 3",
                "ints == [1, 2, 3] ¦ 1",
                "ints != [1, 2, 3] ¦ 2 3 5 6",
                "words == ['a'] ¦ 2",
                "ints is null ¦ 4",
                // logic
                "id == 1 || id == 2 && id == 3 ¦ 1",
                "(id == 1 or id == 2) AND id > 1 ¦ 2",
                "not (id == 1) and !(id == 2) ¦ 3 4 5 6",
                "((((id == 1)))) ¦ 1",
                "id == 1 or id == 2 or id == 3 or id == 4 ¦ 1 2 3 4",
            })
    void evaluate_table_passesTheseRows(String text, String expected) {
        if (expected.equals("REFUSED")) {
            refusal(text);
        } else {
            assertThat(ids(text)).as(text).isEqualTo(expected == null ? "" : expected);
        }
    }

    @Test
    void evaluate_templates_areTypedByTheField() {
        Map<String, Object> values = Map.of(
                "n",
                3L,
                "x",
                0.1,
                "s",
                "bob",
                "yes",
                true,
                "ids",
                List.of(1L, 3L),
                "reals",
                List.of(1.0, 3.0),
                "names",
                List.of("anna", "bob"),
                "nested",
                List.of(List.of(3L)));
        assertThat(ids(Filter.parse("id == {n}", SCHEMA, values))).isEqualTo("3");
        assertThat(ids(Filter.parse("{n} < id", SCHEMA, values))).isEqualTo("4 5 6");
        assertThat(ids(Filter.parse("d >= {n}", SCHEMA, values))).isEqualTo("4 5");
        assertThat(ids(Filter.parse("f == {x}", SCHEMA, values))).isEqualTo("1");
        assertThat(ids(Filter.parse("name == {s} or color == 'red'", SCHEMA, values)))
                .isEqualTo("2");
        assertThat(ids(Filter.parse("flag == {yes}", SCHEMA, values))).isEqualTo("1 3 5");
        assertThat(ids(Filter.parse("id in {ids}", SCHEMA, values))).isEqualTo("1 3");
        assertThat(ids(Filter.parse("id in {reals}", SCHEMA, values))).isEqualTo("1 3");
        assertThat(ids(Filter.parse("d in {ids}", SCHEMA, values))).isEqualTo("");
        assertThat(ids(Filter.parse("name in {names}", SCHEMA, values))).isEqualTo("1 2");
        assertThat(ids(Filter.parse("id not in {ids}", SCHEMA, values))).isEqualTo("2 4 5 6");
        assertThat(ids(Filter.parse("1 < id <= {n}", SCHEMA, values))).isEqualTo("2 3");
        assertThat(ids(Filter.parse("name like {s}", SCHEMA, values))).isEqualTo("2");
        assertThat(ids(Filter.parse("age + {n} == 13", SCHEMA, values))).isEqualTo("1");
        assertThat(ids(Filter.parse("json_contains_any(j['list'], {nested})", SCHEMA, values)))
                .isEqualTo("1");
        assertThat(ids(Filter.parse("array_contains_any(ints, {ids})", SCHEMA, values)))
                .isEqualTo("1");
    }

    @Test
    void parse_missingTemplate_namesIt() {
        assertThat(refusal("id == {n}"))
                .startsWith("the value of expression template variable name {n} is not found: position=7, found={n}");
        assertThat(refusal("id in {n}", SCHEMA, Map.of("n", List.of(new Object()))))
                .contains("unsupported value of expression template variable {n}: type=Object");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '¦',
            quoteCharacter = '`',
            value = {
                "id = 3 ¦ unexpected '=': position=4, found='=', expected='=='. Write == for equal",
                "id <> 3 ¦ unexpected '<>': position=4, found='<>', expected='!='. Write != for unequal",
                "id == ¦ unexpected the end of the expression: position=6, found=the end of the expression, expected=a"
                        + " field, a literal or '('",
                "== 3 ¦ unexpected '==': position=1",
                "id 3 ¦ unexpected '3': position=4, found='3', expected=an operator or the end of the expression",
                "(id == 3 ¦ unexpected the end of the expression: position=9, found=the end of the expression,"
                        + " expected=an operator or ')'",
                "id in [1, 2 ¦ expected=',' or ']'",
                "id in [,] ¦ unexpected ',': position=8",
                "id not 3 ¦ unexpected '3': position=8, found='3', expected='in' or 'like' after 'not'",
                "age is 3 ¦ unexpected '3': position=8, found='3', expected='null' or 'not null'",
                "name == 'abc ¦ the string is not closed: position=9",
                "name == '\\xz' ¦ malformed escape: position=10, expected=2 hexadecimal digits",
                "name == '\\ud800' ¦ the string is not valid Unicode: position=10",
                "name == '\\xff' ¦ the string is not valid Unicode: position=9",
                "id == 12x ¦ malformed number: position=7, found='12x'",
                "id == 08 ¦ malformed number: position=7",
                "id == 0x ¦ malformed number: position=7",
                "id == 0b12 ¦ malformed number: position=7",
                "d == 1.5f ¦ malformed number: position=6",
                "d == 1..5 ¦ malformed number: position=6",
                "id == 9223372036854775808 ¦ integer literal is out of the range of Int64: position=7",
                "id # 3 ¦ unexpected '#': position=4",
                "id == 3 and ¦ position=12",
                "1 < id > 3 ¦ the two comparisons of a range must point in the same direction: position=8, found='>',"
                        + " expected='<' or '<='",
                "j[a] == 3 ¦ json key must be enclosed in double quotes or single quotes: \"a\": position=3",
                "$x == 3 ¦ struct fields ($ and $[name]) are not supported yet: position=1",
                // types
                "name == 3 ¦ comparisons between VarChar and Int64 are not supported",
                "id == 'x' ¦ comparisons between Int64 and VarChar are not supported",
                "id == true ¦ comparisons between Int64 and Bool are not supported",
                "flag > true ¦ comparisons between Bool and Bool are not supported with >",
                "flag == 1 ¦ comparisons between Bool and Int64 are not supported",
                "name == id ¦ comparisons between VarChar and Int64 are not supported",
                "j > 1 ¦ can not compare a whole JSON field with: Int64",
                "j['a'] == j['b'] ¦ two column comparison with JSON type is not supported",
                "j['a'] == name ¦ two column comparison with JSON type is not supported",
                "j['a'] < true ¦ comparisons between JSON and Bool are not supported with <",
                "ints > 1 ¦ can not comparisons array fields directly",
                "ints == words ¦ can not comparisons array fields directly",
                "true == 'x' ¦ comparison operations cannot be applied to two incompatible operands: true == 'x'",
                "[1] == [1] ¦ comparison operations cannot be applied to two incompatible operands",
                "flag ¦ predicate is not a boolean expression: flag, data type: Bool",
                "!flag ¦ not op can only be applied on boolean expression, but got: Bool",
                "flags[0] or id == 1 ¦ 'or' can only be used between boolean expressions, but got: Bool",
                "id in not [1] ¦ not can only apply on boolean",
                "id in (age) ¦ value '(age)' in list cannot be a non-const expression",
                "ints[0] is null ¦ IsNull/IsNotNull operations are not supported on array element access",
                "id ¦ predicate is not a boolean expression: id, data type: Int64",
                "j['a'] ¦ predicate is not a boolean expression: j['a'], data type: JSON",
                "'x' ¦ predicate is not a boolean expression: 'x', data type: VarChar",
                "1 + 2 ¦ predicate is not a boolean expression: 1 + 2, data type: Int64",
                "id and flag ¦ 'and' can only be used between boolean expressions, but got: Int64: position=1,"
                        + " found=id",
                "id == 1 or name ¦ 'or' can only be used between boolean expressions, but got: VarChar: position=12,"
                        + " found=name",
                "not id == 3 ¦ not op can only be applied on boolean expression, but got: Int64: position=1, found=not"
                        + " id. not binds tighter",
                "not id in [3] ¦ not op can only be applied on boolean expression",
                "name + 'x' == 'y' ¦ 'add' can only be used between integer or floating or json field expressions, but"
                        + " got: VarChar: position=1",
                "j + 1 == 2 ¦ 'add' can only be used between integer or floating or json field expressions, but got a"
                        + " whole JSON field",
                "-flag ¦ 'negative' can only be used between",
                "d % 2 == 1 ¦ modulo can only apply on integer types, but got: Double, Int64",
                "d & 2 == 1 ¦ 'bitand' can only be used between integer",
                "(d & 2) == 1 ¦ '&' can only apply on integer types",
                "id / 0 == 1 ¦ division or modulus by zero",
                "id % 0 == 1 ¦ division or modulus by zero",
                "1 / 0.0 == id ¦ division or modulus by zero",
                "id << 64 == 1 ¦ shift out of range: bits=64",
                "id like 'x' ¦ like operation on non-string or no-json field is unsupported, but got: Int64",
                "'x' like 'x' ¦ the left operand of like is invalid",
                "name like other ¦ the pattern of like must be a string",
                "name like 5 ¦ the pattern of like must be a string",
                "id in [1, 'x'] ¦ value 'string_val:\"x\"' in list cannot be casted to Int64",
                "age in [4.0] ¦ value 'float_val:4' in list cannot be casted to Int32",
                "name in [4.0] ¦ value 'float_val:4' in list cannot be casted to VarChar",
                "f in [5, 6.0, true] ¦ value 'bool_val:true' in list cannot be casted to Float",
                "flag in [4] ¦ value 'int64_val:4' in list cannot be casted to Bool",
                "id in 5 ¦ the right-hand side of 'in' must be a list, but got: 5",
                "id in age ¦ value 'age' in list cannot be a non-const expression",
                "id in [age] ¦ array element type must be generic value, but got: age",
                "1 in [1] ¦ 'term' can only be used on non-const expression, but got: 1",
                "(id + 8) in [1] ¦ 'term' can only be used on single field, but got: id + 8",
                "v == 1 ¦ filters do not work on vector fields: field:v data_type:FloatVector",
                "v is null ¦ IsNull/IsNotNull operations are not supported on vector fields",
                "name[0] == 'x' ¦ VarChar data type not supported accessed with []",
                "ints['a'] == 1 ¦ can only access array field with integer index",
                "ints[0][1] == 1 ¦ can only access array field with integer index",
                "exists id ¦ exists operations are only supportted on json field, got:Int64",
                "exists j ¦ exists operations are only supportted on json key",
                "json_contains(name, 'x') ¦ contains operation are only supported on json or array fields now, got:"
                        + " name",
                "json_contains(j['x'], id) ¦ contains operation are only supported explicitly specified element, got:"
                        + " id",
                "json_contains_all(j['x'], 1) ¦ contains_all operation element must be an array, got: Int64",
                "array_contains(ints, 'x') ¦ contains operation can't compare between array element type: Int32 and"
                        + " VarChar",
                "array_contains(ints, 1.5) ¦ contains operation can't compare between array element type: Int32 and"
                        + " Double",
                "array_contains(ints) ¦ wrong number of arguments: function=array_contains, arguments=1, expected=2",
                "array_length(name) == 1 ¦ array_length operation are only supported on json or array fields now",
                "foo(id) ¦ function foo not found",
                "words[0] is null ¦ IsNull/IsNotNull operations are not supported on array element access",
                // not yet
                "text_match(name, 'x', minimum_should_match=2) ¦ text_match is not supported yet: position=1."
                        + " Supported are",
                "PHRASE_MATCH(name, 'x') ¦ phrase_match is not supported yet",
                "id > 1 and random_sample(0.1) ¦ random_sample is not supported yet: position=12",
                "MATCH_ANY(x, $[a] > 1) ¦ match_any is not supported yet",
                "st_within(g, 'x') ¦ st_within is not supported yet",
                "element_filter(x, $ > 1) ¦ element_filter is not supported yet",
                "name =~ 'x' ¦ regular expressions are not supported yet: position=6, found='=~'. Use like",
                "name !~ 'x' ¦ regular expressions are not supported yet: position=6, found='!~'. Use like",
            })
    void parse_wrongText_saysWhereAndWhat(String text, String expected) {
        assertThat(refusal(text))
                .startsWith(
                        expected.startsWith("expected") || expected.startsWith("position") ? "unexpected" : expected);
        assertThat(refusal(text)).contains(expected);
    }

    @Test
    void parse_unknownFieldOfStaticSchema_doesNotExist() {
        assertThat(refusal("color == 3", STATIC_SCHEMA, Map.of())).startsWith("field color not exist");
        assertThat(refusal("$meta['color'] == 3", STATIC_SCHEMA, Map.of())).startsWith("field $meta not exist");
    }

    @ParameterizedTest
    @ValueSource(strings = {"(", "not ", "-", "exists (", "[", "a + (", "json_contains(x, ", "id in ["})
    void parse_deepNesting_isRefusedWithoutStackOverflow(String unit) {
        String text = unit.repeat(100_000);
        InvalidRequest refusal = catchThrowableOfType(InvalidRequest.class, () -> Filter.parse(text, SCHEMA, Map.of()));
        assertThat(refusal.text())
                .contains("the expression is nested too deep: position=")
                .hasSizeLessThan(2_000);
    }

    @Test
    void parse_longLeftChain_isRefusedAtTheLimit() {
        assertThat(ids("id" + " + 0".repeat(150) + " == 3")).isEqualTo("3");
        assertThatThrownBy(() -> filter("id" + " + 0".repeat(100_000) + " == 3"))
                .hasMessageContaining("too deep");
        String nested = "id";
        for (int i = 0; i < 100; i++) {
            nested = "(" + nested + " + 0".repeat(100) + ")";
        }
        String text = nested + " == 3";
        assertThatThrownBy(() -> filter(text)).hasMessageContaining("too deep");
    }

    @Test
    void parse_thousandsOfTerms_areFlat() {
        assertThat(ids("id == 3" + " or id == 99".repeat(20_000))).isEqualTo("3");
        assertThat(ids("id == 3" + " and age == 30".repeat(20_000))).isEqualTo("3");
    }

    @Test
    void parse_tooLong_isRefused() {
        assertThatThrownBy(() -> filter("id == 3" + " ".repeat(Parser.MAX_LENGTH)))
                .hasMessageContaining("the expression is too long");
        assertThatThrownBy(() -> Filter.parse(
                        "id in {ids}", SCHEMA, Map.of("ids", Collections.nCopies(Checker.MAX_LIST + 1, 1L))))
                .hasMessageContaining("the list is too long: values=1000001, limit=1000000");
    }

    @Test
    void parse_blank_isRefused() {
        assertThat(refusal("")).startsWith("unexpected the end of the expression: position=1");
        assertThat(refusal(" \n\t")).startsWith("unexpected the end of the expression: position=4");
    }

    @Test
    void fieldIds_nameWhatIsRead() {
        Filter filter = filter("age > 3 and (color == 'x' or $meta['n'] in [1]) and exists j['a'] and size[0] == 1");
        assertThat(filter.fieldIds()).containsExactlyInAnyOrder(fieldId("age"), fieldId("$meta"), fieldId("j"));
        assertThat(filter.dynamicKeys()).containsExactlyInAnyOrder("color", "n", "size");
        assertThat(filter("true or age > 3").fieldIds()).containsExactly(fieldId("age"));
    }

    @Test
    void describeUnloaded_saysWhichField() {
        Filter filter = filter("f > 3 and color == 'x'");
        assertThat(filter.describeUnloaded(Set.of(fieldId("f"), fieldId("$meta"))))
                .isEmpty();
        assertThat(filter.describeUnloaded(Set.of(fieldId("$meta")))
                        .orElseThrow()
                        .text())
                .startsWith("failed to create query plan: cannot parse expression: f > 3 and color == 'x', error: "
                        + "field:f data_type:Float is not loaded");
        assertThat(filter.describeUnloaded(Set.of(fieldId("f"))).orElseThrow().text())
                .contains("error: field color is dynamic but dynamic field is not loaded");
    }

    @Test
    void primaryKeys_onlyWhenTheWholeFilterNamesThem() {
        assertThat(keys("id == 3")).containsExactly(3L);
        assertThat(keys("3 == id")).containsExactly(3L);
        assertThat(keys("(id == 3.0)")).containsExactly(3L);
        assertThat(keys("id == 3.5")).isEmpty();
        assertThat(keys("id in [5, 3, 5]")).containsExactly(3L, 5L);
        assertThat(keys("id in []")).isEmpty();
        Filter template = Filter.parse("id in {ids}", SCHEMA, Map.of("ids", List.of(9L, 8L)));
        assertThat(((Keys.LongKeys) template.primaryKeys().orElseThrow()).values())
                .containsExactly(8L, 9L);
        for (String text : List.of(
                "id != 3",
                "id > 3",
                "id not in [3]",
                "not (id == 3)",
                "id == 3 or id == 4",
                "id == 3 and flag == true",
                "age == 3",
                "id + 0 == 3",
                "name == 'x'")) {
            assertThat(filter(text).primaryKeys()).as(text).isEmpty();
        }
    }

    @Test
    void primaryKeys_ofTextKey() {
        CollectionSchema schema = new CollectionSchema(
                        "",
                        List.of(FieldSchema.varChar("pk", 10).asPrimaryKey(false), FieldSchema.floatVector("v", 2)),
                        false,
                        0)
                .withIds();
        assertThat(Filter.parse("pk == 'é'", schema, Map.of()).primaryKeys())
                .contains(new Keys.StringKeys(List.of("é")));
        assertThat(Filter.parse("pk in ['b', \"a\", 'b']", schema, Map.of()).primaryKeys())
                .contains(new Keys.StringKeys(List.of("b", "a")));
        assertThat(Filter.parse("pk != 'b'", schema, Map.of()).primaryKeys()).isEmpty();
        assertThat(Filter.parse("pk like 'b'", schema, Map.of()).primaryKeys()).isEmpty();
    }

    @Test
    void evaluate_among_isASubset() {
        RowMask among = RowMask.none(6);
        among.set(1);
        among.set(4);
        RowMask before = among.copy();
        RowMask result = filter("id >= 2").evaluate(BLOCK, among);
        assertThat(result).isEqualTo(before);
        assertThat(among).isEqualTo(before);
        assertThat(filter("id == 3").evaluate(BLOCK, among).isEmpty()).isTrue();
        assertThat(filter("true").evaluate(BLOCK, RowMask.none(6)).isEmpty()).isTrue();
    }

    @Test
    void evaluate_emptyBlock_isEmpty() {
        RowBlock empty =
                Blocks.of(ARENA, List.of(SCHEMA.fields().getFirst()), List.of(new Column.Longs(new long[0], null)));
        assertThat(filter("id == 3").evaluate(empty, null).size()).isZero();
    }

    private static List<Long> keys(String text) {
        Keys keys = filter(text).primaryKeys().orElseThrow();
        List<Long> values = new ArrayList<>();
        for (int i = 0; i < keys.count(); i++) {
            values.add((Long) keys.boxed(i));
        }
        return values;
    }

    private static int fieldId(String name) {
        return SCHEMA.find(name).orElseThrow().id();
    }
}
