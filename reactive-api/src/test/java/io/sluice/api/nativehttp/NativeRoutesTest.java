package io.sluice.api.nativehttp;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.engine.error.EngineException;
import io.sluice.engine.error.ErrorCode;
import io.sluice.engine.load.LoadRequest;
import io.sluice.engine.load.MultiplexedEvent;
import io.sluice.engine.load.OperationEvent.Type;
import io.sluice.engine.load.ReleaseRequest;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.test.web.reactive.server.EntityExchangeResult;
import org.springframework.test.web.reactive.server.WebTestClient;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.test.StepVerifier;
import tools.jackson.databind.JsonNode;

/** The calls as a client sees them, over a made-up engine. */
class NativeRoutesTest {
    private static final String LOAD = "/api/v1/databases/default/collections/articles/load";

    private final FakeEngine engine = new FakeEngine();
    private final Sinks.Empty<Void> closing = Sinks.empty();
    private final WebTestClient client = WebTestClient.bindToRouterFunction(
                    NativeRoutes.of(engine, NativeHttpOptions.defaults().withClosing(closing.asMono())))
            .build();

    private static Consumer<EntityExchangeResult<byte[]>> value(String pointer, Consumer<JsonNode> check) {
        return result -> {
            byte[] body = result.getResponseBody();
            assert body != null;
            JsonNode json = NativeWire.JSON.readTree(body);
            check.accept(json.at(pointer));
        };
    }

    private static Consumer<EntityExchangeResult<byte[]>> is(String pointer, Object wanted) {
        return value(
                pointer, found -> assertThat(found.toString()).isEqualTo(NativeWire.JSON.writeValueAsString(wanted)));
    }

    private static Consumer<EntityExchangeResult<byte[]>> isMissing(String pointer) {
        return value(pointer, found -> assertThat(found.isMissingNode()).isTrue());
    }

    private static Consumer<EntityExchangeResult<byte[]>> starts(String pointer, String text) {
        return value(pointer, found -> assertThat(found.asString()).startsWith(text));
    }

    private static Consumer<EntityExchangeResult<byte[]>> holds(String pointer, String text) {
        return value(pointer, found -> assertThat(found.asString()).contains(text));
    }

    @Test
    void load_plain_answersAcceptedWithLocation() {
        client.post()
                .uri(LOAD)
                .bodyValue("{\"partitions\":[\"p\"],\"fields\":[\"id\",\"vector\"],\"skipDynamicField\":true,"
                        + "\"priority\":\"low\",\"refresh\":true,\"deadline\":1.5}")
                .exchange()
                .expectStatus()
                .isAccepted()
                .expectHeader()
                .valueEquals(HttpHeaders.LOCATION, "/api/v1/operations/op-1a2b")
                .expectHeader()
                .contentType(MediaType.APPLICATION_JSON)
                .expectBody()
                .consumeWith(is("/id", "op-1a2b"))
                .consumeWith(is("/kind", "load"))
                .consumeWith(is("/state", "queued"))
                .consumeWith(is("/finished", false))
                .consumeWith(is("/lastEventId", "op-1a2b:1"))
                .consumeWith(isMissing("/failure"));
        assertThat(engine.asked)
                .containsExactly(new LoadRequest(
                        "default",
                        "articles",
                        List.of("p"),
                        List.of("id", "vector"),
                        true,
                        0,
                        List.of(),
                        true,
                        true,
                        Duration.ofMillis(1_500),
                        true));
    }

