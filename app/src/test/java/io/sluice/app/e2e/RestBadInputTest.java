package io.sluice.app.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/** Wrong requests: a code, a text with the values in it, and nothing half-done. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RestBadInputTest {
    private final TestServer server = TestServer.start(Map.of("SLUICE_MAX_BODY", "1MiB"));
    private final Rest rest = new Rest(server.baseUrl());

    @BeforeAll
    void createCollections() {
        for (String name : new String[] {"loaded", "idle"}) {
            rest.ok("collections/create", """
                {"collectionName": "%s", "schema": {"fields": [
                   {"fieldName": "id", "dataType": "Int64", "isPrimary": true},
                   {"fieldName": "vector", "dataType": "FloatVector", "elementTypeParams": {"dim": "4"}},
                   {"fieldName": "word", "dataType": "VarChar", "elementTypeParams": {"max_length": "5"}},
                   {"fieldName": "tags", "dataType": "Array", "elementDataType": "Int64", "nullable": true,
                    "elementTypeParams": {"max_capacity": "2"}},
                   {"fieldName": "j", "dataType": "JSON", "nullable": true}]},
                 "indexParams": [{"fieldName": "vector", "metricType": "L2"}]}
                """.formatted(name));
            rest.ok(
                    "entities/insert",
                    "{\"collectionName\": \"" + name
                            + "\", \"data\": [{\"id\": 1, \"vector\": [1, 0, 0, 0], \"word\": \"one\"}]}");
        }
        rest.awaitLoaded("loaded");
        rest.release("idle");
        rest.ok("collections/create", """
            {"collectionName": "no_index", "schema": {"fields": [
               {"fieldName": "id", "dataType": "Int64", "isPrimary": true},
               {"fieldName": "vector", "dataType": "FloatVector", "elementTypeParams": {"dim": "4"}}]}}
            """);
    }

    @AfterAll
    void stop() {
        rest.close();
        server.close();
    }

    /** Code 0 in the table: any code but 0, because versions of Milvus differ in it. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        collections/describe       | {"collectionName": "nope"}                        | 100 | collection=nope
        collections/describe       | {"collectionName": "nope"}                        | 100 | can't find collection[database=default][collection=nope]
        collections/truncate       | {"collectionName": "nope"}                        | 100 | collection not found[database=default][collection=nope]
        collections/alter_properties | {"collectionName": "%$#", "properties": {"a": 1}} | 100 | collection not found[database=default][collection=%$#]
        collections/alter_properties | {"collectionName": "loaded", "properties": {"mmap.enabled": true}} | 104 | can not alter mmap properties if collection loaded: collection already loaded[collection=loaded]
        collections/drop_properties | {"collectionName": "loaded"}                     | 1100 | The collection properties to alter and keys to delete must not be empty at the same time
        collections/fields/add     | {"collectionName": "loaded", "schema": {"fieldName": "n", "dataType": "Int64"}} | 1100 | added field must be nullable, please check it, field name = n: invalid parameter
        collections/fields/alter_properties | {"collectionName": "loaded", "fieldName": "n", "fieldParams": {"warmup": "sync"}} | 104 | can not alter warmup if collection loaded
        indexes/alter_properties   | {"collectionName": "loaded", "indexName": "vector", "properties": {"mmap.enabled": true}} | 104 | can't alter index on loaded collection, please release the collection first
        databases/alter            | {"dbName": "nodb", "properties": {"a": 1}}        | 800 | database not found[database=nodb]
        databases/drop_properties  | {"dbName": "default"}                             | 65535 | alter database with empty properties and delete keys
        collections/load           | {"collectionName": "nope"}                        | 100 | collection not found[database=default][collection=nope]
        collections/release        | {"collectionName": "nope"}                        | 100 | collection not found[database=default][collection=nope]
        collections/get_load_state | {"collectionName": "nope"}                        | 100 | collection not found[collection=nope]
        collections/get_stats      | {"collectionName": "nope"}                        | 100 | collection=nope
        collections/flush          | {"collectionName": "nope"}                        | 100 | collection=nope
        collections/rename         | {"collectionName": "nope", "newCollectionName": "x"} | 100 | collection=nope
        collections/load           | {"collectionName": "loaded", "dbName": "nodb"}    | 800 | database not found[database=nodb]
        databases/describe         | {"dbName": "nodb"}                                | 800 | database not found[database=nodb]
        partitions/list            | {"collectionName": "nope"}                        | 100 | collection=nope
        partitions/get_stats       | {"collectionName": "loaded", "partitionName": "p"} | 200 | partition not found[partition=p]
        partitions/load            | {"collectionName": "loaded", "partitionNames": ["p"]} | 200 | partition not found[partition=p]
        indexes/list               | {"collectionName": "nope"}                        | 100 | collection=nope
        indexes/create             | {"collectionName": "loaded", "indexParams": [{"fieldName": "nofield"}]} | 0 | nofield
        indexes/create             | {"collectionName": "no_index", "indexParams": [{"fieldName": "vector", "indexType": "TREE"}]} | 0 | TREE
        aliases/create             | {"collectionName": "nope", "aliasName": "a"}      | 100 | collection=nope
        aliases/describe           | {"aliasName": "nope"}                             | 1600 | alias not found
        aliases/alter              | {"collectionName": "loaded", "aliasName": "nope"} | 1600 | alias not found
        entities/insert            | {"collectionName": "nope", "data": [{"id": 1}]}   | 100 | collection=nope
        entities/search            | {"collectionName": "nope", "data": [[1, 0, 0, 0]]} | 100 | collection=nope
        entities/query             | {"collectionName": "nope", "filter": "id > 0"}    | 100 | collection=nope
        collections/load           | {"collectionName": "no_index"}                    | 700 | index not found[collection=no_index]
        collections/load           | {"collectionName": "idle", "loadFields": ["vector"]} | 1100 | load field list [vector] does not contain primary key field id
        collections/load           | {"collectionName": "idle", "loadFields": ["id"]}  | 1100 | load field list [id] does not contain vector field
        collections/load           | {"collectionName": "idle", "loadFields": ["id", "vector", "nofield"]} | 0 | nofield
        collections/load           | {"collectionName": "idle", "replicaNumber": 3}    | 12 | [expectedStreamingNode=3]
        collections/load           | {"collectionName": "idle", "resourceGroups": ["rg"]} | 300 | resource group not found[rg=rg]
        collections/refresh_load   | {"collectionName": "idle"}                        | 101 | collection not loaded
        entities/search            | {"collectionName": "idle", "data": [[1, 0, 0, 0]]} | 101 | collection not loaded
        entities/query             | {"collectionName": "idle", "filter": "id > 0"}    | 101 | collection not loaded
        entities/get               | {"collectionName": "idle", "id": 1}               | 101 | collection not loaded
        entities/delete            | {"collectionName": "loaded", "filter": "id > 0", "partitionName": "12 s"} | 1100 | Invalid partition name: 12 s.
        entities/delete            | {"collectionName": "loaded", "filter": "id > 0", "partitionName": "p"} | 200 | partition not found[partition=p]
        entities/search            | {"collectionName": "loaded", "data": [[1, 0]]}    | 0 | dimension
        entities/search            | {"collectionName": "loaded", "data": []}          | 0 | nq
        entities/search            | {"collectionName": "loaded", "data": [[1, 0, 0, 0]], "annsField": "word"} | 0 | word
        entities/search            | {"collectionName": "loaded", "data": [[1, 0, 0, 0]], "limit": 0} | 0 | topk [0] is invalid, it should be in range [1, 16384]
        entities/search            | {"collectionName": "loaded", "data": [[1, 0, 0, 0]], "limit": 16385} | 0 | topk [16385] is invalid, it should be in range [1, 16384]
        entities/search            | {"collectionName": "loaded", "data": [[1, 0, 0, 0]], "offset": 16384} | 0 | (offset+limit) should be in range [1, 16384]
        entities/search            | {"collectionName": "loaded", "data": [[1, 0, 0, 0]], "partitionNames": ["p"]} | 0 | partition name p not found
        entities/search            | {"collectionName": "loaded", "data": [[1, 0, 0, 0]], "outputFields": ["nofield"]} | 0 | field nofield not exist
        entities/search            | {"collectionName": "loaded", "ids": ["x"]}        | 1806 | please check the primary key
        entities/get               | {"collectionName": "loaded", "id": "x"}           | 1806 | please check the primary key
        entities/get               | {"collectionName": "loaded", "id": [1, true]}     | 1806 | please check the primary key
        entities/query             | {"collectionName": "loaded", "filter": "id >"}    | 0 | id >
        entities/query             | {"collectionName": "loaded", "filter": "(id > 0"} | 0 | (id > 0
        entities/query             | {"collectionName": "loaded", "filter": "nofield == 1"} | 0 | nofield
        entities/query             | {"collectionName": "loaded", "filter": "id == {x}"} | 0 | x
        entities/query             | {"collectionName": "loaded", "filter": "word > 5"} | 0 | word
        collections/create         | {"collectionName": "1st", "dimension": 4}         | 1100 | Invalid collection name: 1st. the first character of a collection name must be an underscore or letter: invalid parameter
        collections/create         | {"collectionName": "a b", "dimension": 4}         | 1100 | Invalid collection name: a b. collection name can only contain numbers, letters and underscores
        collections/create         | {"collectionName": "dim", "dimension": 1}         | 0 | invalid dimension: 1. should be in range 2 ~ 32768
        collections/create         | {"collectionName": "dim", "dimension": 32769}     | 0 | invalid dimension: 32769 of field vector. float vector dimension should be in range 2 ~ 32768
        """)
    void request_thatIsWrong_isRefused(String verb, String body, int code, String text) {
        JsonNode answer = rest.post(verb, body);

        int actual = answer.path("code").asInt();
        assertThat(actual).as("%s %s -> %s", verb, body, answer).matches(it -> code == 0 ? it != 0 : it == code);
        assertThat(answer.path("message").asString()).contains(text);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        {"id": 2, "vector": [1, 0], "word": "two"}                          | 1804 | []float32 size 2 doesn't equal to vector dimension 4 of vector
        {"id": 2, "vector": [1, 0, 0, "x"], "word": "two"}                  | 1804 | field=vector, row=1, value="x"
        {"id": 2, "vector": [1, 0, 0, NaN], "word": "two"}                  | 1801 | NaN is no JSON value
        {"id": 2, "vector": [1, 0, 0, Infinity], "word": "two"}             | 1801 | Infinity is no JSON value
        {"id": 2, "vector": [1, 0, 0, 1e39], "word": "two"}                 | 1804 | field=vector, row=1, value=1e39
        {"id": 2, "word": "two"}                                            | 1804 | no value: field=vector, row=1
        {"id": 2, "vector": [1, 0, 0, 0]}                                   | 0 | word
        {"id": 2, "vector": [1, 0, 0, 0], "word": null}                     | 0 | word
        {"vector": [1, 0, 0, 0], "word": "two"}                             | 0 | id
        {"id": 2.5, "vector": [1, 0, 0, 0], "word": "two"}                  | 1804 | field=id, row=1, value=2.5
        {"id": 2, "vector": [1, 0, 0, 0], "word": 5}                        | 1804 | field=word, row=1, value=5
        {"id": 2, "vector": [1, 0, 0, 0], "word": "toolong"}                | 0 | exceeds max length
        {"id": 2, "vector": [1, 0, 0, 0], "word": "ééé"}                    | 0 | exceeds max length
        {"id": 2, "vector": [1, 0, 0, 0], "word": "two", "tags": [1, 2, 3]} | 0 | tags
        {"id": 2, "vector": [1, 0, 0, 0], "word": "two", "extra": 1}        | 1804 | has pass more field without dynamic schema, please check it
        5                                                                   | 1804 | a row must be a JSON object: row=1
        """)
    void insert_rowThatDoesNotFit_isRefusedWhole(String row, int code, String text) {
        String insert =
                "{\"collectionName\": \"loaded\", \"data\": [{\"id\": 99, \"vector\": [0, 0, 0, 0], \"word\": \"ok\"}, "
                        + row + "]}";

        for (String verb : new String[] {"entities/insert", "entities/upsert"}) {
            JsonNode answer = rest.post(verb, insert);

            int actual = answer.path("code").asInt();
            assertThat(actual).as("%s %s -> %s", verb, row, answer).matches(it -> code == 0 ? it != 0 : it == code);
            assertThat(answer.path("message").asString()).contains(text);
            assertThat(rest.count("loaded", "")).isEqualTo(1);
        }
    }

    @Test
    void insert_noRows_isRefused() {
        assertThat(rest.post("entities/insert", "{\"collectionName\": \"loaded\", \"data\": []}")
                        .path("message")
                        .asString())
                .contains("num_rows should be greater than 0");
    }

    @Test
    void insert_intoUnknownPartition_isRefused() {
        JsonNode answer = rest.post(
                "entities/insert",
                "{\"collectionName\": \"loaded\", \"partitionName\": \"p9\", \"data\": [{\"id\": 2, \"vector\": [1, 0,"
                        + " 0, 0], \"word\": \"two\"}]}");

        assertThat(answer.path("code").asInt()).isNotZero();
        assertThat(answer.path("message").asString()).contains("p9");
    }

    @Test
    void release_ofWhatIsNotLoaded_succeeds() {
        rest.release("idle");
        rest.release("idle");
        rest.ok("partitions/release", "{\"collectionName\": \"idle\", \"partitionNames\": [\"_default\"]}");
    }

    @Test
    void drop_ofWhatIsNotThere_succeeds() {
        rest.ok("collections/drop", "{\"collectionName\": \"never_created\"}");
    }

    @Test
    void load_twice_succeeds() {
        rest.ok("collections/load", "{\"collectionName\": \"loaded\"}");
        rest.ok("collections/load", "{\"collectionName\": \"loaded\"}");
        assertThat(rest.loadState("loaded")).isEqualTo("LoadStateLoaded");
    }

    @Test
    void body_malformed_saysWhere() {
        assertThat(rest.refused(1801, "collections/load", "{\"collectionName\": \"loaded\""))
                .startsWith("can only accept json format request, error: ")
                .contains("line=1, column=");
    }

    @Test
    void body_beyondTheLimit_is413() {
        HttpResponse<String> answer = rest.send(
                "entities/insert", "{\"collectionName\": \"loaded\", \"data\": \"" + "x".repeat(1 << 20) + "\"}");

        assertThat(answer.statusCode()).isEqualTo(413);
        assertThat(answer.body()).startsWith("{\"code\":1102,\"message\":\"request body too large: bodyBytes=");
        assertThat(rest.loadState("loaded")).isEqualTo("LoadStateLoaded");
    }

    @Test
    void path_unknown_is404() {
        assertThat(rest.send("collections/nothing", "{}").statusCode()).isEqualTo(404);
    }
}
