package io.sluice.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.engine.error.EngineException;
import io.sluice.engine.error.ErrorCode;
import io.sluice.engine.load.LoadEstimate;
import io.sluice.engine.load.LoadOptions;
import io.sluice.engine.load.LoadRequest;
import io.sluice.engine.load.LoadStatus.State;
import io.sluice.engine.load.OperationView;
import io.sluice.engine.load.ReleaseRequest;
import io.sluice.engine.schema.CollectionSchema;
import io.sluice.engine.schema.Column;
import io.sluice.engine.schema.DataType;
import io.sluice.engine.schema.FieldSchema;
import io.sluice.engine.schema.Keys;
import io.sluice.engine.search.QueryResult;
import io.sluice.engine.search.SearchResult;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** The whole engine through its façade: writes, seals, loads, reads, releases, restarts. */
final class VectorEngineTest {
    private static final int DIMENSION = 8;

    private static CollectionSchema schema() {
        return new CollectionSchema(
                "",
                List.of(
                        FieldSchema.of("id", DataType.INT64).asPrimaryKey(false),
                        FieldSchema.floatVector("vector", DIMENSION),
                        FieldSchema.varChar("color", 64).asNullable(),
                        FieldSchema.of("price", DataType.DOUBLE)),
                true,
                0);
    }

    private static Map<String, Column> rows(long firstId, int count) {
        long[] ids = new long[count];
        float[] vectors = new float[count * DIMENSION];
        String[] colors = new String[count];
        double[] prices = new double[count];
        String[] metas = new String[count];
        for (int row = 0; row < count; row++) {
            long id = firstId + row;
            ids[row] = id;
            System.arraycopy(vectorOf(id), 0, vectors, row * DIMENSION, DIMENSION);
            colors[row] = id % 3 == 0 ? null : id % 3 == 1 ? "red" : "blue";
            prices[row] = id / 10.0;
            metas[row] = "{\"rank\":" + id % 10 + "}";
        }
        return Map.of(
                "id", new Column.Longs(ids, null),
                "vector", new Column.FloatVectors(vectors, DIMENSION),
                "color", Column.Bytes.of(colors),
                "price", new Column.Doubles(prices, null),
                "$meta", Column.Bytes.of(metas));
    }

    private static float[] vectorOf(long id) {
        var random = new Random(id * 31 + 7);
        float[] vector = new float[DIMENSION];
        for (int i = 0; i < DIMENSION; i++) {
            vector[i] = (float) random.nextGaussian();
        }
        return vector;
    }

    private static long[] keys(SearchResult result) {
        return ((Keys.LongKeys) result.keys()).values();
    }

    private static TestEngine filled(int rows) {
        TestEngine test = TestEngine.start();
        test.create("things", schema());
        test.index("things", "vector", "HNSW", "L2");
        test.insert("things", rows, rows(0, rows));
        return test;
    }

    @Test
    void walk_fillLoadSearchRelease_everyByteComesBack() {
        try (TestEngine test = filled(3_000)) {
            assertThat(test.flush("things").segmentIds()).hasSize(1);
            test.settle("things");
            OperationView load = test.load("things");
            assertThat(load.percent()).isEqualTo(100);
            assertThat(test.status("things").state()).isEqualTo(State.LOADED);
            assertThat(test.loadBytes()).isPositive().isEqualTo(load.bytesTotal());

            SearchResult hits = test.search("things", "", vectorOf(77), 3, "", "id", "color", "rank");
            assertThat(keys(hits)[0]).isEqualTo(77);
            assertThat(hits.scores()[0]).isZero();
            assertThat(hits.columns()).hasSize(3);

            QueryResult rows = test.query("things", "color == \"red\" and price < 2 and rank in [1, 4]", "*");
            assertThat(rows.rowCount()).isEqualTo(2); // ids 1 and 4
            OperationView release = test.release("things");
            assertThat(release.state()).isEqualTo("released");
            assertThat(release.bytesFreed()).isEqualTo(load.bytesTotal());
            assertThat(test.loadBytes()).isZero();
            assertThat(test.status("things").state()).isEqualTo(State.NOT_LOAD);
            EngineException refused =
                    test.refused(test.engine().search(test.searchOf("things", "", vectorOf(1), 1, "")));
            assertThat(refused.code()).isEqualTo(ErrorCode.COLLECTION_NOT_LOADED);
            assertThat(refused.text()).startsWith("failed to search: collection not loaded[collection=things]");
        }
    }

