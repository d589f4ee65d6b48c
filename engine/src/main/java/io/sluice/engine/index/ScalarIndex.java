package io.sluice.engine.index;

import io.sluice.engine.segment.ColumnView;
import io.sluice.engine.segment.PartLayout;
import io.sluice.engine.segment.RowMask;
import java.lang.foreign.MemorySegment;
import java.util.function.IntPredicate;

/**
 * The values of one field of a block in order, each with the rows that have it: for filters. A view over leased memory;
 * owns nothing, cannot be closed. Immutable and thread-safe while the leases are open.
 *
 * <p>A <em>term</em> is a value, an <em>entry</em> a row that has it. A sorted index has a term for each row, so equal
 * values are several terms, one after the other; an inverted one has a term for each distinct value. In a field of
 * arrays a row is an entry of each of its elements. Null rows are no entries.
 */
public abstract sealed class ScalarIndex {
    final Values values;
    final ScalarLayout layout;

    private ScalarIndex(Values values, ScalarLayout layout) {
        this.values = values;
        this.layout = layout;
    }

    /** The index in {@code part}'s bytes, which refers to the values of {@code column}. Parses nothing. */
    static ScalarIndex open(PartLayout part, MemorySegment partBytes, ColumnView column) {
        var values = new Values(column);
        ScalarLayout layout = ScalarLayout.read(part, partBytes, values);
        return layout.inverted()
                ? new Inverted(values, layout, part, partBytes)
                : new Sorted(values, layout, part, partBytes);
    }

    /** Nothing yet; the caller asks it for values. */
    public ScalarMatches find() {
        return new ScalarMatches(this);
    }

    public int rowCount() {
        return layout.rowCount();
    }

    public int termCount() {
        return layout.termCount();
    }

    /** Rows that are not null; in a field of arrays, pairs of a row and a distinct element. */
    public int entryCount() {
        return layout.entryCount();
    }

    /** Whether a row may have several values. */
    public boolean isOfArrays() {
        return layout.elements();
    }

    /** Whether its values are Float or Double. */
    public boolean hasFloats() {
        return values.kind() == Values.Kind.FLOATING;
    }

    /** Whether the index has {@code row} where its value is; true for a row without a value. For a test read. */
    public boolean finds(int row) {
        ColumnView column = values.column();
        if (column.isNull(row) || isOfArrays() && column.elementStart(row) == column.elementEnd(row)) {
            return true;
        }
        int at = isOfArrays() ? column.elementStart(row) : row;
        int from = firstTerm(0, term -> values.compare(position(term), at) < 0);
        int to = firstTerm(from, term -> values.compare(position(term), at) <= 0);
        return from < to && hasRow(from, to, row);
    }

