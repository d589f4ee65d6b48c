package io.sluice.engine.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.engine.collection.ReadView;
import io.sluice.engine.distance.Metric;
import io.sluice.engine.error.EngineException;
import io.sluice.engine.error.ErrorCode;
import io.sluice.engine.error.StopSignal;
import io.sluice.engine.filter.Filter;
import io.sluice.engine.index.IndexSpec;
import io.sluice.engine.schema.CollectionSchema;
import io.sluice.engine.schema.DataType;
import io.sluice.engine.schema.Keys;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The refusals, with Milvus's words first; and which output fields a result has. */
class SearcherErrorsTest {
    private static final SearchWorld WORLD = new SearchWorld(new Random(7), DataType.INT64, Metric.L2, 3, 60);
    private static final long WORLD_KEY = (Long) WORLD.rows.getFirst().key();
    private static final SearchRequest SEARCH = new SearchRequest(
            "default",
            "things",
            List.of(),
            "",
            List.of(new float[3]),
            null,
            10,
            0,
            "L2",
            Map.of(),
            "",
            Map.of(),
            List.of(),
            -1,
            false,
            0);

    @AfterAll
    static void free() {
        WORLD.close();
    }

    private static void assertRefused(String text, Runnable call) {
        assertThatThrownBy(call::run)
                .isInstanceOf(EngineException.InvalidRequest.class)
                .hasMessageStartingWith(text);
    }

    private static ReadView viewOf(Metric metric) {
        ReadView view = WORLD.view;
        return new ReadView(
                "default",
                "things",
                view.schema(),
                view.loadedFields(),
                Map.of(view.schema().vectors().getFirst().id(), new IndexSpec.Flat(metric)),
                view.blocks(),
                1_000,
                view.stop(),
                List.of(),
                () -> {});
    }

    private static SearchRequest window(int limit, int offset) {
        return new SearchRequest(
                "default",
                "things",
                List.of(),
                "",
                SEARCH.queries(),
                null,
                limit,
                offset,
                "L2",
                Map.of(),
                "",
                Map.of(),
                List.of(),
                -1,
                false,
                0);
    }

    private static SearchRequest queries(List<float[]> queries) {
        return new SearchRequest(
                "default", "things", List.of(), "", queries, null, 10, 0, "L2", Map.of(), "", Map.of(), List.of(), -1,
                false, 0);
    }

    private static SearchRequest field(String vectorField) {
        return new SearchRequest(
                "default",
                "things",
                List.of(),
                vectorField,
                SEARCH.queries(),
                null,
                10,
                0,
                "L2",
                Map.of(),
                "",
                Map.of(),
                List.of(),
                -1,
                false,
                0);
    }

    private static SearchRequest params(String metric, Map<String, String> params) {
        return new SearchRequest(
                "default",
                "things",
                List.of(),
                "",
                SEARCH.queries(),
                null,
                10,
                0,
                metric,
                params,
                "",
                Map.of(),
                List.of(),
                -1,
                false,
                0);
    }

    private static SearchRequest outputs(String... outputs) {
        return new SearchRequest(
                "default",
                "things",
                List.of(),
                "",
                SEARCH.queries(),
                null,
                10,
                0,
                "L2",
                Map.of(),
                "",
                Map.of(),
                List.of(outputs),
                -1,
                false,
                0);
    }

