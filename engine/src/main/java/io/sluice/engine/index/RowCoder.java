package io.sluice.engine.index;

import io.sluice.engine.distance.Kernels;
import io.sluice.engine.distance.Metric;
import io.sluice.engine.segment.ColumnView;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Turns vectors into int8 codes whose dot products stand for scores while a graph is walked. Confined to one thread.
 *
 * <p>A row x (for COSINE scaled to length 1) becomes round((x - center) / scale) with scale = largest magnitude / 127, a
 * scale per row; the center is the mean of all rows, which costs nothing and leaves the 8 bits to what differs between
 * rows. With q the query:
 *
 * <pre>
 *   IP, COSINE   q·x       = q·center + q·(x - center)                                  the first term is constant
 *   L2           -|q - x|² = 2 (q - center)·(x - center) - |x - center|² - |q - center|²  the last term is constant
 * </pre>
 *
 * so in all cases score + constant = factor * scale(row) * (codes of the query · codes of the row) - bias(row).
 *
 * <pre>
 *   row of codes = int8[dimension] | pad to 4 | float32 scale | float32 bias | pad to a multiple of 64 (32 if that holds it)
 * </pre>
 */
final class RowCoder {
    /** Below this a vector counts as zero: its scale could no longer be inverted. */
    private static final float TINY = 1e-30f;

    private final Metric metric;
    private final float[] center;
    private final float[] residual;

    RowCoder(Metric metric, float[] center) {
        this.metric = metric;
        this.center = center;
        this.residual = new float[center.length];
    }

    static int strideBytes(int dimension) {
        int neededBytes = scaleOffset(dimension) + 2 * Float.BYTES;
        return neededBytes <= 32 ? 32 : roundUp(neededBytes, 64);
    }

    static int scaleOffset(int dimension) {
        return roundUp(dimension, Float.BYTES);
    }

    /** Length of the codes of a query: whole blocks, unless a row has not so many bytes. */
    static int queryCodes(int dimension) {
        return Math.min(roundUp(dimension, Kernels.int8Block()), strideBytes(dimension));
    }

    private static int roundUp(int value, int multiple) {
        return (value + multiple - 1) / multiple * multiple;
    }

    /** Writes the code row of a vector. */
    void encodeRow(float[] vector, MemorySegment codes, long at) {
        float largest = subtractCenter(vector, true);
        float scale = largest / Kernels.MAX_ROW_CODE;
        double squares = 0;
        for (int j = 0; j < residual.length; j++) {
            int code = largest == 0 ? 0 : Math.round(residual[j] / scale);
            codes.set(ValueLayout.JAVA_BYTE, at + j, (byte) code);
            squares += (double) residual[j] * residual[j];
        }
        long scaleAt = at + scaleOffset(residual.length);
        codes.set(ColumnView.FLOAT, scaleAt, scale);
        codes.set(ColumnView.FLOAT, scaleAt + Float.BYTES, metric == Metric.L2 ? (float) squares : 0f);
    }

    /** Fills the codes of a query, in the order of the kernel, and answers the factor of its scores. */
    float encodeQuery(float[] vector, short[] codes) {
        float largest = subtractCenter(vector, metric == Metric.L2);
        float scale = largest / Kernels.MAX_QUERY_CODE;
        for (int j = 0; j < residual.length; j++) {
            codes[j] = (short) (largest == 0 ? 0 : Math.round(residual[j] / scale));
        }
        for (int j = residual.length; j < codes.length; j++) {
            codes[j] = 0;
        }
        Kernels.arrangeInt8(codes);
        return metric == Metric.L2 ? 2 * scale : scale;
    }

    /** Fills {@link #residual} and answers its largest magnitude, 0 if it is next to nothing. */
    private float subtractCenter(float[] vector, boolean subtract) {
        double norm = metric == Metric.COSINE ? ExactScores.norm(vector) : 1;
        double inverse = norm == 0 ? 0 : 1 / norm;
        float largest = 0;
        for (int j = 0; j < residual.length; j++) {
            float component = (float) (vector[j] * inverse);
            residual[j] = subtract ? component - center[j] : component;
            largest = Math.max(largest, Math.abs(residual[j]));
        }
        return largest < TINY ? 0 : largest;
    }
}
