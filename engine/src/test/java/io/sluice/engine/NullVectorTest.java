package io.sluice.engine;

import static io.sluice.engine.ThingRows.keys;
import static io.sluice.engine.ThingRows.vectorOf;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.engine.error.EngineException;
import io.sluice.engine.schema.CollectionSchema;
import io.sluice.engine.schema.Column;
import io.sluice.engine.schema.DataType;
import io.sluice.engine.schema.FieldSchema;
import io.sluice.engine.schema.Keys;
import io.sluice.engine.schema.RowBatch;
import io.sluice.engine.search.HybridSearchRequest;
import io.sluice.engine.search.QueryResult;
import io.sluice.engine.search.Ranker;
import io.sluice.engine.search.SearchIteratorRequest;
import io.sluice.engine.search.SearchRequest;
import io.sluice.engine.search.SearchResult;
import java.time.Duration;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.LongPredicate;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Vectors that are null, through the façade: stored and answered as null, and never a hit of their field. */
final class NullVectorTest {
    private static final String NAME = "c";
    private static final int DIMENSION = ThingRows.DIMENSION;
    private static final int ROWS = 3_000; // more than a segment needs to get a graph
    private static final LongPredicate EACH_THIRD = id -> id % 3 == 0;

    private static CollectionSchema schema() {
        return new CollectionSchema(
                "",
                List.of(
                        FieldSchema.of("id", DataType.INT64).asPrimaryKey(false),
                        FieldSchema.floatVector("v", DIMENSION).asNullable(),
                        FieldSchema.floatVector("w", DIMENSION)),
                false,
                0);
    }

    /** A null vector comes with a placeholder that would be the best hit. */
    private static Map<String, Column> rows(long firstId, int count, LongPredicate isNull) {
        float[] vectors = new float[count * DIMENSION];
        BitSet nulls = new BitSet();
        for (int row = 0; row < count; row++) {
            System.arraycopy(vectorOf(firstId + row), 0, vectors, row * DIMENSION, DIMENSION);
            nulls.set(row, isNull.test(firstId + row));
        }
        return Map.of(
                "id",
                new Column.Longs(LongStream.range(firstId, firstId + count).toArray(), null),
                "v",
                new Column.FloatVectors(vectors, DIMENSION, nulls),
                "w",
                new Column.FloatVectors(vectors, DIMENSION));
    }

    private static TestEngine filled(String type, String metric) {
        TestEngine test = TestEngine.start(TestEngine.compacting(1L << 30, Duration.ZERO));
        test.create(NAME, schema());
        test.index(NAME, "v", type, metric);
        test.index(NAME, "w", "FLAT", metric);
        return test;
    }

    private static Column.FloatVectors vectors(QueryResult result) {
        return (Column.FloatVectors) result.columns().stream()
                .filter(column -> column.field().name().equals("v"))
                .findFirst()
                .orElseThrow()
                .column();
    }

    private static SearchRequest byIds(long... ids) {
        return new SearchRequest(
                TestEngine.DB,
                NAME,
                List.of(),
                "v",
                List.of(),
                new Keys.LongKeys(ids),
                3,
                0,
                "",
                Map.of(),
                "",
                Map.of(),
                List.of(),
                -1,
                false,
                0);
    }