    private static QueryRequest query(long limit, long offset, String... outputs) {
        return new QueryRequest(
                "default", "things", List.of(), "", Map.of(), null, List.of(outputs), limit, offset, false, 0);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        0     | 0     | topk [0] is invalid, it should be in range [1, 16384], but got 0
        -3    | 0     | topk [-3] is invalid, it should be in range [1, 16384], but got -3
        16385 | 0     | topk [16385] is invalid, it should be in range [1, 16384], but got 16385
        16384 | 1     | invalid max query result window, (offset+limit) should be in range [1, 16384], but got 16385
        10    | -1    | invalid max query result window, offset [-1] is invalid, should be gte than 0
        1     | 2147483647 | invalid max query result window, (offset+limit) should be in range [1, 16384], but got 2147483648
        """)
    void search_windowOutOfRange_isRefused(int limit, int offset, String text) {
        assertRefused(text, () -> Searcher.search(window(limit, offset), WORLD.view));
    }

    @Test
    void search_largestWindow_answers() {
        assertThat(Searcher.search(window(16_383, 1), WORLD.view).hitCounts()).hasSize(1);
    }

    @Test
    void search_tooManyOrNoQueries_isRefused() {
        String tail =
                " is invalid, nq (number of search vector per search request) should be in range [1, 16384], but got ";
        assertRefused("nq [0]" + tail + "0", () -> Searcher.search(queries(List.of()), WORLD.view));
        List<float[]> many = Collections.nCopies(16_385, new float[3]);
        assertRefused("nq [16385]" + tail + "16385", () -> Searcher.search(queries(many), WORLD.view));
    }

    @Test
    void search_wrongQueryVectors_isRefused() {
        assertRefused(
                "vector dimension mismatch, expected vector size(byte) 12, actual 16.",
                () -> Searcher.search(queries(List.of(new float[3], new float[4])), WORLD.view));
        assertRefused(
                "value 'NaN' is not a number or infinity",
                () -> Searcher.search(queries(List.of(new float[] {0, Float.NaN, 0})), WORLD.view));
        assertRefused(
                "value '-Inf' is not a number or infinity",
                () -> Searcher.search(queries(List.of(new float[] {0, 0, Float.NEGATIVE_INFINITY})), WORLD.view));
    }

    @Test
    void search_wrongVectorField_isRefused() {
        assertRefused(
                "failed to create query plan: failed to get field schema by name: fieldName(nope) not found: invalid"
                        + " parameter",
                () -> Searcher.search(field("nope"), WORLD.view));
        assertRefused(
                "failed to create query plan: field (bool) to search is not of vector type",
                () -> Searcher.search(field("bool"), WORLD.view));
        ReadView withoutVector = WORLD.viewOf(Set.of("id", "bool"));
        assertRefused("ann field \"vector\" not loaded", () -> Searcher.search(SEARCH, withoutVector));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        L2     | 1   | 10   | range_filter(10.0) must be less than radius(1.0)
        L2     | 1   | 1    | range_filter(1.0) must be less than radius(1.0)
        IP     | 10  | 1    | range_filter(1.0) must be greater than radius(10.0)
        COSINE | 0.5 | 0.25 | range_filter(0.25) must be greater than radius(0.5)
        L2     | x   | 1    | radius [x] is invalid, type must be number
        L2     | NaN | 1    | radius [NaN] is invalid, type must be number
        L2     | 1   | y    | range_filter [y] is invalid, type must be number
        COSINE |     | 1    | range_filter requires radius to be set
        """)
    void search_wrongRange_isRefused(String metric, String radius, String rangeFilter, String text) {
        ReadView view = viewOf(Metric.valueOf(metric));
        Map<String, String> params = radius == null
                ? Map.of("range_filter", rangeFilter)
                : Map.of("radius", radius, "range_filter", rangeFilter);
        assertRefused(text, () -> Searcher.search(params(metric, params), view));
    }

    @ParameterizedTest
    @ValueSource(ints = {-2, 7})
    void search_wrongRoundDecimal_isRefused(int decimals) {
        SearchRequest request = new SearchRequest(
                "default",
                "things",
                List.of(),
                "",
                SEARCH.queries(),
                null,
                10,
                0,
                "L2",
                Map.of(),
                "",
                Map.of(),
                List.of(),
                decimals,
                false,
                0);
        assertRefused(
                "round_decimal [" + decimals + "] is invalid, should be -1 or an integer in range [0, 6]",
                () -> Searcher.search(request, WORLD.view));
    }

    @Test
    void search_roundDecimal_roundsHalfAwayFromZero() {
        SearchRequest request = new SearchRequest(
                "default",
                "things",
                List.of(),
                "",
                List.of(new float[] {0.5f, 0, 0}),
                null,
                100,
                0,
                "L2",
                Map.of(),
                "",
                Map.of(),
                List.of(),
                1,
                false,
                0);
        SearchResult result = Searcher.search(request, WORLD.view);
        assertThat(result.scores()).isNotEmpty();
        for (float score : result.scores()) {
            // (k - 0.5)^2 and two squares: always a quarter.
            assertThat(Math.round((score - Math.floor(score)) * 10)).isEqualTo(3);
        }
    }

    @Test
    void search_unknownIds_namesThem() {
        SearchRequest request = new SearchRequest(
                "default",
                "things",
                List.of(),
                "",
                List.of(),
                new Keys.LongKeys(new long[] {1_001, WORLD_KEY, 1_004, 1_007}),
                10,
                0,
                "L2",
                Map.of(),
                "",
                Map.of(),
                List.of(),
                -1,
                false,
                0);
        assertRefused(
                "some of the provided primary key IDs do not exist: missing IDs = [1001 1004 1007]",
                () -> Searcher.search(request, WORLD.view));
    }

