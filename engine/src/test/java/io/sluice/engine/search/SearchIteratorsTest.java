package io.sluice.engine.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.engine.distance.Metric;
import io.sluice.engine.error.EngineException;
import io.sluice.engine.schema.DataType;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Batches put together are what one search would answer, were it allowed to answer everything. */
class SearchIteratorsTest {
    private static final int WORLDS = 40;
    private static final String TOKEN = "0b2f1c5e-9d3a-4b6f-8c7d-112233445566";

    static Stream<Long> seeds() {
        long base = Long.getLong("sluice.test.seed", new Random().nextLong());
        return IntStream.range(0, WORLDS).mapToObj(i -> base + i);
    }

    private static SearchRequest request(Random random, Metric metric) {
        boolean range = random.nextInt(3) == 0;
        Map<String, String> params = !range
                ? Map.of()
                : metric == Metric.L2
                        ? Map.of("radius", "20", "range_filter", "3")
                        : Map.of("radius", "-0.5", "range_filter", "0.75");
        return new SearchRequest(
                "default",
                "things",
                List.of(),
                "",
                List.of(random.nextInt(4) == 0 ? new float[SearchWorld.DIMENSION] : SearchWorld.vector(random)),
                null,
                16_384,
                0,
                "",
                params,
                random.nextInt(3) == 0 ? "bool == true" : "",
                Map.of(),
                List.of("*"),
                random.nextBoolean() ? -1 : 2,
                random.nextInt(5) == 0,
                0);
    }

    private static SearchRequest batch(SearchRequest search, int batchSize, @Nullable SearchIteratorResult previous) {
        return search.next(
                previous == null
                        ? new SearchIteratorRequest(batchSize, "", null)
                        : new SearchIteratorRequest(batchSize, previous.token(), previous.lastBound()),
                0);
    }

    private static SearchIteratorResult placeOf(SearchResult result) {
        return Objects.requireNonNull(result.iterator());
    }

    @ParameterizedTest(name = "-Dsluice.test.seed={0}")
    @MethodSource("seeds")
    void next_untilTheEnd_answersEachHitOnceInOrder(long seed) {
        Random random = new Random(seed);
        Metric metric = random.nextBoolean() ? Metric.L2 : Metric.IP; // exact on small whole numbers
        DataType keyType = random.nextBoolean() ? DataType.INT64 : DataType.VARCHAR;
        try (SearchWorld world = new SearchWorld(random, keyType, metric, 1 + random.nextInt(5), 120)) {
            for (int i = 0; i < 10; i++) {
                SearchRequest search = request(random, metric);
                SearchResult whole = Searcher.search(search, world.view);
                SearchIterators iterators = new SearchIterators();
                List<Object> keys = new ArrayList<>();
                List<Float> scores = new ArrayList<>();
                Set<String> tokens = new HashSet<>();
                SearchIteratorResult place = null;
                int batchSize = 1 + random.nextInt(random.nextBoolean() ? 4 : 60);
                while (true) {
                    SearchRequest ask = batch(search, batchSize, place);
                    SearchResult batch = iterators.next(ask, world.view);
                    if (place != null && random.nextInt(3) == 0) {
                        SearchResult again = iterators.next(ask, world.view);
                        assertThat(SearchWorld.keys(again.keys())).isEqualTo(SearchWorld.keys(batch.keys()));
                        assertThat(again.iterator()).isEqualTo(batch.iterator());
                    }
                    place = placeOf(batch);
                    tokens.add(place.token());
                    if (batch.keys().count() == 0) {
                        break;
                    }
                    boolean last = keys.size() + batchSize >= whole.keys().count();
                    assertThat(batch.hitCounts())
                            .containsExactly(last ? whole.keys().count() - keys.size() : batchSize);
                    keys.addAll(SearchWorld.keys(batch.keys()));
                    IntStream.range(0, batch.scores().length).forEach(hit -> scores.add(batch.scores()[hit]));
                }
                assertThat(keys).as("%s", search).isEqualTo(SearchWorld.keys(whole.keys()));
                assertThat(scores)
                        .isEqualTo(IntStream.range(0, whole.scores().length)
                                .mapToObj(hit -> whole.scores()[hit])
                                .toList());
                assertThat(tokens).hasSize(1);
            }
        }
    }

    @ParameterizedTest(name = "-Dsluice.test.seed={0}")
    @MethodSource("seeds")
    void next_afterTheServerForgot_losesNothing(long seed) {
        Random random = new Random(seed);
        try (SearchWorld world = new SearchWorld(random, DataType.INT64, Metric.L2, 3, 120)) {
            SearchRequest search = request(random, Metric.L2);
            Set<Object> keys = new LinkedHashSet<>();
            SearchIteratorResult place = null;
            int largestGroup = world.rows.size() + 1; // so that no batch can be all of what came before
            while (true) {
                int batchSize = random.nextInt(3) == 0 ? largestGroup : 1 + random.nextInt(30);
                SearchResult batch = new SearchIterators().next(batch(search, batchSize, place), world.view);
                if (batch.keys().count() == 0) {
                    break;
                }
                place = placeOf(batch);
                keys.addAll(SearchWorld.keys(batch.keys()));
            }
            SearchResult whole = Searcher.search(search, world.view);
            assertThat(keys).containsExactlyElementsOf(new ArrayList<Object>(SearchWorld.keys(whole.keys())));
        }
    }