    /** Every row below {@code end} that has a vector is found, and no other; what is null is answered so. */
    private static void assertServed(TestEngine test, int end, LongPredicate isNull) {
        long[] valid = LongStream.range(0, end).filter(isNull.negate()).toArray();
        SearchResult all = test.search(NAME, "v", new float[DIMENSION], 16_384, "");
        assertThat(keys(all)).containsExactlyInAnyOrder(valid);
        for (long id : new long[] {1, 2, 1_234, valid[valid.length - 1]}) {
            SearchResult few = test.search(NAME, "v", vectorOf(id), 10, "");
            assertThat(LongStream.of(keys(few))).hasSize(10).allMatch(hit -> !isNull.test(hit));
            assertThat(keys(few)[0]).isEqualTo(id);
            assertThat(keys(test.search(NAME, "v", vectorOf(id), 10, "id in [0, 3, 6, " + id + "]")))
                    .containsExactly(id);
            assertThat(LongStream.of(keys(test.search(NAME, "v", vectorOf(id), 10, "id < 300"))))
                    .hasSize(10)
                    .allMatch(hit -> !isNull.test(hit));
        }
        assertThat(keys(test.search(NAME, "v", vectorOf(0), 10, "id in [0, 3, 6]")))
                .isEmpty();
        QueryResult rows = test.query(NAME, "", "id", "v");
        Column.FloatVectors vectors = vectors(rows);
        assertThat(rows.rowCount()).isEqualTo(end);
        float[] expected = new float[end * DIMENSION];
        BitSet nulls = new BitSet();
        for (int row = 0; row < end; row++) {
            nulls.set(row, isNull.test(row));
            System.arraycopy(
                    isNull.test(row) ? new float[DIMENSION] : vectorOf(row), 0, expected, row * DIMENSION, DIMENSION);
        }
        assertThat(vectors.nulls()).isEqualTo(nulls);
        assertThat(vectors.values()).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({"HNSW, L2", "HNSW, COSINE", "FLAT, L2", "AUTOINDEX, L2"})
    void nullRows_growingSealedMergedAndReplayed_areNeverHits(String type, String metric) {
        try (TestEngine test = filled(type, metric)) {
            test.load(NAME);
            test.insert(NAME, ROWS, rows(0, ROWS, EACH_THIRD));
            assertServed(test, ROWS, EACH_THIRD); // growing
            test.flush(NAME);
            test.settle(NAME);
            assertServed(test, ROWS, EACH_THIRD); // sealed and indexed
            test.insert(NAME, 300, rows(ROWS, 300, EACH_THIRD));
            assertServed(test, ROWS + 300, EACH_THIRD); // both
            test.restart();
            test.load(NAME);
            test.settle(NAME);
            assertServed(test, ROWS + 300, EACH_THIRD); // from the files and the log
            test.flush(NAME);
            test.delete(NAME, ROWS + 299);
            test.flush(NAME);
            assertThat(test.compact(NAME).failedPlans()).isZero();
            test.settle(NAME);
            assertServed(test, ROWS + 299, EACH_THIRD); // merged
            assertThat(keys(test.search(NAME, "w", vectorOf(3), 1, ""))).containsExactly(3);
            test.release(NAME);
            assertThat(test.loadBytes()).isZero();
        }
    }

    @Test
    void upsert_nullToValueAndBack_isFollowed() {
        try (TestEngine test = filled("HNSW", "L2")) {
            test.insert(NAME, ROWS, rows(0, ROWS, EACH_THIRD));
            test.flush(NAME);
            test.load(NAME);
            LongPredicate turned = id -> id < 100 ? id % 3 != 0 : id % 3 == 0;
            test.upsert(NAME, 100, rows(0, 100, turned));
            LongPredicate hits = turned.negate();
            for (int pass = 0; pass < 2; pass++) {
                long[] all = keys(test.search(NAME, "v", new float[DIMENSION], 16_384, ""));
                assertThat(all)
                        .containsExactlyInAnyOrder(
                                LongStream.range(0, ROWS).filter(hits).toArray());
                assertThat(keys(test.search(NAME, "v", vectorOf(33), 1, ""))).containsExactly(33);
                test.flush(NAME);
                test.restart();
                test.load(NAME);
            }
        }
    }

    @Test
    void columnLeftOut_isNullInEveryRowAndNothingIsFound() {
        try (TestEngine test = filled("HNSW", "COSINE")) {
            Map<String, Column> some = new HashMap<>(rows(0, ROWS, EACH_THIRD));
            some.remove("v");
            test.insert(NAME, ROWS, some);
            test.load(NAME);
            assertThat(keys(test.search(NAME, "v", vectorOf(1), 5, ""))).isEmpty();
            test.flush(NAME);
            test.settle(NAME);
            assertThat(keys(test.search(NAME, "v", vectorOf(1), 5, ""))).isEmpty();
            BitSet nulls = vectors(test.query(NAME, "", "v")).nulls();
            assertThat(nulls == null ? 0 : nulls.cardinality()).isEqualTo(ROWS);
            assertThat(test.count(NAME)).isEqualTo(ROWS);
        }
    }

    @Test
    void searchByIds_ofNullVectors_hasNoHitsForThem() {
        try (TestEngine test = filled("FLAT", "L2")) {
            test.insert(NAME, 10, rows(0, 10, EACH_THIRD));
            test.load(NAME);
            SearchResult result = test.get(test.engine().search(byIds(0, 1, 3, 2)));
            assertThat(result.hitCounts()).containsExactly(0, 3, 0, 3);
            assertThat(keys(result)[0]).isEqualTo(1);
            assertThat(keys(result)[3]).isEqualTo(2);
            SearchResult none =
                    test.get(test.engine().search(byIds(0).next(new SearchIteratorRequest(5, "", null), 0)));
            assertThat(none.hitCounts()).containsExactly(0);
        }
    }

    @Test
    void iterationAndHybridSearch_passNullRowsBy() {
        try (TestEngine test = filled("FLAT", "L2")) {
            test.insert(NAME, 10, rows(0, 10, EACH_THIRD));
            test.load(NAME);
            SearchRequest one = test.searchOf(NAME, "v", vectorOf(3), 9, "");
            SearchResult batch = test.get(test.engine().search(one.next(new SearchIteratorRequest(9, "", null), 0)));
            assertThat(keys(batch)).containsExactlyInAnyOrder(1, 2, 4, 5, 7, 8);
            SearchResult both = test.get(test.engine().hybridSearch(hybrid("v", "w")));
            assertThat(keys(both)).hasSize(10).contains(0, 3, 6, 9);
            SearchResult nullable = test.get(test.engine().hybridSearch(hybrid("v", "v")));
            assertThat(keys(nullable)).containsExactlyInAnyOrder(1, 2, 4, 5, 7, 8);
        }
    }

    private static HybridSearchRequest hybrid(String... fields) {
        return new HybridSearchRequest(
                TestEngine.DB,
                NAME,
                List.of(),
                List.of(fields).stream().map(NullVectorTest::search).toList(),
                new Ranker.Rrf(60),
                20,
                0,
                List.of(),
                -1,
                0);
    }

    private static HybridSearchRequest.AnnSearch search(String field) {
        return new HybridSearchRequest.AnnSearch(field, List.of(vectorOf(3)), 10, "", Map.of(), "", Map.of(), false);
    }

    @Test
    void nullFilterAndNotNullableField_areRefused() {
        try (TestEngine test = filled("FLAT", "L2")) {
            Map<String, Column> wrong = new HashMap<>(rows(0, 3, EACH_THIRD));
            Column withNulls = Objects.requireNonNull(wrong.get("v"));
            wrong.put("w", withNulls);
            assertThat(refusal(test, wrong).getMessage())
                    .contains("field is not nullable")
                    .contains("field=w");
            test.load(NAME);
            assertThat(test.refused(test.engine().query(test.queryOf(NAME, "v is null", null, "id")))
                            .getMessage())
                    .contains("IsNull/IsNotNull operations are not supported on vector fields");
        }
    }

    private static EngineException refusal(TestEngine test, Map<String, Column> columns) {
        return test.refused(test.engine().insert(TestEngine.DB, NAME, "", new RowBatch(3, columns)));
    }
}
