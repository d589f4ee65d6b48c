package io.sluice.engine.search;

import io.sluice.engine.error.StopSignal;
import io.sluice.engine.schema.CollectionSchema;
import io.sluice.engine.segment.ColumnView;
import java.util.List;
import java.util.PriorityQueue;

/**
 * The allowed rows of all blocks by primary key ascending, one row per key: the newest. Lazy: what is not asked for is
 * not sorted. Confined to one thread.
 */
final class KeyOrderedRows {
    private static final int STOP_CHECK_MASK = (1 << 12) - 1;

    private final PriorityQueue<Cursor> cursors;
    private final StopSignal stop;
    private long steps;
    private int block = -1;
    private int row = -1;

    KeyOrderedRows(List<AllowedRows> blocks, StopSignal stop) {
        this.stop = stop;
        this.cursors = new PriorityQueue<>(Math.max(1, blocks.size()), Cursor::compare);
        for (AllowedRows allowed : blocks) {
            stop.throwIfRequested();
            cursors.add(allowed.block().sortedByKey() ? new SortedCursor(allowed) : new GrowingCursor(allowed));
        }
    }

    /** Steps to the next key; false at the end. */
    boolean next() {
        Cursor first = cursors.poll();
        if (first == null) {
            return false;
        }
        ColumnView keys = first.allowed.keys();
        long timestamp = take(first);
        int keyRow = row;
        while (!cursors.isEmpty()) {
            Cursor other = cursors.peek();
            if (KeyColumn.compare(other.allowed.keys(), other.row(), keys, keyRow) != 0) {
                break;
            }
            cursors.remove();
            if (other.timestamp() >= timestamp) {
                timestamp = take(other);
            } else {
                advance(other);
            }
        }
        return true;
    }

    /** Where the row of the present key is. */
    int block() {
        return block;
    }

    int row() {
        return row;
    }

    private long take(Cursor cursor) {
        block = cursor.allowed.blockIndex();
        row = cursor.row();
        long timestamp = cursor.timestamp();
        advance(cursor);
        return timestamp;
    }

    private void advance(Cursor cursor) {
        if ((++steps & STOP_CHECK_MASK) == 0) {
            stop.throwIfRequested();
        }
        if (cursor.advance()) {
            cursors.add(cursor);
        }
    }

    /** A place among the rows of a block by (key, timestamp); never past the end while it is in the queue. */
    private abstract static sealed class Cursor {
        final AllowedRows allowed;
        final ColumnView timestamps;

        Cursor(AllowedRows allowed) {
            this.allowed = allowed;
            this.timestamps = allowed.block().rows().column(CollectionSchema.TIMESTAMP_FIELD_ID);
        }

        abstract int row();

        abstract boolean advance();

        final long timestamp() {
            return timestamps.integer(row());
        }

        static int compare(Cursor left, Cursor right) {
            return KeyColumn.compare(left.allowed.keys(), left.row(), right.allowed.keys(), right.row());
        }
    }

    private static final class SortedCursor extends Cursor {
        private int row;

        SortedCursor(AllowedRows allowed) {
            super(allowed);
            this.row = allowed.next(0);
        }

        @Override
        int row() {
            return row;
        }

        @Override
        boolean advance() {
            row = allowed.next(row + 1);
            return row >= 0;
        }
    }

    private static final class GrowingCursor extends Cursor {
        private final LazyOrder order;

        GrowingCursor(AllowedRows allowed) {
            super(allowed);
            int[] rows = allowed.rows();
            this.order = new LazyOrder(rows, rows.length, this::compareRows);
        }

        private int compareRows(int left, int right) {
            int byKey = KeyColumn.compare(allowed.keys(), left, allowed.keys(), right);
            if (byKey != 0) {
                return byKey;
            }
            int byTime = Long.compare(timestamps.integer(left), timestamps.integer(right));
            return byTime != 0 ? byTime : Integer.compare(left, right);
        }

        @Override
        int row() {
            return order.peek();
        }

        @Override
        boolean advance() {
            order.poll();
            return !order.isEmpty();
        }
    }
}
