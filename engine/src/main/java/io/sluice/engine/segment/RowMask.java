package io.sluice.engine.segment;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * A set of rows of one block: one bit per row, in words of 64. Confined to one thread at a time.
 *
 * <p>Bits at or beyond {@link #size} are always 0.
 */
public final class RowMask {
    private final long[] words;
    private final int size;

    private RowMask(long[] words, int size) {
        this.words = words;
        this.size = size;
    }

    public static RowMask none(int size) {
        return new RowMask(new long[(size + 63) >>> 6], size);
    }

    public static RowMask all(int size) {
        RowMask mask = none(size);
        Arrays.fill(mask.words, -1L);
        mask.clearTail();
        return mask;
    }

    public int size() {
        return size;
    }

    public boolean get(int row) {
        return (words[row >>> 6] >>> row & 1) != 0;
    }

    public void set(int row) {
        assert row < size : "row=" + row + ", size=" + size;
        words[row >>> 6] |= 1L << row;
    }

    public void clear(int row) {
        words[row >>> 6] &= ~(1L << row);
    }

    /** Sets rows {@code [from, to)}. */
    public void setRange(int from, int to) {
        assert from >= 0 && to <= size : "from=" + from + ", to=" + to + ", size=" + size;
        if (from >= to) {
            return;
        }
        int first = from >>> 6;
        int last = (to - 1) >>> 6;
        long head = -1L << from;
        long tail = -1L >>> -to;
        if (first == last) {
            words[first] |= head & tail;
            return;
        }
        words[first] |= head;
        Arrays.fill(words, first + 1, last, -1L);
        words[last] |= tail;
    }

    public int cardinality() {
        int count = 0;
        for (long word : words) {
            count += Long.bitCount(word);
        }
        return count;
    }

    public boolean isEmpty() {
        for (long word : words) {
            if (word != 0) {
                return false;
            }
        }
        return true;
    }

    /** The first row in the set at or after {@code from}; -1 if there is none. */
    public int next(int from) {
        int at = from >>> 6;
        if (from >= size) {
            return -1;
        }
        long word = words[at] & (-1L << from);
        while (word == 0) {
            if (++at == words.length) {
                return -1;
            }
            word = words[at];
        }
        return (at << 6) + Long.numberOfTrailingZeros(word);
    }

    public RowMask copy() {
        return new RowMask(words.clone(), size);
    }

    public void and(RowMask other) {
        for (int i = 0; i < words.length; i++) {
            words[i] &= other.words[i];
        }
    }

    /** Keeps the rows that are not null by the validity words of a column. */
    public void and(MemorySegment validity) {
        for (int i = 0; i < words.length; i++) {
            words[i] &= validity.getAtIndex(ColumnView.LONG, i);
        }
    }

    public void or(RowMask other) {
        for (int i = 0; i < words.length; i++) {
            words[i] |= other.words[i];
        }
    }

    public void andNot(RowMask other) {
        for (int i = 0; i < words.length; i++) {
            words[i] &= ~other.words[i];
        }
    }

    public void flip() {
        for (int i = 0; i < words.length; i++) {
            words[i] = ~words[i];
        }
        clearTail();
    }

    /** Word {@code i} holds rows {@code [64 i, 64 i + 64)}, row {@code 64 i} in its lowest bit. */
    public long word(int i) {
        return words[i];
    }

    /** Replaces a word; bits beyond {@link #size} are dropped. */
    public void setWord(int i, long word) {
        words[i] = word;
        if (i == words.length - 1) {
            clearTail();
        }
    }

    public int wordCount() {
        return words.length;
    }

    private void clearTail() {
        int tail = size & 63;
        if (tail != 0) {
            words[words.length - 1] &= (1L << tail) - 1;
        }
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof RowMask mask && size == mask.size && Arrays.equals(words, mask.words);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(words) * 31 + size;
    }

    @Override
    public String toString() {
        return cardinality() + " of " + size + " rows";
    }
}
