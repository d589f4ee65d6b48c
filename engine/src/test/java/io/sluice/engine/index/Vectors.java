package io.sluice.engine.index;

import io.sluice.engine.distance.Metric;
import io.sluice.engine.error.StopSignal;
import io.sluice.engine.schema.DataType;
import io.sluice.engine.segment.ColumnView;
import io.sluice.engine.segment.RowMask;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Made-up vectors, and the slow and obvious search over them: the model of every index. */
final class Vectors {
    static final StopSignal NEVER = new StopSignal();

    private Vectors() {}

    static float[][] gaussian(Random random, int count, int dimension) {
        float[][] rows = new float[count][dimension];
        for (float[] row : rows) {
            for (int j = 0; j < dimension; j++) {
                row[j] = (float) random.nextGaussian();
            }
        }
        return rows;
    }

    /** Tight clusters, one after the other, far from the origin: what graphs find hard. */
    static float[][] clustered(Random random, int count, int dimension, int clusters) {
        float[][] centers = gaussian(random, clusters, dimension);
        float[][] rows = gaussian(random, count, dimension);
        for (int i = 0; i < count; i++) {
            float[] center = centers[(int) ((long) i * clusters / count)];
            for (int j = 0; j < dimension; j++) {
                rows[i][j] = 5 + 3 * center[j] + 0.3f * rows[i][j];
            }
        }
        return rows;
    }

    static ColumnView column(Arena arena, float[][] rows) {
        int dimension = rows.length == 0 ? 1 : rows[0].length;
        MemorySegment data = arena.allocate((long) Math.max(rows.length, 1) * dimension * Float.BYTES, 64);
        for (int row = 0; row < rows.length; row++) {
            MemorySegment.copy(rows[row], 0, data, ColumnView.FLOAT, (long) row * dimension * Float.BYTES, dimension);
        }
        return new ColumnView(7, DataType.FLOAT_VECTOR, null, rows.length, dimension, data, null, null, null);
    }

    static double score(Metric metric, float[] a, float[] b) {
        double dot = 0;
        double normA = 0;
        double normB = 0;
        double distance = 0;
        for (int j = 0; j < a.length; j++) {
            dot += (double) a[j] * b[j];
            normA += (double) a[j] * a[j];
            normB += (double) b[j] * b[j];
            distance += ((double) a[j] - b[j]) * ((double) a[j] - b[j]);
        }
        return switch (metric) {
            case L2 -> -distance;
            case IP -> dot;
            case COSINE -> normA == 0 || normB == 0 ? 0 : dot / Math.sqrt(normA) / Math.sqrt(normB);
        };
    }

    /** The best rows by the model, best first. */
    static List<Integer> best(Metric metric, float[][] rows, float[] query, @Nullable RowMask allowed, int k) {
        double[] scores = new double[rows.length];
        Arrays.setAll(scores, row -> score(metric, query, rows[row]));
        return IntStream.range(0, rows.length)
                .filter(row -> allowed == null || allowed.get(row))
                .boxed()
                .sorted(Comparator.<Integer>comparingDouble(row -> -scores[row]).thenComparing(row -> row))
                .limit(k)
                .toList();
    }

    static TopK search(VectorIndex index, float[] query, Map<String, String> params, @Nullable RowMask allowed, int k) {
        var top = new TopK(k);
        index.search(query, params, allowed, top, NEVER);
        top.sort();
        return top;
    }

    static List<Integer> rows(TopK top) {
        return IntStream.range(0, top.size()).mapToObj(top::row).toList();
    }

    static RowMask mask(Random random, int size, double share) {
        RowMask mask = RowMask.none(size);
        for (int row = 0; row < size; row++) {
            if (random.nextDouble() < share) {
                mask.set(row);
            }
        }
        return mask;
    }
}
