package io.sluice.engine.distance;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * The arithmetic under every search: one query against many rows, four rows per pass so that their cache misses overlap.
 *
 * <p>One method per (metric, element type), so that the compiler specialises each for itself. A row's result does not
 * depend on which other rows are asked for in the same call. Implementations are stateless and thread-safe.
 */
sealed interface VectorKernels permits PanamaKernels, ScalarKernels {
    /** One component of a row, as files and the wire have it: little-endian, at any address. */
    ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    /** {@code out[i]} = dot product of the query and row {@code rows[i]}, for i in {@code [from, to)}. */
    void dot(float[] query, MemorySegment vectors, int[] rows, int from, int to, float[] out);

    /** As {@link #dot}, and {@code squaredNorms[i]} = the dot product of row {@code rows[i]} with itself. */
    void dotAndSquaredNorm(
            float[] query, MemorySegment vectors, int[] rows, int from, int to, float[] dots, float[] squaredNorms);

    /** {@code out[i]} = squared euclidean distance between the query and row {@code rows[i]}. */
    void squaredL2(float[] query, MemorySegment vectors, int[] rows, int from, int to, float[] out);

    /** See {@link Kernels#int8Block}. */
    int int8Block();

    /** See {@link Kernels#arrangeInt8}. */
    void arrangeInt8(short[] query);

    /** See {@link Kernels#dotInt8}. */
    void dotInt8(short[] query, MemorySegment codes, long strideBytes, int[] rows, int from, int to, int[] out);
}
