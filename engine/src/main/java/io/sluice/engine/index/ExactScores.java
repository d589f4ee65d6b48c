package io.sluice.engine.index;

import io.sluice.engine.distance.Kernels;
import io.sluice.engine.distance.Metric;
import io.sluice.engine.segment.ColumnView;
import java.lang.foreign.MemorySegment;

/**
 * Exact float32 scores of one query against rows of one vector column. Confined to one thread at a time.
 *
 * <p>Sums are float32. Where they overflow or vanish, the row is summed again in float64, so a score is never NaN.
 */
final class ExactScores {
    /** Rows scored by one call at most. */
    static final int BATCH_ROWS = 256;

    private final Metric metric;
    private final MemorySegment vectors;
    private final float[] query;
    private final double queryNorm;
    private final float[] squaredNorms;

    /** @param query not copied, not changed */
    ExactScores(Metric metric, ColumnView vectors, float[] query) {
        this.metric = metric;
        this.vectors = vectors.data();
        this.query = query;
        this.queryNorm = norm(query);
        this.squaredNorms = metric == Metric.COSINE ? new float[BATCH_ROWS] : new float[0];
    }

    /** Length of a vector, in float64. */
    static double norm(float[] vector) {
        double sum = 0;
        for (float component : vector) {
            sum += (double) component * component;
        }
        return Math.sqrt(sum);
    }

    /** {@code scores[i]} = the score of row {@code rows[i]}, for i below {@code count}. */
    void score(int[] rows, int count, float[] scores) {
        assert count <= BATCH_ROWS : "count=" + count;
        switch (metric) {
            case L2 -> {
                Kernels.squaredL2(query, vectors, rows, 0, count, scores);
                for (int i = 0; i < count; i++) {
                    scores[i] = 0f - scores[i];
                }
            }
            case IP -> {
                Kernels.dot(query, vectors, rows, 0, count, scores);
                for (int i = 0; i < count; i++) {
                    if (!Float.isFinite(scores[i])) {
                        scores[i] = (float) wideDot(rows[i]);
                    }
                }
            }
            case COSINE -> {
                Kernels.dotAndSquaredNorm(query, vectors, rows, 0, count, scores, squaredNorms);
                for (int i = 0; i < count; i++) {
                    scores[i] = cosine(rows[i], scores[i], squaredNorms[i]);
                }
            }
        }
    }

    private float cosine(int row, float dot, float squaredNorm) {
        double cosine;
        if (squaredNorm >= Float.MIN_NORMAL && Float.isFinite(squaredNorm) && Float.isFinite(dot)) {
            cosine = dot / (queryNorm * Math.sqrt(squaredNorm));
        } else {
            cosine = wideDot(row) / (queryNorm * wideNorm(row));
        }
        return Double.isNaN(cosine) ? 0f : (float) Math.clamp(cosine, -1.0, 1.0);
    }

    private double wideDot(int row) {
        long at = (long) row * query.length;
        double sum = 0;
        for (int j = 0; j < query.length; j++) {
            sum += (double) query[j] * vectors.getAtIndex(ColumnView.FLOAT, at + j);
        }
        return sum;
    }

    private double wideNorm(int row) {
        long at = (long) row * query.length;
        double sum = 0;
        for (int j = 0; j < query.length; j++) {
            double component = vectors.getAtIndex(ColumnView.FLOAT, at + j);
            sum += component * component;
        }
        return Math.sqrt(sum);
    }
}
