package io.sluice.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.engine.error.EngineException;
import io.sluice.engine.load.LoadStatus.State;
import io.sluice.engine.schema.CollectionSchema;
import io.sluice.engine.schema.Column;
import io.sluice.engine.schema.DataType;
import io.sluice.engine.schema.FieldSchema;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Emptying a collection: everything that was acknowledged goes, what is loaded stays loaded, nothing comes back. */
final class TruncateTest {
    private static final int DIMENSION = 4;

    private static TestEngine filled() {
        TestEngine test = TestEngine.start();
        test.create(
                "things",
                new CollectionSchema(
                        "",
                        List.of(
                                FieldSchema.of("id", DataType.INT64).asPrimaryKey(false),
                                FieldSchema.floatVector("vector", DIMENSION)),
                        false,
                        0));
        test.index("things", "vector", "HNSW", "L2");
        insert(test, 0, 1_500);
        test.flush("things");
        test.settle("things");
        test.load("things");
        insert(test, 1_500, 500);
        test.delete("things", 1, 1_501);
        return test;
    }

    private static void insert(TestEngine test, long firstId, int count) {
        long[] ids = new long[count];
        for (int row = 0; row < count; row++) {
            ids[row] = firstId + row;
        }
        test.insert(
                "things",
                count,
                Map.of(
                        "id", new Column.Longs(ids, null),
                        "vector", new Column.FloatVectors(new float[count * DIMENSION], DIMENSION)));
    }

    private static void truncate(TestEngine test) {
        test.run(test.engine().truncateCollection(TestEngine.DB, "things"));
    }

    private static long files(TestEngine test) {
        try (var files = Files.walk(test.segmentFolder())) {
            return files.filter(Files::isRegularFile).count();
        } catch (IOException failure) {
            throw new java.io.UncheckedIOException(failure);
        }
    }

    @Test
    void truncate_loadedWithGrowingAndSealed_isEmptyAndStaysLoaded() {
        try (TestEngine test = filled()) {
            truncate(test);
            assertThat(test.count("things")).isZero();
            assertThat(test.status("things").state()).isEqualTo(State.LOADED);
            assertThat(test.get(test.engine().countRows(TestEngine.DB, "things")))
                    .isZero();
            assertThat(test.loadBytes()).isZero();
            assertThat(test.get(test.engine().memory(null, null)).byTag().get("write-buffer"))
                    .isZero();
            assertThat(test.flush("things").segmentIds()).isEmpty();
            while (files(test) > 0) {
                Thread.onSpinWait(); // they follow
            }

            insert(test, 7, 10);
            assertThat(test.count("things")).isEqualTo(10);
            assertThat(test.search("things", "", new float[DIMENSION], 20, "")
                            .keys()
                            .count())
                    .isEqualTo(10);
        }
    }

    @Test
    void truncate_thenRestart_bringsNothingBack() {
        try (TestEngine test = filled()) {
            truncate(test);
            insert(test, 9_000, 3);
            test.restart();
            test.settle("things");
            assertThat(test.count("things")).isEqualTo(3);
            truncate(test);
            test.restart();
            test.settle("things");
            assertThat(test.count("things")).isZero();
            assertThat(test.get(test.engine().listIndexes(TestEngine.DB, "things")))
                    .hasSize(1);
        }
    }

    @Test
    void truncate_releasedEmptyOrByAlias_works() {
        try (TestEngine test = filled()) {
            test.release("things");
            test.run(test.engine().createAlias(TestEngine.DB, "things", "nick"));
            test.run(test.engine().truncateCollection(TestEngine.DB, "nick"));
            truncate(test);
            test.load("things");
            assertThat(test.count("things")).isZero();
            EngineException refused = test.refused(test.engine().truncateCollection(TestEngine.DB, "nothing"));
            assertThat(refused.text()).startsWith("collection not found[database=default][collection=nothing]");
        }
    }

    @Test
    void truncate_failingCatalog_leavesEveryRow() {
        try (TestEngine test = filled()) {
            test.settle("things");
            test.catalog().failNext();
            assertThat(test.refused(test.engine().truncateCollection(TestEngine.DB, "things"))
                            .text())
                    .contains("planted fault");
            assertThat(test.count("things")).isEqualTo(1_998);
            insert(test, 5_000, 2);
            test.flush("things");
            test.settle("things");
            assertThat(test.count("things")).isEqualTo(2_000);
            test.restart();
            test.settle("things");
            assertThat(test.count("things")).isEqualTo(2_000);
            truncate(test);
            assertThat(test.count("things")).isZero();
        }
    }

    /** Goal: rows go or stay as a whole write. Method: truncates in between the writes and loads of other threads. */
    @Test
    void truncate_underWritesReadsAndLoads_keepsWholeWritesOnly() throws Exception {
        try (TestEngine test = filled();
                var threads = Executors.newFixedThreadPool(3)) {
            Future<?> writes = threads.submit((Callable<@Nullable Void>) () -> {
                for (int batch = 0; batch < 60; batch++) {
                    insert(test, batch * 100L, 100);
                    if (batch % 7 == 0) {
                        test.flush("things");
                    }
                }
                return null;
            });
            Future<?> reads = threads.submit((Callable<@Nullable Void>) () -> {
                for (int read = 0; read < 100; read++) {
                    test.count("things");
                }
                return null;
            });
            Future<?> truncates = threads.submit((Callable<@Nullable Void>) () -> {
                for (int i = 0; i < 15; i++) {
                    truncate(test);
                }
                return null;
            });
            writes.get();
            reads.get();
            truncates.get();
            test.flush("things");
            test.settle("things");
            long left = test.count("things");
            assertThat(left % 100).isZero();
            test.restart();
            test.settle("things");
            assertThat(test.count("things")).isEqualTo(left);
            truncate(test);
            assertThat(test.count("things")).isZero();
        }
    }
}
