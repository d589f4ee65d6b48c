package io.sluice.engine.segment;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * Which rows of a block were deleted, and when. Empty until the first delete, then one bit per row and some 24 bytes of
 * heap per deleted row.
 *
 * <p>One writer at a time, any number of readers. A reader at timestamp T sees every delete up to T that the writer had
 * finished when T was published to the reader, and none after T.
 */
public final class DeleteMask {
    // The writer publishes a delete in this order: newest, time of the row, bit of the row (release). A reader copies
    // the bits (acquire) and looks at newest after that: when newest <= T, no bit in its copy is of a later delete;
    // otherwise it looks up the time of each bit in its copy, which is there because it was written before the bit.

    private static final VarHandle WORD = MethodHandles.arrayElementVarHandle(long[].class);
    private static final long[] NO_WORDS = {};

    private final int rowCount;
    private volatile long[] words = NO_WORDS;
    private volatile Times times = new Times(0);
    private volatile long newest = Long.MIN_VALUE;
    private volatile long deletedCount;

    /** @param rowCount rows of the block */
    public DeleteMask(int rowCount) {
        this.rowCount = rowCount;
    }

    /**
     * Marks a row. Of several deletes the one with the smallest timestamp counts.
     *
     * @param deleteTimestamp larger than the row's own timestamp
     * @return whether the row had not been deleted before
     */
    public boolean delete(int row, long deleteTimestamp) {
        assert row >= 0 && row < rowCount : "row=" + row + ", rowCount=" + rowCount;
        long[] marks = words;
        if (marks.length == 0) {
            marks = new long[(rowCount + 63) >>> 6];
            words = marks;
        }
        long word = marks[row >>> 6];
        if ((word >>> row & 1) != 0) {
            times.putSmaller(row, deleteTimestamp);
            return false;
        }
        if (deleteTimestamp > newest) {
            newest = deleteTimestamp;
        }
        if (times.isFull()) {
            times = times.grown();
        }
        times.put(row, deleteTimestamp);
        WORD.setRelease(marks, row >>> 6, word | 1L << row);
        deletedCount = deletedCount + 1; // one writer
        return true;
    }

    /** Rows deleted at any time. */
    public long deletedCount() {
        return deletedCount;
    }

    /**
     * The rows that exist at {@code timestamp}; null = all.
     *
     * @param timestamps of the rows; read only if {@code timestamp < maxRowTimestamp}
     */
    public @Nullable RowMask visibleAt(long timestamp, ColumnView timestamps, long maxRowTimestamp) {
        RowMask visible = notDeletedAt(timestamp, rowCount);
        if (timestamp >= maxRowTimestamp) {
            return visible;
        }
        RowMask old = visible == null ? RowMask.all(rowCount) : visible;
        for (int row = old.next(0); row >= 0; row = old.next(row + 1)) {
            if (timestamps.integer(row) > timestamp) {
                old.clear(row);
            }
        }
        return old;
    }

    /** The rows among the first {@code rows} that no delete up to {@code timestamp} hits; null = all. */
    @Nullable
    RowMask notDeletedAt(long timestamp, int rows) {
        long[] marks = words;
        if (marks.length == 0) {
            return null;
        }
        RowMask visible = RowMask.none(rows);
        for (int i = 0; i < visible.wordCount(); i++) {
            visible.setWord(i, ~(long) WORD.getAcquire(marks, i));
        }
        if (newest > timestamp) {
            Times known = times;
            RowMask deleted = visible.copy();
            deleted.flip();
            for (int row = deleted.next(0); row >= 0; row = deleted.next(row + 1)) {
                if (known.get(row) > timestamp) {
                    visible.set(row);
                }
            }
        }
        return visible.cardinality() == rows ? null : visible;
    }

    @Override
    public String toString() {
        return deletedCount + " of " + rowCount + " rows deleted";
    }

    /** Delete timestamps by row: open addressing with linear probing, at most half full. */
    private static final class Times {
        private final int[] rows; // row + 1; 0 = free
        private final long[] timestamps;
        private int count;

        Times(int capacity) {
            rows = new int[capacity];
            timestamps = new long[capacity];
        }

        boolean isFull() {
            return count * 2 >= rows.length;
        }

        Times grown() {
            var larger = new Times(Math.max(16, rows.length * 2));
            for (int slot = 0; slot < rows.length; slot++) {
                if (rows[slot] != 0) {
                    larger.put(rows[slot] - 1, timestamps[slot]);
                }
            }
            return larger;
        }

        void put(int row, long timestamp) {
            int slot = find(row);
            timestamps[slot] = timestamp;
            rows[slot] = row + 1;
            count++;
        }

        void putSmaller(int row, long timestamp) {
            int slot = find(row);
            timestamps[slot] = Math.min(timestamps[slot], timestamp);
        }

        long get(int row) {
            return timestamps[find(row)];
        }

        private int find(int row) {
            int mask = rows.length - 1;
            int hash = row * 0x9E37_79B9;
            int slot = (hash ^ hash >>> 15) & mask;
            while (rows[slot] != 0 && rows[slot] != row + 1) {
                slot = slot + 1 & mask;
            }
            return slot;
        }
    }
}
