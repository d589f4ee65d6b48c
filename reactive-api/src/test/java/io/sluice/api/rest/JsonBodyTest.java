package io.sluice.api.rest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

class JsonBodyTest {
    /** Goal: cutting {@code data} out loses nothing. Method: random documents against Jackson's tree of the whole. */
    @RepeatedTest(300)
    void parse_randomDocument_agreesWithTree(RepetitionInfo info) {
        long seed = 20_261_122L + info.getCurrentRepetition();
        Random random = new Random(seed);
        ObjectNode document = Json.TREES.createObjectNode();
        int keys = random.nextInt(6);
        int dataAt = random.nextInt(8);
        for (int i = 0; i < keys; i++) {
            if (i == dataAt) {
                document.set("data", randomValue(random, 3));
            }
            document.set(randomText(random) + i, randomValue(random, 3));
        }
        byte[] bytes = spaced(document.toString(), random).getBytes(StandardCharsets.UTF_8);

        JsonBody body = JsonBody.parse(bytes, bytes.length);

        ObjectNode rest = document.deepCopy();
        JsonNode data = rest.remove("data");
        ObjectNode parsed = body.fields().node().deepCopy();
        parsed.remove("data");
        assertThat(parsed).as("seed=%d document=%s", seed, document).isEqualTo(rest);
        assertThat(body.hasData()).as("seed=%d document=%s", seed, document).isEqualTo(data != null && !data.isNull());
        if (data != null) {
            assertThat(body.<JsonNode>readData(
                            parser -> {
                                parser.tokens().nextToken();
                                int from = parser.tokenFrom();
                                byte[] value = Arrays.copyOfRange(parser.body(), from, parser.skipValue());
                                return Json.TREES.readTree(value);
                            },
                            () -> ""))
                    .as("seed=%d document=%s", seed, document)
                    .isEqualTo(data);
        }
    }

    private static JsonNode randomValue(Random random, int depth) {
        switch (random.nextInt(depth == 0 ? 5 : 7)) {
            case 0:
                return Json.TREES.getNodeFactory().numberNode(random.nextInt());
            case 1:
                return Json.TREES.getNodeFactory().stringNode(randomText(random));
            case 2:
                return Json.TREES.getNodeFactory().booleanNode(random.nextBoolean());
            case 3:
                return Json.TREES.getNodeFactory().nullNode();
            case 4:
                return Json.TREES.getNodeFactory().numberNode(random.nextInt(1000) / 8.0);
            case 5:
                ArrayNode list = Json.TREES.createArrayNode();
                for (int i = random.nextInt(4); i > 0; i--) {
                    list.add(randomValue(random, depth - 1));
                }
                return list;
            default:
                ObjectNode object = Json.TREES.createObjectNode();
                for (int i = random.nextInt(4); i > 0; i--) {
                    object.set(
                            random.nextInt(5) == 0 ? "data" : randomText(random) + i, randomValue(random, depth - 1));
                }
                return object;
        }
    }

