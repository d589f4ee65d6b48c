package io.sluice.engine.search;

import io.sluice.engine.segment.ColumnView;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Which keys were seen: open addressing over keys that stay where they lie. Confined to one thread. */
final class KeyTable {
    private @Nullable ColumnView[] columns;
    private int[] rows;
    private int[] numbers;
    private int size;

    /** @param expected how many keys to make room for; it grows beyond */
    KeyTable(int expected) {
        int capacity = Integer.highestOneBit(Math.max(8, Math.min(expected, 1 << 28) * 2 - 1)) * 2;
        this.columns = new ColumnView[capacity];
        this.rows = new int[capacity];
        this.numbers = new int[capacity];
    }

    int size() {
        return size;
    }

    void clear() {
        if (size > 0) {
            Arrays.fill(columns, null);
            size = 0;
        }
    }

    /** The number of a key: {@link #size} as it was when the key was first added. -1 if it is not there. */
    int find(ColumnView keys, int row) {
        int slot = slot(keys, row);
        return columns[slot] == null ? -1 : numbers[slot];
    }

    /** Adds a key; whether it is new. */
    boolean add(ColumnView keys, int row) {
        int slot = slot(keys, row);
        if (columns[slot] != null) {
            return false;
        }
        columns[slot] = keys;
        rows[slot] = row;
        numbers[slot] = size++;
        if (size * 2 > columns.length) {
            grow();
        }
        return true;
    }

    private int slot(ColumnView keys, int row) {
        int mask = columns.length - 1;
        int slot = KeyColumn.hash(keys, row) & mask;
        for (ColumnView taken = columns[slot]; taken != null; taken = columns[slot]) {
            if (KeyColumn.compare(taken, rows[slot], keys, row) == 0) {
                return slot;
            }
            slot = slot + 1 & mask;
        }
        return slot;
    }

    private void grow() {
        @Nullable ColumnView[] oldColumns = columns;
        int[] oldRows = rows;
        int[] oldNumbers = numbers;
        columns = new ColumnView[oldColumns.length * 2];
        rows = new int[columns.length];
        numbers = new int[columns.length];
        for (int i = 0; i < oldColumns.length; i++) {
            ColumnView taken = oldColumns[i];
            if (taken != null) {
                int slot = slot(taken, oldRows[i]);
                columns[slot] = taken;
                rows[slot] = oldRows[i];
                numbers[slot] = oldNumbers[i];
            }
        }
    }
}
