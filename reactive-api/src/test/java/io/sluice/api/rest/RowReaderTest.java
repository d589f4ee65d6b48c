package io.sluice.api.rest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.engine.schema.CollectionSchema;
import io.sluice.engine.schema.Column;
import io.sluice.engine.schema.DataType;
import io.sluice.engine.schema.FieldSchema;
import io.sluice.engine.schema.RowBatch;
import io.sluice.engine.search.OutputColumn;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

class RowReaderTest {
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private static final List<FieldSchema> EVERY_TYPE = List.of(
            FieldSchema.of("id", DataType.INT64).asPrimaryKey(false),
            FieldSchema.of("bool", DataType.BOOL).asNullable(),
            FieldSchema.of("int8", DataType.INT8).asNullable(),
            FieldSchema.of("int16", DataType.INT16).asNullable(),
            FieldSchema.of("int32", DataType.INT32).asNullable(),
            FieldSchema.of("int64", DataType.INT64).asNullable(),
            FieldSchema.of("float", DataType.FLOAT).asNullable(),
            FieldSchema.of("double", DataType.DOUBLE).asNullable(),
            FieldSchema.varChar("text", 100).asNullable(),
            FieldSchema.of("json", DataType.JSON).asNullable(),
            FieldSchema.array("longs", DataType.INT64, 10),
            FieldSchema.array("texts", DataType.VARCHAR, 10),
            FieldSchema.array("floats", DataType.FLOAT, 10),
            FieldSchema.floatVector("vector", 3),
            FieldSchema.floatVector("nullableVector", 3).asNullable());

    private static CollectionSchema schema(boolean dynamic, FieldSchema... fields) {
        return new CollectionSchema("", List.of(fields), dynamic, 0).withIds();
    }

    private static RowBatch read(CollectionSchema schema, String data) {
        return RowReader.read(Bodies.of("{\"collectionName\": \"c\", \"data\": " + data + "}"), schema);
    }

    /** Goal: what goes in comes out. Method: random rows as a tree, read as columns, written as rows, compared. */
    @RepeatedTest(200)
    void read_randomRows_writeBackTheSame(RepetitionInfo info) {
        long seed = 7_000L + info.getCurrentRepetition();
        Random random = new Random(seed);
        CollectionSchema schema = new CollectionSchema("", EVERY_TYPE, true, 0).withIds();
        List<ObjectNode> rows = new ArrayList<>();
        ArrayNode data = NODES.arrayNode();
        for (int row = random.nextInt(1, 12); row > 0; row--) {
            ObjectNode values = NODES.objectNode();
            for (FieldSchema field : EVERY_TYPE) {
                boolean needed = field.primaryKey() || (field.type().isVector() && !field.nullable());
                if (needed || random.nextInt(4) > 0) {
                    values.set(field.name(), needed || random.nextInt(5) > 0 ? value(field, random) : NODES.nullNode());
                }
            }
            for (int i = random.nextInt(3); i > 0; i--) {
                values.set("extra \"" + i + "é", document(random, 2));
            }
            rows.add(values);
            data.add(values);
        }

        RowBatch batch = read(schema, data.toString());

        assertThat(batch.rowCount()).isEqualTo(rows.size());
        List<ObjectNode> written = Rows.written(schema, batch);
        for (int row = 0; row < rows.size(); row++) {
            assertThat(Rows.withoutNulls(written.get(row)))
                    .as("seed=%d row=%d data=%s", seed, row, data)
                    .isEqualTo(Rows.withoutNulls(rows.get(row)));
        }
    }

    private static JsonNode value(FieldSchema field, Random random) {
        return switch (field.type()) {
            case BOOL -> NODES.booleanNode(random.nextBoolean());
            case INT8 -> NODES.numberNode(random.nextInt(-128, 128));
            case INT16 -> NODES.numberNode(random.nextInt(-32768, 32768));
            case INT32 -> NODES.numberNode(random.nextInt());
            case INT64 ->
                random.nextBoolean() ? NODES.numberNode(random.nextLong()) : NODES.stringNode("" + random.nextLong());
            case FLOAT -> NODES.numberNode((float) random.nextGaussian());
            case DOUBLE -> NODES.numberNode(random.nextGaussian() * 1e100);
            case VARCHAR -> NODES.stringNode(text(random));
            case JSON -> object(random, 2);
            case FLOAT_VECTOR -> list(random, 3, () -> NODES.numberNode((float) random.nextGaussian()));
            case ARRAY -> {
                DataType elementType = field.elementType();
                assert elementType != null;
                FieldSchema element = FieldSchema.of("element", elementType);
                yield list(
                        random,
                        random.nextInt(4),
                        () -> elementType == DataType.INT64
                                ? NODES.numberNode(random.nextLong())
                                : value(element, random));
            }
            default -> throw new AssertionError(field.type());
        };
    }