    @Test
    void query_idsOfAnotherType_isRefused() {
        QueryRequest request = new QueryRequest(
                "default",
                "things",
                List.of(),
                "",
                Map.of(),
                new Keys.StringKeys(List.of("1")),
                List.of(),
                -1,
                0,
                false,
                0);
        assertRefused(
                "primary key is int64, but IDs type mismatch: idsType=VarChar",
                () -> Searcher.query(request, WORLD.view));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        16385 | 0     | invalid max query result window, (offset+limit) should be in range [1, 16384], but got 16385
        1     | 16384 | invalid max query result window, (offset+limit) should be in range [1, 16384], but got 16385
        67890 | 10    | invalid max query result window, (offset+limit) should be in range [1, 16384], but got 67900
        2     | -1    | invalid max query result window, offset [-1] is invalid, should be gte than 0
        0     | 10    | invalid max query result window, limit [0] is invalid, should be greater than 0
        -2    | 0     | invalid max query result window, limit [-2] is invalid, should be greater than 0
        9223372036854775807 | 1 | invalid max query result window, (offset+limit) should be in range
        -1    | 0     | empty expression should be used with limit: invalid parameter
        """)
    void query_windowOutOfRange_isRefused(long limit, long offset, String text) {
        assertRefused(text, () -> Searcher.query(query(limit, offset), WORLD.view));
    }

    @Test
    void query_countWithLimit_isRefused() {
        assertRefused(
                "count entities with pagination is not allowed",
                () -> Searcher.query(query(10, 0, "count(*)"), WORLD.view));
        assertRefused(
                "count(*) cannot be combined with other output fields",
                () -> Searcher.query(query(-1, 0, "count(*)", "id"), WORLD.view));
        assertRefused(
                "field int16 for aggregation:count does not exist",
                () -> Searcher.query(query(-1, 0, "count(int16)"), WORLD.view));
        assertRefused(
                "aggregation sum(int16) is not supported yet",
                () -> Searcher.query(query(-1, 0, "id", "SUM(int16)"), WORLD.view));
        assertThat(Searcher.query(query(-1, 10, "Count(*)"), WORLD.view).rowCount())
                .isEqualTo(1);
    }

    @Test
    void search_hints_knownOnesOnly() {
        assertRefused(
                "hints: not_supported_hints not supported",
                () -> Searcher.search(params("L2", Map.of("hints", "not_supported_hints")), WORLD.view));
        SearchResult hinted = Searcher.search(params("L2", Map.of("hints", "iterative_filter")), WORLD.view);
        assertThat(SearchWorld.keys(hinted.keys()))
                .isEqualTo(SearchWorld.keys(Searcher.search(SEARCH, WORLD.view).keys()));
    }

    @Test
    void search_idsThatRepeatOrDoNotFit_areRefused() {
        assertRefused(
                "duplicate IDs found in search request",
                () -> Searcher.search(ids(new Keys.LongKeys(new long[] {WORLD_KEY, WORLD_KEY})), WORLD.view));
        assertRefused(
                "primary key is int64, but IDs type mismatch",
                () -> Searcher.search(ids(new Keys.StringKeys(List.of("1"))), WORLD.view));
    }

    private static SearchRequest ids(Keys ids) {
        return new SearchRequest(
                "default", "things", List.of(), "", List.of(), ids, 10, 0, "", Map.of(), "", Map.of(), List.of(), -1,
                false, 0);
    }

    @Test
    void search_otherMetric_isRefused() {
        assertRefused(
                "metric type not match: invalid parameter[expected=L2][actual=IP]",
                () -> Searcher.search(params("IP", Map.of()), WORLD.view));
        assertThat(Searcher.search(params("l2", Map.of()), WORLD.view).hitCounts())
                .hasSize(1);
    }

    @Test
    void search_graphWithTooSmallEf_isRefused() {
        ReadView view = WORLD.view;
        ReadView graph = new ReadView(
                "default",
                "things",
                view.schema(),
                view.loadedFields(),
                Map.of(view.schema().vectors().getFirst().id(), new IndexSpec.Hnsw(Metric.L2, 16, 200)),
                view.blocks(),
                1_000,
                view.stop(),
                List.of(),
                () -> {});
        assertRefused(
                "ef(5) should be larger than k(10)", () -> Searcher.search(params("L2", Map.of("ef", "5")), graph));
    }

    @Test
    void filter_unloadedField_isRefused() {
        ReadView some = WORLD.viewOf(Set.of("id", "vector", "bool"));
        for (String filter : List.of("int8 > 1", "color == \"c1\"")) {
            QueryRequest request = new QueryRequest(
                    "default", "things", List.of(), filter, Map.of(), null, List.of(), -1, 0, false, 0);
            assertThatThrownBy(() -> Searcher.query(request, some))
                    .isInstanceOf(EngineException.InvalidRequest.class)
                    .hasMessageContaining("not loaded");
            assertThatThrownBy(() -> Searcher.matchingKeys(Filter.parse(filter, some.schema(), Map.of()), some))
                    .hasMessageContaining("not loaded");
        }
    }

    @Test
    void outputs_dynamicKeys_areTrimmedToThem() {
        QueryResult query = Searcher.query(query(20, 0, "size", "color"), WORLD.view);
        for (int row = 0; row < query.rowCount(); row++) {
            assertThat(String.valueOf(SearchWorld.value(query.columns().get(1).column(), row)))
                    .contains("\"size\":", "\"color\":")
                    .doesNotContain("deep");
        }
        QueryResult whole = Searcher.query(query(1, 0, "size", "$meta"), WORLD.view);
        assertThat(whole.outputFields()).containsExactly("id", "size", "$meta");
        assertThat(String.valueOf(SearchWorld.value(whole.columns().get(1).column(), 0)))
                .contains("deep");
    }

    @Test
    void outputs_unknownOrUnloaded_areRefused() {
        ReadView some = WORLD.viewOf(Set.of("id", "vector", "bool"));
        assertRefused("field int8 is not loaded", () -> Searcher.search(outputs("int8"), some));
        assertRefused(
                "field color cannot be returned since dynamic field not loaded",
                () -> Searcher.search(outputs("color"), some));
        assertRefused(
                "field $meta cannot be returned since dynamic field not loaded",
                () -> Searcher.search(outputs("$meta"), some));
        for (String wrong : List.of("*%", "**", "@", "-", "json[\"a\"]", "$meta[\"a\"][\"b\"]", "$meta[a]")) {
            assertRefused(
                    "parse output field name failed: " + wrong, () -> Searcher.search(outputs(wrong), WORLD.view));
        }
    }

    @Test
    void outputs_unknownOnStaticSchema_isRefused() {
        ReadView view = WORLD.view;
        var schema = new CollectionSchema("", view.schema().userFields(), false, 0);
        ReadView fixed = new ReadView(
                "default",
                "things",
                schema,
                view.loadedFields(),
                view.indexSpecs(),
                view.blocks(),
                1_000,
                view.stop(),
                List.of(),
                () -> {});
        assertRefused("field color not exist", () -> Searcher.search(outputs("color"), fixed));
        assertRefused("field *% not exist", () -> Searcher.query(query(1, 0, "*%"), fixed));
        assertThat(Searcher.query(query(1, 0, "*"), fixed).outputFields()).doesNotContain("$meta");
    }

    @Test
    void outputs_allKinds_areNamedAsAsked() {
        SearchResult search =
                Searcher.search(outputs("bool", " int8 ", "color", "bool", "$meta[\"size\"]"), WORLD.view);
        assertThat(search.outputFields()).containsExactly("bool", "int8", "color", "size");
        assertThat(search.columns())
                .extracting(column -> column.field().name())
                .containsExactly("bool", "int8", "$meta");

        QueryResult query = Searcher.query(query(5, 0, "bool", "color"), WORLD.view);
        assertThat(query.outputFields()).containsExactly("id", "bool", "color");
        assertThat(query.columns()).extracting(column -> column.field().name()).containsExactly("id", "bool", "$meta");
        assertThat(query.primaryField()).isEqualTo("id");
        assertThat(query.timestamp()).isEqualTo(1_000);

        assertThat(Searcher.query(query(5, 0, "bool", "id"), WORLD.view).outputFields())
                .containsExactly("bool", "id");
        assertThat(Searcher.query(query(5, 0), WORLD.view).outputFields()).containsExactly("id");

        ReadView some = WORLD.viewOf(Set.of("id", "vector", "bool"));
        assertThat(Searcher.query(query(5, 0, "*"), some).outputFields()).containsExactly("id", "vector", "bool");
        assertThat(Searcher.search(outputs("*"), WORLD.view).outputFields()).contains("id", "vector", "$meta");
    }

    @Test
    void result_tooLargeForTheHeap_isRefused() {
        ReadLimits.checkResultBytes(ReadLimits.MAX_RESULT_BYTES, 1);
        assertThatThrownBy(() -> ReadLimits.checkResultBytes(ReadLimits.MAX_RESULT_BYTES + 1, 7))
                .isInstanceOf(EngineException.InvalidRequest.class)
                .hasMessageStartingWith("query results exceed the maxOutputSize Limit 268435456");
    }

    @Test
    void search_stopRequested_throwsItsReason() {
        ReadView view = WORLD.view;
        var stop = new StopSignal();
        ReadView stopped = new ReadView(
                "default",
                "things",
                view.schema(),
                view.loadedFields(),
                view.indexSpecs(),
                view.blocks(),
                1_000,
                stop,
                List.of(),
                () -> {});
        stop.request(new EngineException.Stopped(ErrorCode.COLLECTION_NOT_LOADED, "released"));
        assertThatThrownBy(() -> Searcher.search(SEARCH, stopped))
                .isInstanceOf(EngineException.Stopped.class)
                .hasMessage("released");
        assertThatThrownBy(() -> Searcher.query(query(1, 0), stopped)).isInstanceOf(EngineException.Stopped.class);
    }
}
