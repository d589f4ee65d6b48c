package io.sluice.engine.search;

import io.sluice.engine.collection.ReadableBlock;
import io.sluice.engine.schema.CollectionSchema;
import io.sluice.engine.schema.FieldSchema;
import io.sluice.engine.schema.Keys;
import io.sluice.engine.segment.ColumnView;
import io.sluice.engine.segment.RowMask;
import io.sluice.engine.segment.SortedKeys;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * Finds the rows of some keys: by binary search where rows are sorted by key, by one scan where they grow. Confined to
 * one thread.
 */
final class KeyLookup {
    private final Keys keys;
    private final ColumnView wanted;
    private final KeyTable table;
    private final int[] firstOfNumber;

    /** Takes a row of a wanted key. */
    private interface RowReader {
        void read(int wantedRow, int row);
    }

    private KeyLookup(Keys keys, ColumnView wanted) {
        this.keys = keys;
        this.wanted = wanted;
        this.table = new KeyTable(wanted.rowCount());
        this.firstOfNumber = new int[wanted.rowCount()];
        for (int i = 0; i < wanted.rowCount(); i++) {
            if (table.add(wanted, i)) {
                firstOfNumber[table.size() - 1] = i;
            }
        }
    }

    /** @throws io.sluice.engine.error.EngineException.InvalidRequest if they are not of the primary key's type */
    static KeyLookup of(Keys keys, FieldSchema primaryKey) {
        return new KeyLookup(keys, KeyColumn.of(keys, primaryKey));
    }

    /** How many different keys there are. */
    int keyCount() {
        return table.size();
    }

    /** The visible rows that have one of the keys, ascending. The caller owns the array. */
    int[] rowsOf(ReadableBlock block, ColumnView blockKeys) {
        IntStream.Builder found = IntStream.builder();
        forEachRow(block, blockKeys, (_, row) -> found.add(row));
        return found.build().sorted().toArray();
    }

    /**
     * The newest visible row of each key, aligned with the keys asked for.
     *
     * @param blocks aligned with the keys: which block; -1 where the key is missing
     * @param rows which row in it
     */
    record Newest(int[] blocks, int[] rows) {}

    Newest newest(Iterable<AllowedRows> among) {
        int[] blocks = new int[wanted.rowCount()];
        int[] rows = new int[wanted.rowCount()];
        long[] timestamps = new long[wanted.rowCount()];
        Arrays.fill(blocks, -1);
        for (AllowedRows allowed : among) {
            ColumnView times = allowed.block().rows().column(CollectionSchema.TIMESTAMP_FIELD_ID);
            forEachRow(allowed.block(), allowed.keys(), (wantedRow, row) -> {
                long timestamp = times.integer(row);
                if (blocks[wantedRow] < 0 || timestamp >= timestamps[wantedRow]) {
                    blocks[wantedRow] = allowed.blockIndex();
                    rows[wantedRow] = row;
                    timestamps[wantedRow] = timestamp;
                }
            });
        }
        for (int i = 0; i < blocks.length; i++) {
            int first = firstOfNumber[table.find(wanted, i)];
            blocks[i] = blocks[first];
            rows[i] = rows[first];
        }
        return new Newest(blocks, rows);
    }

    private void forEachRow(ReadableBlock block, ColumnView blockKeys, RowReader reader) {
        if (block.sortedByKey()) {
            forEachSortedRow(block, blockKeys, reader);
            return;
        }
        RowMask visible = block.visible();
        for (int row = 0; row < block.rows().rowCount(); row++) {
            if (visible == null || visible.get(row)) {
                int number = table.find(blockKeys, row);
                if (number >= 0) {
                    reader.read(firstOfNumber[number], row);
                }
            }
        }
    }

    private void forEachSortedRow(ReadableBlock block, ColumnView blockKeys, RowReader reader) {
        RowMask visible = block.visible();
        SortedKeys sorted = new SortedKeys(blockKeys, block.rows().column(CollectionSchema.TIMESTAMP_FIELD_ID));
        for (int number = 0; number < table.size(); number++) {
            SortedKeys.Rows rows = sorted.rowsOf(keys, firstOfNumber[number]);
            for (int row = rows.from(); row < rows.to(); row++) {
                if (visible == null || visible.get(row)) {
                    reader.read(firstOfNumber[number], row);
                }
            }
        }
    }
}