    @Test
    void load_withoutBody_loadsEverything() {
        client.post().uri(LOAD).exchange().expectStatus().isAccepted();
        assertThat(engine.asked)
                .containsExactly(new LoadRequest(
                        "default", "articles", List.of(), List.of(), false, 0, List.of(), false, false, null, true));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        {"partition":["p"]}     | unknown key: key=partition. Known keys: [partitions, fields, skipDynamicField, priority, refresh, deadline]
        {"partitions":"p"}      | wrong value: key=partitions, found="p". Send an array of names
        {"fields":["a",1]}      | wrong value: key=fields, found=["a",1]. Send an array of names
        {"refresh":"yes"}       | wrong value: key=refresh, found="yes". Send true or false
        {"priority":"urgent"}   | wrong value: key=priority, found="urgent". Send "high" or "low"
        {"deadline":"soon"}     | wrong value: key=deadline, found="soon".
        {"deadline":0}          | wrong value: key=deadline, found=0.
        {"deadline":"-PT1S"}    | wrong value: key=deadline
        {"fields":[],"fields":[]} | the body is not JSON
        {"fields":              | the body is not JSON
        {} {}                   | the body is not JSON
        [1]                     | the body must be a JSON object: found=ARRAY
        """)
    void load_wrongBody_isAProblem(String body, String detail) {
        client.post()
                .uri(LOAD)
                .bodyValue(body)
                .exchange()
                .expectStatus()
                .isBadRequest()
                .expectHeader()
                .contentType(MediaType.APPLICATION_PROBLEM_JSON)
                .expectBody()
                .consumeWith(is("/type", "urn:sluice:error:invalid-parameter"))
                .consumeWith(is("/title", "Invalid parameter"))
                .consumeWith(is("/status", 400))
                .consumeWith(is("/code", 1100))
                .consumeWith(is("/retryable", false))
                .consumeWith(starts("/detail", detail));
        assertThat(engine.asked).isEmpty();
    }

    @Test
    void load_outOfBudget_saysWhoHoldsTheRest() {
        engine.refusal = Samples.outOfBudget();
        client.post()
                .uri(LOAD)
                .exchange()
                .expectStatus()
                .isEqualTo(507)
                .expectHeader()
                .contentType(MediaType.APPLICATION_PROBLEM_JSON)
                .expectBody()
                .consumeWith(is("/code", 3))
                .consumeWith(is("/needBytes", 536_870_912))
                .consumeWith(is("/freeBytes", 134_217_728))
                .consumeWith(is("/limitBytes", 1_073_741_824))
                .consumeWith(is("/holders/0/name", "default.images"))
                .consumeWith(is("/holders/0/bytes", 805_306_368));
    }

    @Test
    void load_acceptingAStream_answersTheEvents() {
        engine.operationEvents =
                Flux.just(Type.SNAPSHOT, Type.PROGRESS, Type.LOADED).map(Samples::of);
        for (MediaType type : List.of(MediaType.TEXT_EVENT_STREAM, MediaType.APPLICATION_NDJSON)) {
            String body = client.post()
                    .uri(LOAD)
                    .accept(type)
                    .exchange()
                    .expectStatus()
                    .isOk()
                    .expectHeader()
                    .contentTypeCompatibleWith(type)
                    .expectHeader()
                    .valueEquals(HttpHeaders.LOCATION, "/api/v1/operations/op-1a2b")
                    .expectBody(String.class)
                    .returnResult()
                    .getResponseBody();
            assert body != null;
            assertThat(body.lines().filter(line -> line.contains("\"event\":\"loaded\"")))
                    .hasSize(1);
        }
    }

    @Test
    void load_preferWait_answersTheFinishedOperation() {
        engine.finished = Mono.just(Samples.load("loaded", 100, 12, null, null));
        client.post()
                .uri(LOAD)
                .header("Prefer", "respond-async, wait=10")
                .exchange()
                .expectStatus()
                .isOk()
                .expectHeader()
                .valueEquals("Preference-Applied", "wait=10")
                .expectBody()
                .consumeWith(is("/state", "loaded"))
                .consumeWith(is("/finished", true));
    }

    @Test
    void load_preferWaitTooShort_answersAccepted() {
        engine.operations.add(Samples.load("copying", 40, 7, null, null));
        client.post()
                .uri(LOAD)
                .header("Prefer", "wait=0")
                .exchange()
                .expectStatus()
                .isAccepted()
                .expectBody()
                .consumeWith(is("/percent", 40));
    }

    @Test
    void release_partitions_answersAccepted() {
        client.post()
                .uri("/api/v1/databases/d%20b/collections/c%2Fd/release")
                .bodyValue("{\"partitions\":[\"p\"]}")
                .exchange()
                .expectStatus()
                .isAccepted()
                .expectHeader()
                .valueEquals(HttpHeaders.LOCATION, "/api/v1/operations/op-3c4d");
        assertThat(engine.asked.getFirst()).isInstanceOf(ReleaseRequest.class);
        assertThat(((ReleaseRequest) engine.asked.getFirst()).partitions()).containsExactly("p");
    }

    @Test
    void estimate_saysWhatItTakes() {
        client.post()
                .uri("/api/v1/databases/default/collections/articles/estimate")
                .exchange()
                .expectStatus()
                .isOk()
                .expectBody()
                .consumeWith(is("/needBytes", 4_096))
                .consumeWith(is("/fits", false))
                .consumeWith(is("/partitions/0/segments/0/parts/0/name", "vector"))
                .consumeWith(is("/holders/0/name", "default.images"));
    }

    @Test
    void operations_filters_listWhatPasses() {
        engine.operations.add(Samples.release("released", 2));
        engine.operations.add(Samples.load("copying", 40, 7, null, null));
        engine.operations.add(Samples.load("loaded", 100, 12, null, null));
        client.get()
                .uri("/api/v1/operations?state=loaded,released&limit=1")
                .exchange()
                .expectStatus()
                .isOk()
                .expectBody()
                .consumeWith(is("/total", 2))
                .consumeWith(isMissing("/operations/1"))
                .consumeWith(is("/operations/0/state", "released"));
        client.get()
                .uri("/api/v1/operations?kind=load&database=default&collection=articles")
                .exchange()
                .expectBody()
                .consumeWith(is("/total", 2));
        client.get()
                .uri("/api/v1/operations?collection=others")
                .exchange()
                .expectBody()
                .consumeWith(is("/total", 0));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        state=done   | unknown operation state: state=done
        kind=copy    | unknown operation kind: kind=copy
        limit=0      | limit is out of range: limit=0
        limit=many   | limit is out of range: limit=many
        colection=c  | unknown query parameter: name=colection
        """)
    void operations_wrongFilter_isAProblem(String query, String detail) {
        client.get()
                .uri("/api/v1/operations?" + query)
                .exchange()
                .expectStatus()
                .isBadRequest()
                .expectBody()
                .consumeWith(starts("/detail", detail));
    }

    @Test
    void operation_unknown_isAProblemWithItsId() {
        for (String path : List.of("", "/events")) {
            client.get()
                    .uri("/api/v1/operations/op-9" + path)
                    .exchange()
                    .expectStatus()
                    .isNotFound()
                    .expectHeader()
                    .contentType(MediaType.APPLICATION_PROBLEM_JSON)
                    .expectBody()
                    .consumeWith(is("/code", ErrorCode.OPERATION_NOT_FOUND.code()))
                    .consumeWith(is("/operationId", "op-9"));
        }
    }

    @Test
    void operation_failed_carriesItsProblem() {
        engine.operations.add(Samples.of(Type.FAILED).view());
        client.get()
                .uri("/api/v1/operations/op-1a2b")
                .exchange()
                .expectStatus()
                .isOk()
                .expectBody()
                .consumeWith(is("/state", "failed"))
                .consumeWith(is("/failure/status", 507))
                .consumeWith(is("/failure/operationId", "op-1a2b"))
                .consumeWith(is("/failure/needBytes", 536_870_912));
    }

    @Test
    void cancel_answersTheOperation() {
        engine.operations.add(Samples.of(Type.CANCELLED).view());
        client.post()
                .uri("/api/v1/operations/op-1a2b/cancel")
                .exchange()
                .expectStatus()
                .isOk()
                .expectBody()
                .consumeWith(is("/state", "cancelled"))
                .consumeWith(is("/failure/code", 10000));
    }

    @Test
    void operationEvents_sse_hasIdsNamesAndHeaders() {
        engine.operations.add(Samples.load("copying", 40, 7, null, null));
        engine.operationEvents =
                Flux.just(Type.SNAPSHOT, Type.SEGMENT, Type.LOADED).map(Samples::of);
        var result = client.get()
                .uri("/api/v1/operations/op-1a2b/events")
                .exchange()
                .expectStatus()
                .isOk()
                .expectHeader()
                .contentTypeCompatibleWith(MediaType.TEXT_EVENT_STREAM)
                .expectHeader()
                .valueEquals(HttpHeaders.CACHE_CONTROL, "no-store")
                .expectHeader()
                .valueEquals("X-Accel-Buffering", "no")
                .expectBody(String.class)
                .returnResult()
                .getResponseBody();
        assert result != null;
        assertThat(result.lines().filter(line -> !line.startsWith("data: ")))
                .containsExactly(
                        "retry: 2000",
                        "",
                        "id: op-1a2b:7",
                        "event: snapshot",
                        "",
                        "id: op-1a2b:8",
                        "event: segment",
                        "",
                        "id: op-1a2b:12",
                        "event: loaded",
                        "");
        assertThat(engine.asked).containsExactly("op-1a2b after null");
    }

    @Test
    void operationEvents_lastEventId_headerBeforeParameter() {
        engine.operations.add(Samples.load("copying", 40, 7, null, null));
        client.get()
                .uri("/api/v1/operations/op-1a2b/events?lastEventId=op-1a2b:3")
                .exchange()
                .expectStatus()
                .isOk();
        client.get()
                .uri("/api/v1/operations/op-1a2b/events?lastEventId=op-1a2b:3")
                .header("Last-Event-ID", "op-1a2b:5")
                .exchange()
                .expectStatus()
                .isOk();
        assertThat(engine.asked).containsExactly("op-1a2b after op-1a2b:3", "op-1a2b after op-1a2b:5");
    }

    @Test
    void operationEvents_terminalId_answersNoContent() {
        engine.operations.add(Samples.of(Type.LOADED).view());
        client.get()
                .uri("/api/v1/operations/op-1a2b/events")
                .header("Last-Event-ID", "op-1a2b:12")
                .exchange()
                .expectStatus()
                .isNoContent();
        client.get()
                .uri("/api/v1/operations/op-1a2b/events")
                .header("Last-Event-ID", "op-1a2b:11")
                .exchange()
                .expectStatus()
                .isOk();
    }

    @Test
    void operationEvents_ndjson_isOneObjectPerLine() {
        engine.operations.add(Samples.load("copying", 40, 7, null, null));
        engine.operationEvents = Flux.just(Type.SNAPSHOT, Type.FAILED).map(Samples::of);
        String body = client.get()
                .uri("/api/v1/operations/op-1a2b/events")
                .accept(MediaType.APPLICATION_NDJSON)
                .exchange()
                .expectStatus()
                .isOk()
                .expectBody(String.class)
                .returnResult()
                .getResponseBody();
        assert body != null;
        assertThat(body.lines()
                        .map(line -> NativeWire.JSON.readTree(line).get("id").stringValue()))
                .containsExactly("op-1a2b:7", "op-1a2b:3");
    }

    @Test
    void operationEvents_otherFormat_isNotAcceptable() {
        engine.operations.add(Samples.load("copying", 40, 7, null, null));
        client.get()
                .uri("/api/v1/operations/op-1a2b/events")
                .accept(MediaType.APPLICATION_JSON)
                .exchange()
                .expectStatus()
                .isEqualTo(406)
                .expectHeader()
                .contentType(MediaType.APPLICATION_PROBLEM_JSON);
    }

    @Test
    void events_everything_isNumberedByTheServer() {
        engine.events = Flux.just(new MultiplexedEvent("e5", 41, Samples.of(Type.LOADED)));
        String body = client.get()
                .uri("/api/v1/events?database=default&collections=articles,images&lastEventId=e5:40")
                .exchange()
                .expectStatus()
                .isOk()
                .expectBody(String.class)
                .returnResult()
                .getResponseBody();
        assertThat(body)
                .contains("id: e5:41\nevent: loaded\ndata: {\"id\":\"e5:41\"")
                .contains("\"operationEventId\":\"op-1a2b:12\"");
        assertThat(engine.asked).containsExactly("default [articles, images] after e5:40");
    }

    @Test
    void events_serverCloses_streamEndsCleanly() {
        engine.events = Flux.concat(Flux.just(new MultiplexedEvent("e5", 41, Samples.of(Type.SNAPSHOT))), Flux.never());
        var body = client.get()
                .uri("/api/v1/events")
                .exchange()
                .expectStatus()
                .isOk()
                .returnResult(byte[].class)
                .getResponseBody()
                .map(bytes -> new String(bytes, StandardCharsets.UTF_8));
        StepVerifier.create(body.filter(text -> text.contains("snapshot")))
                .expectNextCount(1)
                .then(closing::tryEmitEmpty)
                .verifyComplete();
    }

    @Test
    void events_sourceFails_streamEndsCleanly() {
        engine.events = Flux.concat(
                Flux.just(new MultiplexedEvent("e5", 41, Samples.of(Type.SNAPSHOT))),
                Flux.error(new EngineException.Unavailable(ErrorCode.SERVICE_UNAVAILABLE, "closing")));
        String body = client.get()
                .uri("/api/v1/events")
                .exchange()
                .expectStatus()
                .isOk()
                .expectBody(String.class)
                .returnResult()
                .getResponseBody();
        assertThat(body).endsWith("\n\n").contains("event: snapshot");
    }

    @Test
    void collections_saysStateAndBytes() {
        client.get()
                .uri("/api/v1/databases/default/collections")
                .exchange()
                .expectStatus()
                .isOk()
                .expectBody()
                .consumeWith(is("/database", "default"))
                .consumeWith(is("/collections/0/state", "Loaded"))
                .consumeWith(is("/collections/0/memoryBytes", 4_096))
                .consumeWith(is("/collections/0/lastAccessAt", "1970-01-01T00:00:01Z"))
                .consumeWith(is("/collections/1/state", "NotLoad"))
                .consumeWith(is("/collections/1/failure/code", 3))
                .consumeWith(isMissing("/collections/1/lastAccessAt"));
    }

    @Test
    void memory_isATree() {
        client.get()
                .uri("/api/v1/memory")
                .exchange()
                .expectStatus()
                .isOk()
                .expectBody()
                .consumeWith(is("/limitBytes", 8_192))
                .consumeWith(is("/byTag/load", 4_096))
                .consumeWith(is("/collections/0/partitions/0/segments/0/fields/0/parts/0/pages", "4KiB"));
        client.get()
                .uri("/api/v1/databases/default/collections/articles/memory")
                .exchange()
                .expectStatus()
                .isOk();
        assertThat(engine.asked).containsExactly("memory null null", "memory default articles");
    }

    @Test
    void anything_unavailable_saysWhenToRetry() {
        engine.refusal = new EngineException.Unavailable(ErrorCode.SERVICE_NOT_READY, "starting");
        client.get()
                .uri("/api/v1/memory")
                .exchange()
                .expectStatus()
                .isEqualTo(503)
                .expectHeader()
                .valueEquals(HttpHeaders.RETRY_AFTER, "1")
                .expectBody()
                .consumeWith(is("/retryable", true));
    }

    @Test
    void anything_unknownPathOrMethod_isAProblem() {
        client.get()
                .uri("/api/v1/nothing")
                .exchange()
                .expectStatus()
                .isNotFound()
                .expectHeader()
                .contentType(MediaType.APPLICATION_PROBLEM_JSON);
        client.delete()
                .uri("/api/v1/operations/op-1")
                .exchange()
                .expectStatus()
                .isNotFound()
                .expectBody()
                .consumeWith(holds("/detail", "DELETE"));
    }

    @Test
    void anything_unexpected_isAProblem() {
        engine.refusal = new IllegalStateException("broken");
        client.get()
                .uri("/api/v1/memory")
                .exchange()
                .expectStatus()
                .isEqualTo(500)
                .expectBody()
                .consumeWith(is("/code", 65535))
                .consumeWith(holds("/detail", "broken"));
    }
}
