package io.sluice.engine.schema;

import java.nio.charset.StandardCharsets;
import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/**
 * The values of one field on the heap, one per row, in full length: a null row has a placeholder value and its bit set
 * in {@link #nulls()}. On the way between a face and the engine only. Treated as immutable once built: whoever builds
 * one gives it away.
 */
public sealed interface Column {
    int rowCount();

    /** Bit set = null; absent when no row is null. */
    @Nullable
    BitSet nulls();

    default boolean isNull(int row) {
        BitSet nulls = nulls();
        return nulls != null && nulls.get(row);
    }

    /** Bool. */
    record Bools(boolean[] values, @Nullable BitSet nulls) implements Column {
        @Override
        public int rowCount() {
            return values.length;
        }
    }

    /** Int8, Int16, Int32. */
    record Ints(int[] values, @Nullable BitSet nulls) implements Column {
        @Override
        public int rowCount() {
            return values.length;
        }
    }

    /** Int64. */
    record Longs(long[] values, @Nullable BitSet nulls) implements Column {
        @Override
        public int rowCount() {
            return values.length;
        }
    }

    record Floats(float[] values, @Nullable BitSet nulls) implements Column {
        @Override
        public int rowCount() {
            return values.length;
        }
    }

    record Doubles(double[] values, @Nullable BitSet nulls) implements Column {
        @Override
        public int rowCount() {
            return values.length;
        }
    }

    /** VarChar and JSON: row {@code i} is UTF-8 {@code data[offsets[i] .. offsets[i + 1])}. */
    record Bytes(byte[] data, int[] offsets, @Nullable BitSet nulls) implements Column {
        @Override
        public int rowCount() {
            return offsets.length - 1;
        }

        public int length(int row) {
            return offsets[row + 1] - offsets[row];
        }

        public String text(int row) {
            return new String(data, offsets[row], length(row), StandardCharsets.UTF_8);
        }

        public static Bytes of(@Nullable String... texts) {
            BitSet nulls = new BitSet();
            byte[][] encoded = new byte[texts.length][];
            int[] offsets = new int[texts.length + 1];
            for (int row = 0; row < texts.length; row++) {
                String text = texts[row];
                if (text == null) {
                    nulls.set(row);
                }
                encoded[row] = text == null ? new byte[0] : text.getBytes(StandardCharsets.UTF_8);
                offsets[row + 1] = offsets[row] + encoded[row].length;
            }
            byte[] data = new byte[offsets[texts.length]];
            for (int row = 0; row < texts.length; row++) {
                System.arraycopy(encoded[row], 0, data, offsets[row], encoded[row].length);
            }
            return new Bytes(data, offsets, nulls.isEmpty() ? null : nulls);
        }
    }

    /** Array: row {@code i} is {@code elements[offsets[i] .. offsets[i + 1])}; the elements have no nulls. */
    record Arrays(Column elements, int[] offsets, @Nullable BitSet nulls) implements Column {
        @Override
        public int rowCount() {
            return offsets.length - 1;
        }
    }

    /** {@code float32[rowCount][dimension]}, row-major. */
    record FloatVectors(
            float[] values, int dimension, @Nullable BitSet nulls) implements Column {
        /** None of them null. */
        public FloatVectors(float[] values, int dimension) {
            this(values, dimension, null);
        }

        @Override
        public int rowCount() {
            return values.length / dimension;
        }
    }
}
