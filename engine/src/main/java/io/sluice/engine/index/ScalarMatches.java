package io.sluice.engine.index;

import io.sluice.engine.segment.RowMask;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What was found in an index: runs of terms. Finding looks at a few terms only and counts the entries; the rows are
 * fetched when they are asked for. Confined to one thread.
 *
 * <p>Values are asked for in ascending order, none twice.
 */
public final class ScalarMatches {
    /** A test of UTF-8 in {@code [from, to)}. */
    @FunctionalInterface
    public interface TextTest {
        boolean test(byte[] bytes, int from, int to);
    }

    private final ScalarIndex index;
    private final Values values;
    private int[] runs = new int[8]; // from, to, from, to, ...
    private int size;
    private long entries;

    ScalarMatches(ScalarIndex index) {
        this.index = index;
        this.values = index.values;
    }

    /** Integers (or Bool as 0 and 1) in {@code [min, max]}. */
    public void integers(long min, long max) {
        if (min <= max) {
            int from = index.firstTerm(end(), term -> values.integer(index.position(term)) < min);
            add(from, index.firstTerm(from, term -> values.integer(index.position(term)) <= max));
        }
    }

    /** Floats in {@code [min, max]}; no NaN. */
    public void floats(double min, double max) {
        if (min <= max) {
            int from = index.firstTerm(end(), term -> values.floating(index.position(term)) < min + 0.0);
            add(from, index.firstTerm(from, term -> values.floating(index.position(term)) <= max + 0.0));
        }
    }

    /** This text. */
    public void text(byte[] utf8) {
        texts(utf8, true, utf8, true);
    }

    /**
     * Texts between two, which are UTF-8.
     *
     * @param low null = from the first
     * @param high null = to the last
     */
    public void texts(byte @Nullable [] low, boolean withLow, byte @Nullable [] high, boolean withHigh) {
        int from = end();
        if (low != null) {
            MemorySegment bound = MemorySegment.ofArray(low);
            int least = withLow ? 0 : 1;
            from = index.firstTerm(from, term -> values.compareBytes(index.position(term), bound) < least);
        }
        int to = index.termCount();
        if (high != null) {
            MemorySegment bound = MemorySegment.ofArray(high);
            int most = withHigh ? 1 : 0;
            to = index.firstTerm(from, term -> values.compareBytes(index.position(term), bound) < most);
        }
        add(from, to);
    }

    /** Texts that start with {@code prefix}. */
    public void prefixed(byte[] prefix) {
        if (prefix.length == 0) {
            add(end(), index.termCount());
            return;
        }
        byte[] next = prefix.clone();
        next[next.length - 1]++; // no byte of UTF-8 is 255
        texts(prefix, true, next, false);
    }

    /** Leaves only the terms that pass. */
    public void keep(TextTest test) {
        int[] before = Arrays.copyOf(runs, size);
        size = 0;
        entries = 0;
        byte[] buffer = new byte[256];
        for (int i = 0; i < before.length; i += 2) {
            for (int term = before[i]; term < before[i + 1]; term++) {
                int position = index.position(term);
                int start = values.byteStart(position);
                int length = values.byteEnd(position) - start;
                if (buffer.length < length) {
                    buffer = new byte[Math.max(length, 2 * buffer.length)];
                }
                MemorySegment.copy(values.bytes(), ValueLayout.JAVA_BYTE, start, buffer, 0, length);
                if (test.test(buffer, 0, length)) {
                    add(term, term + 1);
                }
            }
        }
    }

    private int end() {
        return size == 0 ? 0 : runs[size - 1];
    }

    private void add(int from, int to) {
        if (from >= to) {
            return;
        }
        entries += index.entriesBefore(to) - index.entriesBefore(from);
        if (size > 0 && runs[size - 1] == from) {
            runs[size - 1] = to;
            return;
        }
        if (size == runs.length) {
            runs = Arrays.copyOf(runs, 2 * size);
        }
        runs[size++] = from;
        runs[size++] = to;
    }

    /** How many entries: the rows, or in a field of arrays at least the rows. */
    public long entries() {
        return entries;
    }

    public int terms() {
        int terms = 0;
        for (int i = 0; i < size; i += 2) {
            terms += runs[i + 1] - runs[i];
        }
        return terms;
    }

    /** What {@link #rows} takes, roughly, in nanoseconds on one core. */
    public double rowsNanos() {
        double nanos = 0;
        for (int i = 0; i < size; i += 2) {
            nanos += index.addNanos(runs[i], runs[i + 1]);
        }
        return nanos;
    }

    /** What {@link #otherRows} takes. */
    public double otherRowsNanos() {
        double nanos = 0;
        int from = 0;
        for (int i = 0; i < size; i += 2) {
            nanos += index.addNanos(from, runs[i]);
            from = runs[i + 1];
        }
        return nanos + index.addNanos(from, index.termCount());
    }

    public RowMask rows() {
        RowMask rows = RowMask.none(index.rowCount());
        for (int i = 0; i < size; i += 2) {
            index.addRows(runs[i], runs[i + 1], rows);
        }
        return rows;
    }

    /** The rows with a value that was not found; not for a field of arrays, whose rows have several. */
    public RowMask otherRows() {
        RowMask rows = RowMask.none(index.rowCount());
        int from = 0;
        for (int i = 0; i < size; i += 2) {
            index.addRows(from, runs[i], rows);
            from = runs[i + 1];
        }
        index.addRows(from, index.termCount(), rows);
        return rows;
    }
}
