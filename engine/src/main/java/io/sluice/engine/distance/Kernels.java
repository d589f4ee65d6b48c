package io.sluice.engine.distance;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Distance kernels: one query on the heap against rows in native memory.
 *
 * <p>Vectorised when the JVM was started with {@code --add-modules jdk.incubator.vector}, plain Java otherwise; chosen
 * once, when this class is first used. Rows must lie in native memory: a heap segment gives the same answer, but one such
 * call slows every later one down. Stateless; thread-safe.
 */
public final class Kernels {
    /** Largest magnitude of an int8 row code. */
    public static final int MAX_ROW_CODE = 127;

    /** Largest magnitude of an int8 query code: four products fit into 16 bits. */
    public static final int MAX_QUERY_CODE = 63;

    private static final int CACHE_LINE_BYTES = 64;

    private static final VectorKernels KERNELS = choose();

    private Kernels() {}

    private static VectorKernels choose() {
        if (ModuleLayer.boot().findModule("jdk.incubator.vector").isEmpty()) {
            return new ScalarKernels();
        }
        return new PanamaKernels();
    }

    /** Whether the Vector API is in use; without it a search takes several times longer. */
    public static boolean isVectorized() {
        return KERNELS instanceof PanamaKernels;
    }

    /**
     * Dot products: {@code out[i]} = query &middot; row {@code rows[i]}, for i in {@code [from, to)}.
     *
     * @param vectors float32[rowCount][query.length], little-endian, native
     */
    public static void dot(float[] query, MemorySegment vectors, int[] rows, int from, int to, float[] out) {
        KERNELS.dot(query, vectors, rows, from, to, out);
    }

    /** As {@link #dot}, and {@code squaredNorms[i]} = row {@code rows[i]} &middot; itself, in one pass over the row. */
    public static void dotAndSquaredNorm(
            float[] query, MemorySegment vectors, int[] rows, int from, int to, float[] dots, float[] squaredNorms) {
        KERNELS.dotAndSquaredNorm(query, vectors, rows, from, to, dots, squaredNorms);
    }

    /** Squared euclidean distances: {@code out[i]} = |query - row {@code rows[i]}|&sup2;, for i in {@code [from, to)}. */
    public static void squaredL2(float[] query, MemorySegment vectors, int[] rows, int from, int to, float[] out) {
        KERNELS.squaredL2(query, vectors, rows, from, to, out);
    }

    /** Codes that {@link #dotInt8} takes at once: a query whose length is no multiple of it takes several times longer. */
    public static int int8Block() {
        return KERNELS.int8Block();
    }

    /** Puts the codes of a query, which are in the order of its components, in the order that {@link #dotInt8} wants. */
    public static void arrangeInt8(short[] query) {
        KERNELS.arrangeInt8(query);
    }

    /**
     * Dot products of int8 codes: {@code out[i]} = query &middot; row {@code rows[i]}, for i in {@code [from, to)}.
     *
     * @param query codes of magnitude up to {@link #MAX_QUERY_CODE}, arranged by {@link #arrangeInt8}, padded with zeros
     *     before; what a row holds under the zeros does not matter
     * @param codes rows of int8 of magnitude up to {@link #MAX_ROW_CODE}, row r from {@code r * strideBytes} on; the
     *     stride is at least {@code query.length}
     */
    public static void dotInt8(
            short[] query, MemorySegment codes, long strideBytes, int[] rows, int from, int to, int[] out) {
        KERNELS.dotInt8(query, codes, strideBytes, rows, from, to, out);
    }

    /**
     * Reads from every cache line of rows {@code rows[i]}, for i in {@code [from, to)}, so that they are in the cache when a
     * kernel comes to them.
     *
     * <p>A kernel waits for its row's first lines before the processor looks far enough ahead to ask for those of later
     * rows. These loads wait for nothing: as many misses are in flight as the processor can hold. Rows scattered over
     * memory are scored about twice as fast this way ({@code IndexBench}); rows in order gain nothing.
     *
     * @param memory rows of {@code strideBytes} each, row r from {@code r * strideBytes} on
     */
    public static void touch(MemorySegment memory, long strideBytes, int[] rows, int from, int to) {
        long kept = 0;
        for (long line = 0; line < strideBytes; line += 2 * CACHE_LINE_BYTES) {
            long next = Math.min(line + CACHE_LINE_BYTES, strideBytes - 1);
            for (int i = from; i < to; i++) {
                long at = rows[i] * strideBytes;
                kept += memory.get(ValueLayout.JAVA_BYTE, at + line) + memory.get(ValueLayout.JAVA_BYTE, at + next);
            }
        }
        if (kept == Long.MIN_VALUE) { // never; but a compiler that does not know it must not drop the loads
            throw new AssertionError("more lines than memory has: rows=" + (to - from));
        }
    }
}
