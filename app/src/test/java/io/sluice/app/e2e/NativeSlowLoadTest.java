package io.sluice.app.e2e;

import static io.sluice.app.e2e.NativeApi.NDJSON;
import static io.sluice.app.e2e.NativeApi.SSE;
import static io.sluice.app.e2e.NativeApi.of;
import static io.sluice.app.e2e.NativeApi.operation;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import tools.jackson.databind.JsonNode;

/** Loads that take a while, because the server reads slowly: watched, joined, left, cancelled. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class NativeSlowLoadTest {
    private final TestServer server = TestServer.start(Map.of("SLUICE_LOAD_READ_RATE", "1MiB"));
    private final Rest rest = new Rest(server.baseUrl());
    private final NativeApi api = new NativeApi(server.baseUrl());

    /** Some 4 MiB of vectors in {@code slow}, which take 4 s; a tenth of that in {@code small}. */
    @BeforeAll
    void fill() {
        WordRows.create(rest, "slow", "FLAT", "COSINE");
        WordRows.insert(rest, "slow", 10);
        WordRows.flush(rest, "slow");
        WordRows.create(rest, "small", "FLAT", "COSINE");
        WordRows.insert(rest, "small", 1);
        WordRows.flush(rest, "small");
    }

    @AfterAll
    void stop() {
        rest.close();
        api.close();
        server.close();
    }

    /** Goal: cancelled is said once, after the bytes are back, to everybody who watches, and leaves nothing behind. */
    @Test
    void cancel_whileBytesMove_givesThemBackThenSaysSo() {
        try (EventStream watcher = api.streamOfPost(of("slow", "load"), "", "Accept", SSE)) {
            Event moving = watcher.await(event -> event.name().equals("progress"));
            String id = moving.operation().path("id").asString();
            assertThat(moving.operation().path("percent").asInt()).isBetween(1, 99);
            assertThat(moving.operation().path("etaSeconds").asDouble()).isPositive();
            assertThat(api.loadBytes()).isPositive();

            JsonNode cancelled = api.ok(api.post(operation(id) + "/cancel", ""));

            assertThat(api.loadBytes()).isZero();
            assertThat(cancelled.path("state").asString()).isEqualTo("cancelled");
            assertThat(cancelled.path("bytesFreed").asLong())
                    .isEqualTo(cancelled.path("bytesTotal").asLong());
            assertThat(cancelled.path("failure").path("code").asInt()).isEqualTo(10_000);
            Event last = watcher.untilEnd().getLast();
            assertThat(last.name()).isEqualTo("cancelled");
            assertThat(last.operation()).isEqualTo(cancelled);
            assertThat(rest.loadState("slow")).isEqualTo("LoadStateNotLoad");
            assertThat(api.ok(api.post(operation(id) + "/cancel", ""))).isEqualTo(cancelled);
        }
    }

    /** Goal: a reconnect in the middle misses nothing and repeats nothing, and closing a window stops nothing. */
    @Test
    void watcher_thatGoesAndComesBack_seesWhatFollows() {
        String id;
        List<Event> seen = new ArrayList<>();
        try (EventStream first = api.streamOfPost(of("slow", "load"), "", "Accept", NDJSON)) {
            seen.add(first.require());
            id = seen.getFirst().operation().path("id").asString();
        }
        boolean ended = false;
        while (!ended) {
            String lastId = seen.getLast().id();
            try (EventStream again = api.stream(operation(id) + "/events", "Last-Event-ID", lastId, "Accept", SSE)) {
                Event next = again.require();
                assertThat(next.number()).isEqualTo(seen.getLast().number() + 1);
                seen.add(next);
                ended = next.isTerminal();
            }
        }
        assertThat(NativeApi.names(seen))
                .startsWith("snapshot")
                .contains("segment", "progress")
                .endsWith("loaded");
        try (EventStream whole = api.stream(
                operation(id) + "/events", "Last-Event-ID", seen.getFirst().id())) {
            assertThat(whole.untilEnd()).isEqualTo(seen.subList(1, seen.size()));
        }
        api.releaseAndWait("slow");
        assertThat(api.loadBytes()).isZero();
    }

    @Test
    void load_thatRuns_isJoinedByItsLikeAndEndedByARelease() {
        String id = api.post(of("slow", "load"), "").json().path("id").asString();

        assertThat(api.post(of("slow", "load"), "").json().path("id").asString())
                .isEqualTo(id);
        NativeApi.Answer impatient = api.post(of("slow", "load"), "", "Prefer", "wait=0");
        assertThat(impatient.status()).isEqualTo(202);
        assertThat(impatient.json().path("id").asString()).isEqualTo(id);
        JsonNode running = api.ok(api.get("/api/v1/operations?state=queued,reserving,copying&collection=slow"));
        assertThat(Rest.texts(running.path("operations"), "id")).containsExactly(id);

        JsonNode released = api.releaseAndWait("slow");

        assertThat(released.path("state").asString()).isEqualTo("released");
        Event end = api.end(id);
        assertThat(end.name()).isEqualTo("cancelled");
        assertThat(end.operation().path("failure").path("code").asInt()).isEqualTo(101);
        assertThat(end.operation().path("failure").path("detail").asString())
                .contains(released.path("id").asString());
        assertThat(api.loadBytes()).isZero();
    }

    @Test
    void load_beyondItsDeadline_fails() {
        JsonNode late = api.ok(api.post(of("slow", "load"), "{\"deadline\": 0.5}", "Prefer", "wait=60"));

        assertThat(late.path("state").asString()).isEqualTo("failed");
        assertThat(late.path("failure").path("code").asInt()).isEqualTo(10_001);
        assertThat(late.path("failure").path("status").asInt()).isEqualTo(504);
        assertThat(late.path("failure").path("detail").asString()).contains("deadline=PT0.5S");
        assertThat(api.loadBytes()).isZero();
    }

    @Test
    void events_ofEverything_interleaveTwoLoads() {
        try (EventStream everything = api.stream("/api/v1/events?collections=slow,small", "Accept", SSE)) {
            String slow = api.post(of("slow", "load"), "").json().path("id").asString();
            String small = api.post(of("small", "load"), "").json().path("id").asString();
            List<Event> events = new ArrayList<>();
            while (events.stream().filter(Event::isTerminal).count() < 2) {
                events.add(everything.require());
            }

            for (String id : List.of(slow, small)) {
                List<Event> own = events.stream()
                        .filter(event -> event.operation().path("id").asString().equals(id))
                        .toList();
                assertThat(own.getFirst().name()).isIn("snapshot", "queued");
                assertThat(own.getLast().name()).isEqualTo("loaded");
                assertThat(NativeApi.names(own)).contains("segment", "progress");
            }
            List<Long> numbers = events.stream().map(Event::number).toList();
            assertThat(numbers).isSorted();
        }
        api.releaseAndWait("slow");
        api.releaseAndWait("small");
    }

    /** Goal: a stop of the server never waits for watchers, and lets each go after a whole event. */
    @Test
    @SuppressWarnings("try") // closing it in the middle is the point
    void streams_whenTheServerStops_endCleanly() {
        try (TestServer stopping = TestServer.start(Map.of("SLUICE_LOAD_READ_RATE", "1MiB"));
                Rest client = new Rest(stopping.baseUrl());
                NativeApi watched = new NativeApi(stopping.baseUrl())) {
            WordRows.create(client, "slow", "FLAT", "COSINE");
            WordRows.insert(client, "slow", 10);
            WordRows.flush(client, "slow");
            List<EventStream> streams = new ArrayList<>();
            streams.add(watched.streamOfPost(of("slow", "load"), "", "Accept", SSE));
            Event first = streams.getFirst().require();
            String id = first.operation().path("id").asString();
            for (String format : List.of(SSE, NDJSON)) {
                streams.add(watched.stream(operation(id) + "/events", "Accept", format));
                streams.add(watched.stream("/api/v1/events", "Accept", format));
            }
            streams.getFirst().await(event -> event.name().equals("progress"));

            stopping.close();

            for (EventStream stream : streams) {
                stream.untilEnd(); // an exception where the end is not clean
                stream.close();
            }
        }
    }
}
