package io.sluice.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.engine.error.EngineException;
import io.sluice.engine.error.ErrorCode;
import io.sluice.engine.load.LoadOptions;
import io.sluice.engine.load.LoadRequest;
import io.sluice.engine.schema.CollectionSchema;
import io.sluice.engine.schema.Column;
import io.sluice.engine.schema.DataType;
import io.sluice.engine.schema.FieldSchema;
import io.sluice.engine.schema.RowBatch;
import io.sluice.engine.search.QueryResult;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import reactor.core.publisher.Mono;

/** Fields that are added to a collection with rows: what old and new rows read, wherever they are. */
final class AddFieldTest {
    private static final int DIMENSION = 4;

    /** Where the rows are when the field is added. */
    private enum Where {
        GROWING,
        SEALED,
        LOADED,
        BOTH
    }

    private static CollectionSchema schema() {
        return new CollectionSchema(
                "",
                List.of(
                        FieldSchema.of("id", DataType.INT64).asPrimaryKey(false),
                        FieldSchema.floatVector("vector", DIMENSION)),
                true,
                0);
    }

    private static Map<String, Column> rows(long firstId, int count) {
        long[] ids = new long[count];
        float[] vectors = new float[count * DIMENSION];
        String[] metas = new String[count];
        var random = new Random(firstId);
        for (int row = 0; row < count; row++) {
            ids[row] = firstId + row;
            metas[row] = "{\"added\":" + row + "}";
        }
        for (int i = 0; i < vectors.length; i++) {
            vectors[i] = random.nextFloat();
        }
        return Map.of(
                "id", new Column.Longs(ids, null),
                "vector", new Column.FloatVectors(vectors, DIMENSION),
                "$meta", Column.Bytes.of(metas));
    }

    private static Map<String, Column> with(Map<String, Column> rows, String field, Column column) {
        Map<String, Column> more = new HashMap<>(rows);
        more.put(field, column);
        return more;
    }

    private static Column metas(int count) {
        String[] texts = new String[count];
        java.util.Arrays.fill(texts, "{}");
        return Column.Bytes.of(texts);
    }

    /** 3,000 old rows of ids from 0. */
    private static TestEngine filled(Where where) {
        TestEngine test = TestEngine.start();
        test.create("things", schema());
        test.index("things", "vector", "FLAT", "L2");
        test.insert("things", 2_000, rows(0, 2_000));
        if (where == Where.SEALED || where == Where.BOTH) {
            test.flush("things");
        }
        if (where != Where.SEALED) {
            test.load("things");
        }
        test.insert("things", 1_000, rows(2_000, 1_000));
        if (where == Where.SEALED || where == Where.LOADED) {
            test.flush("things");
            test.settle("things");
        }
        return test;
    }

    private static void add(TestEngine test, FieldSchema field) {
        test.run(test.engine().addField(TestEngine.DB, "things", field));
    }

    private static long count(TestEngine test, String filter) {
        QueryResult result = test.get(test.engine()
                .query(new io.sluice.engine.search.QueryRequest(
                        TestEngine.DB,
                        "things",
                        List.of(),
                        filter,
                        Map.of(),
                        null,
                        List.of("count(*)"),
                        -1,
                        0,
                        false,
                        0)));
        return ((Column.Longs) result.columns().getFirst().column()).values()[0];
    }

    private static Column column(QueryResult result, String field) {
        return result.columns().stream()
                .filter(column -> column.field().name().equals(field))
                .findFirst()
                .orElseThrow()
                .column();
    }

    @ParameterizedTest
    @EnumSource
    void addField_nullable_oldRowsReadNullAndNewOnesTheirValue(Where where) {
        try (TestEngine test = filled(where)) {
            add(test, FieldSchema.varChar("added", 64).asNullable());
            if (where == Where.SEALED) {
                test.load("things");
            }
            assertThat(count(test, "added is null")).isEqualTo(3_000);
            assertThat(column(test.query("things", "id == 7", "*"), "added").isNull(0))
                    .isTrue();

            String[] values = {"x", null, "y"};
            test.insert("things", 3, with(with(rows(5_000, 3), "added", Column.Bytes.of(values)), "$meta", metas(3)));
            test.insert("things", 2, with(rows(6_000, 2), "$meta", metas(2))); // an old client
            assertThat(count(test, "added is null")).isEqualTo(3_003);
            assertThat(count(test, "added in [\"x\", \"y\"]")).isEqualTo(2);
            assertThat(count(test, "$meta[\"added\"] == 7")).isEqualTo(2); // the dynamic key of the same name stays
            assertThat(((Column.Bytes) column(test.query("things", "id == 5002", "added"), "added")).text(0))
                    .isEqualTo("y");

            test.flush("things");
            test.settle("things");
            assertThat(count(test, "added is null")).isEqualTo(3_003);
            assertThat(count(test, "added == \"x\"")).isEqualTo(1);

            test.restart();
            test.settle("things");
            assertThat(count(test, "added is null")).isEqualTo(3_003);
            assertThat(count(test, "added == \"x\"")).isEqualTo(1);
            test.release("things");
            assertThat(test.loadBytes()).isZero();
        }
    }

