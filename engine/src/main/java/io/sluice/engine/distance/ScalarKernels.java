package io.sluice.engine.distance;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Plain Java kernels, for a JVM without the Vector API. Four partial sums per row. */
final class ScalarKernels implements VectorKernels {
    @Override
    public void dot(float[] query, MemorySegment vectors, int[] rows, int from, int to, float[] out) {
        int dimension = query.length;
        for (int i = from; i < to; i++) {
            long at = (long) rows[i] * dimension * Float.BYTES;
            float sumA = 0;
            float sumB = 0;
            float sumC = 0;
            float sumD = 0;
            int j = 0;
            for (; j + 4 <= dimension; j += 4) {
                long here = at + (long) j * Float.BYTES;
                sumA += query[j] * vectors.get(FLOAT, here);
                sumB += query[j + 1] * vectors.get(FLOAT, here + 4);
                sumC += query[j + 2] * vectors.get(FLOAT, here + 8);
                sumD += query[j + 3] * vectors.get(FLOAT, here + 12);
            }
            for (; j < dimension; j++) {
                sumA += query[j] * vectors.get(FLOAT, at + (long) j * Float.BYTES);
            }
            out[i] = (sumA + sumB) + (sumC + sumD);
        }
    }

    @Override
    public void dotAndSquaredNorm(
            float[] query, MemorySegment vectors, int[] rows, int from, int to, float[] dots, float[] squaredNorms) {
        int dimension = query.length;
        for (int i = from; i < to; i++) {
            long at = (long) rows[i] * dimension * Float.BYTES;
            float dotA = 0;
            float dotB = 0;
            float normA = 0;
            float normB = 0;
            int j = 0;
            for (; j + 2 <= dimension; j += 2) {
                float a = vectors.get(FLOAT, at + (long) j * Float.BYTES);
                float b = vectors.get(FLOAT, at + (long) j * Float.BYTES + 4);
                dotA += query[j] * a;
                dotB += query[j + 1] * b;
                normA += a * a;
                normB += b * b;
            }
            if (j < dimension) {
                float a = vectors.get(FLOAT, at + (long) j * Float.BYTES);
                dotA += query[j] * a;
                normA += a * a;
            }
            dots[i] = dotA + dotB;
            squaredNorms[i] = normA + normB;
        }
    }

    @Override
    public void squaredL2(float[] query, MemorySegment vectors, int[] rows, int from, int to, float[] out) {
        int dimension = query.length;
        for (int i = from; i < to; i++) {
            long at = (long) rows[i] * dimension * Float.BYTES;
            float sumA = 0;
            float sumB = 0;
            int j = 0;
            for (; j + 2 <= dimension; j += 2) {
                float a = query[j] - vectors.get(FLOAT, at + (long) j * Float.BYTES);
                float b = query[j + 1] - vectors.get(FLOAT, at + (long) j * Float.BYTES + 4);
                sumA += a * a;
                sumB += b * b;
            }
            if (j < dimension) {
                float a = query[j] - vectors.get(FLOAT, at + (long) j * Float.BYTES);
                sumA += a * a;
            }
            out[i] = sumA + sumB;
        }
    }

    @Override
    public int int8Block() {
        return 1;
    }

    @Override
    public void arrangeInt8(short[] query) {
        // components come in order
    }

    @Override
    public void dotInt8(short[] query, MemorySegment codes, long strideBytes, int[] rows, int from, int to, int[] out) {
        for (int i = from; i < to; i++) {
            long at = rows[i] * strideBytes;
            int sum = 0;
            for (int j = 0; j < query.length; j++) {
                sum += query[j] * codes.get(ValueLayout.JAVA_BYTE, at + j);
            }
            out[i] = sum;
        }
    }
}
