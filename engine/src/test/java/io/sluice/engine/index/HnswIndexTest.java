package io.sluice.engine.index;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.sluice.engine.catalog.PartRecord;
import io.sluice.engine.distance.Metric;
import io.sluice.engine.error.EngineException.Corrupt;
import io.sluice.engine.error.EngineException.OutOfBudget;
import io.sluice.engine.error.EngineException.Stopped;
import io.sluice.engine.error.ErrorCode;
import io.sluice.engine.error.StopSignal;
import io.sluice.engine.memory.MemoryAudit;
import io.sluice.engine.memory.MemoryBudget;
import io.sluice.engine.segment.ColumnView;
import io.sluice.engine.segment.PartDirectory;
import io.sluice.engine.segment.PartFileWriter;
import io.sluice.engine.segment.PartLayout;
import io.sluice.engine.segment.RowMask;
import io.sluice.engine.store.MemoryStore;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The graph index against the exact one, through a part file. */
class HnswIndexTest {
    private static final String KEY = "1/2/3.idx";
    private static final long OWNER = 3;
    private static final int K = 10;

    @RegisterExtension
    final MemoryAudit audit = new MemoryAudit();

    private final MemoryBudget budget = audit.budget(1L << 30);
    private final Arena arena = Arena.ofShared();
    private final MemoryStore store = new MemoryStore();

    @AfterEach
    void closeArena() {
        arena.close();
    }

    private PartRecord build(IndexSpec spec, ColumnView vectors, int threads) {
        return build(spec, vectors, threads, Vectors.NEVER);
    }

    private PartRecord build(IndexSpec spec, ColumnView vectors, int threads, StopSignal stop) {
        try (var out = PartFileWriter.create(store, KEY, PartFileWriter.Kind.INDEX, OWNER)) {
            PartRecord part = IndexBuilder.build(spec, vectors, threads, budget, stop, out);
            out.commit();
            return part;
        }
    }

    private PartLayout layout() {
        try (var file = store.open(KEY)) {
            return PartDirectory.read(file, KEY, PartFileWriter.Kind.INDEX, OWNER)
                    .part(0);
        }
    }

    private MemorySegment image() {
        PartLayout layout = layout();
        MemorySegment bytes = arena.allocate(layout.sizeBytes(), 64);
        try (var file = store.open(KEY)) {
            file.read(layout.offsetBytes(), bytes);
        }
        return bytes;
    }

    private HnswIndex built(IndexSpec.Hnsw spec, ColumnView vectors, int threads) {
        PartRecord part = build(spec, vectors, threads);
        assertThat(part.partId()).isZero();
        assertThat(part.sizeBytes()).isEqualTo(layout().sizeBytes());
        return (HnswIndex) IndexBuilder.open(spec, layout(), image(), vectors);
    }

    /** Searches the graph itself, however cheap a scan would be. */
    private static TopK walk(HnswIndex index, float[] query, int ef, @Nullable RowMask allowed, int k) {
        var top = new TopK(k);
        index.searchGraph(query, ef, k, allowed, top, Vectors.NEVER);
        top.sort();
        return top;
    }

    private static double recall(HnswIndex index, Metric metric, float[][] rows, float[][] queries, int ef) {
        int right = 0;
        for (float[] query : queries) {
            List<Integer> best = Vectors.best(metric, rows, query, null, K);
            TopK found = walk(index, query, ef, null, K);
            right += (int) Vectors.rows(found).stream().filter(best::contains).count();
            for (int rank = 0; rank < found.size(); rank++) {
                double expected = Vectors.score(metric, query, rows[found.row(rank)]);
                assertThat((double) found.score(rank)).isCloseTo(expected, within(1e-4 * (1 + Math.abs(expected))));
            }
        }
        return right / (double) (K * queries.length);
    }

    @ParameterizedTest
    @CsvSource({
        "L2, 3, 0.99", "L2, 17, 0.98", "L2, 100, 0.90", "L2, 768, 0.85",
        "COSINE, 3, 0.99", "COSINE, 17, 0.98", "COSINE, 100, 0.90", "COSINE, 768, 0.85",
        "IP, 3, 0.90", "IP, 17, 0.95", "IP, 100, 0.90",
    })
    void search_gaussianRows_recall(Metric metric, int dimension, double atLeast) {
        var random = new Random(1);
        int count = dimension > 500 ? 1_500 : 4_000;
        float[][] rows = Vectors.gaussian(random, count, dimension);
        float[][] queries = Vectors.gaussian(random, 40, dimension);
        HnswIndex index = built(new IndexSpec.Hnsw(metric, 16, 200), Vectors.column(arena, rows), 2);
        assertThat(recall(index, metric, rows, queries, 128)).as("seed=1").isGreaterThanOrEqualTo(atLeast);
    }

