package io.sluice.app.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Searches and inserts go on while the collection is loaded and released: each answer is right, or says why not. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ParallelE2eTest {
    private static final long SEED = Long.getLong("sluice.seed", 20_261_122);
    private static final int CYCLES = 15;
    private static final int SEARCHERS = 3;
    private static final int WRITERS = 2;
    private static final int WORDS = 3_000; // 2,000 of them sealed at the start
    private static final int NOT_LOADED = 101;
    private static final int NOT_FULLY_LOADED = 103;
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private final TestServer server = TestServer.start();
    private final Rest rest = new Rest(server.baseUrl());
    private final NativeApi api = new NativeApi(server.baseUrl());
    private final List<WordRows.Word> words = WordRows.words();
    private final AtomicBoolean done = new AtomicBoolean();
    private final AtomicInteger right = new AtomicInteger();
    private final AtomicInteger refused = new AtomicInteger();

    @BeforeAll
    void fill() {
        WordRows.create(rest, "busy", "HNSW", "COSINE");
        WordRows.insert(rest, "busy", 2);
        WordRows.flush(rest, "busy");
        rest.ok("entities/insert", WordRows.insertBodies("busy").get(2));
    }

    @AfterAll
    void stop() {
        rest.close();
        api.close();
        server.close();
    }

    @Test
    void searches_whileLoadsAndReleasesRun_areRightOrRefused() throws Exception {
        System.out.println("seed " + SEED + "; repeat with -Dsluice.seed=" + SEED);
        try (ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> running = new ArrayList<>();
            for (int i = 0; i < SEARCHERS; i++) {
                Random random = new Random(SEED + i);
                running.add(clients.submit(() -> searchUntilDone(random)));
            }
            for (int i = 0; i < WRITERS; i++) {
                int firstId = (i + 1) * 1_000_000;
                running.add(clients.submit(() -> insertUntilDone(firstId)));
            }
            try {
                cycle();
            } finally {
                done.set(true);
            }
            for (Future<?> each : running) {
                each.get();
            }
        }
        System.out.println("right: " + right + ", refused: " + refused);
        assertThat(api.loadBytes()).isZero();
        JsonNode memory = api.ok(api.get("/api/v1/memory"));
        assertThat(memory.path("retiringBytes").asLong()).isZero();
    }

    /** The collection is loaded in the middle of each cycle, so a search there must be right. */
    private void cycle() {
        for (int i = 0; i < CYCLES; i++) {
            JsonNode loaded = api.loadAndWait("busy");
            assertThat(loaded.path("state").asString()).as("%s", loaded).isEqualTo("loaded");
            assertThat(search(words.get(i))).isTrue();
            if (i % 4 == 1) {
                WordRows.flush(rest, "busy");
            }
            assertThat(search(words.get(WORDS - 1 - i))).isTrue();
            JsonNode released = api.releaseAndWait("busy");
            assertThat(released.path("state").asString()).as("%s", released).isEqualTo("released");
        }
    }

    private void searchUntilDone(Random random) {
        while (!done.get()) {
            search(words.get(random.nextInt(WORDS)));
        }
    }

    /** Rows that are there from their acknowledgement on. */
    private void insertUntilDone(int firstId) {
        Random random = new Random(SEED + firstId);
        for (int id = firstId; !done.get(); id++) {
            float[] vector = new float[words.getFirst().vector().length];
            for (int i = 0; i < vector.length; i++) {
                vector[i] = random.nextFloat() - 0.5f;
            }
            String row =
                    "{\"id\": " + id + ", \"word\": \"fresh " + id + "\", \"vector\": " + Arrays.toString(vector) + "}";
            rest.ok("entities/insert", "{\"collectionName\": \"busy\", \"data\": [" + row + "]}");
            search(vector, "fresh " + id);
        }
    }

    private boolean search(WordRows.Word word) {
        return search(word.vector(), word.text());
    }

    /** Whether it was served; then it was right. */
    private boolean search(float[] query, String nearest) {
        HttpResponse<String> response = rest.send(
                "entities/search",
                "{\"collectionName\": \"busy\", \"data\": [" + Arrays.toString(query)
                        + "], \"annsField\": \"vector\", \"limit\": 3, \"outputFields\": [\"word\"],"
                        + " \"searchParams\": {\"params\": {\"ef\": 128}}}");
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        JsonNode answer = JSON.readTree(response.body());
        int code = answer.path("code").asInt();
        if (code == NOT_LOADED || code == NOT_FULLY_LOADED) {
            assertThat(answer.path("message").asString())
                    .contains(code == NOT_LOADED ? "collection not loaded" : "collection not fully loaded");
            refused.incrementAndGet();
            return false;
        }
        assertThat(code).as("%s", answer).isZero();
        assertThat(Rest.texts(answer.path("data"), "word")).as("%s", answer).startsWith(nearest);
        right.incrementAndGet();
        return true;
    }
}
