package io.sluice.engine.search;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.engine.distance.Metric;
import io.sluice.engine.filter.Filter;
import io.sluice.engine.schema.DataType;
import io.sluice.engine.schema.Keys;
import io.sluice.engine.search.SearchWorld.Row;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Random collections against a model that sorts plain objects. */
class SearcherModelTest {
    private static final int WORLDS = 40;
    private static final int REQUESTS = 25;

    private record Hit(Row row, float score) {}

    /** A filter in both languages. */
    private record Condition(String text, Predicate<Row> holds) {}

    static Stream<Long> seeds() {
        long base = Long.getLong("sluice.test.seed", new Random().nextLong());
        return IntStream.range(0, WORLDS).mapToObj(i -> base + i);
    }

    private static SearchWorld world(Random random, Metric metric) {
        DataType keyType = random.nextBoolean() ? DataType.INT64 : DataType.VARCHAR;
        return new SearchWorld(random, keyType, metric, 1 + random.nextInt(5), 1 + random.nextInt(120));
    }

    @ParameterizedTest(name = "-Dsluice.test.seed={0}")
    @MethodSource("seeds")
    void search_randomCollections_answersWhatTheModelSays(long seed) {
        Random random = new Random(seed);
        Metric metric = Metric.values()[random.nextInt(3)];
        try (SearchWorld world = world(random, metric)) {
            for (int i = 0; i < REQUESTS; i++) {
                searchOnce(random, world, metric);
            }
        }
    }

    private static void searchOnce(Random random, SearchWorld world, Metric metric) {
        List<float[]> queries = Stream.generate(() -> SearchWorld.vector(random))
                .limit(1 + random.nextInt(3))
                .toList();
        boolean ignoreGrowing = random.nextInt(5) == 0;
        Condition condition = condition(random, world);
        Keys ids = null;
        if (random.nextInt(4) == 0 && !world.rows.isEmpty()) {
            List<Comparable<?>> asked = Stream.generate(() ->
                            world.rows.get(random.nextInt(world.rows.size())).key())
                    .limit(1 + random.nextInt(3))
                    .distinct()
                    .collect(Collectors.toList());
            ids = world.keys(asked);
            queries = asked.stream().map(key -> newestVector(world, key)).toList();
        }
        int limit = 1 + random.nextInt(random.nextBoolean() ? 10 : 300);
        int offset = random.nextInt(3) == 0 ? random.nextInt(20) : 0;
        Map<String, String> params = range(random, metric);
        SearchRequest request = new SearchRequest(
                "default",
                "things",
                List.of(),
                random.nextBoolean() ? "" : "vector",
                ids == null ? queries : List.of(),
                ids,
                limit,
                offset,
                random.nextBoolean() ? "" : metric.name(),
                params,
                condition.text(),
                Map.of(),
                List.of("*"),
                -1,
                ignoreGrowing,
                0);

        SearchResult result = Searcher.search(request, world.view);

        assertThat(result.hitCounts()).hasSize(queries.size());
        int at = 0;
        for (int q = 0; q < queries.size(); q++) {
            Predicate<Row> holds = row -> condition.holds().test(row) && !(ignoreGrowing && row.growing());
            List<Hit> expected = nearest(world, metric, queries.get(q), holds, params, limit, offset);
            assertThat(result.hitCounts()[q]).as("%s", request).isEqualTo(expected.size());
            for (Hit hit : expected) {
                assertThat(result.keys().boxed(at))
                        .as("hit %s of %s", at, request)
                        .isEqualTo(hit.row().key());
                assertThat(result.scores()[at]).isEqualTo(metric.reported(hit.score()) + 0f);
                int index = at;
                List<?> values = result.columns().stream()
                        .map(column -> SearchWorld.value(column.column(), index))
                        .toList();
                float[] query = queries.get(q);
                assertThat(world.rows)
                        .as("a row with these values, this key and this score: %s", values)
                        .anyMatch(row -> holds.test(row)
                                && row.values().equals(values)
                                && SearchWorld.score(metric, query, row.vector()) == hit.score());
                at++;
            }
        }
        assertThat(result.keys().count()).isEqualTo(at);
        assertThat(result.scores()).hasSize(at);
    }

