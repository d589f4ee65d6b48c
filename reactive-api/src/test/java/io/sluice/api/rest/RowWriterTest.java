package io.sluice.api.rest;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.engine.schema.Column;
import io.sluice.engine.schema.DataType;
import io.sluice.engine.schema.FieldSchema;
import io.sluice.engine.search.OutputColumn;
import java.nio.charset.StandardCharsets;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RowWriterTest {
    private static final FieldSchema META = new FieldSchema(
            9, "$meta", "", DataType.JSON, null, false, false, false, false, false, true, null, Map.of());

    private static String row(boolean int64AsNumber, Set<String> taken, OutputColumn... columns) {
        byte[] json = RestReply.of(generator -> {
                    generator.writeStartObject();
                    new RowWriter(generator, List.of(columns), int64AsNumber, taken).writeMembers(0);
                    generator.writeEndObject();
                })
                .json();
        String envelope = new String(json, StandardCharsets.UTF_8);
        assertThat(envelope).startsWith("{\"code\":0,\"data\":");
        return envelope.substring("{\"code\":0,\"data\":".length(), envelope.length() - 1);
    }

    private static OutputColumn column(String name, DataType type, Column values) {
        return new OutputColumn(FieldSchema.of(name, type), values);
    }

    @Test
    void writeMembers_int64_isTextUnlessNumbersAreAccepted() {
        OutputColumn id = column("id", DataType.INT64, new Column.Longs(new long[] {9_007_199_254_740_993L}, null));

        assertThat(row(false, Set.of(), id)).isEqualTo("{\"id\":\"9007199254740993\"}");
        assertThat(row(true, Set.of(), id)).isEqualTo("{\"id\":9007199254740993}");
    }

    @Test
    void writeMembers_everyScalar_isItsJson() {
        assertThat(row(
                        false,
                        Set.of(),
                        column("b", DataType.BOOL, new Column.Bools(new boolean[] {true}, null)),
                        column("i", DataType.INT32, new Column.Ints(new int[] {-7}, null)),
                        column("f", DataType.FLOAT, new Column.Floats(new float[] {0.1f}, null)),
                        column("d", DataType.DOUBLE, new Column.Doubles(new double[] {0.1}, null)),
                        column("s", DataType.VARCHAR, Column.Bytes.of("a \"b\" é\n")),
                        column("j", DataType.JSON, Column.Bytes.of("{\"a\":[1,\"x\"]}"))))
                .isEqualTo("{\"b\":true,\"i\":-7,\"f\":0.1,\"d\":0.1,\"s\":\"a \\\"b\\\" é\\n\","
                        + "\"j\":\"{\\\"a\\\":[1,\\\"x\\\"]}\"}");
    }

    @Test
    void writeMembers_nulls_areNullAndNotPlaceholders() {
        BitSet first = new BitSet();
        first.set(0);

        assertThat(row(
                        false,
                        Set.of(),
                        column("i", DataType.INT64, new Column.Longs(new long[] {0}, first)),
                        column("s", DataType.VARCHAR, Column.Bytes.of((String) null)),
                        column(
                                "a",
                                DataType.ARRAY,
                                new Column.Arrays(new Column.Ints(new int[0], null), new int[2], first)),
                        column("v", DataType.FLOAT_VECTOR, new Column.FloatVectors(new float[2], 2, first))))
                .isEqualTo("{\"i\":null,\"s\":null,\"a\":null,\"v\":null}");
    }

    @Test
    void writeMembers_lists_arePlainLists() {
        Column elements = new Column.Longs(new long[] {1, 2}, null);

        assertThat(row(
                        false,
                        Set.of(),
                        column("a", DataType.ARRAY, new Column.Arrays(elements, new int[] {0, 2}, null)),
                        column("v", DataType.FLOAT_VECTOR, new Column.FloatVectors(new float[] {1f, -2.5f, 3e-8f}, 3))))
                .isEqualTo("{\"a\":[1,2],\"v\":[1.0,-2.5,3.0E-8]}");
    }

    @Test
    void writeMembers_dynamic_mergesItsKeysAsTheyWere() {
        OutputColumn meta =
                new OutputColumn(META, Column.Bytes.of("{\"color\":\"red\",\"size\":1.10,\"deep\":{\"a\":[1E2]}}"));

        assertThat(row(false, Set.of(), meta)).isEqualTo("{\"color\":\"red\",\"size\":1.10,\"deep\":{\"a\":[1E2]}}");
    }

    @Test
    void writeMembers_takenNames_areLeftOut() {
        OutputColumn id = column("id", DataType.INT64, new Column.Longs(new long[] {1}, null));
        OutputColumn meta = new OutputColumn(META, Column.Bytes.of("{\"distance\":5,\"x\":1}"));

        assertThat(row(false, Set.of("id", "distance"), id, meta)).isEqualTo("{\"x\":1}");
    }

    @ParameterizedTest
    @ValueSource(
            floats = {
                0f,
                -0f,
                1f,
                0.1f,
                1.17549435E-38f,
                1.4E-45f,
                3.4028235E38f,
                16777216f,
                0.33333334f,
                1e7f,
                123456.79f
            })
    void writeMembers_float_readsBackTheSame(float value) {
        String json = row(false, Set.of(), column("f", DataType.FLOAT, new Column.Floats(new float[] {value}, null)));

        assertThat(Float.parseFloat(json.substring("{\"f\":".length(), json.length() - 1)))
                .isEqualTo(value);
    }
}
