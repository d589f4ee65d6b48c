package io.sluice.app.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Offset.offset;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Milvus's REST v2 from end to end: each test has collections of its own on one server. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RestE2eTest {
    private static final String[] INT64_AS_NUMBER = {"Accept-Type-Allow-Int64", "true"};

    private final TestServer server = TestServer.start();
    private final Rest rest = new Rest(server.baseUrl());

    @AfterAll
    void stop() {
        rest.close();
        server.close();
    }

    /** id, vector of dimension 4, word, rank; L2; not loaded. */
    private void createWords(String collection) {
        rest.ok("collections/create", """
            {"collectionName": "%s", "schema": {"enableDynamicField": true, "fields": [
               {"fieldName": "id", "dataType": "Int64", "isPrimary": true},
               {"fieldName": "vector", "dataType": "FloatVector", "elementTypeParams": {"dim": "4"}},
               {"fieldName": "word", "dataType": "VarChar", "elementTypeParams": {"max_length": "20"}},
               {"fieldName": "rank", "dataType": "Int32"}]}}
            """.formatted(collection));
        rest.ok("indexes/create", """
            {"collectionName": "%s", "indexParams": [
               {"fieldName": "vector", "indexName": "by_vector", "indexType": "HNSW", "metricType": "L2",
                "params": {"M": 16, "efConstruction": 100}}]}
            """.formatted(collection));
    }

    private void insertWords(String collection, String partition) {
        JsonNode inserted = rest.ok("entities/insert", """
            {"collectionName": "%s", "partitionName": "%s", "data": [
               {"id": 1, "vector": [1, 0, 0, 0], "word": "one", "rank": 10, "color": "red"},
               {"id": 2, "vector": [0, 1, 0, 0], "word": "two", "rank": 20, "color": "blue", "size": 2.5},
               {"id": 3, "vector": [0, 0, 1, 0], "word": "three", "rank": 30}]}
            """.formatted(collection, partition));
        assertThat(inserted.path("insertCount").asInt()).isEqualTo(3);
        assertThat(Rest.texts(inserted.path("insertIds"))).containsExactly("1", "2", "3");
    }

    @Test
    void walk_createInsertLoadSearchRelease_works() {
        createWords("walk");
        assertThat(rest.loadState("walk")).isEqualTo("LoadStateNotLoad");
        insertWords("walk", "");
        rest.ok("collections/flush", "{\"collectionName\": \"walk\"}");
        rest.load("walk");

        JsonNode found = rest.post("entities/search", """
            {"collectionName": "walk", "data": [[0.9, 0.1, 0, 0], [0, 0, 1, 0]], "annsField": "vector", "limit": 2,
             "outputFields": ["word", "color"]}
            """);
        assertThat(found.path("topks").toString()).isEqualTo("[2,2]");
        assertThat(found.path("cost").asInt()).isZero();
        JsonNode hits = found.path("data");
        assertThat(Rest.texts(hits, "id")).containsExactly("1", "2", "3", "1");
        assertThat(hits.get(0).path("word").asString()).isEqualTo("one");
        assertThat(hits.get(0).path("color").asString()).isEqualTo("red");
        assertThat(hits.get(0).path("distance").floatValue()).isCloseTo(0.02f, offset(1e-6f));
        assertThat(hits.get(2).path("distance").floatValue()).isZero();
        assertThat(hits.get(2).has("color")).isFalse();

        assertThat(rest.ok("collections/get_stats", "{\"collectionName\": \"walk\"}")
                        .path("rowCount")
                        .asLong())
                .isEqualTo(3);
        rest.release("walk");
        assertThat(rest.refused(101, "entities/search", "{\"collectionName\": \"walk\", \"data\": [[1, 0, 0, 0]]}"))
                .contains("collection not loaded");
        rest.ok("collections/drop", "{\"collectionName\": \"walk\"}");
        assertThat(rest.ok("collections/has", "{\"collectionName\": \"walk\"}")
                        .path("has")
                        .asBoolean())
                .isFalse();
    }

    @Test
    void quickCreate_isLoadedAndRowsAreFoundAtOnce() {
        rest.ok("collections/create", "{\"collectionName\": \"quick\", \"dimension\": 2}");
        rest.awaitLoaded("quick");

        JsonNode description = rest.ok("collections/describe", "{\"collectionName\": \"quick\"}");
        assertThat(description.path("load").asString()).isEqualTo("LoadStateLoaded");
        assertThat(description.path("enableDynamicField").asBoolean()).isTrue();
        assertThat(description.path("consistencyLevel").asString()).isEqualTo("Bounded");
        assertThat(Rest.texts(description.path("fields"), "name")).containsExactly("id", "vector");
        assertThat(description.path("indexes").get(0).path("metricType").asString())
                .isEqualTo("COSINE");
        JsonNode index = rest.ok("indexes/describe", "{\"collectionName\": \"quick\", \"indexName\": \"vector\"}")
                .get(0);
        assertThat(index.path("indexType").asString()).isEqualTo("AUTOINDEX");
        assertThat(index.path("fieldName").asString()).isEqualTo("vector");

        rest.ok(
                "entities/insert",
                "{\"data\": {\"id\": 7, \"vector\": [3, 4], \"note\": \"new\"}, \"collectionName\": \"quick\"}");
        JsonNode hits = rest.ok(
                "entities/search",
                "{\"data\": [[3, 4]], \"collectionName\": \"quick\", \"limit\": 1, \"outputFields\": [\"*\"]}");
        assertThat(hits.size()).isEqualTo(1);
        assertThat(hits.get(0).path("note").asString()).isEqualTo("new");
        assertThat(hits.get(0).path("distance").floatValue()).isCloseTo(1f, offset(1e-5f));
    }

    @Test
    void create_again_succeedsWithAnEqualSchemaOnly() {
        String request = "{\"collectionName\": \"again\", \"dimension\": 4}";
        rest.ok("collections/create", request);
        rest.ok("collections/create", request);

        JsonNode answer = rest.post("collections/create", "{\"collectionName\": \"again\", \"dimension\": 8}");

        assertThat(answer.path("code").asInt()).isNotZero();
        assertThat(answer.path("message").asString())
                .contains("create duplicate collection with different parameters, collection: again");
        assertThat(rest.ok("collections/has", "{\"collectionName\": \"again\"}")
                        .path("has")
                        .asBoolean())
                .isTrue();
    }

    @Test
    void create_indexThatIsRefused_leavesNoCollection() {
        JsonNode answer = rest.post(
                "collections/create",
                "{\"collectionName\": \"half_done\", \"dimension\": 4, \"metricType\": \"TASTE\"}");

        assertThat(answer.path("code").asInt()).isEqualTo(1100);
        assertThat(answer.path("message").asString()).contains("metric type TASTE not found or not supported");
        assertThat(rest.ok("collections/has", "{\"collectionName\": \"half_done\"}")
                        .path("has")
                        .asBoolean())
                .isFalse();
    }

    @Test
    void queryGetDelete_byFilterAndById() {
        createWords("queries");
        insertWords("queries", "");
        rest.load("queries");

        JsonNode rows = rest.ok(
                "entities/query",
                "{\"collectionName\": \"queries\", \"filter\": \"rank >= 20\", \"outputFields\": [\"word\","
                        + " \"color\"]}");
        assertThat(Rest.texts(rows, "id")).containsExactly("2", "3");
        assertThat(Rest.texts(rows, "word")).containsExactly("two", "three");

        JsonNode whole = rest.ok("entities/get", "{\"collectionName\": \"queries\", \"id\": [2, \"1\"]}");
        assertThat(Rest.texts(whole, "id")).containsExactly("1", "2");
        assertThat(whole.get(1).path("size").doubleValue()).isEqualTo(2.5);
        assertThat(whole.get(1).path("vector").toString()).isEqualTo("[0.0,1.0,0.0,0.0]");

        JsonNode templated = rest.ok("entities/query", """
            {"collectionName": "queries", "filter": "word in {words} and rank < {most}",
             "exprParams": {"words": ["one", "three"], "most": 30}, "outputFields": ["id"]}
            """);
        assertThat(Rest.texts(templated, "id")).containsExactly("1");

        JsonNode paged = rest.ok(
                "entities/query",
                "{\"collectionName\": \"queries\", \"limit\": 1, \"offset\": 1, \"outputFields\": [\"word\"]}");
        assertThat(Rest.texts(paged, "word")).containsExactly("two");

        assertThat(rest.count("queries", "")).isEqualTo(3);
        assertThat(rest.ok("entities/delete", "{\"collectionName\": \"queries\", \"filter\": \"id in [1]\"}")
                        .path("deleteCount")
                        .asInt())
                .isEqualTo(1);
        rest.ok("entities/delete", "{\"collectionName\": \"queries\", \"filter\": \"rank == 30\"}");
        assertThat(rest.count("queries", "")).isEqualTo(1);
        rest.ok("entities/delete", "{\"collectionName\": \"queries\", \"id\": 2}");
        assertThat(rest.count("queries", "")).isZero();
    }

    @Test
    void upsert_replacesTheRow() {
        createWords("upserts");
        insertWords("upserts", "");
        rest.load("upserts");

        JsonNode upserted = rest.ok(
                "entities/upsert",
                "{\"collectionName\": \"upserts\", \"data\": [{\"id\": 2, \"vector\": [0, 0, 0, 1], \"word\": \"zwei\","
                        + " \"rank\": 2}]}");

        assertThat(upserted.path("upsertCount").asInt()).isEqualTo(1);
        assertThat(Rest.texts(upserted.path("upsertIds"))).containsExactly("2");
        JsonNode row = rest.ok("entities/get", "{\"collectionName\": \"upserts\", \"id\": 2}")
                .get(0);
        assertThat(row.path("word").asString()).isEqualTo("zwei");
        assertThat(row.has("color")).isFalse();
        assertThat(rest.count("upserts", "")).isEqualTo(3);
    }

    @Test
    void search_withFilterRangeIdsAndOffset() {
        createWords("searches");
        insertWords("searches", "");
        rest.load("searches");

        assertThat(Rest.texts(
                        rest.ok(
                                "entities/search",
                                "{\"collectionName\": \"searches\", \"data\": [[1, 0, 0, 0]], \"filter\": \"color =="
                                        + " 'blue'\"}"),
                        "id"))
                .containsExactly("2");
        assertThat(Rest.texts(
                        rest.ok(
                                "entities/search",
                                "{\"collectionName\": \"searches\", \"data\": [[1, 0, 0, 0]], \"offset\": 1,"
                                        + " \"limit\": 1}"),
                        "id"))
                .containsExactly("2");
        assertThat(Rest.texts(
                        rest.ok(
                                "entities/search",
                                "{\"collectionName\": \"searches\", \"data\": [[1, 0, 0, 0]],"
                                        + " \"searchParams\": {\"params\": {\"radius\": 1.0}}}"),
                        "id"))
                .containsExactly("1");
        JsonNode byId =
                rest.post("entities/search", "{\"collectionName\": \"searches\", \"ids\": [3, \"1\"], \"limit\": 1}");
        assertThat(byId.path("topks").toString()).isEqualTo("[1,1]");
        assertThat(Rest.texts(byId.path("data"), "id")).containsExactly("3", "1");
        JsonNode none = rest.post(
                "entities/search",
                "{\"collectionName\": \"searches\", \"data\": [[1, 0, 0, 0]], \"filter\": \"rank > 1000\"}");
        assertThat(none.path("data").toString()).isEqualTo("[]");
        assertThat(none.path("topks").toString()).isEqualTo("[0]");
        assertThat(rest.refused(
                        1100,
                        "entities/search",
                        "{\"collectionName\": \"searches\", \"data\": [[1, 0, 0, 0]],"
                                + " \"searchParams\": {\"metricType\": \"IP\"}}"))
                .startsWith("metric type not match: invalid parameter[expected=L2][actual=IP]");
    }

    @Test
    void hybridSearch_ofTwoVectors_ranksThemTogether() {
        rest.ok("collections/create", """
            {"collectionName": "hybrid", "schema": {"fields": [
               {"fieldName": "key", "dataType": "VarChar", "isPrimary": true, "elementTypeParams": {"max_length": "9"}},
               {"fieldName": "near", "dataType": "FloatVector", "elementTypeParams": {"dim": "2"}},
               {"fieldName": "same", "dataType": "FloatVector", "elementTypeParams": {"dim": "2"}}]},
             "indexParams": [
               {"fieldName": "near", "indexName": "near", "indexType": "FLAT", "metricType": "L2"},
               {"fieldName": "same", "indexName": "same", "indexType": "HNSW", "metricType": "COSINE"}]}
            """);
        rest.ok("entities/insert", """
            {"collectionName": "hybrid", "data": [
               {"key": "a", "near": [0, 0], "same": [-1, 0]},
               {"key": "b", "near": [1, 0], "same": [0, 1]},
               {"key": "c", "near": [3, 0], "same": [1, 0]}]}
            """);
        rest.load("hybrid");
        String searches = """
            "search": [{"data": [[0, 0]], "annsField": "near", "limit": 2},
                       {"data": [[1, 0]], "annsField": "same", "limit": 3, "filter": "key > \\"a\\""}]
            """;
        JsonNode ranked = rest.post("entities/hybrid_search", """
            {"collectionName": "hybrid", %s, "rerank": {"strategy": "rrf", "params": {"k": 9}}, "limit": 2,
             "outputFields": ["near"]}
            """.formatted(searches));
        assertThat(ranked.path("topks").toString()).isEqualTo("[2]");
        JsonNode hits = ranked.path("data");
        assertThat(Rest.texts(hits, "id")).as("b is second twice, a first once").containsExactly("b", "a");
        assertThat(hits.get(0).path("distance").floatValue()).isEqualTo(1 / 11f + 1 / 11f);
        assertThat(hits.get(0).path("near").toString()).isEqualTo("[1.0,0.0]");

        JsonNode weighted = rest.ok("entities/advanced_search", """
            {"collectionName": "hybrid", %s, "limit": 3,
             "rerank": {"strategy": "weighted", "params": {"weights": [0.5, 1], "norm_score": true}}}
            """.formatted(searches));
        assertThat(Rest.texts(weighted, "id")).containsExactly("c", "b", "a");
        assertThat(weighted.get(0).path("distance").floatValue()).isEqualTo(1f);
        assertThat(weighted.get(1).path("distance").floatValue()).isEqualTo(0.75f);
        assertThat(weighted.get(2).path("distance").floatValue()).isEqualTo(0.5f);

        assertThat(rest.post("entities/hybrid_search", "{\"collectionName\": \"hybrid\", \"search\": []}")
                        .path("message")
                        .asString())
                .startsWith("nq [0] is invalid, nq (number of search vector per search request) should be in range");
    }

    @Test
    void rows_ofEveryType_comeBackAsTheyWent() {
        rest.ok("collections/create", """
            {"collectionName": "types", "schema": {"enableDynamicField": true, "fields": [
               {"fieldName": "key", "dataType": "VarChar", "isPrimary": true, "elementTypeParams": {"max_length": "10"}},
               {"fieldName": "vector", "dataType": "FloatVector", "elementTypeParams": {"dim": "2"}},
               {"fieldName": "b", "dataType": "Bool"}, {"fieldName": "i8", "dataType": "Int8"},
               {"fieldName": "i16", "dataType": "Int16"}, {"fieldName": "i32", "dataType": "Int32"},
               {"fieldName": "i64", "dataType": "Int64"}, {"fieldName": "f", "dataType": "Float"},
               {"fieldName": "d", "dataType": "Double"}, {"fieldName": "j", "dataType": "JSON"},
               {"fieldName": "a", "dataType": "Array", "elementDataType": "Int64",
                "elementTypeParams": {"max_capacity": "5"}},
               {"fieldName": "texts", "dataType": "Array", "elementDataType": "VarChar",
                "elementTypeParams": {"max_capacity": "5", "max_length": "10"}}]},
             "indexParams": [{"fieldName": "vector", "metricType": "IP"}]}
            """);
        rest.ok("entities/insert", """
            {"collectionName": "types", "data": [
               {"key": "k\\"é", "vector": [0.1, -2.5], "b": true, "i8": -128, "i16": 32767, "i32": -5,
                "i64": "9007199254740993", "f": 0.1, "d": 0.1, "j": {"x": [1, {"y": null}]}, "a": [1, 2],
                "texts": ["é", ""], "extra": {"deep": [true]}}]}
            """);
        rest.awaitLoaded("types");
        String query = "{\"collectionName\": \"types\", \"filter\": \"i8 < 0\"}";
        String expected = "{\"key\":\"k\\\"é\",\"vector\":[0.1,-2.5],\"b\":true,\"i8\":-128,\"i16\":32767,\"i32\":-5,"
                + "\"i64\":%s,\"f\":0.1,\"d\":0.1,\"j\":\"{\\\"x\\\":[1,{\\\"y\\\":null}]}\",\"a\":[1,2],"
                + "\"texts\":[\"é\",\"\"],\"extra\":{\"deep\":[true]}}";

        assertSameRow(rest.ok("entities/query", query).get(0), expected.formatted("\"9007199254740993\""));
        assertSameRow(rest.ok("entities/query", query, INT64_AS_NUMBER).get(0), expected.formatted("9007199254740993"));

        rest.ok("collections/flush", "{\"collectionName\": \"types\"}");
        rest.release("types");
        rest.load("types");
        assertSameRow(rest.ok("entities/query", query).get(0), expected.formatted("\"9007199254740993\""));
    }

    private static void assertSameRow(JsonNode row, String expected) {
        assertThat(row).isEqualTo(new JsonMapper().readTree(expected));
    }

    @Test
    void int64Header_givesNumbersForKeysAndCounts() {
        rest.ok("collections/create", "{\"collectionName\": \"int64s\", \"dimension\": 2, \"metricType\": \"L2\"}");
        rest.awaitLoaded("int64s");

        JsonNode inserted = rest.ok(
                "entities/insert",
                "{\"collectionName\": \"int64s\", \"data\": [{\"id\": 9007199254740993, \"vector\": [1, 2]}]}",
                INT64_AS_NUMBER);
        assertThat(inserted.path("insertIds").toString()).isEqualTo("[9007199254740993]");
        String search = "{\"collectionName\": \"int64s\", \"data\": [[1, 2]]}";
        assertThat(rest.ok("entities/search", search, INT64_AS_NUMBER)
                        .get(0)
                        .path("id")
                        .toString())
                .isEqualTo("9007199254740993");
        assertThat(rest.ok("entities/search", search).get(0).path("id").toString())
                .isEqualTo("\"9007199254740993\"");
        assertThat(rest.ok(
                                "entities/query",
                                "{\"collectionName\": \"int64s\", \"outputFields\": [\"count(*)\"]}",
                                INT64_AS_NUMBER)
                        .toString())
                .isEqualTo("[{\"count(*)\":1}]");
    }

    @Test
    void autoId_keysAreGivenAndAnswered() {
        rest.ok("collections/create", "{\"collectionName\": \"auto\", \"dimension\": 2, \"autoID\": true}");
        rest.awaitLoaded("auto");

        JsonNode inserted = rest.ok(
                "entities/insert",
                "{\"collectionName\": \"auto\", \"data\": [{\"vector\": [1, 2]}, {\"vector\": [3, 4]}]}");
        List<String> ids = Rest.texts(inserted.path("insertIds"));

        assertThat(ids).hasSize(2).doesNotHaveDuplicates();
        assertThat(Rest.texts(
                        rest.ok("entities/query", "{\"collectionName\": \"auto\", \"outputFields\": [\"id\"]}"), "id"))
                .containsExactlyInAnyOrderElementsOf(ids);
        JsonNode given = rest.post(
                "entities/insert", "{\"collectionName\": \"auto\", \"data\": [{\"id\": 5, \"vector\": [1, 2]}]}");
        assertThat(given.path("message").asString()).contains("can not assign primary field data when auto id enabled");
    }

    @Test
    void nullDefaultAndDynamic_areTakenAsMilvusDoes() {
        rest.ok("collections/create", """
            {"collectionName": "nulls", "schema": {"enableDynamicField": true, "fields": [
               {"fieldName": "id", "dataType": "Int64", "isPrimary": true},
               {"fieldName": "vector", "dataType": "FloatVector", "elementTypeParams": {"dim": "2"}},
               {"fieldName": "note", "dataType": "VarChar", "nullable": true, "elementTypeParams": {"max_length": "9"}},
               {"fieldName": "stars", "dataType": "Int64", "defaultValue": 3},
               {"fieldName": "both", "dataType": "Int32", "nullable": true, "defaultValue": 8}]},
             "indexParams": [{"fieldName": "vector", "metricType": "L2"}]}
            """);
        rest.ok("entities/insert", """
            {"collectionName": "nulls", "data": [
               {"id": 1, "vector": [0, 0], "note": null, "stars": null, "both": null},
               {"id": 2, "vector": [0, 1], "color": null, "tags": ["a"]},
               {"id": 3, "vector": [1, 1], "note": "", "stars": 5, "both": 1}]}
            """);
        rest.awaitLoaded("nulls");

        JsonNode rows = rest.ok(
                "entities/query", "{\"collectionName\": \"nulls\", \"outputFields\": [\"*\"]}", INT64_AS_NUMBER);
        assertSameRow(rows.get(0), "{\"id\":1,\"vector\":[0.0,0.0],\"note\":null,\"stars\":3,\"both\":8}");
        assertSameRow(
                rows.get(1),
                "{\"id\":2,\"vector\":[0.0,1.0],\"note\":null,\"stars\":3,\"both\":8,\"color\":null,\"tags\":[\"a\"]}");
        assertSameRow(rows.get(2), "{\"id\":3,\"vector\":[1.0,1.0],\"note\":\"\",\"stars\":5,\"both\":1}");
        assertThat(rest.count("nulls", "note is null")).isEqualTo(2);
        assertThat(rest.count("nulls", "note is not null")).isEqualTo(1);
        assertThat(rest.count("nulls", "note == ''")).isEqualTo(1);
        assertThat(rest.count("nulls", "stars == 3")).isEqualTo(2);
        assertSameRow(
                rest.ok(
                                "entities/query",
                                "{\"collectionName\": \"nulls\", \"filter\": \"id == 2\", \"outputFields\":"
                                        + " [\"tags\"]}",
                                INT64_AS_NUMBER)
                        .get(0),
                "{\"id\":2,\"tags\":[\"a\"]}");
    }

    @Test
    void nullVectors_areNullAndNoHits() {
        rest.ok("collections/create", """
            {"collectionName": "null_vectors", "schema": {"fields": [
               {"fieldName": "id", "dataType": "Int64", "isPrimary": true},
               {"fieldName": "v", "dataType": "FloatVector", "nullable": true, "elementTypeParams": {"dim": "2"}}]},
             "indexParams": [{"fieldName": "v", "indexType": "HNSW", "metricType": "L2"}]}
            """);
        rest.ok("entities/insert", """
            {"collectionName": "null_vectors", "data": [{"id": 1, "v": null}, {"id": 2, "v": [0, 1]}, {"id": 3}]}
            """);
        rest.awaitLoaded("null_vectors");
        String search = "{\"collectionName\": \"null_vectors\", \"data\": [[0, 0]], \"outputFields\": [\"v\"]}";
        String query = "{\"collectionName\": \"null_vectors\", \"outputFields\": [\"*\"]}";

        assertThat(Rest.texts(rest.ok("entities/search", search), "id")).containsExactly("2");
        rest.ok("entities/upsert", """
            {"collectionName": "null_vectors", "data": [{"id": 1, "v": [3, 4]}, {"id": 2, "v": null}]}
            """);
        JsonNode hits = rest.ok("entities/search", search);
        assertThat(Rest.texts(hits, "id")).containsExactly("1");
        assertThat(hits.get(0).path("v").toString()).isEqualTo("[3.0,4.0]");
        JsonNode rows = rest.ok("entities/query", query, INT64_AS_NUMBER);
        assertSameRow(rows.get(0), "{\"id\":1,\"v\":[3.0,4.0]}");
        assertSameRow(rows.get(1), "{\"id\":2,\"v\":null}");
        assertSameRow(rows.get(2), "{\"id\":3,\"v\":null}");
    }

    @Test
    void partialLoad_refusesWhatIsNotLoaded() {
        createWords("partial");
        insertWords("partial", "");
        rest.ok("collections/flush", "{\"collectionName\": \"partial\"}");

        assertThat(rest.refused(
                        1100,
                        "collections/load",
                        "{\"collectionName\": \"partial\", \"loadFields\": [\"vector\", \"word\"]}"))
                .startsWith("load field list [vector word] does not contain primary key field id");
        assertThat(rest.refused(
                        1100,
                        "collections/load",
                        "{\"collectionName\": \"partial\", \"loadFields\": [\"id\", \"word\"]}"))
                .startsWith("load field list [id word] does not contain vector field");
        assertThat(rest.post(
                                "collections/load",
                                "{\"collectionName\": \"partial\", \"loadFields\": [\"id\", \"nope\"]}")
                        .path("message")
                        .asString())
                .contains("nope");
        assertThat(rest.loadState("partial")).isEqualTo("LoadStateNotLoad");

        rest.ok(
                "collections/load",
                "{\"collectionName\": \"partial\", \"loadFields\": [\"id\", \"vector\", \"word\"],"
                        + " \"skipLoadDynamicField\": true}");
        rest.awaitLoaded("partial");

        JsonNode hit = rest.ok(
                        "entities/search",
                        "{\"collectionName\": \"partial\", \"data\": [[1, 0, 0, 0]], \"filter\": \"word == 'one'\","
                                + " \"outputFields\": [\"*\"]}")
                .get(0);
        assertThat(hit.propertyNames()).containsExactlyInAnyOrder("distance", "id", "vector", "word");
        assertRefusal("partial", "rank > 1", "[\"id\"]", "is not loaded");
        assertRefusal(
                "partial", "color == 'red'", "[\"id\"]", "field color is dynamic but dynamic field is not loaded");
        assertRefusal("partial", "id > 0", "[\"rank\"]", "field rank is not loaded");
        assertRefusal(
                "partial", "id > 0", "[\"color\"]", "field color cannot be returned since dynamic field not loaded");
        assertThat(rest.post(
                                "collections/load",
                                "{\"collectionName\": \"partial\", \"loadFields\": [\"id\", \"vector\"]}")
                        .path("message")
                        .asString())
                .contains("can't change the load field list for loaded collection");
        rest.release("partial");
        rest.load("partial");
        assertThat(rest.count("partial", "rank > 10")).isEqualTo(2);
    }

    private void assertRefusal(String collection, String filter, String outputFields, String message) {
        JsonNode answer = rest.post(
                "entities/query",
                "{\"collectionName\": \"" + collection + "\", \"filter\": \"" + filter + "\", \"outputFields\": "
                        + outputFields + "}");
        assertThat(answer.path("code").asInt()).as("%s", answer).isNotZero();
        assertThat(answer.path("message").asString()).contains(message);
    }

    @Test
    void partitions_loadAndReleaseMixtures() {
        createWords("parts");
        for (String partition : List.of("p1", "p2")) {
            rest.ok("partitions/create", "{\"collectionName\": \"parts\", \"partitionName\": \"" + partition + "\"}");
        }
        assertThat(Rest.texts(rest.ok("partitions/list", "{\"collectionName\": \"parts\"}")))
                .containsExactly("_default", "p1", "p2");
        insertWords("parts", "p1");
        insertWords("parts", "p2");
        rest.ok("collections/flush", "{\"collectionName\": \"parts\"}");

        rest.ok("partitions/load", "{\"collectionName\": \"parts\", \"partitionNames\": [\"p1\"]}");
        rest.awaitLoaded("parts");
        assertThat(partitionState("p1")).isEqualTo("LoadStateLoaded");
        assertThat(partitionState("p2")).isEqualTo("LoadStateNotLoad");
        assertThat(rest.count("parts", "")).isEqualTo(3);
        assertThat(searchParts("p1").path("code").asInt()).isZero();
        assertThat(searchParts("p2").path("code").asInt()).isEqualTo(201);
        assertThat(searchParts("p2").path("message").asString()).contains("partition not loaded");
        assertThat(searchParts("p9").path("message").asString()).contains("partition name p9 not found");

        rest.ok("partitions/create", "{\"collectionName\": \"parts\", \"partitionName\": \"late\"}");
        assertThat(partitionState("late")).isEqualTo("LoadStateNotLoad");
        rest.ok("partitions/drop", "{\"collectionName\": \"parts\", \"partitionName\": \"late\"}");
        assertThat(rest.post("partitions/drop", "{\"collectionName\": \"parts\", \"partitionName\": \"p1\"}")
                        .path("message")
                        .asString())
                .contains("partition cannot be dropped, partition is loaded, please release it first");

        rest.load("parts");
        assertThat(rest.count("parts", "")).isEqualTo(6);
        rest.ok("partitions/release", "{\"collectionName\": \"parts\", \"partitionNames\": [\"p1\"]}");
        assertThat(rest.loadState("parts")).isEqualTo("LoadStateLoaded");
        assertThat(rest.count("parts", "")).isEqualTo(3);
        rest.ok("partitions/release", "{\"collectionName\": \"parts\", \"partitionNames\": [\"p1\"]}");
        rest.ok("partitions/release", "{\"collectionName\": \"parts\", \"partitionNames\": [\"p2\", \"_default\"]}");
        assertThat(rest.loadState("parts")).isEqualTo("LoadStateNotLoad");
        assertThat(searchParts("p1").path("code").asInt()).isEqualTo(101);

        assertThat(rest.refused(
                        200, "partitions/load", "{\"collectionName\": \"parts\", \"partitionNames\": [\"p9\"]}"))
                .startsWith("partition not found[partition=p9]");
        assertThat(rest.refused(
                        200, "partitions/release", "{\"collectionName\": \"parts\", \"partitionNames\": [\"p9\"]}"))
                .startsWith("partition not found[partition=p9]");
        assertThat(rest.refused(
                        200,
                        "collections/get_load_state",
                        "{\"collectionName\": \"parts\", \"partitionNames\": [\"p9\"]}"))
                .startsWith("partition not found[partition=p9]");
        assertThat(rest.ok("partitions/has", "{\"collectionName\": \"parts\", \"partitionName\": \"p1\"}")
                        .path("has")
                        .asBoolean())
                .isTrue();
        assertThat(rest.ok("partitions/get_stats", "{\"collectionName\": \"parts\", \"partitionName\": \"p2\"}")
                        .path("rowCount")
                        .asLong())
                .isEqualTo(3);
    }

    private String partitionState(String partition) {
        return rest.ok(
                        "collections/get_load_state",
                        "{\"collectionName\": \"parts\", \"partitionNames\": [\"" + partition + "\"]}")
                .path("loadState")
                .asString();
    }

    private JsonNode searchParts(String partition) {
        return rest.post(
                "entities/search",
                "{\"collectionName\": \"parts\", \"data\": [[1, 0, 0, 0]], \"partitionNames\": [\"" + partition
                        + "\"]}");
    }

    @Test
    void indexes_createDescribeListDrop() {
        createWords("indexed");

        assertThat(Rest.texts(rest.ok("indexes/list", "{\"collectionName\": \"indexed\"}")))
                .containsExactly("by_vector");
        JsonNode index = rest.ok("indexes/describe", "{\"collectionName\": \"indexed\", \"indexName\": \"by_vector\"}")
                .get(0);
        assertThat(index.path("indexType").asString()).isEqualTo("HNSW");
        assertThat(index.path("metricType").asString()).isEqualTo("L2");
        assertThat(index.path("indexState").asString()).isEqualTo("Finished");
        assertThat(index.path("totalRows").asLong()).isZero();
        assertThat(index.path("pendingRows").asLong()).isZero();
        assertThat(rest.refused(700, "indexes/describe", "{\"collectionName\": \"indexed\", \"indexName\": \"nope\"}"))
                .startsWith("index not found[indexName=nope]");

        rest.load("indexed");
        assertThat(rest.post("indexes/drop", "{\"collectionName\": \"indexed\", \"indexName\": \"by_vector\"}")
                        .path("message")
                        .asString())
                .contains("vector index cannot be dropped on loaded collection");
        rest.release("indexed");
        rest.ok("indexes/drop", "{\"collectionName\": \"indexed\", \"indexName\": \"by_vector\"}");
        assertThat(rest.ok("indexes/list", "{\"collectionName\": \"indexed\"}").isEmpty())
                .isTrue();
        assertThat(rest.refused(700, "collections/load", "{\"collectionName\": \"indexed\"}"))
                .startsWith("index not found[collection=indexed]");
    }

    @Test
    void alteredThings_areDescribedAndForgotten() {
        createWords("altered");
        rest.ok("collections/alter_properties", """
            {"collectionName": "altered", "properties": {"mmap.enabled": true, "collection.ttl.seconds": 3600}}
            """);
        rest.ok("collections/drop_properties", """
            {"collectionName": "altered", "propertyKeys": ["collection.ttl.seconds"]}
            """);
        rest.ok("collections/fields/alter_properties", """
            {"collectionName": "altered", "fieldName": "word", "fieldParams": {"max_length": 30}}
            """);
        rest.ok("indexes/alter_properties", """
            {"collectionName": "altered", "indexName": "by_vector", "properties": {"mmap.enabled": true}}
            """);

        JsonNode description = rest.ok("collections/describe", "{\"collectionName\": \"altered\"}");
        assertThat(description.path("properties").toString())
                .contains("{\"key\":\"mmap.enabled\",\"value\":\"true\"}")
                .doesNotContain("ttl");
        assertThat(description.path("fields").get(2).path("params").toString())
                .isEqualTo("[{\"key\":\"max_length\",\"value\":\"30\"}]");
        String describeIndex = "{\"collectionName\": \"altered\", \"indexName\": \"by_vector\"}";
        assertThat(rest.ok("indexes/describe", describeIndex)
                        .get(0)
                        .path("mmap.enabled")
                        .asString())
                .isEqualTo("true");
        rest.ok("indexes/drop_properties", """
            {"collectionName": "altered", "indexName": "by_vector", "propertyKeys": ["mmap.enabled"]}
            """);
        assertThat(rest.ok("indexes/describe", describeIndex).get(0).has("mmap.enabled"))
                .isFalse();

        rest.ok("databases/alter", "{\"dbName\": \"default\", \"properties\": {\"my.key\": 5}}");
        assertThat(rest.ok("databases/describe", "{\"dbName\": \"default\"}")
                        .path("properties")
                        .toString())
                .contains("{\"key\":\"my.key\",\"value\":\"5\"}");
        rest.ok("databases/drop_properties", "{\"dbName\": \"default\", \"propertyKeys\": [\"my.key\"]}");
        assertThat(rest.ok("databases/describe", "{\"dbName\": \"default\"}")
                        .path("properties")
                        .toString())
                .doesNotContain("my.key");
    }

    @Test
    void addedField_isServedAtOnceAndTruncateEmpties() {
        createWords("grown");
        insertWords("grown", "");
        rest.load("grown");
        rest.ok("collections/fields/add", """
            {"collectionName": "grown", "schema": {"fieldName": "size_cm", "dataType": "Int64", "nullable": true,
             "defaultValue": 7}}
            """);
        JsonNode rows = rest.ok("entities/query", """
            {"collectionName": "grown", "filter": "size_cm == 7", "outputFields": ["word", "size_cm"]}
            """);
        assertThat(rows.size()).isEqualTo(3);
        assertThat(rows.get(0).path("size_cm").asString()).isEqualTo("7");

        rest.ok("collections/truncate", "{\"collectionName\": \"grown\"}");
        assertThat(rest.loadState("grown")).isEqualTo("LoadStateLoaded");
        assertThat(rest.ok("entities/query", "{\"collectionName\": \"grown\", \"filter\": \"id >= 0\", \"limit\": 10}")
                        .size())
                .isZero();
    }

    @Test
    void compact_afterDeletes_countsWhatIsLeft() {
        createWords("merged");
        insertWords("merged", "_default");
        rest.ok("collections/flush", "{\"collectionName\": \"merged\"}");
        long before = rest.ok("collections/get_stats", "{\"collectionName\": \"merged\"}")
                .path("rowCount")
                .asLong();
        rest.ok("entities/delete", "{\"collectionName\": \"merged\", \"filter\": \"id in [1, 2]\"}");
        rest.ok("collections/flush", "{\"collectionName\": \"merged\"}");
        JsonNode started = rest.ok("collections/compact", "{\"collectionName\": \"merged\", \"isClustering\": true}");
        String state;
        JsonNode progress;
        do {
            progress = rest.ok(
                    "collections/get_compaction_state",
                    "{\"jobID\": " + started.path("compactionID").asLong() + "}");
            state = progress.path("state").asString();
        } while (state.equals("Executing"));
        assertThat(state).isEqualTo("Completed");
        assertThat(progress.path("timeoutPlanNumber").asInt()).isZero();
        assertThat(rest.ok("collections/get_stats", "{\"collectionName\": \"merged\"}")
                        .path("rowCount")
                        .asLong())
                .isEqualTo(before - 2);
        assertThat(rest.refused(600, "segments/describe", "{\"collectionName\": \"merged\", \"segmentIDs\": [1]}"))
                .startsWith("segment not found[segment=1]");
        assertThat(rest.refused(100, "collections/compact", "{\"collectionName\": \"nothing\"}"))
                .startsWith("collection not found");
        assertThat(rest.ok("collections/get_compaction_state", "{\"jobID\": 7}")
                        .path("state")
                        .asString())
                .isEqualTo("Completed");
    }

    @Test
    void indexes_onOtherFields_describedAsDeclaredAndDroppedWhileLoaded() {
        createWords("sorted");
        rest.ok("indexes/create", """
            {"collectionName": "sorted", "indexParams": [
               {"fieldName": "id", "indexType": "STL_SORT"},
               {"fieldName": "word", "indexName": "by_word", "indexType": "INVERTED"},
               {"fieldName": "rank"}]}
            """);
        JsonNode index = rest.ok("indexes/describe", "{\"collectionName\": \"sorted\", \"indexName\": \"id\"}")
                .get(0);
        assertThat(index.path("indexType").asString()).isEqualTo("STL_SORT");
        assertThat(index.path("metricType").asString()).isEmpty();
        assertThat(index.path("indexParams").toString()).contains("STL_SORT").doesNotContain("metric_type");
        assertThat(rest.ok("indexes/describe", "{\"collectionName\": \"sorted\", \"indexName\": \"rank\"}")
                        .get(0)
                        .path("indexType")
                        .asString())
                .isEqualTo("AUTOINDEX");

        insertWords("sorted", "");
        rest.load("sorted");
        assertThat(Rest.texts(
                        rest.ok("entities/query", "{\"collectionName\": \"sorted\", \"filter\": \"rank >= 20\"}"),
                        "id"))
                .containsExactly("2", "3");
        rest.ok("indexes/drop", "{\"collectionName\": \"sorted\", \"indexName\": \"by_word\"}");
        assertThat(Rest.texts(rest.ok("indexes/list", "{\"collectionName\": \"sorted\"}")))
                .containsExactlyInAnyOrder("by_vector", "id", "rank");
    }

    @Test
    void aliases_workWhereverANameDoes() {
        createWords("aliased");
        insertWords("aliased", "");
        rest.ok("aliases/create", "{\"collectionName\": \"aliased\", \"aliasName\": \"nick\"}");

        assertThat(Rest.texts(rest.ok("aliases/list", "{\"collectionName\": \"aliased\"}")))
                .containsExactly("nick");
        JsonNode alias = rest.ok("aliases/describe", "{\"aliasName\": \"nick\"}");
        assertThat(alias.path("collectionName").asString()).isEqualTo("aliased");
        assertThat(alias.path("aliasName").asString()).isEqualTo("nick");
        assertThat(alias.path("dbName").asString()).isEqualTo("default");
        assertThat(Rest.texts(rest.ok("collections/describe", "{\"collectionName\": \"nick\"}")
                        .path("aliases")))
                .containsExactly("nick");
        rest.load("nick");
        assertThat(rest.loadState("aliased")).isEqualTo("LoadStateLoaded");
        assertThat(rest.count("nick", "")).isEqualTo(3);
        rest.release("nick");

        createWords("other");
        rest.ok("aliases/alter", "{\"collectionName\": \"other\", \"aliasName\": \"nick\"}");
        assertThat(rest.ok("aliases/describe", "{\"aliasName\": \"nick\"}")
                        .path("collectionName")
                        .asString())
                .isEqualTo("other");
        rest.ok("aliases/drop", "{\"aliasName\": \"nick\"}");
        assertThat(rest.refused(1600, "aliases/describe", "{\"aliasName\": \"nick\"}"))
                .startsWith("alias not found");
    }

    @Test
    void databases_keepCollectionsApart() {
        rest.ok("databases/create", "{\"dbName\": \"shop\"}");
        assertThat(Rest.texts(rest.ok("databases/list", "{}"))).contains("default", "shop");
        assertThat(rest.ok("databases/describe", "{\"dbName\": \"shop\"}")
                        .path("dbName")
                        .asString())
                .isEqualTo("shop");
        rest.ok("collections/create", "{\"collectionName\": \"same\", \"dimension\": 2}");
        rest.ok("collections/create", "{\"dbName\": \"shop\", \"collectionName\": \"same\", \"dimension\": 3}");

        assertThat(Rest.texts(rest.ok("collections/list", "{\"dbName\": \"shop\"}")))
                .containsExactly("same");
        assertThat(Rest.texts(rest.ok("collections/list", "{}", "DB-Name", "shop")))
                .containsExactly("same");
        JsonNode byHeader = rest.ok("collections/describe", "{\"collectionName\": \"same\"}", "DB-Name", "shop");
        assertThat(byHeader.path("fields").get(1).path("params").toString()).contains("\"dim\",\"value\":\"3\"");
        JsonNode byBody = rest.ok(
                "collections/describe", "{\"collectionName\": \"same\", \"dbName\": \"default\"}", "DB-Name", "shop");
        assertThat(byBody.path("fields").get(1).path("params").toString()).contains("\"dim\",\"value\":\"2\"");

        assertThat(rest.post("databases/drop", "{\"dbName\": \"shop\"}")
                        .path("code")
                        .asInt())
                .isNotZero();
        rest.ok(
                "collections/rename",
                "{\"dbName\": \"shop\", \"collectionName\": \"same\", \"newCollectionName\": \"renamed\"}");
        assertThat(Rest.texts(rest.ok("collections/list", "{\"dbName\": \"shop\"}")))
                .containsExactly("renamed");
        rest.ok("collections/drop", "{\"dbName\": \"shop\", \"collectionName\": \"renamed\"}");
        rest.ok("databases/drop", "{\"dbName\": \"shop\"}");
        assertThat(rest.refused(800, "collections/list", "{\"dbName\": \"shop\"}"))
                .startsWith("database not found[database=shop]");
    }

    /** Goal: large bodies take the road over the json threads. Method: 2,000 rows of 256 dimensions, read back exactly. */
    @Test
    void insert_largeBody_comesBackExactly() {
        rest.ok("collections/create", "{\"collectionName\": \"large\", \"dimension\": 256, \"metricType\": \"L2\"}");
        rest.awaitLoaded("large");
        long seed = 20_261_122;
        Random random = new Random(seed);
        int rows = 2_000;
        float[][] vectors = new float[rows][256];
        StringBuilder data = new StringBuilder();
        for (int row = 0; row < rows; row++) {
            data.append(row == 0 ? "" : ",").append("{\"id\":").append(row).append(",\"vector\":[");
            for (int i = 0; i < 256; i++) {
                vectors[row][i] = (float) random.nextGaussian();
                data.append(i == 0 ? "" : ",").append(vectors[row][i]);
            }
            data.append("]}");
        }

        JsonNode inserted = rest.ok("entities/insert", "{\"data\":[" + data + "],\"collectionName\":\"large\"}");

        assertThat(inserted.path("insertCount").asInt()).isEqualTo(rows);
        JsonNode read = rest.ok(
                "entities/query", "{\"collectionName\": \"large\", \"limit\": 2000, \"outputFields\": [\"vector\"]}");
        assertThat(read.size()).isEqualTo(rows);
        for (int row = 0; row < rows; row++) {
            assertThat(read.get(row).path("id").asString()).isEqualTo(Integer.toString(row));
            JsonNode vector = read.get(row).path("vector");
            for (int i = 0; i < 256; i++) {
                assertThat(Float.parseFloat(vector.get(i).toString()))
                        .as("seed=%d row=%d element=%d", seed, row, i)
                        .isEqualTo(vectors[row][i]);
            }
        }
    }
}
