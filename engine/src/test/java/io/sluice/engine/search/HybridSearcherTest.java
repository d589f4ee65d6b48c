package io.sluice.engine.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.engine.distance.Metric;
import io.sluice.engine.error.EngineException;
import io.sluice.engine.schema.DataType;
import io.sluice.engine.search.HybridSearchRequest.AnnSearch;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Random hybrid searches against a model that adds up what plain searches answer. */
class HybridSearcherTest {
    private static final int WORLDS = 40;

    static Stream<Long> seeds() {
        long base = Long.getLong("sluice.test.seed", new Random().nextLong());
        return IntStream.range(0, WORLDS).mapToObj(i -> base + i);
    }

    private static AnnSearch search(Random random, int queryCount, int limit) {
        return new AnnSearch(
                random.nextBoolean() ? "" : "vector",
                Stream.generate(() -> SearchWorld.vector(random))
                        .limit(queryCount)
                        .toList(),
                limit,
                "",
                Map.of(),
                random.nextInt(3) == 0 ? "bool == true" : random.nextInt(4) == 0 ? "int16 > {least}" : "",
                Map.of("least", 0L),
                random.nextInt(5) == 0);
    }

    private static HybridSearchRequest request(List<AnnSearch> searches, Ranker ranker, int limit, int offset) {
        return new HybridSearchRequest(
                "default", "things", List.of(), searches, ranker, limit, offset, List.of("int16"), -1, 0);
    }

    @ParameterizedTest(name = "-Dsluice.test.seed={0}")
    @MethodSource("seeds")
    void search_randomCollections_answersWhatTheModelSays(long seed) {
        Random random = new Random(seed);
        Metric metric = Metric.values()[random.nextInt(3)];
        DataType keyType = random.nextBoolean() ? DataType.INT64 : DataType.VARCHAR;
        try (SearchWorld world = new SearchWorld(random, keyType, metric, 1 + random.nextInt(5), 120)) {
            for (int i = 0; i < 15; i++) {
                int queryCount = 1 + random.nextInt(3);
                int limit = 1 + random.nextInt(40);
                int offset = random.nextInt(3) == 0 ? random.nextInt(10) : 0;
                List<AnnSearch> searches = Stream.generate(() -> search(
                                random,
                                queryCount,
                                random.nextInt(3) == 0 ? AnnSearch.WHOLE_WINDOW : 1 + random.nextInt(60)))
                        .limit(1 + random.nextInt(4))
                        .toList();
                Ranker ranker = ranker(random, searches.size());

                SearchResult result = HybridSearcher.search(request(searches, ranker, limit, offset), world.view);

                assertThat(result.hitCounts()).hasSize(queryCount);
                assertThat(result.columns()).hasSize(1);
                int at = 0;
                for (int query = 0; query < queryCount; query++) {
                    Map<Comparable<?>, Float> sums = sums(searches, ranker, query, limit + offset, metric, world);
                    boolean smallestFirst =
                            metric == Metric.L2 && ranker instanceof Ranker.Weighted w && !w.normScore();
                    Comparator<Map.Entry<Comparable<?>, Float>> byScore =
                            Comparator.comparingDouble(hit -> smallestFirst ? hit.getValue() : 0.0 - hit.getValue());
                    List<Map.Entry<Comparable<?>, Float>> expected = sums.entrySet().stream()
                            .sorted(byScore.thenComparing(Map.Entry::getKey, SearchWorld.KEY_ORDER))
                            .skip(offset)
                            .limit(limit)
                            .toList();
                    assertThat(result.hitCounts()[query]).isEqualTo(expected.size());
                    for (var hit : expected) {
                        assertThat(result.keys().boxed(at)).isEqualTo(hit.getKey());
                        assertThat(result.scores()[at]).isEqualTo(hit.getValue() + 0f);
                        at++;
                    }
                }
                assertThat(result.keys().count()).isEqualTo(at);
            }
        }
    }

    private static Ranker ranker(Random random, int count) {
        if (random.nextBoolean()) {
            return new Ranker.Rrf(random.nextBoolean() ? Ranker.Rrf.DEFAULT_K : 0.5f + random.nextInt(100));
        }
        List<Float> weights =
                Stream.generate(() -> random.nextInt(5) / 4f).limit(count).toList();
        return new Ranker.Weighted(weights, random.nextBoolean());
    }

    private static Map<Comparable<?>, Float> sums(
            List<AnnSearch> searches, Ranker ranker, int query, int window, Metric metric, SearchWorld world) {
        Map<Comparable<?>, Float> sums = new HashMap<>();
        for (int i = 0; i < searches.size(); i++) {
            AnnSearch search = searches.get(i);
            SearchResult hits = Searcher.search(
                    new SearchRequest(
                            "default",
                            "things",
                            List.of(),
                            "vector",
                            List.of(search.queries().get(query)),
                            null,
                            search.limit() == AnnSearch.WHOLE_WINDOW ? window : search.limit(),
                            0,
                            "",
                            Map.of(),
                            search.filter(),
                            search.templates(),
                            List.of(),
                            -1,
                            search.ignoreGrowing(),
                            0),
                    world.view);
            List<Comparable<?>> keys = SearchWorld.keys(hits.keys());
            for (int rank = 0; rank < keys.size(); rank++) {
                float part = switch (ranker) {
                    case Ranker.Rrf(float k) -> 1 / (k + rank + 1);
                    case Ranker.Weighted(List<Float> weights, boolean normScore) ->
                        weights.get(i) * (normScore ? normalized(metric, hits.scores()[rank]) : hits.scores()[rank]);
                };
                sums.merge(keys.get(rank), part, Float::sum);
            }
        }
        return sums;
    }

