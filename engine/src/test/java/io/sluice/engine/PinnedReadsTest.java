package io.sluice.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.engine.schema.CollectionSchema;
import io.sluice.engine.schema.Column;
import io.sluice.engine.schema.DataType;
import io.sluice.engine.schema.FieldSchema;
import io.sluice.engine.schema.Keys;
import io.sluice.engine.search.HybridSearchRequest;
import io.sluice.engine.search.HybridSearchRequest.AnnSearch;
import io.sluice.engine.search.QueryRequest;
import io.sluice.engine.search.QueryResult;
import io.sluice.engine.search.Ranker;
import io.sluice.engine.search.SearchIteratorRequest;
import io.sluice.engine.search.SearchIteratorResult;
import io.sluice.engine.search.SearchRequest;
import io.sluice.engine.search.SearchResult;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.IntConsumer;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Iterations through the façade. Goal: whatever is written, sealed, released, loaded or restarted between two batches,
 * the batches together are the collection as it was at the first, each entity once.
 */
final class PinnedReadsTest {
    private static final int DIMENSION = 8;
    private static final int ROWS = 3_000;

    private static TestEngine filled(String indexType, String metric) {
        TestEngine test = TestEngine.start();
        test.create(
                "things",
                new CollectionSchema(
                        "",
                        List.of(
                                FieldSchema.of("id", DataType.INT64).asPrimaryKey(false),
                                FieldSchema.floatVector("vector", DIMENSION),
                                FieldSchema.floatVector("other", DIMENSION),
                                FieldSchema.of("version", DataType.INT64)),
                        false,
                        0));
        test.index("things", "vector", indexType, metric);
        test.index("things", "other", indexType, "IP");
        test.insert("things", ROWS, rows(0, ROWS, 1));
        test.flush("things");
        test.settle("things");
        test.load("things");
        // Some growing rows, some deleted, some replaced before the iteration begins.
        test.insert("things", 200, rows(ROWS, 200, 1));
        test.delete("things", 5, 6, 7, ROWS + 3);
        test.upsert("things", 20, rows(100, 20, 2));
        return test;
    }

    /** Ten rows share one vector, so that there are ties everywhere. */
    private static Map<String, Column> rows(long firstId, int count, long version) {
        float[] vectors = new float[count * DIMENSION];
        float[] others = new float[count * DIMENSION];
        for (int row = 0; row < count; row++) {
            System.arraycopy(
                    vectorOf((firstId + row) / 10 + version * 1_000_000), 0, vectors, row * DIMENSION, DIMENSION);
            System.arraycopy(vectorOf(firstId + row), 0, others, row * DIMENSION, DIMENSION);
        }
        return Map.of(
                "id",
                new Column.Longs(LongStream.range(firstId, firstId + count).toArray(), null),
                "vector",
                new Column.FloatVectors(vectors, DIMENSION),
                "other",
                new Column.FloatVectors(others, DIMENSION),
                "version",
                new Column.Longs(LongStream.range(0, count).map(_ -> version).toArray(), null));
    }

    private static float[] vectorOf(long seed) {
        var random = new Random(seed * 31 + 7);
        float[] vector = new float[DIMENSION];
        for (int i = 0; i < DIMENSION; i++) {
            vector[i] = (float) random.nextGaussian();
        }
        return vector;
    }

    private static Map<Long, Long> expected() {
        Map<Long, Long> versions = new TreeMap<>();
        for (long id = 0; id < ROWS + 200; id++) {
            versions.put(id, id >= 100 && id < 120 ? 2L : 1L);
        }
        List.of(5L, 6L, 7L, ROWS + 3L).forEach(versions::remove);
        return versions;
    }

    /** Says the differences only. */
    private static void assertWhole(Map<Long, Long> seen) {
        Map<Long, Long> expected = expected();
        assertThat(expected.keySet().stream().filter(key -> !seen.containsKey(key)))
                .as("missing")
                .isEmpty();
        assertThat(seen.entrySet().stream().filter(entry -> !entry.getValue().equals(expected.get(entry.getKey()))))
                .as("not there at the begin, or in another version")
                .isEmpty();
    }

    /** What happens before each batch; the numbers are small so that every kind of change meets every iteration. */
    private static IntConsumer disturb(TestEngine test) {
        return batch -> {
            switch (batch % 7) {
                case 0 -> test.insert("things", 50, rows(100_000 + batch * 100L, 50, 1));
                case 1 -> test.delete("things", batch * 11L, 2_000 + batch, ROWS + batch);
                case 2 -> test.upsert("things", 30, rows(batch * 40L, 30, 3));
                case 3 -> test.flush("things");
                case 4 -> {
                    test.release("things");
                    test.load("things");
                }
                case 5 -> test.settle("things");
                default -> {
                    if (batch == 6) {
                        test.restart();
                        test.load("things");
                    }
                }
            }
        };
    }