    @ParameterizedTest
    @EnumSource
    void addField_withDefaults_oldRowsReadThem(Where where) {
        try (TestEngine test = filled(where)) {
            add(test, FieldSchema.of("number", DataType.INT64).asNullable().withDefault(42L));
            add(test, FieldSchema.of("small", DataType.INT8).asNullable().withDefault(-3L));
            add(test, FieldSchema.of("real", DataType.FLOAT).asNullable().withDefault(1.5));
            add(test, FieldSchema.of("flag", DataType.BOOL).asNullable().withDefault(true));
            add(test, FieldSchema.varChar("text", 64).asNullable().withDefault("däfault"));
            add(test, FieldSchema.varChar("empty", 64).asNullable().withDefault(""));
            add(test, FieldSchema.of("json", DataType.JSON).asNullable());
            add(test, FieldSchema.array("numbers", DataType.INT32, 8).asNullable());
            add(
                    test,
                    FieldSchema.array("texts", DataType.VARCHAR, 8)
                            .withTypeParam("max_length", "9")
                            .asNullable());
            if (where == Where.SEALED) {
                test.load("things");
            }
            String all = "number == 42 and small == -3 and real == 1.5 and flag == true and text == \"däfault\""
                    + " and empty == \"\" and json is null and numbers is null and texts is null";
            assertThat(count(test, all)).isEqualTo(3_000);
            QueryResult row = test.query("things", "id in [1, 2500]", "*");
            assertThat(((Column.Longs) column(row, "number")).values()).containsExactly(42, 42);
            assertThat(((Column.Bytes) column(row, "text")).text(1)).isEqualTo("däfault");
            assertThat(((Column.Bools) column(row, "flag")).values()).containsExactly(true, true);
            assertThat(column(row, "texts").isNull(1)).isTrue();

            test.flush("things");
            test.settle("things");
            test.restart();
            test.settle("things");
            assertThat(count(test, all)).isEqualTo(3_000);
            assertThat(test.get(test.engine().describeCollection(TestEngine.DB, "things"))
                            .schema()
                            .version())
                    .isEqualTo(9);
            test.release("things");
            assertThat(test.loadBytes()).isZero();
        }
    }

    @Test
    void addField_replayOfOldRecords_givesThemTheDefault() {
        try (TestEngine test = filled(Where.GROWING)) {
            add(test, FieldSchema.of("number", DataType.INT64).asNullable().withDefault(42L));
            test.insert(
                    "things",
                    1,
                    with(with(rows(9_000, 1), "number", new Column.Longs(new long[] {1}, null)), "$meta", metas(1)));
            test.restart(); // rows of both versions come from the log
            test.settle("things");
            assertThat(count(test, "number == 42")).isEqualTo(3_000);
            assertThat(count(test, "number == 1")).isEqualTo(1);
        }
    }

    @Test
    void addField_upsertAndDelete_meetOldRows() {
        try (TestEngine test = filled(Where.BOTH)) {
            add(test, FieldSchema.of("number", DataType.INT64).asNullable());
            test.delete("things", 5, 2_005);
            test.upsert(
                    "things",
                    2,
                    Map.of(
                            "id", new Column.Longs(new long[] {6, 2_006}, null),
                            "vector", new Column.FloatVectors(new float[2 * DIMENSION], DIMENSION),
                            "number", new Column.Longs(new long[] {60, 61}, null)));
            assertThat(count(test, "number is null")).isEqualTo(2_996);
            assertThat(count(test, "number in [60, 61]")).isEqualTo(2);
        }
    }

    @Test
    void addField_loadOfSomeFields_needsAnotherLoadForIt() {
        try (TestEngine test = TestEngine.start()) {
            test.create("things", schema());
            test.index("things", "vector", "FLAT", "L2");
            test.insert("things", 10, rows(0, 10));
            test.load(new LoadRequest(
                    TestEngine.DB,
                    "things",
                    List.of(),
                    List.of("id", "vector"),
                    false,
                    0,
                    List.of(),
                    false,
                    false,
                    null,
                    false));
            add(test, FieldSchema.of("number", DataType.INT64).asNullable());
            EngineException refused = test.refused(test.engine().query(test.queryOf("things", "number is null", null)));
            assertThat(refused.text()).contains("not loaded");
            test.release("things");
            test.load("things");
            assertThat(count(test, "number is null")).isEqualTo(10);
        }
    }

