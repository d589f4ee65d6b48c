package io.sluice.engine.segment;

import io.sluice.engine.schema.CollectionSchema;
import java.util.List;
import java.util.function.LongConsumer;

/**
 * The visible rows of some blocks in the order of (key, timestamp), rows of the same key and time as they came: what a
 * sealed segment is written from, be its source growing or sealed. Some 24 bytes of heap per row while sorting, then 8.
 *
 * @param positions block in the upper, row in the lower 32 bits
 */
record SortedRows(List<RowBlock> blocks, long[] positions) {
    static SortedRows of(List<VisibleRows> source, int keyFieldId) {
        List<RowBlock> blocks = source.stream().map(VisibleRows::rows).toList();
        int count = 0;
        for (VisibleRows visible : source) {
            count = Math.addExact(count, visible.count());
        }
        long[] positions = new long[count];
        long[] prefixes = new long[count];
        var order = new Order(
                blocks.stream().map(block -> block.column(keyFieldId)).toList(),
                blocks.stream()
                        .map(block -> block.column(CollectionSchema.TIMESTAMP_FIELD_ID))
                        .toList(),
                positions,
                prefixes);
        int at = 0;
        boolean inOrder = true;
        for (int block = 0; block < blocks.size(); block++) {
            RowMask visible = source.get(block).visible();
            int rowCount = blocks.get(block).rowCount();
            for (int row = next(visible, 0, rowCount); row >= 0; row = next(visible, row + 1, rowCount)) {
                positions[at] = (long) block << 32 | row;
                prefixes[at] = order.prefix(block, row);
                inOrder = inOrder && (at == 0 || order.compare(at - 1, at) <= 0);
                at++;
            }
        }
        return new SortedRows(blocks, inOrder ? positions : permuted(positions, RowSort.sorted(count, order)));
    }

    int count() {
        return positions.length;
    }

    static int block(long position) {
        return (int) (position >>> 32);
    }

    static int row(long position) {
        return (int) position;
    }

    /** The runs of rows that lie side by side in their blocks, in order. */
    void forEachRun(Run run) {
        for (int from = 0; from < positions.length; ) {
            int to = from + 1;
            while (to < positions.length && positions[to] == positions[to - 1] + 1) {
                to++;
            }
            run.accept(block(positions[from]), row(positions[from]), row(positions[to - 1]) + 1);
            from = to;
        }
    }

    void forEachTimestamp(LongConsumer timestamps) {
        forEachRun((block, from, to) -> {
            ColumnView column = blocks.get(block).column(CollectionSchema.TIMESTAMP_FIELD_ID);
            for (int row = from; row < to; row++) {
                timestamps.accept(column.integer(row));
            }
        });
    }

    /** Rows {@code [from, to)} of a block. */
    @FunctionalInterface
    interface Run {
        void accept(int block, int from, int to);
    }

    private static int next(@org.jspecify.annotations.Nullable RowMask visible, int from, int rowCount) {
        if (visible != null) {
            return visible.next(from);
        }
        return from < rowCount ? from : -1;
    }

    private static long[] permuted(long[] positions, int[] order) {
        long[] permuted = new long[order.length];
        for (int i = 0; i < order.length; i++) {
            permuted[i] = positions[order[i]];
        }
        return permuted;
    }

    /** Compares by the first eight bytes of the key, which settles most cases, then the whole key, then the time. */
    private record Order(List<ColumnView> keys, List<ColumnView> timestamps, long[] positions, long[] prefixes)
            implements RowSort.Order {
        long prefix(int block, int row) {
            ColumnView column = keys.get(block);
            return column.type().isBytes()
                    ? KeyOrder.prefix(column.data(), column.byteStart(row), column.byteEnd(row))
                    : column.integer(row);
        }

        @Override
        public int compare(int a, int b) {
            if (prefixes[a] != prefixes[b]) {
                return Long.compare(prefixes[a], prefixes[b]);
            }
            int rowA = row(positions[a]);
            int rowB = row(positions[b]);
            ColumnView keysA = keys.get(block(positions[a]));
            if (keysA.type().isBytes()) {
                ColumnView keysB = keys.get(block(positions[b]));
                int byKey = KeyOrder.compare(
                        keysA.data(),
                        keysA.byteStart(rowA),
                        keysA.byteEnd(rowA),
                        keysB.data(),
                        keysB.byteStart(rowB),
                        keysB.byteEnd(rowB));
                if (byKey != 0) {
                    return byKey;
                }
            }
            return Long.compare(
                    timestamps.get(block(positions[a])).integer(rowA),
                    timestamps.get(block(positions[b])).integer(rowB));
        }
    }
}