    @Test
    void insert_afterLoad_isSearchableAtOnceAndSealedWithoutAnotherLoad() {
        try (TestEngine test = filled(1_500)) {
            test.flush("things");
            test.load("things");
            test.insert("things", 2_000, rows(1_500, 2_000));
            assertThat(keys(test.search("things", "", vectorOf(3_000), 1, ""))).containsExactly(3_000);
            assertThat(test.count("things")).isEqualTo(3_500);

            test.flush("things");
            assertThat(keys(test.search("things", "", vectorOf(3_000), 1, ""))).containsExactly(3_000);
            test.settle("things");
            assertThat(test.count("things")).isEqualTo(3_500);
            assertThat(keys(test.search("things", "", vectorOf(3_000), 1, ""))).containsExactly(3_000);
            assertThat(test.get(test.engine().memory(null, null)).byTag().get("write-buffer"))
                    .isZero();
            test.release("things");
            assertThat(test.loadBytes()).isZero();
        }
    }

    @Test
    void deletes_ofSealedAndGrowingRows_holdOverFlushAndReloadAndRestart() {
        try (TestEngine test = filled(1_200)) {
            test.flush("things");
            test.load("things");
            test.insert("things", 100, rows(1_200, 100));
            test.delete("things", 5, 6, 1_250);
            test.upsert(
                    "things",
                    1,
                    Map.of(
                            "id", new Column.Longs(new long[] {7}, null),
                            "vector", new Column.FloatVectors(vectorOf(9_999), DIMENSION),
                            "price", new Column.Doubles(new double[] {-1}, null)));
            Runnable check = () -> {
                assertThat(test.count("things")).isEqualTo(1_297);
                assertThat(test.query("things", "id in [5, 6, 1250]", "id").rowCount())
                        .isZero();
                QueryResult seven = test.query("things", "id == 7", "price");
                assertThat(seven.rowCount()).isEqualTo(1);
                assertThat(keys(test.search("things", "", vectorOf(9_999), 1, "")))
                        .containsExactly(7);
            };
            check.run();
            test.restart();
            test.settle("things");
            check.run();
            test.flush("things");
            test.settle("things");
            check.run();
            test.release("things");
            test.load("things");
            check.run();
            test.restart();
            test.settle("things");
            check.run();
        }
    }

    @Test
    void load_someFields_theOthersTakeNoMemoryAndAreRefused() {
        try (TestEngine test = filled(1_100)) {
            test.flush("things");
            test.settle("things");
            long all = test.load("things").bytesTotal();
            EngineException changed = test.refused(test.engine().load(partial("id", "vector")));
            assertThat(changed.text()).startsWith("can't change the load field list for loaded collection");
            test.release("things");

            OperationView part = test.load(partial("id", "vector"));
            assertThat(part.state()).isEqualTo("loaded");
            assertThat(part.bytesTotal()).isLessThan(all);
            assertThat(test.refused(test.engine().query(test.queryOf("things", "price > 1", null, "id")))
                            .text())
                    .contains("data_type:Double is not loaded");
            assertThat(test.refused(test.engine().query(test.queryOf("things", "rank > 1", null, "id")))
                            .text())
                    .contains("dynamic field is not loaded");
            assertThat(test.refused(test.engine().query(test.queryOf("things", "id > 1", null, "color")))
                            .text())
                    .contains("field color is not loaded");
            assertThat(test.query("things", "id == 3", "*").columns()).hasSize(2);
            assertThat(test.refused(test.engine().load(request(List.of("id", "vector", "price"), true)))
                            .text())
                    .startsWith("can't change the load field list");
            test.release("things");
            assertThat(test.refused(test.engine().load(request(List.of("vector"), true)))
                            .text())
                    .startsWith("load field list [vector] does not contain primary key field id");
            assertThat(test.refused(test.engine().load(request(List.of("id"), true)))
                            .text())
                    .startsWith("load field list [id] does not contain vector field");
        }
    }

    private static LoadRequest partial(String... fields) {
        return request(List.of(fields), true);
    }

    private static LoadRequest request(List<String> fields, boolean skipDynamic) {
        return new LoadRequest(
                TestEngine.DB, "things", List.of(), fields, skipDynamic, 0, List.of(), false, false, null, false);
    }

    private static LoadRequest partitions(String... names) {
        return new LoadRequest(
                TestEngine.DB, "things", List.of(names), List.of(), false, 0, List.of(), false, false, null, false);
    }