    private static void collect(SearchResult batch, Map<Long, Long> into) {
        long[] keys = ((Keys.LongKeys) batch.keys()).values();
        long[] versions = ((Column.Longs) batch.columns().getFirst().column()).values();
        for (int i = 0; i < keys.length; i++) {
            assertThat(into.put(keys[i], versions[i]))
                    .as("key %s comes once", keys[i])
                    .isNull();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"HNSW L2", "HNSW COSINE", "FLAT IP"})
    void searchIterator_whileEverythingChanges_answersTheStateOfItsBegin(String index) {
        String[] typeAndMetric = index.split(" ");
        try (TestEngine test = filled(typeAndMetric[0], typeAndMetric[1])) {
            IntConsumer disturb = disturb(test);
            SearchRequest search = test.searchOf("things", "vector", vectorOf(77), 0, "", "version");
            Map<Long, Long> seen = new HashMap<>();
            SearchIteratorResult place = null;
            long pinned = 0;
            float previous = Float.NaN;
            for (int batch = 0; ; batch++) {
                SearchIteratorRequest ask = place == null
                        ? new SearchIteratorRequest(130, "", null)
                        : new SearchIteratorRequest(130, place.token(), place.lastBound());
                SearchResult result = test.get(test.engine().search(search.next(ask, pinned)));
                place = Objects.requireNonNull(result.iterator());
                pinned = pinned == 0 ? result.timestamp() : pinned;
                assertThat(result.timestamp()).isEqualTo(pinned);
                if (result.keys().count() == 0) {
                    break;
                }
                for (float score : result.scores()) {
                    boolean worse = typeAndMetric[1].equals("L2") ? score >= previous : score <= previous;
                    assertThat(worse || Float.isNaN(previous))
                            .as("best first: %s after %s", score, previous)
                            .isTrue();
                    previous = score;
                }
                collect(result, seen);
                if (batch % 7 != 6 || batch > 6) { // a restart forgets where in a tie a batch ended
                    disturb.accept(batch);
                }
            }
            assertWhole(seen);
        }
    }

    @Test
    void searchIterator_acrossARestart_losesNothing() {
        try (TestEngine test = filled("HNSW", "L2")) {
            SearchRequest search = test.searchOf("things", "vector", vectorOf(77), 0, "", "version");
            SearchResult first =
                    test.get(test.engine().search(search.next(new SearchIteratorRequest(135, "", null), 0)));
            Map<Long, Long> seen = new TreeMap<>();
            collect(first, seen);
            test.insert("things", 50, rows(100_000, 50, 1));
            test.restart();
            test.load("things");
            SearchIteratorResult place = Objects.requireNonNull(first.iterator());
            SearchResult second = test.get(test.engine()
                    .search(search.next(
                            new SearchIteratorRequest(16_384, place.token(), place.lastBound()), first.timestamp())));
            int together = seen.size() + second.keys().count();
            long[] keys = ((Keys.LongKeys) second.keys()).values();
            long[] versions = ((Column.Longs) second.columns().getFirst().column()).values();
            for (int i = 0; i < keys.length; i++) {
                seen.put(keys[i], versions[i]);
            }
            assertWhole(seen);
            assertThat(together - seen.size())
                    .as("only hits of the score at which the batch ended come twice")
                    .isBetween(0, 10);
        }
    }

    @Test
    void queryIterator_whileEverythingChanges_answersTheStateOfItsBegin() {
        try (TestEngine test = filled("HNSW", "L2")) {
            IntConsumer disturb = disturb(test);
            Map<Long, Long> seen = new TreeMap<>();
            long pinned = 0;
            long last = Long.MIN_VALUE;
            for (int batch = 0; ; batch++) {
                QueryResult result = test.get(test.engine()
                        .query(new QueryRequest(
                                TestEngine.DB,
                                "things",
                                List.of(),
                                batch == 0 ? "id < 9223372036854775807" : "(id < 9223372036854775807) and id > " + last,
                                Map.of(),
                                null,
                                List.of("id", "version"),
                                130,
                                0,
                                false,
                                pinned)));
                pinned = result.timestamp();
                if (result.rowCount() == 0) {
                    break;
                }
                long[] keys = ((Column.Longs) result.columns().get(0).column()).values();
                long[] versions = ((Column.Longs) result.columns().get(1).column()).values();
                for (int i = 0; i < keys.length; i++) {
                    assertThat(keys[i]).isGreaterThan(last);
                    last = keys[i];
                    seen.put(keys[i], versions[i]);
                }
                disturb.accept(batch);
            }
            assertWhole(seen);
        }
    }