    @Test
    void addField_noMemory_isRefusedAndChangesNothing() {
        try (TestEngine test = TestEngine.start(1 << 20, LoadOptions.defaults())) {
            test.create("things", schema());
            test.index("things", "vector", "FLAT", "L2");
            test.insert("things", 1_000, rows(0, 1_000));
            FieldSchema large =
                    FieldSchema.varChar("large", 65_535).asNullable().withDefault("x".repeat(60_000));
            EngineException refused = test.refused(test.engine().addField(TestEngine.DB, "things", large));
            assertThat(refused.code()).isEqualTo(ErrorCode.OUT_OF_MEMORY_BUDGET);
            assertThat(test.get(test.engine().describeCollection(TestEngine.DB, "things"))
                            .schema()
                            .find("large"))
                    .isEmpty();
            test.insert("things", 10, rows(1_000, 10));
            add(test, FieldSchema.of("small", DataType.INT8).asNullable());
            test.load("things");
            assertThat(count(test, "small is null")).isEqualTo(1_010);
        }
    }

    @Test
    void alterCollection_dynamicField_comesOnForOldRowsToo() {
        CollectionSchema fixed = new CollectionSchema(
                "",
                List.of(
                        FieldSchema.of("id", DataType.INT64).asPrimaryKey(false),
                        FieldSchema.floatVector("vector", DIMENSION)),
                false,
                0);
        try (TestEngine test = TestEngine.start()) {
            test.create("things", fixed);
            test.index("things", "vector", "FLAT", "L2");
            Map<String, Column> old = new HashMap<>(rows(0, 5));
            old.remove("$meta");
            test.insert("things", 5, old);
            test.flush("things");
            test.load("things");
            alter(test, Map.of("dynamicfield.enabled", "true"));
            test.insert("things", 5, rows(5, 5));
            assertThat(count(test, "added == 3")).isEqualTo(1);
            assertThat(((Column.Bytes) column(test.query("things", "id == 1", "$meta"), "$meta")).text(0))
                    .isEqualTo("{}");
            alter(test, Map.of("dynamicfield.enabled", "true")); // nothing to do
            EngineException refused = test.refused(test.engine()
                    .alterCollection(TestEngine.DB, "things", Map.of("dynamicfield.enabled", "false"), List.of()));
            assertThat(refused.text()).startsWith("dynamic schema cannot supported to be disabled: invalid parameter");
        }
    }

    private static void alter(TestEngine test, Map<String, String> properties) {
        test.run(test.engine().alterCollection(TestEngine.DB, "things", properties, List.of()));
    }

    /** Goal: no write is lost or misread while fields come. Method: writers and readers run on while ten are added. */
    @Test
    void addField_underWritesAndReads_everyRowIsWhole() throws Exception {
        try (TestEngine test = filled(Where.BOTH);
                var threads = Executors.newFixedThreadPool(3)) {
            List<Future<?>> work = new ArrayList<>();
            for (int writer = 0; writer < 2; writer++) {
                long from = 10_000L * (writer + 1);
                work.add(threads.submit((Callable<@Nullable Void>) () -> {
                    for (int batch = 0; batch < 40; batch++) {
                        test.insert("things", 10, with(rows(from + batch * 10L, 10), "$meta", metas(10)));
                    }
                    return null;
                }));
            }
            work.add(threads.submit((Callable<@Nullable Void>) () -> {
                for (int read = 0; read < 100; read++) {
                    assertThat(test.count("things")).isGreaterThanOrEqualTo(3_000);
                    test.query("things", "id in [1, 2500]", "*");
                }
                return null;
            }));
            for (long i = 0; i < 10; i++) {
                add(test, FieldSchema.of("n" + i, DataType.INT64).asNullable().withDefault(i));
            }
            for (Future<?> done : work) {
                done.get();
            }
            assertThat(count(test, "n0 == 0 and n4 == 4 and n9 == 9")).isEqualTo(3_800);
            test.flush("things");
            test.settle("things");
            assertThat(count(test, "n0 == 0 and n4 == 4 and n9 == 9")).isEqualTo(3_800);
        }
    }

    @Test
    void addField_unknownCollection_isNotFound() {
        try (TestEngine test = TestEngine.start()) {
            Mono<Void> adding = test.engine()
                    .addField(
                            TestEngine.DB,
                            "nothing",
                            FieldSchema.of("n", DataType.INT64).asNullable());
            assertThat(test.refused(adding).code()).isEqualTo(ErrorCode.COLLECTION_NOT_FOUND);
            assertThat(test.refused(test.engine().insert(TestEngine.DB, "nothing", "", new RowBatch(1, Map.of())))
                            .code())
                    .isEqualTo(ErrorCode.COLLECTION_NOT_FOUND);
        }
    }
}