    @Test
    void partitions_loadedAndReleasedOneByOne_serveWhatIsLoaded() {
        try (TestEngine test = filled(1_050)) {
            test.run(test.engine().createPartition(TestEngine.DB, "things", "p1"));
            test.get(test.engine()
                    .insert(TestEngine.DB, "things", "p1", new io.sluice.engine.schema.RowBatch(50, rows(5_000, 50))));
            test.flush("things");
            assertThat(test.load(partitions("p1")).state()).isEqualTo("loaded");
            assertThat(test.count("things")).isEqualTo(50);
            assertThat(test.status("things", "_default").state()).isEqualTo(State.NOT_LOAD);
            assertThat(test.status("things").state()).isEqualTo(State.LOADED);
            assertThat(test.load(partitions("_default")).state()).isEqualTo("loaded");
            assertThat(test.count("things")).isEqualTo(1_100);
            test.release("things", "p1");
            assertThat(test.count("things")).isEqualTo(1_050);
            test.load("things");
            assertThat(test.count("things")).isEqualTo(1_100);
            assertThat(test.refused(test.engine().dropPartition(TestEngine.DB, "things", "p1"))
                            .text())
                    .startsWith("partition cannot be dropped, partition is loaded, please release it first");
            test.release("things", "p1");
            test.release("things", "_default");
            assertThat(test.status("things").state()).isEqualTo(State.NOT_LOAD);
            assertThat(test.loadBytes()).isZero();
        }
    }

    @Test
    void load_thatDoesNotFit_isRefusedBeforeAByteMoves() {
        try (TestEngine test = TestEngine.start(24 << 20, LoadOptions.defaults())) {
            test.create("things", schema());
            test.index("things", "vector", "FLAT", "L2");
            for (int batch = 0; batch < 100; batch++) {
                test.insert("things", 5_000, rows(batch * 5_000L, 5_000));
            }
            test.flush("things");
            LoadEstimate estimate = test.get(test.engine().estimate(LoadRequest.of(TestEngine.DB, "things")));
            assertThat(estimate.fits()).isFalse();
            OperationView failed = test.load(LoadRequest.of(TestEngine.DB, "things"));
            assertThat(failed.state()).isEqualTo("failed");
            assertThat(failed.bytesLoaded()).isZero();
            assertThat(failed.failure()).isInstanceOf(EngineException.OutOfBudget.class);
            assertThat(test.status("things").state()).isEqualTo(State.NOT_LOAD);
            assertThat(test.status("things").failure()).isInstanceOf(EngineException.OutOfBudget.class);
            assertThat(test.loadBytes()).isZero();
        }
    }

    @Test
    void load_ofADamagedFile_failsNamingSegmentAndFieldAndLeavesOthersAlone() throws IOException {
        try (TestEngine test = filled(1_500)) {
            test.flush("things");
            test.create("others", schema());
            test.index("others", "vector", "FLAT", "COSINE");
            test.insert("others", 10, rows(0, 10));
            test.load("others");
            Path file;
            try (var files = Files.walk(test.segmentFolder())) {
                file = files.filter(path -> path.toString().endsWith(".seg"))
                        .findFirst()
                        .orElseThrow();
            }
            byte[] bytes = Files.readAllBytes(file);
            bytes[2 * 4096 + 17] ^= 4;
            Files.write(file, bytes, StandardOpenOption.WRITE);

            OperationView failed = test.load(LoadRequest.of(TestEngine.DB, "things"));
            assertThat(failed.state()).isEqualTo("failed");
            assertThat(failed.failure()).isInstanceOf(EngineException.Corrupt.class);
            assertThat(failed.failure()).hasMessageContaining(".seg").hasMessageContaining("field");
            assertThat(test.status("things").state()).isEqualTo(State.NOT_LOAD);
            assertThat(test.count("others")).isEqualTo(10);
            test.release("others");
            assertThat(test.loadBytes()).isZero();
        }
    }

    @Test
    void dropCollection_whileLoaded_freesMemoryAndFiles() throws IOException {
        try (TestEngine test = filled(1_500)) {
            test.flush("things");
            test.load("things");
            test.run(test.engine().dropCollection(TestEngine.DB, "things"));
            test.run(test.engine().dropCollection(TestEngine.DB, "things"));
            assertThat(test.get(test.engine().hasCollection(TestEngine.DB, "things")))
                    .isFalse();
            while (hasSegmentFiles(test)) {
                Thread.onSpinWait();
            }
            assertThat(test.loadBytes()).isZero();
            test.create("things", schema());
            test.restart();
            assertThat(test.get(test.engine().countRows(TestEngine.DB, "things")))
                    .isZero();
        }
    }