    /** The first term from {@code from} on that is not {@code below}, a test that holds for a first part of them. */
    final int firstTerm(int from, IntPredicate below) {
        int low = from;
        int high = layout.termCount();
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (below.test(middle)) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    /** Where in the column the value of a term lies. */
    abstract int position(int term);

    abstract int entriesBefore(int term);

    /** Adds the rows of terms {@code [from, to)}. */
    abstract void addRows(int from, int to, RowMask rows);

    /** What {@link #addRows} takes, roughly, in nanoseconds on one core. */
    abstract double addNanos(int from, int to);

    /** Whether a row is an entry of one of the equal terms {@code [from, to)}. */
    abstract boolean hasRow(int from, int to, int row);

    @Override
    public String toString() {
        return layout.toString();
    }

    /** Rows in the order of their values. */
    private static final class Sorted extends ScalarIndex {
        private static final double NANOS_PER_ROW = 1.5;
        private static final double NANOS_PER_WORD = 0.3;

        private final MemorySegment order;

        Sorted(Values values, ScalarLayout layout, PartLayout part, MemorySegment partBytes) {
            super(values, layout);
            this.order = layout.inRowOrder() ? MemorySegment.NULL : part.section(ScalarLayout.ORDER, partBytes);
        }

        @Override
        int position(int term) {
            return layout.inRowOrder() ? term : order.getAtIndex(ColumnView.INT, term);
        }

        @Override
        int entriesBefore(int term) {
            return term;
        }

        @Override
        void addRows(int from, int to, RowMask rows) {
            if (layout.inRowOrder()) {
                rows.setRange(from, to);
                return;
            }
            for (int term = from; term < to; term++) {
                rows.set(order.getAtIndex(ColumnView.INT, term));
            }
        }

        @Override
        double addNanos(int from, int to) {
            return layout.inRowOrder() ? (to - from) * (NANOS_PER_WORD / 64) : (to - from) * NANOS_PER_ROW;
        }

        @Override
        boolean hasRow(int from, int to, int row) {
            int at = firstTerm(from, term -> term < to && position(term) < row);
            return at < to && position(at) == row;
        }
    }

    /** Distinct values, each with a list or a bitmap of rows. */
    private static final class Inverted extends ScalarIndex {
        private static final double NANOS_PER_TERM = 1;
        private static final double NANOS_PER_ROW = 1.5;
        private static final double NANOS_PER_WORD = 0.5;

        private final MemorySegment terms;
        private final MemorySegment ends;
        private final MemorySegment places;
        private final MemorySegment listed;
        private final MemorySegment bitmaps;

        Inverted(Values values, ScalarLayout layout, PartLayout part, MemorySegment partBytes) {
            super(values, layout);
            this.terms = part.section(ScalarLayout.TERMS, partBytes);
            this.ends = part.section(ScalarLayout.ENDS, partBytes);
            this.places = part.section(ScalarLayout.PLACES, partBytes);
            this.listed = part.section(ScalarLayout.ROWS, partBytes);
            this.bitmaps = part.section(ScalarLayout.BITMAPS, partBytes);
        }

        @Override
        int position(int term) {
            return terms.getAtIndex(ColumnView.INT, term);
        }

        @Override
        int entriesBefore(int term) {
            return ends.getAtIndex(ColumnView.INT, term);
        }

        private int place(int term) {
            return places.getAtIndex(ColumnView.INT, term);
        }

        private long bitmapStart(int place) {
            return (-1L - place) * layout.bitmapWords();
        }

        @Override
        void addRows(int from, int to, RowMask rows) {
            int end = listStart(to); // the lists of neighbours lie side by side
            for (int at = listStart(from); at < end; at++) {
                rows.set(listed.getAtIndex(ColumnView.INT, at));
            }
            for (int term = from; term < to && layout.bitmapCount() > 0; term++) {
                int place = place(term);
                if (place < 0) {
                    addBitmap(bitmapStart(place), rows);
                }
            }
        }

        /** Where the list of {@code term} starts, or of the next term that has one. */
        private int listStart(int term) {
            int next = term;
            while (next < layout.termCount() && place(next) < 0) {
                next++;
            }
            return next == layout.termCount() ? layout.listedCount() : place(next);
        }

        private void addBitmap(long start, RowMask rows) {
            for (int word = 0; word < rows.wordCount(); word++) {
                rows.setWord(word, rows.word(word) | bitmaps.getAtIndex(ColumnView.LONG, start + word));
            }
        }

        @Override
        double addNanos(int from, int to) {
            if (layout.bitmapCount() == 0) {
                return (entriesBefore(to) - entriesBefore(from)) * NANOS_PER_ROW;
            }
            double nanos = (to - from) * NANOS_PER_TERM;
            if (to - from > layout.bitmapCount() * 4L + 16) { // bitmaps are few: count them all as hit
                return nanos
                        + (entriesBefore(to) - entriesBefore(from)) * NANOS_PER_ROW
                        + (double) layout.bitmapCount() * layout.bitmapWords() * NANOS_PER_WORD;
            }
            for (int term = from; term < to; term++) {
                nanos += place(term) < 0
                        ? layout.bitmapWords() * NANOS_PER_WORD
                        : (entriesBefore(term + 1) - entriesBefore(term)) * NANOS_PER_ROW;
            }
            return nanos;
        }

        @Override
        boolean hasRow(int from, int to, int row) {
            int place = place(from);
            if (place < 0) {
                return (bitmaps.getAtIndex(ColumnView.LONG, bitmapStart(place) + (row >>> 6)) >>> row & 1) != 0;
            }
            int low = place;
            int high = place + entriesBefore(from + 1) - entriesBefore(from);
            while (low < high) {
                int middle = (low + high) >>> 1;
                if (listed.getAtIndex(ColumnView.INT, middle) < row) {
                    low = middle + 1;
                } else {
                    high = middle;
                }
            }
            return low < place + entriesBefore(from + 1) - entriesBefore(from)
                    && listed.getAtIndex(ColumnView.INT, low) == row;
        }
    }
}
