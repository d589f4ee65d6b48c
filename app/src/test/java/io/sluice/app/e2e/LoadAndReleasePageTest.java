package io.sluice.app.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import tools.jackson.databind.JsonNode;

/**
 * The cURL snippets of Milvus's page "Load & Release", as printed.
 *
 * <p>In one word the real server wins over the page: after a release the state is {@code LoadStateNotLoad}.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class LoadAndReleasePageTest {
    private static final String[] TOKEN = {"Authorization", "Bearer root:Milvus"};
    private static final String MY_COLLECTION = """
        {
            "collectionName": "my_collection"
        }\
        """;

    private static final String COMMAND = """
        curl --silent --request POST \\
        --url "${CLUSTER_ENDPOINT}/v2/vectordb/collections/%s" \\
        --header "Authorization: Bearer ${TOKEN}" \\
        --header "Content-Type: application/json" \\
        -d '{
            "collectionName": "my_collection"
        }'
        """;

    private final TestServer server = TestServer.start();
    private final Rest rest = new Rest(server.baseUrl());

    @AfterAll
    void stop() {
        rest.close();
        server.close();
    }

    @Test
    void page_loadStateReleaseState_answersAsPrinted() {
        createMyCollection();

        assertThat(rest.send("collections/load", MY_COLLECTION, TOKEN).body()).isEqualTo("{\"code\":0,\"data\":{}}");
        rest.awaitLoaded("my_collection");
        JsonNode loaded = rest.post("collections/get_load_state", MY_COLLECTION, TOKEN);
        assertThat(loaded.toString())
                .isEqualTo("{\"code\":0,\"data\":{\"loadProgress\":100,\"loadState\":\"LoadStateLoaded\","
                        + "\"message\":\"\"},\"message\":\"\"}");

        assertThat(rest.send("collections/release", MY_COLLECTION, TOKEN).body())
                .isEqualTo("{\"code\":0,\"data\":{}}");
        JsonNode released = rest.post("collections/get_load_state", MY_COLLECTION, TOKEN);
        assertThat(released.toString())
                .isEqualTo("{\"code\":0,\"data\":{\"loadProgress\":0,\"loadState\":\"LoadStateNotLoad\","
                        + "\"message\":\"\"},\"message\":\"\"}");
    }

    /** The same with curl itself, from a shell whose variables are those of the page. */
    @Test
    void page_commandsInAShell_answerAsPrinted() {
        createMyCollection();
        String variables = "export CLUSTER_ENDPOINT=\"" + server.baseUrl() + "\"\nexport TOKEN=\"root:Milvus\"\n";
        List<String> answers = Stream.of("load", "get_load_state", "release", "get_load_state")
                .map(verb -> LocalShell.run(LocalShell.repository(), variables + COMMAND.formatted(verb)))
                .toList();

        assertThat(answers.get(0)).isEqualTo("{\"code\":0,\"data\":{}}");
        assertThat(answers.get(1)).contains("\"loadProgress\":100,\"loadState\":\"LoadStateLoaded\",\"message\":\"\"");
        assertThat(answers.get(2)).isEqualTo("{\"code\":0,\"data\":{}}");
        assertThat(answers.get(3)).contains("\"loadProgress\":0,\"loadState\":\"LoadStateNotLoad\",\"message\":\"\"");
    }

    /** The page has no REST for its second part ("Not support yet"); the options have the names of the SDKs. */
    @Test
    void page_specificFields_loadsOnlyThose() {
        rest.ok("collections/create", """
            {"collectionName": "two_fields", "schema": {"enableDynamicField": true, "fields": [
               {"fieldName": "my_id", "dataType": "Int64", "isPrimary": true},
               {"fieldName": "my_vector", "dataType": "FloatVector", "elementTypeParams": {"dim": 4}},
               {"fieldName": "my_text", "dataType": "VarChar", "elementTypeParams": {"max_length": 20}}]}}
            """, TOKEN);
        rest.ok(
                "indexes/create",
                "{\"collectionName\": \"two_fields\", \"indexParams\": [{\"fieldName\": \"my_vector\"}]}",
                TOKEN);
        rest.ok("entities/insert", """
            {"collectionName": "two_fields", "data": [
               {"my_id": 1, "my_vector": [1, 0, 0, 0], "my_text": "one", "color": "red"}]}
            """, TOKEN);
        rest.ok("collections/flush", "{\"collectionName\": \"two_fields\"}", TOKEN);

        rest.ok("collections/load", """
            {"collectionName": "two_fields", "loadFields": ["my_id", "my_vector"], "skipLoadDynamicField": true}
            """, TOKEN);
        rest.awaitLoaded("two_fields");

        JsonNode hits = rest.ok(
                "entities/search",
                "{\"collectionName\": \"two_fields\", \"data\": [[1, 0, 0, 0]], \"outputFields\": [\"*\"]}",
                TOKEN);
        assertThat(hits.get(0).propertyNames()).containsExactlyInAnyOrder("distance", "id", "my_id", "my_vector");
        assertThat(rest.post(
                                "entities/search",
                                "{\"collectionName\": \"two_fields\", \"data\": [[1, 0, 0, 0]],"
                                        + " \"outputFields\": [\"my_text\"]}",
                                TOKEN)
                        .path("message")
                        .asString())
                .contains("field my_text is not loaded");
        assertThat(rest.post(
                                "entities/query",
                                "{\"collectionName\": \"two_fields\", \"filter\": \"color == 'red'\"}",
                                TOKEN)
                        .path("message")
                        .asString())
                .contains("field color is dynamic but dynamic field is not loaded");
    }

    private void createMyCollection() {
        rest.ok("collections/create", """
            {"collectionName": "my_collection", "schema": {"fields": [
               {"fieldName": "my_id", "dataType": "Int64", "isPrimary": true},
               {"fieldName": "my_vector", "dataType": "FloatVector", "elementTypeParams": {"dim": "5"}}]},
             "indexParams": [{"fieldName": "my_vector", "indexName": "my_vector", "metricType": "COSINE"}]}
            """, TOKEN);
    }
}