    private static String randomText(Random random) {
        String[] parts = {"a", "\"", "\\", "{", "}", "[", "]", ",", ":", "data", "é", "\n", "\uD83D\uDE00", " "};
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(5); i > 0; i--) {
            text.append(parts[random.nextInt(parts.length)]);
        }
        return text.toString();
    }

    /** White space where JSON allows it. */
    private static String spaced(String json, Random random) {
        StringBuilder spaced = new StringBuilder(" ".repeat(random.nextInt(2)));
        boolean inText = false;
        for (int i = 0; i < json.length(); i++) {
            char c = json.charAt(i);
            spaced.append(c);
            if (c == '\\') {
                spaced.append(json.charAt(++i));
            } else if (c == '"') {
                inText = !inText;
            } else if (!inText && ",:{[".indexOf(c) >= 0 && random.nextInt(3) == 0) {
                spaced.append(random.nextBoolean() ? " " : "\n\t\r ");
            }
        }
        return spaced.append(random.nextBoolean() ? "\n" : "").toString();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "\n\t "})
    void parse_emptyBody_saysThatAnObjectIsWanted(String body) {
        assertThatThrownBy(() -> Bodies.of(body))
                .isInstanceOf(RestRefusal.class)
                .hasMessageStartingWith(
                        "can only accept json format request, the request body should be nil, however {} is valid");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{",
                "{\"collectionName\"",
                "{\"collectionName\": }",
                "{\"collectionName\": \"a\"",
                "{\"collectionName\": \"a\",}",
                "{\"collectionName\": \"a\"} trailing",
                "{\"collectionName\": nul}",
                "{collectionName: \"a\"}",
                "{\"a\": 1 \"b\": 2}",
                "{\"data\": [1, 2}",
                "{\"data\": [1, 2], \"a\": }",
                "{\"data\": \"open",
                "{\"a\": NaN}",
                "not json",
                "{'a': 1}"
            })
    void parse_malformedBody_isRefusedWithPosition(String body) {
        assertThatThrownBy(() -> Bodies.of(body))
                .isInstanceOfSatisfying(
                        RestRefusal.class, refusal -> assertThat(refusal.code()).isEqualTo(1801))
                .hasMessageStartingWith("can only accept json format request, error: ")
                .hasMessageMatching("(?s).*: line=\\d+, column=\\d+, byte=\\d+.*");
    }

    @ParameterizedTest
    @ValueSource(strings = {"[]", "1", "\"text\"", "null", "true"})
    void parse_otherThanAnObject_isRefused(String body) {
        assertThatThrownBy(() -> Bodies.of(body)).hasMessageContaining("the body must be a JSON object");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        {"a": 1, "b": x}                        | 1 | 15
        {"data": [1, 2, 3, 4, 5, 6], "b": x}    | 1 | 35
        """)
    void parse_errorBehindData_positionIsThatOfTheBody(String body, int line, int column) {
        assertThatThrownBy(() -> Bodies.of(body))
                .hasMessageMatching("(?s).*line=" + line + ", column=" + column + ", byte=\\d+.*");
    }

    @Test
    void parse_twoDatas_isRefused() {
        assertThatThrownBy(() -> Bodies.of("{\"data\": [1], \"data\": [2]}"))
                .hasMessageContaining("duplicate key data");
    }

    @Test
    void readData_malformedInside_isRefusedWithPositionAndPlace() {
        JsonBody body = Bodies.of("{\"collectionName\": \"c\",\n \"data\": [[1, 2, nope]]}");

        assertThatThrownBy(() -> VectorReader.read(body))
                .hasMessageContaining("line=2, column=")
                .hasMessageContaining("query=0");
    }

    @Test
    void fields_wrongType_namesKeyTypesAndValue() {
        JsonFields fields = Bodies.of("{\"collectionName\": 7, \"limit\": \"x\", \"names\": [\"a\", 2], \"on\": 1,"
                        + " \"params\": [], \"list\": {\"a\": 1}}")
                .fields();

        assertThatThrownBy(() -> fields.text("collectionName", ""))
                .hasMessage("can only accept json format request, error: cannot unmarshal number into field"
                        + " collectionName of type string: value=7");
        assertThatThrownBy(() -> fields.integer("limit", 1)).hasMessageContaining("limit of type int32: value=\"x\"");
        assertThatThrownBy(() -> fields.texts("names")).hasMessageContaining("names[1] of type string: value=2");
        assertThatThrownBy(() -> fields.flag("on", false)).hasMessageContaining("on of type bool");
        assertThatThrownBy(() -> fields.object("params")).hasMessageContaining("params of type object");
        assertThatThrownBy(() -> fields.objects("list")).hasMessageContaining("list of type []object");
        assertThatThrownBy(() -> fields.object("list").text("a", "")).hasMessageContaining("list.a of type string");
    }

    @Test
    void fields_absentNullAndUnknown_areNoError() {
        JsonFields fields = Bodies.of("{\"collectionName\": null, \"unknown\": {\"deep\": [1]}}")
                .fields();

        assertThat(fields.text("collectionName", "otherwise")).isEqualTo("otherwise");
        assertThat(fields.texts("partitionNames")).isEmpty();
        assertThat(fields.integer("limit", 100)).isEqualTo(100);
    }

    @Test
    void require_severalMissing_listsThemAllInMilvusShape() {
        JsonFields fields = Bodies.of("{\"collectionName\": \"\"}").fields();

        assertThatThrownBy(() -> fields.require("PartitionReq", "collectionName", "partitionName"))
                .hasMessage(
                        "missing required parameters, error: Key: 'PartitionReq.CollectionName' Error:Field validation"
                            + " for 'CollectionName' failed on the 'required' tag\n"
                            + "Key: 'PartitionReq.PartitionName' Error:Field validation for 'PartitionName' failed on"
                            + " the 'required' tag");
    }
}