    private static float normalized(Metric metric, float score) {
        return switch (metric) {
            case COSINE -> (1 + score) / 2;
            case IP -> 0.5f + (float) Math.atan(score) / (float) Math.PI;
            case L2 -> 1 - 2 * (float) Math.atan(score) / (float) Math.PI;
        };
    }

    @Test
    void normalized_ofEachMetric_isMilvussFormula() {
        assertThat(Fusion.normalized(Metric.COSINE, -1)).isZero();
        assertThat(Fusion.normalized(Metric.COSINE, 1)).isOne();
        assertThat(Fusion.normalized(Metric.IP, 1)).isEqualTo(0.75f);
        assertThat(Fusion.normalized(Metric.IP, 0)).isEqualTo(0.5f);
        assertThat(Fusion.normalized(Metric.L2, 0)).isOne();
        assertThat(Fusion.normalized(Metric.L2, 1)).isEqualTo(0.5f);
    }

    @Test
    void search_wrongRequest_isRefusedInMilvussWords() {
        Random random = new Random(1);
        try (SearchWorld world = new SearchWorld(random, DataType.INT64, Metric.L2, 2, 50)) {
            AnnSearch one = search(random, 1, 10);
            Ranker rrf = new Ranker.Rrf(60);
            assertRefused(
                    "nq [0] is invalid, nq (number of search vector per search request) should be in range"
                            + " [1, 16384], but got 0",
                    request(List.of(), rrf, 10, 0),
                    world);
            assertRefused(
                    "maximum of ann search requests is 1024",
                    request(Collections.nCopies(1_025, one), rrf, 10, 0),
                    world);
            assertRefused(
                    "sub search request nq should be the same: invalid parameter[expected=1][actual=2]",
                    request(List.of(one, search(random, 2, 10)), rrf, 10, 0),
                    world);
            assertRefused(
                    "invalid max query result window, (offset+limit) should be in range [1, 16384], but got 16385",
                    request(List.of(one), rrf, 16_385, 0),
                    world);
            assertRefused(
                    "topk [16385] is invalid, it should be in range [1, 16384], but got 16385",
                    request(List.of(search(random, 1, 16_385)), rrf, 10, 0),
                    world);
            assertRefused(
                    "topk [0] is invalid, it should be in range [1, 16384], but got 0",
                    request(List.of(search(random, 1, 0)), rrf, 10, 0),
                    world);
            assertRefused(
                    "query results exceed the maxOutputSize Limit",
                    request(Collections.nCopies(1_024, search(random, 1, 16_384)), rrf, 10, 0),
                    world);
            assertRefused(
                    "the length of weights param mismatch with ann search requests: invalid"
                            + " parameter[expected=2][actual=3]",
                    request(List.of(one, one), new Ranker.Weighted(List.of(0.2f, 0.4f, 0.8f), false), 10, 0),
                    world);
        }
    }

    private static void assertRefused(String text, HybridSearchRequest request, SearchWorld world) {
        assertThatThrownBy(() -> HybridSearcher.search(request, world.view))
                .isInstanceOf(EngineException.InvalidRequest.class)
                .hasMessageStartingWith(text);
    }

    @Test
    void ranker_asClientsSendIt() {
        assertThat(Ranker.of("", Map.of())).isEqualTo(new Ranker.Rrf(60));
        assertThat(Ranker.of("RRF", Map.of("k", "100"))).isEqualTo(new Ranker.Rrf(100));
        assertThat(Ranker.of("weighted", Map.of("weights", "[0.7, 3e-1,1]", "norm_score", "True")))
                .isEqualTo(new Ranker.Weighted(new ArrayList<>(List.of(0.7f, 0.3f, 1f)), true));
        assertThat(Ranker.of("weighted", Map.of("weights", "[1]"))).isEqualTo(new Ranker.Weighted(List.of(1f), false));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        rrf      | k       | 0          | The rank params k should be in range (0, 16384)
        rrf      | k       | 16384      | The rank params k should be in range (0, 16384)
        rrf      | k       | ten        | The type of rank param k should be float
        weighted | weights | []         | weights not found
        weighted | x       | y          | weights not found
        weighted | weights | [0.1, 2]   | rank param weight should be in range [0, 1]
        weighted | weights | [0.1, NaN] | The weights param should be an array
        weighted | weights | 0.5        | The weights param should be an array
        model    | k       | 1          | unsupported rank type model
        """)
    void ranker_wrong_isRefusedInMilvussWords(String strategy, String key, String value, String text) {
        assertThatThrownBy(() -> Ranker.of(strategy, Map.of(key, value)))
                .isInstanceOf(EngineException.InvalidRequest.class)
                .hasMessageStartingWith(text);
        assertThatThrownBy(() -> Ranker.of("weighted", Map.of("weights", "[1]", "norm_score", "7")))
                .hasMessageStartingWith("Weighted rerank err, norm_score should been bool type");
    }
}
