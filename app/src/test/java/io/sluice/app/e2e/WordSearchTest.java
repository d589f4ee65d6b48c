package io.sluice.app.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import tools.jackson.databind.JsonNode;

/** Real words: what a graph finds against what a scan finds, and whether the answers make sense. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class WordSearchTest {
    private static final int QUERIES = 100;
    private static final int TOP = 10;
    private static final double LEAST_RECALL = 0.95;
    private static final long SEED = 20_261_122;

    private final TestServer server = TestServer.start();
    private final Rest rest = new Rest(server.baseUrl());
    private final NativeApi api = new NativeApi(server.baseUrl());
    private final List<WordRows.Word> words = WordRows.words();

    @BeforeAll
    void fill() {
        WordRows.create(rest, "graph", "HNSW", "COSINE");
        WordRows.create(rest, "scan", "FLAT", "COSINE");
        for (String collection : List.of("graph", "scan")) {
            WordRows.insert(rest, collection, 10);
            WordRows.flush(rest, collection);
        }
        awaitIndex("graph");
        for (String collection : List.of("graph", "scan")) {
            JsonNode loaded = api.loadAndWait(collection);
            assertThat(loaded.path("state").asString()).isEqualTo("loaded");
        }
        assertThat(api.get(NativeApi.of("graph", "memory")).json().toString()).contains("\"kind\":\"index\"");
    }

    private void awaitIndex(String collection) {
        long pending = 1;
        while (pending > 0) {
            JsonNode index = rest.ok(
                            "indexes/describe", "{\"collectionName\": \"" + collection + "\", \"indexName\": \"near\"}")
                    .path(0);
            assertThat(index.path("failReason").asString("")).isEmpty();
            pending =
                    index.path("totalRows").asLong() - index.path("indexedRows").asLong();
        }
    }

    @AfterAll
    void stop() {
        rest.close();
        api.close();
        server.close();
    }

    private List<String> search(String collection, float[] query, String more) {
        return Rest.texts(
                rest.ok(
                        "entities/search",
                        "{\"collectionName\": \"" + collection + "\", \"data\": [" + Arrays.toString(query)
                                + "], \"annsField\": \"vector\", \"limit\": " + TOP
                                + ", \"outputFields\": [\"word\"]" + more + "}"),
                "word");
    }

    private float[] vectorOf(String word) {
        return words.stream()
                .filter(each -> each.text().equals(word))
                .findFirst()
                .orElseThrow()
                .vector();
    }

    @Test
    void graph_at256_findsNearlyAllThatTheScanFinds() {
        Random random = new Random(SEED);
        int found = 0;
        for (int i = 0; i < QUERIES; i++) {
            float[] query = between(words.get(random.nextInt(words.size())), words.get(random.nextInt(words.size())));
            Set<String> near = new HashSet<>(search("graph", query, ", \"searchParams\": {\"params\": {\"ef\": 256}}"));
            near.retainAll(search("scan", query, ""));
            found += near.size();
        }
        double recall = found / (double) (QUERIES * TOP);
        System.out.println("recall@10 of HNSW at ef=256: " + recall + " (seed " + SEED + ")");
        assertThat(recall).isGreaterThanOrEqualTo(LEAST_RECALL);
    }

    /** A point that is no row. */
    private static float[] between(WordRows.Word one, WordRows.Word other) {
        float[] point = new float[one.vector().length];
        for (int i = 0; i < point.length; i++) {
            point[i] = (one.vector()[i] + other.vector()[i]) / 2;
        }
        return point;
    }

    @Test
    void search_music_findsWhatIsNear() {
        for (String collection : List.of("graph", "scan")) {
            assertThat(search(collection, vectorOf("music"), ""))
                    .startsWith("music")
                    .contains("songs", "song", "band", "rock");
        }
    }

    @Test
    void search_withFilter_findsTheNearestOfThose() {
        String filter = ", \"filter\": \"word like \\\"mus%\\\"\"";
        List<String> found = search("graph", vectorOf("music"), filter);

        assertThat(found).hasSize(TOP).startsWith("music").allMatch(word -> word.startsWith("mus"));
        assertThat(search("scan", vectorOf("music"), filter)).isEqualTo(found);
    }

    @Test
    void query_like_findsThemAll() {
        List<String> expected = words.stream()
                .map(WordRows.Word::text)
                .filter(word -> word.startsWith("mus"))
                .toList();
        assertThat(expected).isNotEmpty();

        List<String> found = Rest.texts(
                rest.ok(
                        "entities/query",
                        "{\"collectionName\": \"graph\", \"filter\": \"word like \\\"mus%\\\"\", \"outputFields\":"
                                + " [\"word\"], \"limit\": 1000}"),
                "word");

        assertThat(found).containsExactlyInAnyOrderElementsOf(expected);
        assertThat(rest.count("graph", "word like \\\"mus%\\\"")).isEqualTo(expected.size());
    }

    /** Goal: what is inserted after the load is found at once, and what is deleted no more, beside the graph. */
    @Test
    void rows_afterTheLoad_countAtOnce() {
        float[] query = vectorOf("river");
        String row =
                "{\"collectionName\": \"graph\", \"data\": [{\"id\": 900001, \"word\": \"test river\", \"vector\": "
                        + Arrays.toString(query) + "}]}";
        rest.ok("entities/insert", row);
        assertThat(search("graph", query, "").subList(0, 2)).containsExactlyInAnyOrder("river", "test river");
        rest.ok("entities/delete", "{\"collectionName\": \"graph\", \"filter\": \"id in [900001]\"}");
        assertThat(search("graph", query, "")).startsWith("river").doesNotContain("test river");
    }
}
