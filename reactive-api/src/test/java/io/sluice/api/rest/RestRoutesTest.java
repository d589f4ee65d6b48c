package io.sluice.api.rest;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.api.ApiOptions;
import io.sluice.engine.VectorEngine;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.http.MediaType;
import org.springframework.test.web.reactive.server.WebTestClient;
import reactor.core.publisher.Flux;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/** What the routes answer before any engine is asked. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RestRoutesTest {
    private static final int LIMIT_BYTES = 1 << 20;

    private final Scheduler json = Schedulers.newBoundedElastic(2, 100, "json");
    private final WebTestClient client = WebTestClient.bindToRouterFunction(
                    RestRoutes.of(noEngine(), ApiOptions.defaults(json).withMaxBodyBytes(LIMIT_BYTES)))
            .build();

    @SuppressWarnings("NullAway") // nothing in here gets as far as the engine
    private static VectorEngine noEngine() {
        return null;
    }

    @AfterAll
    void dispose() {
        json.dispose();
    }

    private String post(String path, String body, int expectedStatus) {
        return text(
                client.post().uri(path).contentType(MediaType.APPLICATION_JSON).bodyValue(body), expectedStatus);
    }

    private static String text(WebTestClient.RequestHeadersSpec<?> request, int expectedStatus) {
        byte[] answer = request.exchange()
                .expectStatus()
                .isEqualTo(expectedStatus)
                .expectHeader()
                .contentType(MediaType.APPLICATION_JSON)
                .expectBody(byte[].class)
                .returnResult()
                .getResponseBody();
        return answer == null ? "" : new String(answer, StandardCharsets.UTF_8);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "collections/nothing",
                "nothing/list",
                "collections/load/",
                "collections",
                "",
                "collections/load/more"
            })
    void unknownPath_is404InAnEnvelope(String verb) {
        assertThat(post("/v2/vectordb/" + verb, "{}", 404))
                .startsWith("{\"code\":404,\"message\":\"page not found: method=POST, path=/v2/vectordb/" + verb);
    }

    @Test
    void knownPath_byGet_is404ThatNamesPost() {
        assertThat(text(client.get().uri("/v2/vectordb/collections/list"), 404))
                .startsWith("{\"code\":404,")
                .contains("method=GET")
                .contains("Send a POST");
    }

    @Test
    void pathOfAnotherFace_isNotAnswered() {
        client.post()
                .uri("/api/v1/operations")
                .exchange()
                .expectStatus()
                .isNotFound()
                .expectBody()
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"roles/list", "jobs/import/list", "users/grant_role"})
    void verbOfMilvusThatIsNotBuilt_saysSo(String verb) {
        assertThat(post("/v2/vectordb/" + verb, "{}", 200))
                .startsWith("{\"code\":10,")
                .contains("not supported yet");
    }

    @Test
    void malformedJson_is1801WithPosition() {
        assertThat(post("/v2/vectordb/collections/load", "{\"collectionName\": \"c\",\n  oops}", 200))
                .startsWith("{\"code\":1801,\"message\":\"can only accept json format request, error: ")
                .contains("line=2, column=");
    }

    @Test
    void emptyBody_is1801InMilvusWords() {
        assertThat(post("/v2/vectordb/collections/list", "", 200))
                .startsWith("{\"code\":1801,\"message\":\"can only accept json format request, "
                        + "the request body should be nil, however {} is valid");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        collections/has            | CollectionNameReq   | collectionName
        collections/describe       | CollectionNameReq   | collectionName
        collections/get_stats      | CollectionNameReq   | collectionName
        collections/get_load_state | CollectionNameReq   | collectionName
        collections/create         | CollectionReq       | collectionName
        collections/drop           | CollectionNameReq   | collectionName
        collections/flush          | CollectionNameReq   | collectionName
        collections/load           | CollectionNameReq   | collectionName
        collections/refresh_load   | CollectionNameReq   | collectionName
        collections/release        | CollectionNameReq   | collectionName
        collections/rename         | RenameCollectionReq | collectionName,newCollectionName
        partitions/list            | CollectionNameReq   | collectionName
        partitions/has             | PartitionReq        | collectionName,partitionName
        partitions/create          | PartitionReq        | collectionName,partitionName
        partitions/drop            | PartitionReq        | collectionName,partitionName
        partitions/get_stats       | PartitionReq        | collectionName,partitionName
        partitions/load            | PartitionsReq       | collectionName,partitionNames
        partitions/release         | PartitionsReq       | collectionName,partitionNames
        indexes/list               | CollectionNameReq   | collectionName
        indexes/describe           | IndexReq            | collectionName,indexName
        indexes/create             | IndexParamReq       | collectionName,indexParams
        indexes/drop               | IndexReq            | collectionName,indexName
        entities/insert            | CollectionDataReq   | collectionName
        entities/upsert            | CollectionDataReq   | collectionName
        entities/delete            | CollectionFilterReq | collectionName
        entities/query             | QueryReqV2          | collectionName
        entities/get               | CollectionIDReq     | collectionName,id
        entities/search            | SearchReqV2         | collectionName
        aliases/describe           | AliasReq            | aliasName
        aliases/create             | AliasCollectionReq  | collectionName,aliasName
        aliases/alter              | AliasCollectionReq  | collectionName,aliasName
        aliases/drop               | AliasReq            | aliasName
        databases/describe         | DatabaseReq         | dbName
        databases/create           | DatabaseReqWithProperties | dbName
        databases/drop             | DatabaseReq         | dbName
        """)
    void missingRequired_is1802InValidatorShape(String verb, String request, String keys) {
        String answer = post("/v2/vectordb/" + verb, "{}", 200);

        assertThat(answer).startsWith("{\"code\":1802,\"message\":\"missing required parameters, error: Key: '");
        for (String key : keys.split(",")) {
            String field = Character.toUpperCase(key.charAt(0)) + key.substring(1);
            assertThat(answer)
                    .contains("Key: '" + request + "." + field + "' Error:Field validation for '" + field
                            + "' failed on the 'required' tag");
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        collections/load    | {"collectionName": 5}                          | 1801 | cannot unmarshal number into field collectionName of type string
        collections/load    | {"collectionName": "c", "loadFields": "id"}    | 1801 | cannot unmarshal string into field loadFields of type []string
        collections/load    | {"collectionName": "c", "replicaNumber": "x"}  | 1801 | field replicaNumber of type int32
        collections/load    | {"collectionName": "c", "priority": "medium"}  | 1100 | priority can only be [high, low]: invalid parameter[expected=high or low][actual=medium]
        partitions/load     | {"collectionName": "c", "partitionNames": []}  | 1100 | due to no partition specified
        partitions/release  | {"collectionName": "c", "partitionNames": []}  | 1100 | invalid parameter[expected=any partition][actual=empty partition list]
        indexes/create      | {"collectionName": "c", "indexParams": []}     | 1802 | Key: 'IndexParamReq.IndexParams'
        indexes/create      | {"collectionName": "c", "indexParams": [{}]}   | 1802 | Key: 'IndexParam.FieldName'
        entities/insert     | {"collectionName": "c"}                        | 1802 | Key: 'CollectionDataReq.Data'
        entities/insert     | {"collectionName": "c", "data": null}          | 1802 | Key: 'CollectionDataReq.Data'
        entities/upsert     | {"collectionName": "c", "data": [], "partialUpdate": true} | 10 | option partialUpdate is not supported yet
        entities/delete     | {"collectionName": "c"}                        | 1802 | Key: 'CollectionFilterReq.Filter'
        entities/delete     | {"collectionName": "c", "filter": "id > 1", "id": 1} | 1100 | filter and id say different things
        entities/query      | {"collectionName": "c", "limit": true}         | 1801 | field limit of type int32
        entities/query      | {"collectionName": "c", "orderByFields": ["a"]} | 10  | option orderByFields is not supported yet
        entities/query      | {"collectionName": "c", "consistencyLevel": "Weak"} | 1100 | consistencyLevel can only be [Strong, Session, Bounded, Eventually, Customized], default: Bounded, err:
        entities/search     | {"collectionName": "c"}                        | 1802 | Key: 'SearchReqV2.Data'
        entities/search     | {"collectionName": "c", "data": [[1]], "ids": [1]} | 1100 | data and ids cannot be given together
        entities/search     | {"collectionName": "c", "data": [1]}           | 1801 | data must be a list of vectors
        """)
    void wrongRequest_isRefusedWithCodeAndText(String verb, String body, int code, String text) {
        String answer = post("/v2/vectordb/" + verb, body, 200);

        assertThat(answer).startsWith("{\"code\":" + code + ",\"message\":\"");
        assertThat(answer.replace("\\\"", "\"")).contains(text);
    }

    @ParameterizedTest
    @ValueSource(strings = {"soon", "0", "-1", "1.5", "99999999"})
    void requestTimeout_notANumberOfSeconds_is1100(String seconds) {
        WebTestClient.RequestHeadersSpec<?> request = client.post()
                .uri("/v2/vectordb/collections/list")
                .header("Request-Timeout", seconds)
                .bodyValue("{}");

        assertThat(text(request, 200)).startsWith("{\"code\":1100,").contains("[actual=" + seconds + "]");
    }

    @Test
    void bodyBeyondTheLimit_is413WithCode1102() {
        String body = "{\"collectionName\": \"c\", \"data\": \"" + "x".repeat(LIMIT_BYTES) + "\"}";

        assertThat(post("/v2/vectordb/entities/insert", body, 413))
                .startsWith("{\"code\":1102,\"message\":\"request body too large: bodyBytes=" + body.length()
                        + ", limitBytes=" + LIMIT_BYTES)
                .contains("SLUICE_MAX_BODY");
    }

    @Test
    void defect_is65535WithoutStackTrace() {
        assertThat(post("/v2/vectordb/collections/list", "{}", 200))
                .startsWith("{\"code\":65535,\"message\":\"unexpected error: NullPointerException");
    }

    @Test
    void bodyThatNeverEnds_is408() {
        WebTestClient impatient = WebTestClient.bindToRouterFunction(
                        RestRoutes.of(noEngine(), ApiOptions.defaults(json).withRequestTimeout(Duration.ofMillis(50))))
                .build();

        WebTestClient.RequestHeadersSpec<?> request =
                impatient.post().uri("/v2/vectordb/collections/list").body(Flux.never(), String.class);

        assertThat(text(request, 408)).startsWith("{\"code\":10001,\"message\":\"request timeout");
    }
}