    private static ArrayNode list(Random random, int size, Supplier<JsonNode> element) {
        ArrayNode list = NODES.arrayNode();
        for (int i = 0; i < size; i++) {
            list.add(element.get());
        }
        return list;
    }

    private static JsonNode document(Random random, int depth) {
        return switch (random.nextInt(depth == 0 ? 4 : 6)) {
            case 0 -> NODES.numberNode(random.nextLong());
            case 1 -> NODES.stringNode(text(random));
            case 2 -> NODES.booleanNode(random.nextBoolean());
            case 3 -> NODES.numberNode(random.nextInt(1000) / 8.0);
            case 4 -> list(random, random.nextInt(3), () -> document(random, depth - 1));
            default -> object(random, depth);
        };
    }

    private static ObjectNode object(Random random, int depth) {
        ObjectNode object = NODES.objectNode();
        for (int i = random.nextInt(3); i > 0; i--) {
            object.set(text(random) + i, document(random, depth - 1));
        }
        return object;
    }

    private static String text(Random random) {
        String[] parts = {"a", "\"", "\\", "\n", "\u0001", "é", "水", "\uD83D\uDE00", " ", "{", "]"};
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(6); i > 0; i--) {
            text.append(parts[random.nextInt(parts.length)]);
        }
        return text.toString();
    }

    @Test
    void read_oneObject_isOneRow() {
        RowBatch batch = read(schema(false, EVERY_TYPE.get(0)), "{\"id\": 5}");

        assertThat(batch.rowCount()).isEqualTo(1);
        assertThat(batch.columns().get("id"))
                .isInstanceOfSatisfying(
                        Column.Longs.class, ids -> assertThat(ids.values()).containsExactly(5));
    }

    @Test
    void read_emptyList_isNoRow() {
        RowBatch batch = read(schema(true, EVERY_TYPE.get(0)), "[]");

        assertThat(batch.rowCount()).isZero();
        assertThat(batch.columns()).isEmpty();
    }

    @Test
    void read_missingKeys_becomeNullBitsAndUnnamedColumnsAreLeftOut() {
        CollectionSchema schema = schema(
                true, EVERY_TYPE.get(0), FieldSchema.varChar("text", 10), FieldSchema.of("never", DataType.INT32));

        RowBatch batch = read(schema, "[{\"id\": 1}, {\"id\": 2, \"text\": \"b\"}, {\"id\": 3, \"text\": null}]");

        assertThat(batch.columns()).containsOnlyKeys("id", "text");
        assertThat(batch.columns().get("text")).isInstanceOfSatisfying(Column.Bytes.class, text -> {
            assertThat(text.rowCount()).isEqualTo(3);
            assertThat(text.isNull(0)).isTrue();
            assertThat(text.isNull(1)).isFalse();
            assertThat(text.isNull(2)).isTrue();
        });
    }

    @Test
    void read_dynamicKeys_areOneObjectPerRowAsSent() {
        RowBatch batch = read(
                schema(true, EVERY_TYPE.get(0)),
                "[{\"id\": 1, \"price\": 1.10, \"tags\": [ \"a b\", {\"x\" : null} ]}, {\"id\": 2}, {\"q\\\"\": 1E2,"
                        + " \"id\": 3}]");

        assertThat(batch.columns().get("$meta")).isInstanceOfSatisfying(Column.Bytes.class, meta -> {
            assertThat(meta.text(0)).isEqualTo("{\"price\":1.10,\"tags\":[\"a b\",{\"x\":null}]}");
            assertThat(meta.text(1)).isEqualTo("{}");
            assertThat(meta.text(2)).isEqualTo("{\"q\\\"\":1E2}");
            assertThat(meta.nulls()).isNull();
        });
    }

    @Test
    void read_noDynamicKeys_leavesMetaOut() {
        assertThat(read(schema(true, EVERY_TYPE.get(0)), "[{\"id\": 1}]").columns())
                .containsOnlyKeys("id");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        { "a" : [ 1 , 2.50 ] }      | {"a":[1,2.50]}
        "{\\"a\\": 1}"              | {"a":1}
        "just text"                 | "just text"
        "[1, 2"                     | "[1, 2"
        12345678901234567890123     | 12345678901234567890123
        true                        | true
        "\\"quoted\\""              | "quoted"
        """)
    void read_jsonField_keepsTheText(String sent, String kept) {
        RowBatch batch = read(schema(false, FieldSchema.of("json", DataType.JSON)), "[{\"json\": " + sent + "}]");

        assertThat(batch.columns().get("json"))
                .isInstanceOfSatisfying(
                        Column.Bytes.class, json -> assertThat(json.text(0)).isEqualTo(kept));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        {"bool": 1}                    | type mismatch: field=bool, row=1, value=1, expected=true or false
        {"int8": 128}                  | type mismatch: field=int8, row=1, value=128, expected=Int8 from -128 to 127
        {"int8": "5"}                  | field=int8, row=1, value="5"
        {"int16": -32769}              | expected=Int16 from -32768 to 32767
        {"int32": 2147483648}          | field=int32, row=1, value=2147483648
        {"int32": 1.5}                 | field=int32, row=1, value=1.5
        {"int64": 9223372036854775808} | field=int64, row=1, value=9223372036854775808
        {"int64": "12x"}               | field=int64, row=1, value="12x"
        {"int64": true}                | field=int64, row=1, value=true
        {"float": 1e39}                | field=float, row=1, value=1e39
        {"float": "1.0"}               | field=float, row=1, value="1.0"
        {"double": 1e400}              | field=double, row=1, value=1e400
        {"text": 5}                    | field=text, row=1, value=5, expected=VarChar, as a text
        {"text": {"a": 1}}             | field=text, row=1, value={"a": 1}
        {"text": "\\ud800"}            | half surrogate
        {"longs": 5}                   | field=longs, row=1, value=5, expected=Array, as a list
        {"longs": [1, "x"]}            | field=longs, row=1, value="x"
        {"longs": [1, null]}           | null inside a list: field=longs, row=1
        {"vector": [1, 2]}             | []float32 size 2 doesn't equal to vector dimension 3 of vector: row=1
        {"vector": [1, 2, 3, 4]}       | []float32 size 4 doesn't equal to vector dimension 3 of vector: row=1
        {"vector": []}                 | []float32 size 0 doesn't equal to vector dimension 3 of vector: row=1
        {"vector": [1, "2", 3]}        | field=vector, row=1, value="2", expected=a number as element 1
        {"vector": [1, 1e39, 3]}       | field=vector, row=1, value=1e39, expected=a finite float32
        {"vector": "abc"}              | field=vector, row=1, value="abc", expected=FloatVector, as a list of 3 numbers
        {"vector": null}               | no value: field=vector, row=1
        {"id": 1, "id": 2}             | duplicate key: field=id, row=1
        {"x": 1}                       | has pass more field without dynamic schema, please check it: invalid parameter: key=x, row=1
        5                              | a row must be a JSON object: row=1
        null                           | a row must be a JSON object: row=1
        """)
    void read_valueThatDoesNotFit_isRefusedWithFieldRowAndValue(String row, String message) {
        CollectionSchema schema = new CollectionSchema("", EVERY_TYPE, false, 0).withIds();

        assertThatThrownBy(() -> read(schema, "[{\"id\": 1, \"vector\": [1, 2, 3]}, " + row + "]"))
                .isInstanceOfSatisfying(
                        RestRefusal.class, refusal -> assertThat(refusal.code()).isEqualTo(1804))
                .hasMessageStartingWith("fail to deal the insert data, error: ")
                .hasMessageContaining(message);
    }

    @ParameterizedTest
    @CsvSource({"NaN", "Infinity", "-Infinity"})
    void read_nonStandardNumber_isWrongJsonWithFieldAndRow(String number) {
        CollectionSchema schema = schema(false, FieldSchema.floatVector("vector", 2));

        assertThatThrownBy(() -> read(schema, "[{\"vector\": [1, 2]}, {\"vector\": [1, " + number + "]}]"))
                .isInstanceOfSatisfying(
                        RestRefusal.class, refusal -> assertThat(refusal.code()).isEqualTo(1801))
                .hasMessageContaining("no JSON value")
                .hasMessageContaining("field=vector, row=1");
    }

    @Test
    void read_metaItself_isRefused() {
        assertThatThrownBy(() -> read(schema(true, EVERY_TYPE.get(0)), "[{\"id\": 1, \"$meta\": {}}]"))
                .hasMessageContaining("use the invalid field name($meta) when enable dynamicField");
    }

    @Test
    void read_duplicateDynamicKey_isRefused() {
        assertThatThrownBy(() -> read(schema(true, EVERY_TYPE.get(0)), "[{\"id\": 1, \"x\": 1, \"x\": 2}]"))
                .hasMessageContaining("duplicate key: field=x, row=0");
    }

    @Test
    void read_vectorInLaterRowsOnly_isRefused() {
        CollectionSchema schema = schema(true, EVERY_TYPE.get(0), FieldSchema.floatVector("vector", 2));

        assertThatThrownBy(() -> read(schema, "[{\"id\": 1}, {\"id\": 2, \"vector\": [1, 2]}]"))
                .hasMessageContaining("no value: field=vector, row=0");
    }

    @Test
    void read_tinyFirstRow_doesNotReserveMuch() {
        CollectionSchema schema = schema(true, EVERY_TYPE.get(0), FieldSchema.floatVector("vector", 32_768));
        String rows = "{\"id\":1},".repeat(100_000) + "{\"id\":2}";

        RowBatch batch = read(schema, "[" + rows + "]");

        assertThat(batch.rowCount()).isEqualTo(100_001);
        assertThat(batch.columns()).containsOnlyKeys("id");
    }

    @ParameterizedTest
    @CsvSource({"5", "true", "\"text\""})
    void read_dataOfAnotherType_isWrongJson(String data) {
        assertThatThrownBy(() -> read(schema(true, EVERY_TYPE.get(0)), data))
                .isInstanceOfSatisfying(
                        RestRefusal.class, refusal -> assertThat(refusal.code()).isEqualTo(1801))
                .hasMessageContaining("field data");
    }

    /** Rows out of columns, through the writer. */
    static final class Rows {
        private Rows() {}

        static List<ObjectNode> written(CollectionSchema schema, RowBatch batch) {
            List<OutputColumn> columns = new ArrayList<>();
            for (FieldSchema field : schema.fields()) {
                @Nullable Column column = batch.columns().get(field.name());
                if (column != null) {
                    columns.add(new OutputColumn(field, column));
                }
            }
            byte[] json = RestReply.of(generator -> {
                        RowWriter writer = new RowWriter(generator, columns, false, Set.of());
                        generator.writeStartArray();
                        for (int row = 0; row < batch.rowCount(); row++) {
                            generator.writeStartObject();
                            writer.writeMembers(row);
                            generator.writeEndObject();
                        }
                        generator.writeEndArray();
                    })
                    .json();
            List<ObjectNode> rows = new ArrayList<>();
            for (JsonNode row : Json.TREES.readTree(json).get("data")) {
                rows.add((ObjectNode) row);
            }
            return rows;
        }

        /** Without nulls, with Int64 as text, JSON fields unpacked and floats as float32: one form for both sides. */
        static ObjectNode withoutNulls(ObjectNode row) {
            ObjectNode plain = NODES.objectNode();
            row.properties().forEach(member -> {
                if (!member.getValue().isNull()) {
                    plain.set(member.getKey(), plain(member.getKey(), member.getValue()));
                }
            });
            return plain;
        }

        private static JsonNode plain(String name, JsonNode value) {
            return switch (name) {
                case "id", "int64" -> NODES.stringNode(value.asString());
                case "json" ->
                    value.isString() ? Json.TREES.readTree(value.asString()) : Json.TREES.readTree(value.toString());
                case "float" -> NODES.stringNode(Float.toString(value.floatValue()));
                case "vector", "floats" -> {
                    ArrayNode texts = NODES.arrayNode();
                    value.forEach(element -> texts.add(Float.toString(element.floatValue())));
                    yield texts;
                }
                default -> Json.TREES.readTree(value.toString());
            };
        }
    }
}
