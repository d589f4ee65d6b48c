package io.sluice.engine.segment;

import io.sluice.engine.schema.Keys;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;

/**
 * Looks up primary keys in the rows of a sealed segment, which are sorted by (key, timestamp). A view: valid while the
 * leases under its columns are open. Thread-safe.
 */
public final class SortedKeys {
    private final ColumnView keys;
    private final ColumnView timestamps;
    private final int rowCount;

    /** Rows {@code [from, to)}; empty when both are equal. */
    public record Rows(int from, int to) {
        public boolean isEmpty() {
            return from == to;
        }
    }

    /** Compares the key of a row with the wanted one. */
    @FunctionalInterface
    private interface Comparison {
        int compareRow(int row);
    }

    /** @param keys of type Int64 or VarChar */
    public SortedKeys(ColumnView keys, ColumnView timestamps) {
        this.keys = keys;
        this.timestamps = timestamps;
        this.rowCount = keys.rowCount();
    }

    /** The rows of an Int64 key, oldest first. */
    public Rows rowsOf(long key) {
        return rows(comparison(key), 0, rowCount);
    }

    /** The rows of a VarChar key in UTF-8, oldest first. */
    public Rows rowsOf(byte[] key) {
        return rows(comparison(key), 0, rowCount);
    }

    /** The rows of a VarChar key, oldest first. */
    public Rows rowsOf(String key) {
        return rowsOf(key.getBytes(StandardCharsets.UTF_8));
    }

    /** The rows of {@code wanted}'s key at {@code index}, oldest first. */
    public Rows rowsOf(Keys wanted, int index) {
        return switch (wanted) {
            case Keys.LongKeys longs -> rowsOf(longs.values()[index]);
            case Keys.StringKeys texts -> rowsOf(texts.values().get(index));
        };
    }

    /**
     * Marks the rows of the keys that are older than {@code timestamp}.
     *
     * @param unordered keys in any order
     * @return how many rows had not been deleted before
     */
    public int delete(Keys unordered, long timestamp, DeleteMask mask) {
        long[] times = {timestamp};
        int deleted = 0;
        for (int i = 0; i < unordered.count(); i++) {
            deleted += mark(rowsOf(unordered, i), times, 0, 1, mask);
        }
        return deleted;
    }

    /**
     * Marks the rows that {@code deletes} hit. Cheap for deletes far fewer than rows: it gallops from key to key.
     *
     * @param deletes sorted, as {@link Deletes#sorted} and {@link DeltaFile#read} answer them
     * @return how many rows had not been deleted before
     */
    public int apply(Deletes deletes, DeleteMask mask) {
        int deleted = 0;
        int at = 0;
        for (int first = 0; first < deletes.count() && at < rowCount; ) {
            int end = endOfKey(deletes.keys(), first);
            Rows rows = rows(comparison(deletes.keys(), first), at, 1);
            deleted += mark(rows, deletes.timestamps(), first, end, mask);
            at = rows.to;
            first = end;
        }
        return deleted;
    }

    /** Both the rows and the delete times {@code [first, end)} of one key are in order of time. */
    private int mark(Rows rows, long[] times, int first, int end, DeleteMask mask) {
        int deleted = 0;
        int next = first;
        for (int row = rows.from; row < rows.to; row++) {
            long rowTimestamp = timestamps.integer(row);
            while (next < end && times[next] <= rowTimestamp) {
                next++;
            }
            if (next == end) {
                break;
            }
            if (mask.delete(row, times[next])) {
                deleted++;
            }
        }
        return deleted;
    }

    private static int endOfKey(Keys sorted, int first) {
        int end = first + 1;
        switch (sorted) {
            case Keys.LongKeys longs -> {
                while (end < longs.count() && longs.values()[end] == longs.values()[first]) {
                    end++;
                }
            }
            case Keys.StringKeys texts -> {
                while (end < texts.count()
                        && texts.values().get(end).equals(texts.values().get(first))) {
                    end++;
                }
            }
        }
        return end;
    }

    private Comparison comparison(Keys wanted, int index) {
        return switch (wanted) {
            case Keys.LongKeys longs -> comparison(longs.values()[index]);
            case Keys.StringKeys texts -> comparison(texts.values().get(index).getBytes(StandardCharsets.UTF_8));
        };
    }

    private Comparison comparison(long key) {
        return row -> Long.compare(keys.integer(row), key);
    }

    private Comparison comparison(byte[] key) {
        MemorySegment bytes = MemorySegment.ofArray(key);
        return row -> KeyOrder.compare(keys, row, bytes);
    }

    /**
     * The rows that compare equal, among those from {@code start} on; when there are none, where they would be.
     *
     * @param width how far to look first
     */
    private Rows rows(Comparison comparison, int start, int width) {
        if (start == rowCount || comparison.compareRow(rowCount - 1) < 0) {
            return new Rows(rowCount, rowCount);
        }
        int from = firstNotBelow(comparison, start, 0, width);
        int to = comparison.compareRow(from) == 0 ? firstNotBelow(comparison, from, 1, 1) : from;
        return new Rows(from, to);
    }

    /** The first row from {@code start} on that compares {@code >= bound}: steps of growing width, then halving. */
    private int firstNotBelow(Comparison comparison, int start, int bound, int firstWidth) {
        int low = start;
        long width = firstWidth;
        while (low + width <= rowCount && Integer.signum(comparison.compareRow((int) (low + width - 1))) < bound) {
            low += (int) width;
            width *= 2;
        }
        int high = (int) Math.min(rowCount, low + width);
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (Integer.signum(comparison.compareRow(middle)) < bound) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }
}