    /** As clients iterate with a server that gives no token: rings of distance, and keys of the last distance excluded. */
    @Test
    void rangeSearches_slidingOutwards_reachEveryEntityOnce() {
        try (TestEngine test = filled("HNSW", "L2")) {
            Map<Long, Long> seen = new HashMap<>();
            float tail = 0;
            float width = 3;
            List<Long> atTail = new ArrayList<>();
            int emptyRings = 0;
            while (emptyRings < 20) {
                SearchRequest plain = test.searchOf("things", "vector", vectorOf(77), 1_000, "", "version");
                String filter = atTail.isEmpty()
                        ? ""
                        : atTail.stream().map(String::valueOf).collect(Collectors.joining(",", "id not in [", "]"));
                float radius = tail + width * (1 + emptyRings);
                SearchResult ring = test.get(test.engine()
                        .search(new SearchRequest(
                                plain.database(),
                                plain.collection(),
                                List.of(),
                                "vector",
                                plain.queries(),
                                null,
                                1_000,
                                0,
                                "L2",
                                Map.of("radius", String.valueOf(radius), "range_filter", String.valueOf(tail)),
                                filter,
                                Map.of(),
                                List.of("version"),
                                -1,
                                false,
                                0)));
                collect(ring, seen);
                int count = ring.scores().length;
                emptyRings = count == 0 ? emptyRings + 1 : 0;
                if (count > 0) {
                    if (ring.scores()[count - 1] != tail) {
                        atTail.clear();
                    }
                    tail = ring.scores()[count - 1];
                    long[] keys = ((Keys.LongKeys) ring.keys()).values();
                    for (int i = 0; i < count; i++) {
                        if (ring.scores()[i] == tail) {
                            atTail.add(keys[i]);
                        }
                    }
                }
            }
            assertWhole(seen);
        }
    }

    @Test
    void hybridSearch_twoFields_ranksBothInOneState() {
        try (TestEngine test = filled("HNSW", "L2")) {
            AnnSearch vector = search("vector", vectorOf(30 / 10 + 1_000_000), 20, "");
            AnnSearch other = search("other", vectorOf(33), 20, "");
            SearchResult rrf = hybrid(test, new Ranker.Rrf(60), vector, other);
            // Keys 30 to 39 tie in the first search; 33 is fourth there.
            SearchResult inOther = test.search("things", "other", vectorOf(33), 20, "");
            int rank = LongStream.of(((Keys.LongKeys) inOther.keys()).values())
                    .boxed()
                    .toList()
                    .indexOf(33L);
            float expected = 1 / (60f + 4) + (rank < 0 ? 0 : 1 / (60f + rank + 1));
            List<Long> keys =
                    LongStream.of(((Keys.LongKeys) rrf.keys()).values()).boxed().toList();
            assertThat(keys).contains(33L).doesNotHaveDuplicates();
            assertThat(rrf.scores()[keys.indexOf(33L)]).isEqualTo(expected);
            assertThat(rrf.columns()).hasSize(1);

            // L2 beside IP: the distance is turned around, so that the identical vector scores best.
            SearchResult weighted = hybrid(test, new Ranker.Weighted(List.of(1f, 0f), false), vector, other);
            assertThat(((Keys.LongKeys) weighted.keys()).values()).startsWith(30, 31, 32);
            assertThat(weighted.scores()[0]).isEqualTo(1f);
            // Only distances: summed as they are, smallest first.
            SearchResult distances = hybrid(test, new Ranker.Weighted(List.of(0.5f, 0.5f), false), vector, vector);
            assertThat(((Keys.LongKeys) distances.keys()).values()).startsWith(30, 31, 32);
            assertThat(distances.scores()[0]).isZero();
            assertThat(distances.scores()).isSorted();
        }
    }

    private static AnnSearch search(String field, float[] query, int limit, String filter) {
        return new AnnSearch(field, List.of(query), limit, "", Map.of(), filter, Map.of(), false);
    }

    private static SearchResult hybrid(TestEngine test, Ranker ranker, AnnSearch... searches) {
        return test.get(test.engine()
                .hybridSearch(new HybridSearchRequest(
                        TestEngine.DB,
                        "things",
                        List.of(),
                        List.of(searches),
                        ranker,
                        15,
                        0,
                        List.of("version"),
                        -1,
                        0)));
    }
}