    @ParameterizedTest
    @EnumSource(Metric.class)
    void search_clustersInOrder_recall(Metric metric) {
        var random = new Random(2);
        float[][] all = Vectors.clustered(random, 4_100, 32, 60);
        float[][] queries = new float[50][];
        Arrays.setAll(queries, i -> all[i * 82]);
        float[][] rows = IntStream.range(0, all.length)
                .filter(i -> i % 82 != 0)
                .mapToObj(i -> all[i])
                .toArray(float[][]::new);
        HnswIndex index = built(new IndexSpec.Hnsw(metric, 16, 200), Vectors.column(arena, rows), 1);
        assertThat(recall(index, metric, rows, queries, 128)).as("seed=2").isGreaterThanOrEqualTo(0.95);
    }

    @ParameterizedTest
    @CsvSource({"2, 10", "3, 1", "64, 300"})
    void search_unusualParameters_recall(int m, int efConstruction) {
        var random = new Random(3);
        float[][] rows = Vectors.gaussian(random, 2_000, 8);
        float[][] queries = Vectors.gaussian(random, 30, 8);
        HnswIndex index = built(new IndexSpec.Hnsw(Metric.L2, m, efConstruction), Vectors.column(arena, rows), 1);
        assertThat(recall(index, Metric.L2, rows, queries, 500)).isGreaterThanOrEqualTo(m < 4 ? 0.5 : 0.98);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 5, 17, 64, 65, 200})
    void search_fewRows_allFound(int count) {
        var random = new Random(4);
        float[][] rows = Vectors.gaussian(random, count, 5);
        HnswIndex index = built(new IndexSpec.Hnsw(Metric.COSINE, 16, 200), Vectors.column(arena, rows), 2);
        assertThat(Vectors.rows(walk(index, rows[count / 2], count, null, count)))
                .hasSize(count)
                .startsWith(count / 2)
                .doesNotHaveDuplicates();
        assertThat(Vectors.rows(Vectors.search(index, rows[count / 2], Map.of(), null, count + 5)))
                .isEqualTo(Vectors.rows(Vectors.search(
                        IndexBuilder.exact(Metric.COSINE, Vectors.column(arena, rows)),
                        rows[count / 2],
                        Map.of(),
                        null,
                        count + 5)));
    }

    /** Whatever passes the filter, whether it has to do with the query or not, the answer is nearly exact and full. */
    @ParameterizedTest
    @ValueSource(doubles = {0, 0.0002, 0.001, 0.01, 0.05, 0.1, 0.3, 0.5, 0.9, 1})
    void search_masksOfAllDensities_nearlyExactAndFull(double share) {
        var random = new Random(5);
        float[][] rows = Vectors.gaussian(random, 6_000, 16);
        HnswIndex index = built(new IndexSpec.Hnsw(Metric.L2, 16, 100), Vectors.column(arena, rows), 2);
        int right = 0;
        int wanted = 0;
        for (int q = 0; q < 40; q++) {
            float[] query = Vectors.gaussian(random, 1, 16)[0];
            RowMask allowed = Vectors.mask(random, rows.length, share);
            if (q % 4 == 1) { // only far rows pass
                List<Integer> near =
                        Vectors.best(Metric.L2, rows, query, null, rows.length - (int) (rows.length * share));
                allowed = RowMask.all(rows.length);
                near.forEach(allowed::clear);
            }
            List<Integer> best = Vectors.best(Metric.L2, rows, query, allowed, K);
            List<Integer> found = Vectors.rows(Vectors.search(index, query, Map.of("ef", "40"), allowed, K));
            assertThat(found).as("seed=5, query=" + q).hasSameSizeAs(best).allMatch(allowed::get);
            right += (int) found.stream().filter(best::contains).count();
            wanted += best.size();
        }
        assertThat((double) right).as("seed=5, of " + wanted).isGreaterThanOrEqualTo(0.9 * wanted);
    }

    @Test
    void searchGraph_masked_sameAsModelAmongAllowed() {
        var random = new Random(6);
        float[][] rows = Vectors.gaussian(random, 4_000, 12);
        HnswIndex index = built(new IndexSpec.Hnsw(Metric.L2, 16, 100), Vectors.column(arena, rows), 1);
        RowMask allowed = Vectors.mask(random, rows.length, 0.3);
        int right = 0;
        for (int q = 0; q < 20; q++) {
            float[] query = Vectors.gaussian(random, 1, 12)[0];
            List<Integer> found = Vectors.rows(walk(index, query, 300, allowed, K));
            assertThat(found).hasSize(K).allMatch(allowed::get);
            right += (int) found.stream()
                    .filter(Vectors.best(Metric.L2, rows, query, allowed, K)::contains)
                    .count();
        }
        assertThat(right).isGreaterThanOrEqualTo(190);
    }

    /** Thousands of equal rows must hide neither themselves nor the others. */
    @ParameterizedTest
    @EnumSource(Metric.class)
    void search_thousandsOfEqualRows_everythingStaysFindable(Metric metric) {
        var random = new Random(7);
        float[][] rows = Vectors.gaussian(random, 5_000, 10);
        float[] placeholder = rows[17].clone();
        for (int row = 1_000; row < 4_000; row++) {
            rows[row] = placeholder;
        }
        for (int row = 4_000; row < 4_500; row++) {
            rows[row] = new float[10];
        }
        HnswIndex index = built(new IndexSpec.Hnsw(metric, 16, 200), Vectors.column(arena, rows), 2);
        if (metric != Metric.IP) {
            assertThat(Vectors.rows(walk(index, placeholder, 64, null, K)))
                    .containsExactly(17, 1_000, 1_001, 1_002, 1_003, 1_004, 1_005, 1_006, 1_007, 1_008);
        }
        RowMask late = RowMask.none(rows.length);
        late.setRange(3_990, 4_010);
        assertThat(Vectors.rows(Vectors.search(index, placeholder, Map.of(), late, 20)))
                .hasSize(20);
        float[][] queries = Vectors.gaussian(random, 40, 10);
        assertThat(recallByScore(index, metric, rows, queries))
                .isGreaterThanOrEqualTo(metric == Metric.IP ? 0.9 : 0.97);
    }

    /** With equal rows the right rows are not unique: counts answers at least as good as the worst right one. */
    private static double recallByScore(HnswIndex index, Metric metric, float[][] rows, float[][] queries) {
        int right = 0;
        for (float[] query : queries) {
            List<Integer> best = Vectors.best(metric, rows, query, null, K);
            double worst = Vectors.score(metric, query, rows[best.getLast()]);
            TopK found = walk(index, query, 128, null, K);
            for (int rank = 0; rank < found.size(); rank++) {
                right += found.score(rank) >= worst - 1e-4 * (1 + Math.abs(worst)) ? 1 : 0;
            }
        }
        return right / (double) (K * queries.length);
    }

    @ParameterizedTest
    @EnumSource(Metric.class)
    void search_zeroQuery_exact(Metric metric) {
        var random = new Random(8);
        float[][] rows = Vectors.gaussian(random, 3_000, 6);
        HnswIndex index = built(new IndexSpec.Hnsw(metric, 8, 50), Vectors.column(arena, rows), 1);
        TopK found = Vectors.search(index, new float[6], Map.of(), null, 5);
        assertThat(found.size()).isEqualTo(5);
        if (metric != Metric.L2) {
            assertThat(Vectors.rows(found)).containsExactly(0, 1, 2, 3, 4);
            assertThat(found.score(0)).isZero();
        }
    }

    @ParameterizedTest
    @EnumSource(Metric.class)
    void build_allRowsEqualOrZeroOrHuge_works(Metric metric) {
        for (float value : new float[] {0f, 1f, 1e30f, 1e-38f}) {
            float[][] rows = new float[1_100][4];
            for (int row = 0; row < rows.length; row++) {
                Arrays.fill(rows[row], value);
                rows[row][0] += row < 30 ? value * row : 0;
            }
            HnswIndex index = built(new IndexSpec.Hnsw(metric, 4, 20), Vectors.column(arena, rows), 2);
            assertThat(Vectors.search(index, rows[0], Map.of(), null, K).size()).isEqualTo(K);
            walk(index, rows[5], 50, null, K);
        }
    }

    @Test
    void build_oneThread_sameBytesEveryTime() {
        var random = new Random(9);
        ColumnView vectors = Vectors.column(arena, Vectors.gaussian(random, 2_000, 20));
        var spec = new IndexSpec.Hnsw(Metric.COSINE, 8, 60);
        build(spec, vectors, 1);
        byte[] first = store.bytes(KEY).clone();
        store.delete(KEY);
        build(spec, vectors, 1);
        assertThat(store.bytes(KEY)).isEqualTo(first);
    }

    @Test
    void build_anyRowsAndParameters_everyRowReachableAndWorkingBytesSuffice() {
        for (long seed = 1; seed <= 12; seed++) {
            var random = new Random(seed);
            int count = 1 + random.nextInt(1_500);
            int dimension = 1 + random.nextInt(40);
            float[][] rows = random.nextBoolean()
                    ? Vectors.gaussian(random, count, dimension)
                    : Vectors.clustered(random, count, dimension, 1 + random.nextInt(300));
            Metric metric = Metric.values()[random.nextInt(3)];
            var spec = new IndexSpec.Hnsw(metric, 2 + random.nextInt(12), 1 + random.nextInt(60));
            ColumnView vectors = Vectors.column(arena, rows);
            var small = new MemoryBudget(IndexBuilder.workingBytes(spec, count, dimension));
            try (var out = PartFileWriter.create(store, KEY, PartFileWriter.Kind.INDEX, OWNER)) {
                IndexBuilder.build(spec, vectors, 1 + random.nextInt(2), small, Vectors.NEVER, out);
                out.commit();
            }
            small.close();
            var index = (HnswIndex) IndexBuilder.open(spec, layout(), image(), vectors);
            RowMask all = RowMask.all(count);
            if (metric != Metric.L2 && ExactScores.norm(rows[0]) == 0) {
                continue;
            }
            assertThat(Vectors.rows(walk(index, rows[0], count, all, count)))
                    .as("seed=" + seed + ", spec=" + spec + ", count=" + count)
                    .hasSize(count)
                    .doesNotHaveDuplicates();
            store.delete(KEY);
        }
    }

    @Test
    void build_stopRequestedMidway_endsWithTheReasonAndGivesEverythingBack() {
        ColumnView vectors = Vectors.column(arena, Vectors.gaussian(new Random(10), 20_000, 64));
        var spec = new IndexSpec.Hnsw(Metric.L2, 16, 200);
        var stop = new StopSignal();
        var reason = new Stopped(ErrorCode.CANCELLED, "shutting down");
        Thread stopper = Thread.ofPlatform().start(() -> {
            while (budget.usedBytes() == 0) { // until the build is under way
                Thread.onSpinWait();
            }
            stop.request(reason);
        });
        assertThatThrownBy(() -> build(spec, vectors, 2, stop)).isSameAs(reason);
        assertThat(stopper.isAlive() && budget.usedBytes() == 0).isFalse();
        assertThat(store.list()).isEmpty();
    }

    @Test
    void build_budgetTooSmall_refusedBeforeAnythingHappens() {
        ColumnView vectors = Vectors.column(arena, Vectors.gaussian(new Random(11), 1_024, 16));
        var spec = new IndexSpec.Hnsw(Metric.L2, 16, 200);
        var small = new MemoryBudget(10_000);
        try (var out = PartFileWriter.create(store, KEY, PartFileWriter.Kind.INDEX, OWNER)) {
            assertThatThrownBy(() -> IndexBuilder.build(spec, vectors, 1, small, Vectors.NEVER, out))
                    .isInstanceOf(OutOfBudget.class);
        }
        small.close();
    }

    @Test
    void search_sameQueryAgain_sameAnswerAndScratchIsClean() {
        var random = new Random(12);
        float[][] rows = Vectors.gaussian(random, 3_000, 16);
        HnswIndex index = built(new IndexSpec.Hnsw(Metric.L2, 16, 100), Vectors.column(arena, rows), 2);
        float[][] queries = Vectors.gaussian(random, 20, 16);
        List<List<Integer>> first = Arrays.stream(queries)
                .map(q -> Vectors.rows(walk(index, q, 50, null, K)))
                .toList();
        List<List<Integer>> again = IntStream.range(0, 200)
                .parallel()
                .mapToObj(i -> Vectors.rows(walk(index, queries[i % queries.length], 50, null, K)))
                .toList();
        for (int i = 0; i < again.size(); i++) {
            assertThat(again.get(i)).isEqualTo(first.get(i % queries.length));
        }
    }

    @Test
    void search_stopRequested_throwsTheReasonAndLaterSearchesAreRight() {
        var random = new Random(13);
        float[][] rows = Vectors.gaussian(random, 5_000, 8);
        HnswIndex index = built(new IndexSpec.Hnsw(Metric.L2, 8, 50), Vectors.column(arena, rows), 1);
        var stop = new StopSignal();
        stop.request(new Stopped(ErrorCode.CANCELLED, "enough"));
        assertThatThrownBy(() -> index.searchGraph(rows[3], 4_000, K, null, new TopK(K), stop))
                .isSameAs(stop.reason());
        assertThat(Vectors.rows(walk(index, rows[3], 5_000, null, 5_000))).hasSize(5_000);
    }

    @Test
    void open_image_isTheFileAndParsesNothing() {
        var random = new Random(14);
        float[][] rows = Vectors.gaussian(random, 1_500, 9);
        ColumnView vectors = Vectors.column(arena, rows);
        var spec = new IndexSpec.Hnsw(Metric.COSINE, 8, 50);
        PartRecord part = build(spec, vectors, 1);
        byte[] file = store.bytes(KEY);
        MemorySegment image = image();
        assertThat(image.mismatch(MemorySegment.ofArray(file).asSlice(part.offsetBytes(), part.sizeBytes())))
                .isEqualTo(-1);
        for (int kind : layout().sectionKinds()) {
            assertThat(layout().section(kind, image).address() % 64)
                    .as("section " + kind)
                    .isZero();
        }
        assertThat(layout().sectionBytes(FlatLayout.LINKS)).isEqualTo(1_500L * 16 * 4);
        assertThat(layout().sectionBytes(FlatLayout.CODES)).isEqualTo(1_500L * 32);
        assertThat(IndexBuilder.open(spec, layout(), image, vectors).toString()).contains("rowCount=1500");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "0|no magic number",
                "8|newer version",
                "12|newer version",
                "24|metric",
                "28|rowCount",
                "32|dimension",
                "36|linkSlots",
                "44|newer version",
                "48|codeStrideBytes",
                "52|linkSlots",
                "56|upperSlots",
                "60|levelCounts",
                "64|entryRow",
                "68|levelCounts",
                "72|levelCounts",
                "76|section",
            })
    void open_damagedHeader_corruptAndNamesIt(int offset, String what) {
        ColumnView vectors = Vectors.column(arena, Vectors.gaussian(new Random(15), 1_100, 4));
        var spec = new IndexSpec.Hnsw(Metric.IP, 4, 20);
        build(spec, vectors, 1);
        MemorySegment image = image();
        MemorySegment header = layout().section(FlatLayout.HEADER, image);
        int before = header.get(ColumnView.INT, offset);
        header.set(ColumnView.INT, offset, offset == 64 ? -1 : before + 1);
        assertThatThrownBy(() -> IndexBuilder.open(spec, layout(), image, vectors))
                .isInstanceOf(Corrupt.class)
                .hasMessageContaining(KEY)
                .hasMessageContaining(what);
    }

    @Test
    void open_otherRowsOrMetric_corrupt() {
        ColumnView vectors = Vectors.column(arena, Vectors.gaussian(new Random(16), 1_100, 4));
        build(new IndexSpec.Hnsw(Metric.IP, 4, 20), vectors, 1);
        MemorySegment image = image();
        ColumnView others = Vectors.column(arena, Vectors.gaussian(new Random(16), 1_101, 4));
        assertThatThrownBy(() -> IndexBuilder.open(new IndexSpec.Hnsw(Metric.IP, 4, 20), layout(), image, others))
                .isInstanceOf(Corrupt.class);
        assertThatThrownBy(() -> IndexBuilder.open(new IndexSpec.Hnsw(Metric.L2, 4, 20), layout(), image, vectors))
                .isInstanceOf(Corrupt.class);
    }
}