    private static boolean hasSegmentFiles(TestEngine test) throws IOException {
        try (var files = Files.walk(test.segmentFolder())) {
            return files.anyMatch(Files::isRegularFile);
        } catch (UncheckedIOException vanished) {
            return true; // a file went away while we looked: look again
        }
    }

    @Test
    void refusals_ofLoads_nameWhatIsMissing() {
        try (TestEngine test = TestEngine.start()) {
            test.create("things", schema());
            assertThat(test.refused(test.engine().load(LoadRequest.of(TestEngine.DB, "things")))
                            .code())
                    .isEqualTo(ErrorCode.INDEX_NOT_FOUND);
            assertThat(test.refused(test.engine().load(LoadRequest.of(TestEngine.DB, "nothing")))
                            .text())
                    .startsWith("collection not found[database=default][collection=nothing]");
            assertThat(test.status("nothing").state()).isEqualTo(State.NOT_EXIST);
            test.index("things", "vector", "", "");
            assertThat(test.refused(test.engine().load(partitions("nowhere"))).code())
                    .isEqualTo(ErrorCode.PARTITION_NOT_FOUND);
            OperationView nothing = test.get(test.engine()
                    .release(new ReleaseRequest(TestEngine.DB, "things", List.of()))
                    .flatMap(operation -> test.engine().finished(operation.id())));
            assertThat(nothing.bytesFreed()).isZero();
        }
    }

    /** Goal: whatever happens in whatever order, reads see what a map would. Method: random steps with a printed seed. */
    @Test
    void randomSteps_againstAMap_agree() {
        long seed = Long.getLong("sluice.seed", System.nanoTime());
        System.out.println("VectorEngineTest seed " + seed + " (repeat with -Dsluice.seed=" + seed + ")");
        var random = new Random(seed);
        var model = new TreeMap<Long, Double>();
        try (TestEngine test = TestEngine.start()) {
            test.create("things", schema());
            test.index("things", "vector", "FLAT", "L2");
            boolean loaded = false;
            for (int step = 0; step < 150; step++) {
                switch (random.nextInt(10)) {
                    case 0, 1, 2 -> {
                        int count = 1 + random.nextInt(200);
                        long first = 1_000L * step;
                        test.insert("things", count, rows(first, count));
                        for (int row = 0; row < count; row++) {
                            model.put(first + row, (first + row) / 10.0);
                        }
                    }
                    case 3, 4 -> {
                        long[] gone = model.keySet().stream()
                                .filter(_ -> random.nextInt(10) == 0)
                                .mapToLong(Long::longValue)
                                .toArray();
                        if (gone.length > 0) {
                            test.delete("things", gone);
                            for (long key : gone) {
                                model.remove(key);
                            }
                        }
                    }
                    case 5 -> {
                        if (!model.isEmpty()) {
                            long key = model.keySet().stream()
                                    .skip(random.nextInt(model.size()))
                                    .findFirst()
                                    .orElseThrow();
                            double price = random.nextInt(100);
                            test.upsert(
                                    "things",
                                    1,
                                    Map.of(
                                            "id", new Column.Longs(new long[] {key}, null),
                                            "vector", new Column.FloatVectors(vectorOf(key), DIMENSION),
                                            "price", new Column.Doubles(new double[] {price}, null)));
                            model.put(key, price);
                        }
                    }
                    case 6 -> test.flush("things");
                    case 7 -> {
                        test.load("things");
                        loaded = true;
                    }
                    case 8 -> {
                        test.release("things");
                        assertThat(test.loadBytes()).isZero();
                        loaded = false;
                    }
                    default -> {
                        if (random.nextInt(3) == 0) {
                            test.restart();
                            test.settle("things");
                        }
                    }
                }
                if (loaded) {
                    assertThat(test.count("things")).as("step %s", step).isEqualTo(model.size());
                    if (!model.isEmpty()) {
                        long key = model.keySet().stream()
                                .skip(random.nextInt(model.size()))
                                .findFirst()
                                .orElseThrow();
                        QueryResult row = test.query("things", "id == " + key, "price");
                        double price = ((Column.Doubles) row.columns().stream()
                                        .filter(column -> column.field().name().equals("price"))
                                        .findFirst()
                                        .orElseThrow()
                                        .column())
                                .values()[0];
                        assertThat(price).as("step %s key %s", step, key).isEqualTo(model.get(key));
                        assertThat(keys(test.search("things", "", vectorOf(key), 1, "")))
                                .containsExactly(key);
                    }
                }
            }
        }
    }
}