    private static List<Hit> nearest(
            SearchWorld world,
            Metric metric,
            float[] query,
            Predicate<Row> holds,
            Map<String, String> params,
            int limit,
            int offset) {
        List<Hit> hits = new ArrayList<>();
        for (Row row : world.rows) {
            float score = SearchWorld.score(metric, query, row.vector());
            if (holds.test(row) && inRange(metric, metric.reported(score), params)) {
                hits.add(new Hit(row, score));
            }
        }
        hits.sort(Comparator.<Hit>comparingDouble(hit -> 0.0 - hit.score())
                .thenComparing(hit -> hit.row().key(), SearchWorld.KEY_ORDER));
        Set<Object> seen = new HashSet<>();
        return hits.stream()
                .filter(hit -> seen.add(hit.row().key()))
                .skip(offset)
                .limit(limit)
                .toList();
    }

    private static boolean inRange(Metric metric, float reported, Map<String, String> params) {
        if (!params.containsKey("radius")) {
            return true;
        }
        float radius = Float.parseFloat(params.get("radius"));
        String text = params.get("range_filter");
        if (metric == Metric.L2) {
            return reported < radius && (text == null || reported >= Float.parseFloat(text));
        }
        return reported > radius && (text == null || reported <= Float.parseFloat(text));
    }

    private static Map<String, String> range(Random random, Metric metric) {
        Map<String, String> params = new HashMap<>();
        if (random.nextInt(3) == 0) {
            float scale = metric == Metric.COSINE ? 1 / 8f : 1;
            float a = (random.nextInt(24) - 8) * scale;
            float b = a + (1 + random.nextInt(12)) * scale;
            params.put("radius", String.valueOf(metric == Metric.L2 ? b : a));
            if (random.nextBoolean()) {
                params.put("range_filter", String.valueOf(metric == Metric.L2 ? a : b));
            }
        }
        return params;
    }

    private static float[] newestVector(SearchWorld world, Comparable<?> key) {
        Row newest = newest(
                        world.rows.stream().filter(row -> row.key().equals(key)).toList())
                .getFirst();
        float[] vector = new float[SearchWorld.DIMENSION];
        for (int i = 0; i < vector.length; i++) {
            vector[i] = newest.vector().get(i);
        }
        return vector;
    }

    /** The newest row of each key, by key; of equal timestamps the later block and row. */
    private static List<Row> newest(List<Row> rows) {
        List<Row> sorted = new ArrayList<>(rows);
        sorted.sort(Comparator.<Row, Comparable<?>>comparing(Row::key, SearchWorld.KEY_ORDER)
                .thenComparing(Row::timestamp)
                .thenComparing(Row::block)
                .thenComparing(Row::index));
        Map<Object, Row> newest = new LinkedHashMap<>();
        sorted.forEach(row -> newest.put(row.key(), row));
        return List.copyOf(newest.values());
    }

    private static Condition condition(Random random, SearchWorld world) {
        return switch (random.nextInt(8)) {
            case 0 -> new Condition("bool == true", row -> Boolean.TRUE.equals(row.value(world, "bool")));
            case 1 ->
                new Condition(
                        "int16_nullable > 0 or json is null",
                        row -> (row.value(world, "int16_nullable") instanceof Integer value && value > 0)
                                || row.value(world, "json") == null);
            case 2 ->
                new Condition(
                        "color == \"c1\"",
                        row -> String.valueOf(row.value(world, "$meta")).contains("\"color\":\"c1\""));
            case 3 -> new Condition("bool == true and bool == false", _ -> false);
            case 4 -> keys(random, world, false);
            case 5 -> keys(random, world, true);
            default -> new Condition("", _ -> true);
        };
    }

    /** By key alone is a lookup, with something beside it a scan. */
    private static Condition keys(Random random, SearchWorld world, boolean alone) {
        Set<Comparable<?>> keys = Stream.generate(() -> world.anyKey(random))
                .limit(1 + random.nextInt(60))
                .collect(Collectors.toSet());
        String list = keys.stream()
                .map(key -> key instanceof Long ? key.toString() : "\"" + key + "\"")
                .collect(Collectors.joining(", ", "id in [", "]"));
        return new Condition(
                alone ? list : "bool == true and " + list,
                row -> keys.contains(row.key()) && (alone || Boolean.TRUE.equals(row.value(world, "bool"))));
    }

