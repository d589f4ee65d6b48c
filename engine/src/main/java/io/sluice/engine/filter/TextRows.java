package io.sluice.engine.filter;

import io.sluice.engine.segment.ColumnView;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * The UTF-8 of VarChar or JSON rows (or of one element of each VarChar array) on the heap, a word of 64 rows at a time.
 * Confined to one thread at a time.
 *
 * <p>Loops over a byte array are several times faster than loops over native memory, so rows that lie together are
 * copied together, up to {@link #WINDOW_BYTES}; few or long rows one by one. The buffer is used again and again.
 */
final class TextRows {
    private static final int WINDOW_BYTES = 1 << 16; // 64 KiB
    private static final int FEW_ROWS = 8;

    private final ColumnView column;
    private final MemorySegment data;
    private final MemorySegment offsets;
    private final int element;
    private final int rowCount;

    private byte[] bytes = new byte[256];
    private int from;
    private int to;

    private int openWord = -1;
    private boolean together;
    private int windowStart;

    /** @param element index in each array; {@link Plan.Text#WHOLE_FIELD} for a column that is no array */
    TextRows(ColumnView column, int element, int rowCount) {
        this.column = column;
        this.data = column.data();
        MemorySegment starts = column.offsets();
        assert starts != null : column;
        this.offsets = starts;
        this.element = element;
        this.rowCount = rowCount;
    }

    /** Prepares rows {@code [64 word, 64 word + 64)}, of which {@code active} will be selected. */
    void open(int word, long active) {
        if (openWord == word && together) {
            return;
        }
        openWord = word;
        together = false;
        if (element != Plan.Text.WHOLE_FIELD || Long.bitCount(active) < FEW_ROWS) {
            return;
        }
        int first = word << 6;
        int start = offset(first);
        int length = offset(Math.min(first + 64, rowCount)) - start;
        if (length <= WINDOW_BYTES) {
            copy(start, length);
            windowStart = start;
            together = true;
        }
    }

    /** Goes to a row of the open word; false if it has no such element. The row is not null. */
    boolean select(int row) {
        if (element != Plan.Text.WHOLE_FIELD) {
            return selectElement(row);
        }
        int start = offset(row);
        int end = offset(row + 1);
        if (together) {
            from = start - windowStart;
            to = end - windowStart;
        } else {
            copy(start, end - start);
            from = 0;
            to = end - start;
        }
        return true;
    }

    byte[] bytes() {
        return bytes;
    }

    int from() {
        return from;
    }

    int to() {
        return to;
    }

    private boolean selectElement(int row) {
        long index = (long) offset(row) + element;
        if (index >= offset(row + 1)) {
            return false;
        }
        MemorySegment elementOffsets = column.elementOffsets();
        assert elementOffsets != null : column;
        int start = elementOffsets.getAtIndex(ColumnView.INT, index);
        int end = elementOffsets.getAtIndex(ColumnView.INT, index + 1);
        copy(start, end - start);
        from = 0;
        to = end - start;
        return true;
    }

    private int offset(int row) {
        return offsets.getAtIndex(ColumnView.INT, row);
    }

    private void copy(int start, int length) {
        if (bytes.length < length) {
            bytes = new byte[Math.max(length, bytes.length * 2)];
        }
        MemorySegment.copy(data, ValueLayout.JAVA_BYTE, start, bytes, 0, length);
    }
}
