package io.sluice.engine.filter;

import java.util.Arrays;

/**
 * A fixed set of integers. Immutable and thread-safe.
 *
 * <p>Values close together are a bitmap, others an open-addressing hash table at most half full; a look at the range
 * comes first in both.
 */
final class LongSet {
    private static final long BITMAP_SPAN = 1 << 16;
    private static final long MIX = 0x9E3779B97F4A7C15L;

    private final long[] values;
    private final long min;
    private final long max;
    private final long[] bitmap;
    private final long[] table;
    private final int shift;
    private final long vacant;

    private LongSet(long[] sorted) {
        this.values = sorted;
        this.min = sorted.length == 0 ? 0 : sorted[0];
        this.max = sorted.length == 0 ? -1 : sorted[sorted.length - 1];
        long span = max - min;
        if (span >= 0 && span < BITMAP_SPAN || sorted.length == 0) {
            bitmap = new long[(int) ((span + 64) >>> 6)];
            table = new long[0];
            shift = 0;
            vacant = 0;
            for (long value : sorted) {
                long bit = value - min;
                bitmap[(int) (bit >>> 6)] |= 1L << bit;
            }
            return;
        }
        bitmap = new long[0];
        int bits = 64 - Long.numberOfLeadingZeros(sorted.length * 2L - 1);
        table = new long[1 << bits];
        shift = 64 - bits;
        // Any number that is no member marks a free place: the one before the smallest, or the first gap.
        vacant = min != Long.MIN_VALUE ? min - 1 : gap(sorted);
        Arrays.fill(table, vacant);
        for (long value : sorted) {
            int at = (int) (value * MIX >>> shift);
            while (table[at] != vacant) {
                at = at + 1 & table.length - 1;
            }
            table[at] = value;
        }
    }

    static LongSet of(long... values) {
        long[] sorted = values.clone();
        Arrays.sort(sorted);
        int count = 0;
        for (long value : sorted) {
            if (count == 0 || sorted[count - 1] != value) {
                sorted[count++] = value;
            }
        }
        return new LongSet(Arrays.copyOf(sorted, count));
    }

    private static long gap(long[] sorted) {
        int i = 0;
        while (i + 1 < sorted.length && sorted[i] + 1 == sorted[i + 1]) {
            i++;
        }
        return sorted[i] + 1;
    }

    /** Ascending and distinct; not to be changed. */
    long[] values() {
        return values;
    }

    int size() {
        return values.length;
    }

    boolean contains(long value) {
        if (value < min || value > max) {
            return false;
        }
        if (bitmap.length != 0) {
            long bit = value - min;
            return (bitmap[(int) (bit >>> 6)] >>> bit & 1) != 0;
        }
        if (value == vacant) {
            return false;
        }
        int at = (int) (value * MIX >>> shift);
        while (table[at] != value) {
            if (table[at] == vacant) {
                return false;
            }
            at = at + 1 & table.length - 1;
        }
        return true;
    }
}
