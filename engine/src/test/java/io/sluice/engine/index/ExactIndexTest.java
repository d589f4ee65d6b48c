package io.sluice.engine.index;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.sluice.engine.distance.Metric;
import io.sluice.engine.error.EngineException.Stopped;
import io.sluice.engine.error.ErrorCode;
import io.sluice.engine.error.StopSignal;
import io.sluice.engine.schema.DataType;
import io.sluice.engine.segment.ColumnView;
import io.sluice.engine.segment.RowMask;
import java.lang.foreign.Arena;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ExactIndexTest {
    @ParameterizedTest
    @EnumSource(Metric.class)
    void search_randomRowsAndMasks_equalsTheModel(Metric metric) {
        for (long seed = 1; seed <= 20; seed++) {
            var random = new Random(seed);
            int dimension = 1 + random.nextInt(70);
            float[][] rows = Vectors.gaussian(random, 1 + random.nextInt(1500), dimension);
            float[] query = Vectors.gaussian(random, 1, dimension)[0];
            RowMask allowed = random.nextInt(3) == 0 ? null : Vectors.mask(random, rows.length, random.nextDouble());
            int k = 1 + random.nextInt(40);
            try (var arena = Arena.ofConfined()) {
                VectorIndex index = IndexBuilder.exact(metric, Vectors.column(arena, rows));
                TopK found = Vectors.search(index, query, Map.of(), allowed, k);
                List<Integer> best = Vectors.best(metric, rows, query, allowed, k);
                assertThat(found.size()).as("seed=" + seed).isEqualTo(best.size());
                for (int rank = 0; rank < best.size(); rank++) {
                    double expected = Vectors.score(metric, query, rows[best.get(rank)]);
                    double tolerance = 1e-4 * (1 + Math.abs(expected));
                    assertThat((double) found.score(rank)).as("seed=" + seed).isCloseTo(expected, within(tolerance));
                    assertThat((double) found.score(rank))
                            .as("score belongs to the row, seed=" + seed)
                            .isCloseTo(Vectors.score(metric, query, rows[found.row(rank)]), within(tolerance));
                }
            }
        }
    }

    @Test
    void search_cosineWithZeroVectors_scoreZero() {
        float[][] rows = {{0, 0}, {-1, 0}, {2, 0}, {0, 3}};
        try (var arena = Arena.ofConfined()) {
            VectorIndex index = IndexBuilder.exact(Metric.COSINE, Vectors.column(arena, rows));
            TopK found = Vectors.search(index, new float[] {5, 0}, Map.of(), null, 4);
            assertThat(Vectors.rows(found)).containsExactly(2, 0, 3, 1);
            assertThat(found.score(0)).isEqualTo(1f);
            assertThat(found.score(1)).isEqualTo(0f);
            assertThat(found.score(3)).isEqualTo(-1f);
            TopK ofZero = Vectors.search(index, new float[] {0, 0}, Map.of(), null, 4);
            assertThat(Vectors.rows(ofZero)).containsExactly(0, 1, 2, 3);
            assertThat(ofZero.score(0)).isEqualTo(0f);
        }
    }

    /** Squares of 1e30 overflow float32, squares of 1e-30 vanish: the cosine is still right, and nothing is NaN. */
    @ParameterizedTest
    @EnumSource(Metric.class)
    void search_extremeMagnitudes_neverNaN(Metric metric) {
        float[][] rows = {{1e30f, 1e30f}, {-1e30f, 1e30f}, {1e-30f, 0}, {3e38f, -3e38f}, {0, 0}};
        for (float[] query : new float[][] {{1e30f, 0}, {1e-30f, 1e-30f}, {3e38f, 3e38f}}) {
            try (var arena = Arena.ofConfined()) {
                VectorIndex index = IndexBuilder.exact(metric, Vectors.column(arena, rows));
                TopK found = Vectors.search(index, query, Map.of(), null, 5);
                assertThat(found.size()).isEqualTo(5);
                for (int rank = 0; rank < 5; rank++) {
                    assertThat(found.score(rank)).isNotNaN();
                    if (metric == Metric.COSINE) {
                        assertThat((double) found.score(rank))
                                .isCloseTo(Vectors.score(metric, query, rows[found.row(rank)]), within(1e-5));
                    }
                }
            }
        }
    }

    @Test
    void search_equalRows_lowerRowsFirst() {
        float[][] rows = new float[700][];
        Arrays.setAll(rows, row -> new float[] {1, 2, 3});
        try (var arena = Arena.ofConfined()) {
            VectorIndex index = IndexBuilder.exact(Metric.L2, Vectors.column(arena, rows));
            TopK found = Vectors.search(index, new float[] {1, 2, 3}, Map.of(), null, 5);
            assertThat(Vectors.rows(found)).containsExactly(0, 1, 2, 3, 4);
            assertThat(found.score(0)).isEqualTo(0f);
        }
    }

    @Test
    void search_nullRows_neverFound() {
        float[][] rows = {{0, 0}, {1, 1}, {2, 2}};
        try (var arena = Arena.ofConfined()) {
            ColumnView column = Vectors.column(arena, rows);
            var validity = arena.allocate(8, 64);
            validity.set(ColumnView.LONG, 0, 0b101);
            var nullable = new ColumnView(7, DataType.FLOAT_VECTOR, null, 3, 2, column.data(), null, null, validity);
            TopK found = Vectors.search(IndexBuilder.exact(Metric.L2, nullable), new float[] {1, 1}, Map.of(), null, 3);
            assertThat(Vectors.rows(found)).containsExactly(0, 2);
        }
    }

    @Test
    void search_nothingToFind_nothingOffered() {
        try (var arena = Arena.ofConfined()) {
            VectorIndex empty = IndexBuilder.exact(Metric.L2, Vectors.column(arena, new float[0][]));
            assertThat(Vectors.search(empty, new float[] {1}, Map.of(), null, 3).size())
                    .isZero();
            VectorIndex one = IndexBuilder.exact(Metric.L2, Vectors.column(arena, new float[][] {{1}}));
            assertThat(Vectors.search(one, new float[] {1}, Map.of(), RowMask.none(1), 3)
                            .size())
                    .isZero();
        }
    }

    @Test
    void search_stopRequested_throwsTheReason() {
        var stop = new StopSignal();
        stop.request(new Stopped(ErrorCode.CANCELLED, "enough"));
        try (var arena = Arena.ofConfined()) {
            VectorIndex index = IndexBuilder.exact(Metric.L2, Vectors.column(arena, new float[][] {{1}}));
            assertThatThrownBy(() -> index.search(new float[] {1}, Map.of(), null, new TopK(1), stop))
                    .isSameAs(stop.reason());
        }
    }
}
