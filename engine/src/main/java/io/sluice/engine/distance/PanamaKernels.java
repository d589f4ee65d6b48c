package io.sluice.engine.distance;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * Kernels on the Vector API: the only class that imports it, and loaded only where the module is there.
 *
 * <p>Each kernel takes four rows per pass with one accumulator each: that hides the latency of the multiply-add and keeps
 * four cache misses in flight. When fewer than four rows are left, the last one is repeated, so a row's result has the
 * same bits whatever its neighbours are.
 *
 * <p>Floats are never reduced by {@code reduceLanes}, see {@link #sumOf}. The intrinsics are written out, row by row: a helper
 * that takes or returns vectors boxes them whenever the compiler decides not to inline it.
 */
final class PanamaKernels implements VectorKernels {
    private static final ByteOrder LE = ByteOrder.LITTLE_ENDIAN;
    private static final int MAX_BITS = 512;

    private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED.vectorBitSize() > MAX_BITS
            ? FloatVector.SPECIES_512
            : FloatVector.SPECIES_PREFERRED;
    private static final VectorSpecies<Short> SHORTS = ShortVector.SPECIES_PREFERRED.vectorBitSize() > MAX_BITS
            ? ShortVector.SPECIES_512
            : ShortVector.SPECIES_PREFERRED;
    private static final VectorSpecies<Integer> INTS =
            VectorSpecies.of(int.class, VectorShape.forBitSize(SHORTS.vectorBitSize()));
    private static final VectorSpecies<Byte> BYTES =
            VectorSpecies.of(byte.class, VectorShape.forBitSize(SHORTS.vectorBitSize()));

    /** Products that fit into a 16-bit lane: 4 * 63 * 127 = 32004. */
    private static final int PRODUCTS_PER_LANE = 4;

    private static final int BLOCKS_PER_SUM = PRODUCTS_PER_LANE / 2;

    private static final ScalarKernels SCALAR = new ScalarKernels();

    static {
        assert PRODUCTS_PER_LANE * Kernels.MAX_QUERY_CODE * Kernels.MAX_ROW_CODE <= Short.MAX_VALUE;
    }

    @Override
    public void dot(float[] query, MemorySegment vectors, int[] rows, int from, int to, float[] out) {
        int dimension = query.length;
        int bound = FLOATS.loopBound(dimension);
        long rowBytes = (long) dimension * Float.BYTES;
        int last = to - 1;
        float[] lanes = new float[4 * FLOATS.length()];
        for (int i = from; i < to; i += 4) {
            int i1 = Math.min(i + 1, last);
            int i2 = Math.min(i + 2, last);
            int i3 = Math.min(i + 3, last);
            long at0 = rows[i] * rowBytes;
            long at1 = rows[i1] * rowBytes;
            long at2 = rows[i2] * rowBytes;
            long at3 = rows[i3] * rowBytes;
            FloatVector sum0 = FloatVector.zero(FLOATS);
            FloatVector sum1 = FloatVector.zero(FLOATS);
            FloatVector sum2 = FloatVector.zero(FLOATS);
            FloatVector sum3 = FloatVector.zero(FLOATS);
            int j = 0;
            for (; j < bound; j += FLOATS.length()) {
                long here = (long) j * Float.BYTES;
                FloatVector q = FloatVector.fromArray(FLOATS, query, j);
                sum0 = FloatVector.fromMemorySegment(FLOATS, vectors, at0 + here, LE)
                        .fma(q, sum0);
                sum1 = FloatVector.fromMemorySegment(FLOATS, vectors, at1 + here, LE)
                        .fma(q, sum1);
                sum2 = FloatVector.fromMemorySegment(FLOATS, vectors, at2 + here, LE)
                        .fma(q, sum2);
                sum3 = FloatVector.fromMemorySegment(FLOATS, vectors, at3 + here, LE)
                        .fma(q, sum3);
            }
            sum0.intoArray(lanes, 0);
            sum1.intoArray(lanes, FLOATS.length());
            sum2.intoArray(lanes, 2 * FLOATS.length());
            sum3.intoArray(lanes, 3 * FLOATS.length());
            float dot0 = sumOf(lanes, 0);
            float dot1 = sumOf(lanes, 1);
            float dot2 = sumOf(lanes, 2);
            float dot3 = sumOf(lanes, 3);
            for (; j < dimension; j++) {
                long here = (long) j * Float.BYTES;
                dot0 += query[j] * vectors.get(FLOAT, at0 + here);
                dot1 += query[j] * vectors.get(FLOAT, at1 + here);
                dot2 += query[j] * vectors.get(FLOAT, at2 + here);
                dot3 += query[j] * vectors.get(FLOAT, at3 + here);
            }
            out[i] = dot0;
            out[i1] = dot1;
            out[i2] = dot2;
            out[i3] = dot3;
        }
    }

    @Override
    public void dotAndSquaredNorm(
            float[] query, MemorySegment vectors, int[] rows, int from, int to, float[] dots, float[] squaredNorms) {
        int dimension = query.length;
        int bound = FLOATS.loopBound(dimension);
        long rowBytes = (long) dimension * Float.BYTES;
        int last = to - 1;
        float[] lanes = new float[8 * FLOATS.length()];
        for (int i = from; i < to; i += 4) {
            int i1 = Math.min(i + 1, last);
            int i2 = Math.min(i + 2, last);
            int i3 = Math.min(i + 3, last);
            long at0 = rows[i] * rowBytes;
            long at1 = rows[i1] * rowBytes;
            long at2 = rows[i2] * rowBytes;
            long at3 = rows[i3] * rowBytes;
            FloatVector dot0 = FloatVector.zero(FLOATS);
            FloatVector dot1 = FloatVector.zero(FLOATS);
            FloatVector dot2 = FloatVector.zero(FLOATS);
            FloatVector dot3 = FloatVector.zero(FLOATS);
            FloatVector norm0 = FloatVector.zero(FLOATS);
            FloatVector norm1 = FloatVector.zero(FLOATS);
            FloatVector norm2 = FloatVector.zero(FLOATS);
            FloatVector norm3 = FloatVector.zero(FLOATS);
            int j = 0;
            for (; j < bound; j += FLOATS.length()) {
                long here = (long) j * Float.BYTES;
                FloatVector q = FloatVector.fromArray(FLOATS, query, j);
                FloatVector v0 = FloatVector.fromMemorySegment(FLOATS, vectors, at0 + here, LE);
                FloatVector v1 = FloatVector.fromMemorySegment(FLOATS, vectors, at1 + here, LE);
                FloatVector v2 = FloatVector.fromMemorySegment(FLOATS, vectors, at2 + here, LE);
                FloatVector v3 = FloatVector.fromMemorySegment(FLOATS, vectors, at3 + here, LE);
                dot0 = v0.fma(q, dot0);
                dot1 = v1.fma(q, dot1);
                dot2 = v2.fma(q, dot2);
                dot3 = v3.fma(q, dot3);
                norm0 = v0.fma(v0, norm0);
                norm1 = v1.fma(v1, norm1);
                norm2 = v2.fma(v2, norm2);
                norm3 = v3.fma(v3, norm3);
            }
            dot0.intoArray(lanes, 0);
            dot1.intoArray(lanes, FLOATS.length());
            dot2.intoArray(lanes, 2 * FLOATS.length());
            dot3.intoArray(lanes, 3 * FLOATS.length());
            norm0.intoArray(lanes, 4 * FLOATS.length());
            norm1.intoArray(lanes, 5 * FLOATS.length());
            norm2.intoArray(lanes, 6 * FLOATS.length());
            norm3.intoArray(lanes, 7 * FLOATS.length());
            float dotSum0 = sumOf(lanes, 0);
            float dotSum1 = sumOf(lanes, 1);
            float dotSum2 = sumOf(lanes, 2);
            float dotSum3 = sumOf(lanes, 3);
            float normSum0 = sumOf(lanes, 4);
            float normSum1 = sumOf(lanes, 5);
            float normSum2 = sumOf(lanes, 6);
            float normSum3 = sumOf(lanes, 7);
            for (; j < dimension; j++) {
                long here = (long) j * Float.BYTES;
                float v0 = vectors.get(FLOAT, at0 + here);
                float v1 = vectors.get(FLOAT, at1 + here);
                float v2 = vectors.get(FLOAT, at2 + here);
                float v3 = vectors.get(FLOAT, at3 + here);
                dotSum0 += query[j] * v0;
                dotSum1 += query[j] * v1;
                dotSum2 += query[j] * v2;
                dotSum3 += query[j] * v3;
                normSum0 += v0 * v0;
                normSum1 += v1 * v1;
                normSum2 += v2 * v2;
                normSum3 += v3 * v3;
            }
            dots[i] = dotSum0;
            dots[i1] = dotSum1;
            dots[i2] = dotSum2;
            dots[i3] = dotSum3;
            squaredNorms[i] = normSum0;
            squaredNorms[i1] = normSum1;
            squaredNorms[i2] = normSum2;
            squaredNorms[i3] = normSum3;
        }
    }

    @Override
    public void squaredL2(float[] query, MemorySegment vectors, int[] rows, int from, int to, float[] out) {
        int dimension = query.length;
        int bound = FLOATS.loopBound(dimension);
        long rowBytes = (long) dimension * Float.BYTES;
        int last = to - 1;
        float[] lanes = new float[4 * FLOATS.length()];
        for (int i = from; i < to; i += 4) {
            int i1 = Math.min(i + 1, last);
            int i2 = Math.min(i + 2, last);
            int i3 = Math.min(i + 3, last);
            long at0 = rows[i] * rowBytes;
            long at1 = rows[i1] * rowBytes;
            long at2 = rows[i2] * rowBytes;
            long at3 = rows[i3] * rowBytes;
            FloatVector sum0 = FloatVector.zero(FLOATS);
            FloatVector sum1 = FloatVector.zero(FLOATS);
            FloatVector sum2 = FloatVector.zero(FLOATS);
            FloatVector sum3 = FloatVector.zero(FLOATS);
            int j = 0;
            for (; j < bound; j += FLOATS.length()) {
                long here = (long) j * Float.BYTES;
                FloatVector q = FloatVector.fromArray(FLOATS, query, j);
                FloatVector d0 = FloatVector.fromMemorySegment(FLOATS, vectors, at0 + here, LE)
                        .sub(q);
                FloatVector d1 = FloatVector.fromMemorySegment(FLOATS, vectors, at1 + here, LE)
                        .sub(q);
                FloatVector d2 = FloatVector.fromMemorySegment(FLOATS, vectors, at2 + here, LE)
                        .sub(q);
                FloatVector d3 = FloatVector.fromMemorySegment(FLOATS, vectors, at3 + here, LE)
                        .sub(q);
                sum0 = d0.fma(d0, sum0);
                sum1 = d1.fma(d1, sum1);
                sum2 = d2.fma(d2, sum2);
                sum3 = d3.fma(d3, sum3);
            }
            sum0.intoArray(lanes, 0);
            sum1.intoArray(lanes, FLOATS.length());
            sum2.intoArray(lanes, 2 * FLOATS.length());
            sum3.intoArray(lanes, 3 * FLOATS.length());
            float distance0 = sumOf(lanes, 0);
            float distance1 = sumOf(lanes, 1);
            float distance2 = sumOf(lanes, 2);
            float distance3 = sumOf(lanes, 3);
            for (; j < dimension; j++) {
                long here = (long) j * Float.BYTES;
                float d0 = vectors.get(FLOAT, at0 + here) - query[j];
                float d1 = vectors.get(FLOAT, at1 + here) - query[j];
                float d2 = vectors.get(FLOAT, at2 + here) - query[j];
                float d3 = vectors.get(FLOAT, at3 + here) - query[j];
                distance0 += d0 * d0;
                distance1 += d1 * d1;
                distance2 += d2 * d2;
                distance3 += d3 * d3;
            }
            out[i] = distance0;
            out[i1] = distance1;
            out[i2] = distance2;
            out[i3] = distance3;
        }
    }

    /**
     * The sum of one accumulator of {@code lanes}, in an order of its own: {@code reduceLanes} adds floats in another order once it
     * is compiled, and a row's score must have the same bits at all times.
     */
    private static float sumOf(float[] lanes, int accumulator) {
        int from = accumulator * FLOATS.length();
        float sumA = 0;
        float sumB = 0;
        for (int i = from; i < from + FLOATS.length(); i += 2) {
            sumA += lanes[i];
            sumB += lanes[i + 1];
        }
        return sumA + sumB;
    }

    @Override
    public int int8Block() {
        return BYTES.length();
    }

    /** In each block the components of even place first, then the others. */
    @Override
    public void arrangeInt8(short[] query) {
        int block = BYTES.length();
        if (query.length % block != 0) {
            return;
        }
        short[] inOrder = query.clone();
        for (int from = 0; from < query.length; from += block) {
            for (int i = 0; i < block / 2; i++) {
                query[from + i] = inOrder[from + 2 * i];
                query[from + block / 2 + i] = inOrder[from + 2 * i + 1];
            }
        }
    }

    /*
     * A block of bytes is read as 16-bit lanes of two bytes each. Shifting right gives the upper byte with its sign, shifting
     * left and right again the lower one, which is the one of even place; no lane is ever moved. Up to four products are
     * added before they are widened to 32 bits, in the same way, which the limits on the codes make safe.
     */
    @Override
    public void dotInt8(short[] query, MemorySegment codes, long strideBytes, int[] rows, int from, int to, int[] out) {
        int block = BYTES.length();
        if (query.length % block != 0) {
            SCALAR.dotInt8(query, codes, strideBytes, rows, from, to, out); // rows that are shorter than a block
            return;
        }
        int half = block / 2;
        int last = to - 1;
        for (int i = from; i < to; i += 4) {
            int i1 = Math.min(i + 1, last);
            int i2 = Math.min(i + 2, last);
            int i3 = Math.min(i + 3, last);
            long at0 = rows[i] * strideBytes;
            long at1 = rows[i1] * strideBytes;
            long at2 = rows[i2] * strideBytes;
            long at3 = rows[i3] * strideBytes;
            IntVector sum0 = IntVector.zero(INTS);
            IntVector sum1 = IntVector.zero(INTS);
            IntVector sum2 = IntVector.zero(INTS);
            IntVector sum3 = IntVector.zero(INTS);
            int j = 0;
            while (j < query.length) {
                ShortVector part0 = ShortVector.zero(SHORTS);
                ShortVector part1 = ShortVector.zero(SHORTS);
                ShortVector part2 = ShortVector.zero(SHORTS);
                ShortVector part3 = ShortVector.zero(SHORTS);
                int end = Math.min(j + BLOCKS_PER_SUM * block, query.length);
                for (; j < end; j += block) {
                    ShortVector even = ShortVector.fromArray(SHORTS, query, j);
                    ShortVector odd = ShortVector.fromArray(SHORTS, query, j + half);
                    ShortVector v0 = ByteVector.fromMemorySegment(BYTES, codes, at0 + j, LE)
                            .reinterpretAsShorts();
                    ShortVector v1 = ByteVector.fromMemorySegment(BYTES, codes, at1 + j, LE)
                            .reinterpretAsShorts();
                    ShortVector v2 = ByteVector.fromMemorySegment(BYTES, codes, at2 + j, LE)
                            .reinterpretAsShorts();
                    ShortVector v3 = ByteVector.fromMemorySegment(BYTES, codes, at3 + j, LE)
                            .reinterpretAsShorts();
                    part0 = part0.add(v0.lanewise(VectorOperators.ASHR, 8).mul(odd))
                            .add(v0.lanewise(VectorOperators.LSHL, 8)
                                    .lanewise(VectorOperators.ASHR, 8)
                                    .mul(even));
                    part1 = part1.add(v1.lanewise(VectorOperators.ASHR, 8).mul(odd))
                            .add(v1.lanewise(VectorOperators.LSHL, 8)
                                    .lanewise(VectorOperators.ASHR, 8)
                                    .mul(even));
                    part2 = part2.add(v2.lanewise(VectorOperators.ASHR, 8).mul(odd))
                            .add(v2.lanewise(VectorOperators.LSHL, 8)
                                    .lanewise(VectorOperators.ASHR, 8)
                                    .mul(even));
                    part3 = part3.add(v3.lanewise(VectorOperators.ASHR, 8).mul(odd))
                            .add(v3.lanewise(VectorOperators.LSHL, 8)
                                    .lanewise(VectorOperators.ASHR, 8)
                                    .mul(even));
                }
                IntVector pair0 = part0.reinterpretAsInts();
                IntVector pair1 = part1.reinterpretAsInts();
                IntVector pair2 = part2.reinterpretAsInts();
                IntVector pair3 = part3.reinterpretAsInts();
                sum0 = sum0.add(pair0.lanewise(VectorOperators.ASHR, 16))
                        .add(pair0.lanewise(VectorOperators.LSHL, 16).lanewise(VectorOperators.ASHR, 16));
                sum1 = sum1.add(pair1.lanewise(VectorOperators.ASHR, 16))
                        .add(pair1.lanewise(VectorOperators.LSHL, 16).lanewise(VectorOperators.ASHR, 16));
                sum2 = sum2.add(pair2.lanewise(VectorOperators.ASHR, 16))
                        .add(pair2.lanewise(VectorOperators.LSHL, 16).lanewise(VectorOperators.ASHR, 16));
                sum3 = sum3.add(pair3.lanewise(VectorOperators.ASHR, 16))
                        .add(pair3.lanewise(VectorOperators.LSHL, 16).lanewise(VectorOperators.ASHR, 16));
            }
            out[i] = sum0.reduceLanes(VectorOperators.ADD);
            out[i1] = sum1.reduceLanes(VectorOperators.ADD);
            out[i2] = sum2.reduceLanes(VectorOperators.ADD);
            out[i3] = sum3.reduceLanes(VectorOperators.ADD);
        }
    }
}