    @ParameterizedTest(name = "-Dsluice.test.seed={0}")
    @MethodSource("seeds")
    void matchingKeys_randomCollections_answersEachKeyOnce(long seed) {
        Random random = new Random(seed);
        try (SearchWorld world = world(random, Metric.L2)) {
            for (int i = 0; i < REQUESTS; i++) {
                Condition condition = condition(random, world);
                if (!condition.text().isEmpty()) {
                    Keys keys =
                            Searcher.matchingKeys(Filter.parse(condition.text(), world.schema, Map.of()), world.view);
                    Set<Comparable<?>> expected = new TreeSet<>(SearchWorld.KEY_ORDER);
                    world.rows.stream().filter(condition.holds()).map(Row::key).forEach(expected::add);
                    assertThat(SearchWorld.keys(keys)).isEqualTo(List.copyOf(expected));
                }
            }
        }
    }

    @ParameterizedTest(name = "-Dsluice.test.seed={0}")
    @MethodSource("seeds")
    void query_randomCollections_answersWhatTheModelSays(long seed) {
        Random random = new Random(seed);
        try (SearchWorld world = world(random, Metric.L2)) {
            for (int i = 0; i < REQUESTS; i++) {
                queryOnce(random, world);
            }
        }
    }

    private static void queryOnce(Random random, SearchWorld world) {
        Condition condition = condition(random, world);
        boolean ignoreGrowing = random.nextInt(5) == 0;
        @Nullable Set<Comparable<?>> wanted = null;
        if (random.nextInt(3) == 0) {
            wanted = Stream.generate(() -> world.anyKey(random))
                    .limit(random.nextInt(20))
                    .collect(Collectors.toSet());
        }
        Set<Comparable<?>> asked = wanted;
        boolean limited = wanted == null || random.nextBoolean();
        long limit = limited ? 1 + random.nextInt(200) : -1;
        long offset = random.nextInt(3) == 0 ? random.nextInt(30) : 0;
        Keys ids = asked == null ? null : world.keys(asked);

        QueryResult result =
                Searcher.query(query(condition.text(), ids, List.of("*"), limit, offset, ignoreGrowing), world.view);
        QueryResult counted =
                Searcher.query(query(condition.text(), ids, List.of("count(*)"), -1, 0, ignoreGrowing), world.view);

        List<Row> matching = world.rows.stream()
                .filter(row -> !(ignoreGrowing && row.growing()))
                .filter(condition.holds())
                .filter(row -> asked == null || asked.contains(row.key()))
                .toList();
        List<Row> expected = newest(matching).stream()
                .skip(limited ? offset : 0)
                .limit(limited ? limit : Long.MAX_VALUE)
                .toList();
        assertThat(SearchWorld.value(counted.columns().getFirst().column(), 0)).isEqualTo((long) matching.size());
        assertThat(result.rowCount()).isEqualTo(expected.size());
        for (int i = 0; i < expected.size(); i++) {
            int at = i;
            List<?> values = result.columns().stream()
                    .map(column -> SearchWorld.value(column.column(), at))
                    .toList();
            Row row = expected.get(i);
            assertThat(values.getFirst()).isEqualTo(row.key());
            // Rows of one key and timestamp are equally new.
            assertThat(matching.stream()
                            .filter(other -> other.key().equals(row.key()) && other.timestamp() == row.timestamp())
                            .map(Row::values))
                    .contains((List) values);
        }
    }

    private static QueryRequest query(
            String filter, @Nullable Keys ids, List<String> outputs, long limit, long offset, boolean ignoreGrowing) {
        return new QueryRequest(
                "default", "things", List.of(), filter, Map.of(), ids, outputs, limit, offset, ignoreGrowing, 0);
    }

    @Test
    void search_allVectorsEqual_ordersByKey() {
        Random random = new Random(1);
        try (SearchWorld world = new SearchWorld(random, DataType.INT64, Metric.IP, 4, 100)) {
            SearchRequest request = new SearchRequest(
                    "default",
                    "things",
                    List.of(),
                    "",
                    List.of(new float[SearchWorld.DIMENSION]),
                    null,
                    20,
                    5,
                    "IP",
                    Map.of(),
                    "",
                    Map.of(),
                    List.of(),
                    -1,
                    false,
                    0);

            SearchResult result = Searcher.search(request, world.view);

            Set<Comparable<?>> all = new TreeSet<>(SearchWorld.KEY_ORDER);
            world.rows.forEach(row -> all.add(row.key()));
            assertThat(SearchWorld.keys(result.keys()))
                    .isEqualTo(all.stream().skip(5).limit(20).toList());
            assertThat(result.columns()).isEmpty();
        }
    }
}
