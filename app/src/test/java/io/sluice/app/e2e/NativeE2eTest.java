package io.sluice.app.e2e;

import static io.sluice.app.e2e.NativeApi.NDJSON;
import static io.sluice.app.e2e.NativeApi.SSE;
import static io.sluice.app.e2e.NativeApi.of;
import static io.sluice.app.e2e.NativeApi.operation;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/** The native API from end to end on a server that loads as fast as it can. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class NativeE2eTest {
    private final TestServer server = TestServer.start();
    private final Rest rest = new Rest(server.baseUrl());
    private final NativeApi api = new NativeApi(server.baseUrl());

    /** Two segments and some growing rows; deleted rows in one of them. */
    @BeforeAll
    void fill() {
        for (String collection : List.of("one", "two")) {
            WordRows.create(rest, collection, "FLAT", "COSINE");
            List<String> bodies = WordRows.insertBodies(collection);
            rest.ok("entities/insert", bodies.get(0));
            WordRows.flush(rest, collection);
            rest.ok("entities/insert", bodies.get(1));
            rest.ok("entities/delete", "{\"collectionName\": \"" + collection + "\", \"filter\": \"id in [1, 2, 3]\"}");
            WordRows.flush(rest, collection);
            rest.ok("entities/insert", bodies.get(2));
        }
    }

    @AfterAll
    void stop() {
        rest.close();
        api.close();
        server.close();
    }

    private void release(String... collections) {
        for (String collection : collections) {
            api.releaseAndWait(collection);
        }
        assertThat(api.loadBytes()).isZero();
    }

    /** What holds for every stream of one operation from its first snapshot on. */
    private static void assertWhole(List<Event> events, String terminal) {
        assertThat(events.getFirst().name()).isEqualTo("snapshot");
        assertGapless(events);
        assertThat(events.stream().map(Event::id).map(id -> id.replaceFirst(":.*", "")))
                .containsOnly(events.getFirst().operation().path("id").asString());
        assertThat(events.stream().filter(Event::isTerminal)).containsExactly(events.getLast());
        assertThat(events.getLast().name()).isEqualTo(terminal);
        assertThat(events.getLast().operation().path("finished").asBoolean()).isTrue();
        assertThat(events.getLast().operation().path("lastEventId").asString())
                .isEqualTo(events.getLast().id());
        List<Integer> percents = events.stream()
                .map(event -> event.operation().path("percent").asInt())
                .toList();
        assertThat(percents).isSorted();
    }

    private static void assertGapless(List<Event> events) {
        long first = events.getFirst().number();
        assertThat(events.stream().mapToLong(Event::number).toArray())
                .isEqualTo(LongStream.range(first, first + events.size()).toArray());
    }

    // Load

    @Test
    void load_acceptingEvents_isTheStream() {
        try (EventStream stream = api.streamOfPost(of("one", "load"), "", "Accept", SSE)) {
            assertThat(stream.status()).isEqualTo(200);
            assertThat(stream.header("Content-Type")).startsWith(SSE);
            assertThat(stream.header("Cache-Control")).isEqualTo("no-store");
            assertThat(stream.header("X-Accel-Buffering")).isEqualTo("no");

            List<Event> events = stream.untilEnd();

            assertWhole(events, "loaded");
            assertThat(stream.otherLines()).first().isEqualTo("retry: 2000");
            JsonNode loaded = events.getLast().operation();
            assertThat(stream.header("Location"))
                    .isEqualTo(operation(loaded.path("id").asString()));
            assertThat(loaded.path("percent").asInt()).isEqualTo(100);
            assertThat(loaded.path("bytesLoaded").asLong())
                    .isPositive()
                    .isEqualTo(loaded.path("bytesTotal").asLong());
            assertThat(loaded.path("segmentsLoaded").asInt()).isEqualTo(2);
            assertThat(loaded.path("rowsTotal").asLong()).isEqualTo(2_000);
            assertThat(rest.count("one", "")).isEqualTo(3 * WordRows.ROWS_PER_BODY - 3);
        }
        release("one");
    }

    @Test
    void load_plain_isAcceptedWithItsLocation() {
        NativeApi.Answer accepted = api.post(of("one", "load"), "{}");

        assertThat(accepted.status()).isEqualTo(202);
        String id = accepted.json().path("id").asString();
        assertThat(accepted.header("Location")).isEqualTo(operation(id));
        assertThat(api.end(id).name()).isEqualTo("loaded");
        JsonNode finished = api.ok(api.get(accepted.header("Location")));
        assertThat(finished.path("state").asString()).isEqualTo("loaded");
        assertThat(finished.path("finishedAt").asString()).matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d.*Z");
        release("one");
    }

    @Test
    void load_preferWait_answersTheEnd() {
        NativeApi.Answer waited = api.post(of("one", "load"), "", "Prefer", "wait=60");

        assertThat(waited.status()).isEqualTo(200);
        assertThat(waited.header("Preference-Applied")).isEqualTo("wait=60");
        assertThat(waited.json().path("state").asString()).isEqualTo("loaded");
        JsonNode again = api.loadAndWait("one");
        assertThat(again.path("state").asString()).isEqualTo("loaded");
        release("one");
    }

    @Test
    void load_ofSomeFields_takesLessAndSaysWhich() {
        JsonNode whole = api.loadAndWait("one");
        release("one");

        JsonNode some = api.ok(api.post(
                of("one", "load"), "{\"fields\": [\"id\", \"vector\"], \"priority\": \"low\"}", "Prefer", "wait=60"));

        assertThat(Rest.texts(some.path("fields"))).containsExactly("id", "vector");
        assertThat(some.path("bytesTotal").asLong())
                .isLessThan(whole.path("bytesTotal").asLong());
        assertThat(rest.post(
                                "entities/query",
                                "{\"collectionName\": \"one\", \"filter\": \"word == 'music'\", \"outputFields\":"
                                        + " [\"id\"]}")
                        .path("message")
                        .asString())
                .contains("field:word data_type:VarChar is not loaded");
        release("one");
    }

    // Streams of a finished operation

    @Test
    void events_afterEachId_areWhatFollows() {
        String id = api.loadAndWait("one").path("id").asString();
        String path = operation(id) + "/events";
        List<Event> all;
        try (EventStream stream = api.stream(path, "Accept", SSE, "Last-Event-ID", id + ":1")) {
            all = stream.untilEnd();
        }

        assertThat(all.getFirst().number()).isEqualTo(2);
        assertGapless(all);
        assertThat(NativeApi.names(all)).containsOnly("admitted", "segment", "progress", "loaded");
        assertThat(NativeApi.names(all)).startsWith("admitted").endsWith("progress", "loaded");
        assertThat(NativeApi.names(all).stream().filter("segment"::equals)).hasSize(2);
        for (int i = 0; i < all.size() - 1; i++) {
            List<Event> rest = all.subList(i + 1, all.size());
            try (EventStream stream =
                    api.stream(path, "Last-Event-ID", all.get(i).id())) {
                assertThat(stream.untilEnd()).isEqualTo(rest);
            }
            try (EventStream stream =
                    api.stream(path + "?lastEventId=" + all.get(i).id(), "Accept", NDJSON)) {
                assertThat(stream.header("Content-Type")).startsWith(NDJSON);
                assertThat(stream.untilEnd()).isEqualTo(rest);
            }
        }
        NativeApi.Answer afterTheEnd =
                api.get(path, "Last-Event-ID", all.getLast().id());
        assertThat(afterTheEnd.status()).isEqualTo(204);
        for (String unknown : List.of("", "nonsense", id + ":999", id + ":-1", "load-zzz-1:2")) {
            try (EventStream stream = api.stream(path, "Last-Event-ID", unknown)) {
                List<Event> events = stream.untilEnd();
                assertThat(NativeApi.names(events)).as(unknown).containsExactly("snapshot", "loaded");
                assertWhole(events, "loaded");
            }
        }
        release("one");
    }

    // Release

    @Test
    void release_asStream_saysWhatItFrees() {
        JsonNode loaded = api.loadAndWait("one");
        long loadBytes = api.loadBytes();

        try (EventStream stream = api.streamOfPost(of("one", "release"), "", "Accept", SSE)) {
            List<Event> events = stream.untilEnd();

            assertWhole(events, "released");
            JsonNode released = events.getLast().operation();
            assertThat(released.path("kind").asString()).isEqualTo("release");
            assertThat(released.path("bytesFreed").asLong())
                    .isEqualTo(loadBytes)
                    .isEqualTo(loaded.path("bytesTotal").asLong());
        }
        assertThat(api.loadBytes()).isZero();
        JsonNode again = api.releaseAndWait("one");
        assertThat(again.path("state").asString()).isEqualTo("released");
        assertThat(again.path("bytesFreed").asLong()).isZero();
    }

    @Test
    void cancel_ofWhatIsOver_answersItAsItIs() {
        String load = api.loadAndWait("one").path("id").asString();
        JsonNode released = api.releaseAndWait("one");

        assertThat(api.ok(api.post(operation(load) + "/cancel", ""))
                        .path("state")
                        .asString())
                .isEqualTo("loaded");
        assertThat(api.ok(api.post(operation(released.path("id").asString()) + "/cancel", "")))
                .isEqualTo(released);
    }

    // Estimate and memory

    @Test
    void estimate_isWhatTheLoadThenTakes() {
        JsonNode before = api.ok(api.post(of("two", "estimate"), ""));
        assertThat(before.path("fits").asBoolean()).isTrue();
        assertSums(before.path("partitions"), before.path("needBytes").asLong());
        assertThat(flags(before)).containsOnly(false);

        JsonNode loaded = api.loadAndWait("two");

        assertThat(loaded.path("bytesTotal").asLong())
                .isEqualTo(before.path("needBytes").asLong());
        assertThat(api.loadBytes()).isEqualTo(before.path("needBytes").asLong());
        JsonNode after = api.ok(api.post(of("two", "estimate"), ""));
        assertThat(after.path("needBytes").asLong()).isZero();
        assertThat(flags(after)).containsOnly(true);
        long someFields = api.ok(api.post(of("one", "estimate"), "{\"fields\": [\"id\", \"vector\"]}"))
                .path("needBytes")
                .asLong();
        assertThat(someFields).isPositive().isLessThan(before.path("needBytes").asLong());
        release("two");
    }

    private static void assertSums(JsonNode partitions, long total) {
        long ofPartitions = 0;
        for (JsonNode partition : partitions) {
            long ofSegments = 0;
            for (JsonNode segment : partition.path("segments")) {
                assertThat(segment.path("segmentId").isString()).isTrue();
                assertThat(sum(segment.path("parts")))
                        .isEqualTo(segment.path("bytes").asLong());
                ofSegments += segment.path("bytes").asLong();
            }
            assertThat(ofSegments).isEqualTo(partition.path("bytes").asLong());
            ofPartitions += ofSegments;
        }
        assertThat(ofPartitions).isEqualTo(total);
    }

    private static Set<Boolean> flags(JsonNode estimate) {
        Set<Boolean> loaded = new HashSet<>();
        estimate.path("partitions")
                .forEach(partition -> partition
                        .path("segments")
                        .forEach(segment -> segment.path("parts")
                                .forEach(part -> loaded.add(part.path("loaded").asBoolean()))));
        return loaded;
    }

    private static long sum(JsonNode list) {
        long sum = 0;
        for (JsonNode each : list) {
            sum += each.path("bytes").asLong();
        }
        return sum;
    }

    @Test
    void memory_treeAndTags_sumUp() {
        api.loadAndWait("one");
        api.loadAndWait("two");

        JsonNode memory = api.ok(api.get("/api/v1/memory"));

        long byTags = 0;
        for (JsonNode tag : memory.path("byTag")) {
            byTags += tag.asLong();
        }
        assertThat(byTags).isEqualTo(memory.path("reservedBytes").asLong());
        assertThat(memory.path("limitBytes").asLong())
                .isEqualTo(memory.path("freeBytes").asLong() + byTags);
        assertThat(sum(memory.path("holders"))).isEqualTo(byTags);
        assertThat(sum(memory.path("collections")))
                .isEqualTo(memory.path("byTag").path("load").asLong());
        assertThat(memory.path("processRssBytes").asLong()).isPositive();
        List<String> kinds = new ArrayList<>();
        for (JsonNode collection : memory.path("collections")) {
            assertThat(sum(collection.path("partitions")))
                    .isEqualTo(collection.path("bytes").asLong());
            for (JsonNode partition : collection.path("partitions")) {
                long sealed = 0;
                for (JsonNode segment : partition.path("segments")) {
                    kinds.add(segment.path("growing").asBoolean() ? "growing" : "sealed");
                    assertThat(sum(segment.path("fields")))
                            .isEqualTo(segment.path("bytes").asLong());
                    segment.path("fields")
                            .forEach(field -> assertThat(sum(field.path("parts")))
                                    .isEqualTo(field.path("bytes").asLong()));
                    sealed += segment.path("growing").asBoolean()
                            ? 0
                            : segment.path("bytes").asLong();
                }
                assertThat(sealed).isEqualTo(partition.path("bytes").asLong());
            }
            assertThat(api.ok(api.get(of(collection.path("collection").asString(), "memory")))
                            .path("collections")
                            .path(0))
                    .isEqualTo(collection);
        }
        assertThat(kinds).hasSize(6).contains("growing");
        assertThat(kinds.stream().filter("sealed"::equals)).hasSize(4);
        release("one", "two");
    }

    @Test
    void collections_sayStateRowsAndBytes() {
        api.loadAndWait("one");

        JsonNode all = api.ok(api.get("/api/v1/databases/default/collections"));

        JsonNode one = all.path("collections").path(0);
        assertThat(one.path("name").asString()).isEqualTo("one");
        assertThat(one.path("state").asString()).isEqualTo("Loaded");
        assertThat(one.path("progress").asInt()).isEqualTo(100);
        assertThat(one.path("memoryBytes").asLong()).isEqualTo(api.loadBytes());
        assertThat(one.path("diskBytes").asLong()).isGreaterThan(800_000);
        assertThat(one.path("segmentCount").asInt()).isEqualTo(3); // the growing one counts
        JsonNode two = all.path("collections").path(1);
        assertThat(two.path("state").asString()).isEqualTo("NotLoad");
        assertThat(two.path("memoryBytes").asLong()).isZero();
        release("one");
    }

    // The stream of everything

    @Test
    void events_ofEverything_numberBothCollections() {
        try (EventStream everything = api.stream("/api/v1/events", "Accept", SSE);
                EventStream onlyTwo = api.stream("/api/v1/events?database=default&collections=two", "Accept", NDJSON)) {
            api.loadAndWait("one");
            everything.await(event -> event.name().equals("loaded")); // from here on this stream surely is connected
            api.loadAndWait("two");
            List<Event> events = new ArrayList<>();
            events.add(everything.require());
            while (!events.getLast().isTerminal()) {
                events.add(everything.require());
            }

            assertGapless(events);
            assertThat(NativeApi.names(events)).startsWith("queued", "admitted").endsWith("progress", "loaded");
            assertThat(events.stream()
                            .map(event -> event.operation().path("collection").asString()))
                    .containsOnly("two");
            String id = events.getFirst().operation().path("id").asString();
            for (int i = 0; i < events.size(); i++) {
                assertThat(events.get(i).data().path("operationEventId").asString())
                        .isEqualTo(id + ":" + (i + 1));
            }
            Event seen = onlyTwo.await(Event::isTerminal);
            assertThat(seen.data()).isEqualTo(events.getLast().data());

            try (EventStream again = api.stream(
                    "/api/v1/events", "Last-Event-ID", events.getFirst().id())) {
                for (Event event : events.subList(1, events.size())) {
                    assertThat(again.require()).isEqualTo(event);
                }
            }
        }
        release("one", "two");
    }

    // Wrong requests

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        POST | /api/v1/databases/default/collections/one/load     | {"partitionNames": []} | 400 | 1100 | unknown key: key=partitionNames. Known keys: [partitions,
        POST | /api/v1/databases/default/collections/one/load     | {"fields": ["word"]}   | 400 | 1100 | load field list [word] does not contain
        POST | /api/v1/databases/default/collections/one/load     | {"fields": ["nofield"]} | 400 | 0 | nofield
        POST | /api/v1/databases/default/collections/one/load     | {"partitions": ["p9"]} | 404 | 200  | partition not found[partition=p9]
        POST | /api/v1/databases/default/collections/one/load     | {                      | 400 | 1100 | the body is not JSON
        POST | /api/v1/databases/default/collections/nope/load    | {}                     | 404 | 100  | collection not found[database=default][collection=nope]
        POST | /api/v1/databases/nodb/collections/one/load        | {}                     | 404 | 800  | database not found[database=nodb]
        POST | /api/v1/databases/default/collections/nope/release | {}                     | 404 | 100  | collection not found[database=default][collection=nope]
        POST | /api/v1/databases/default/collections/one/release  | {"drain": 1}           | 400 | 1100 | unknown key: key=drain
        POST | /api/v1/databases/default/collections/nope/estimate | {}                    | 404 | 100  | collection not found[database=default][collection=nope]
        GET  | /api/v1/databases/default/collections/nope/memory  | {}                     | 404 | 100  | collection not found
        GET  | /api/v1/databases/nodb/collections                 | {}                     | 404 | 800  | database not found[database=nodb]
        GET  | /api/v1/operations/load-nope-1                     | {}                     | 404 | 1404 | operation not found: operation=load-nope-1
        GET  | /api/v1/operations/load-nope-1/events              | {}                     | 404 | 1404 | operation not found: operation=load-nope-1
        POST | /api/v1/operations/load-nope-1/cancel              | {}                     | 404 | 1404 | operation not found: operation=load-nope-1
        GET  | /api/v1/operations?state=done                      | {}                     | 400 | 1100 | unknown operation state: state=done
        GET  | /api/v1/events?collection=one                      | {}                     | 400 | 1100 | unknown query parameter: name=collection
        GET  | /api/v1/nothing                                    | {}                     | 404 | 0    | there is no such call
        """)
    void request_thatIsWrong_isAProblem(String method, String path, String body, int status, int code, String text) {
        NativeApi.Answer answer = method.equals("GET") ? api.get(path) : api.post(path, body);

        assertThat(answer.status()).as("%s", answer).isEqualTo(status);
        assertThat(answer.header("Content-Type")).isEqualTo("application/problem+json");
        JsonNode problem = answer.json();
        assertThat(problem.path("status").asInt()).isEqualTo(status);
        assertThat(problem.path("code").asInt()).matches(it -> code == 0 || it == code, problem.toString());
        assertThat(problem.path("detail").asString()).contains(text);
        assertThat(problem.path("retryable").isBoolean()).as("%s", problem).isTrue();
    }

    /** Goal: whoever asks for a stream and is refused gets the problem, not a stream. */
    @Test
    void load_refusedWhileAcceptingEvents_isAProblem() {
        for (String format : List.of(SSE, NDJSON)) {
            NativeApi.Answer answer = api.post(of("nope", "load"), "", "Accept", format);

            assertThat(answer.status()).isEqualTo(404);
            assertThat(answer.header("Content-Type")).isEqualTo("application/problem+json");
            assertThat(answer.json().path("code").asInt()).isEqualTo(100);
        }
    }

    @Test
    void events_inAFormatThatThereIsNot_areNotAcceptable() {
        assertThat(api.get("/api/v1/events", "Accept", "text/html").status()).isEqualTo(406);
    }

    /** Goal: a load that does not fit is refused before a byte moves, and says who holds the rest, everywhere. */
    @Test
    void load_beyondTheBudget_saysNeedFreeAndHolders() {
        try (TestServer small = TestServer.start(Map.of("SLUICE_MEMORY_BUDGET", "16MiB"));
                Rest client = new Rest(small.baseUrl());
                NativeApi tight = new NativeApi(small.baseUrl())) {
            for (String collection : List.of("first", "second")) {
                WordRows.create(client, collection, "FLAT", "L2");
                for (String body : WordRows.insertBodies(collection)) {
                    for (int copy = 0; copy < 2; copy++) {
                        client.ok("entities/insert", body); // Milvus keeps both rows of a key
                    }
                    WordRows.flush(client, collection);
                }
            }
            long firstBytes = tight.loadAndWait("first").path("bytesTotal").asLong();
            JsonNode estimate = tight.ok(tight.post(of("second", "estimate"), ""));
            assertThat(estimate.path("fits").asBoolean()).isFalse();

            NativeApi.Answer answer = tight.post(of("second", "load"), "", "Prefer", "wait=60");

            JsonNode operation = answer.json();
            assertThat(operation.path("state").asString()).isEqualTo("failed");
            assertThat(operation.path("bytesLoaded").asLong()).isZero();
            JsonNode problem = operation.path("failure");
            assertThat(problem.path("status").asInt()).isEqualTo(507);
            assertThat(problem.path("code").asInt()).isEqualTo(3);
            assertThat(problem.path("needBytes").asLong()).isEqualTo(firstBytes);
            assertThat(problem.path("freeBytes").asLong())
                    .isLessThan(firstBytes)
                    .isPositive();
            assertThat(problem.path("limitBytes").asLong()).isEqualTo(16 << 20);
            assertThat(problem.path("operationId").asString())
                    .isEqualTo(operation.path("id").asString());
            assertThat(problem.path("retryable").asBoolean()).isFalse();
            JsonNode holder = problem.path("holders").path(0);
            assertThat(holder.path("name").asString()).isEqualTo("load:default.first");
            assertThat(holder.path("bytes").asLong()).isEqualTo(firstBytes);
            Event failed = tight.end(operation.path("id").asString());
            assertThat(failed.operation()).isEqualTo(operation);
            assertThat(client.ok("collections/get_load_state", "{\"collectionName\": \"second\"}")
                            .path("message")
                            .asString())
                    .isEqualTo(problem.path("detail").asString());
            assertThat(tight.loadBytes()).isEqualTo(firstBytes);

            tight.releaseAndWait("first");
            assertThat(tight.loadAndWait("second").path("state").asString()).isEqualTo("loaded");
            tight.releaseAndWait("second");
            assertThat(tight.loadBytes()).isZero();
        }
    }
}