    @Test
    void next_manyIterationsAmongTies_keepsABoundedNumberOfPlaces() {
        Random random = new Random(3);
        long[] now = {0};
        try (SearchWorld world = new SearchWorld(random, DataType.INT64, Metric.IP, 4, 100)) {
            SearchRequest allTied = request(new Random(0), Metric.IP);
            SearchRequest search = new SearchRequest(
                    allTied.database(),
                    allTied.collection(),
                    List.of(),
                    "",
                    List.of(new float[SearchWorld.DIMENSION]),
                    null,
                    16_384,
                    0,
                    "",
                    Map.of(),
                    "",
                    Map.of(),
                    List.of(),
                    -1,
                    false,
                    0);
            SearchIterators iterators = new SearchIterators(() -> now[0]);
            List<Comparable<?>> all =
                    SearchWorld.keys(Searcher.search(search, world.view).keys());
            SearchIteratorResult oldest = placeOf(iterators.next(batch(search, 2, null), world.view));
            SearchIteratorResult second = placeOf(iterators.next(batch(search, 2, null), world.view));
            assertThat(SearchWorld.keys(
                            iterators.next(batch(search, 2, oldest), world.view).keys()))
                    .isEqualTo(all.subList(2, 4));
            for (int i = 0; i < 1_000; i++) {
                iterators.next(batch(search, 2, null), world.view);
            }
            assertThat(SearchWorld.keys(
                            iterators.next(batch(search, 2, second), world.view).keys()))
                    .as("forgotten: the tie begins again")
                    .isEqualTo(all.subList(0, 2));
            SearchIteratorResult fresh = placeOf(iterators.next(batch(search, 2, null), world.view));
            now[0] += 3_601L * 1_000_000_000;
            iterators.next(batch(search, 2, null), world.view);
            assertThat(SearchWorld.keys(
                            iterators.next(batch(search, 2, fresh), world.view).keys()))
                    .as("expired")
                    .isEqualTo(all.subList(0, 2));
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        0     | 1 | 0 | 1 | ''  | batch size is invalid, it should be in range [1, 16384], but got 0
        16385 | 1 | 0 | 1 | ''  | batch size is invalid, it should be in range [1, 16384], but got 16385
        5     | 2 | 0 | 1 | ''  | search_iterator_v2 does not support processing multiple vectors simultaneously
        5     | 1 | 1 | 1 | ''  | Setting an offset is not permitted when using a search iterator v2
        5     | 1 | 0 | 1 | abc | invalid token format
        5     | 1 | 0 | NaN | '' | failed to parse input last bound
        """)
    void next_wrongRequest_isRefused(int batchSize, int queries, int offset, float bound, String token, String text) {
        try (SearchWorld world = new SearchWorld(new Random(1), DataType.INT64, Metric.L2, 1, 10)) {
            SearchRequest request = new SearchRequest(
                    "default",
                    "things",
                    List.of(),
                    "",
                    Stream.generate(() -> new float[SearchWorld.DIMENSION])
                            .limit(queries)
                            .toList(),
                    null,
                    10,
                    offset,
                    "",
                    Map.of(),
                    "",
                    Map.of(),
                    List.of(),
                    -1,
                    false,
                    0,
                    new SearchIteratorRequest(batchSize, token, bound));
            assertThatThrownBy(() -> new SearchIterators().next(request, world.view))
                    .isInstanceOf(EngineException.InvalidRequest.class)
                    .hasMessageStartingWith("parse iterator v2 info failed: " + text);
        }
    }

    @Test
    void next_unknownToken_goesOnBelowTheBound() {
        try (SearchWorld world = new SearchWorld(new Random(5), DataType.INT64, Metric.L2, 2, 60)) {
            SearchRequest search = request(new Random(2), Metric.L2);
            SearchResult all = Searcher.search(search, world.view);
            float bound = all.scores()[all.scores().length / 2];
            SearchResult rest = new SearchIterators()
                    .next(search.next(new SearchIteratorRequest(16_384, TOKEN, bound), 0), world.view);
            assertThat(placeOf(rest).token()).isEqualTo(TOKEN);
            assertThat(rest.scores().length).isEqualTo((int) IntStream.range(0, all.scores().length)
                    .filter(hit -> all.scores()[hit] > bound)
                    .count());
        }
    }
}
