package io.sluice.engine.search;

import io.sluice.engine.collection.ReadView;
import io.sluice.engine.collection.ReadableBlock;
import io.sluice.engine.filter.Filter;
import io.sluice.engine.schema.FieldSchema;
import io.sluice.engine.segment.ColumnView;
import io.sluice.engine.segment.RowMask;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The rows of one block that a request may answer: visible, and true by its filter. At least one. Confined to one
 * thread.
 *
 * <p>Kept as a mask, or as a list where they were looked up by key: a mask of a large segment costs far more than a few
 * lookups.
 */
final class AllowedRows {
    private final int blockIndex;
    private final ReadableBlock block;
    private final ColumnView keys;
    private final int count;
    private final int @Nullable [] list;
    private @Nullable RowMask mask;

    private AllowedRows(
            int blockIndex,
            ReadableBlock block,
            ColumnView keys,
            int count,
            int @Nullable [] list,
            @Nullable RowMask mask) {
        this.blockIndex = blockIndex;
        this.block = block;
        this.keys = keys;
        this.count = count;
        this.list = list;
        this.mask = mask;
    }

    /**
     * Of all blocks that have any.
     *
     * @param ids only rows with these keys
     */
    static List<AllowedRows> of(
            ReadView view, boolean ignoreGrowing, @Nullable Filter filter, @Nullable KeyLookup ids) {
        int keyField = view.schema().primaryKey().id();
        KeyLookup byFilter = filter == null || ids != null
                ? null
                : filter.primaryKeys()
                        .map(keys -> KeyLookup.of(keys, view.schema().primaryKey()))
                        .orElse(null);
        List<AllowedRows> allowed = new ArrayList<>();
        for (int i = 0; i < view.blocks().size(); i++) {
            view.stop().throwIfRequested();
            ReadableBlock block = view.blocks().get(i);
            if (block.rows().rowCount() == 0 || (block.growing() && ignoreGrowing)) {
                continue;
            }
            ColumnView keys = block.rows().column(keyField);
            AllowedRows rows;
            if (ids != null) {
                rows = ofList(i, block, keys, ids.rowsOf(block, keys));
                if (filter != null && rows.count > 0) {
                    rows = ofMask(i, block, keys, filter.evaluate(block.rows(), rows.mask(), block.scalarIndexes()));
                }
            } else if (byFilter != null) {
                rows = ofList(i, block, keys, byFilter.rowsOf(block, keys));
            } else if (filter != null) {
                rows = ofMask(i, block, keys, filter.evaluate(block.rows(), block.visible(), block.scalarIndexes()));
            } else {
                rows = ofMask(i, block, keys, block.visible());
            }
            if (rows.count > 0) {
                allowed.add(rows);
            }
        }
        return allowed;
    }

    /** Of all blocks that have any, without the rows that are null in {@code field}: what a search of it may answer. */
    static List<AllowedRows> with(FieldSchema field, ReadView view, boolean ignoreGrowing, @Nullable Filter filter) {
        List<AllowedRows> all = of(view, ignoreGrowing, filter, null);
        if (!field.nullable()) {
            return all;
        }
        List<AllowedRows> allowed = new ArrayList<>();
        for (AllowedRows rows : all) {
            AllowedRows some = rows.keeping(rows.block.rows().column(field.id()).validity());
            if (some.count > 0) {
                allowed.add(some);
            }
        }
        return allowed;
    }

    private AllowedRows keeping(@Nullable MemorySegment validity) {
        if (validity == null) {
            return this;
        }
        RowMask known = mask();
        RowMask some = known == null ? RowMask.all(block.rows().rowCount()) : known.copy();
        some.and(validity);
        return ofMask(blockIndex, block, keys, some);
    }

    private static AllowedRows ofMask(int blockIndex, ReadableBlock block, ColumnView keys, @Nullable RowMask mask) {
        int rowCount = block.rows().rowCount();
        int count = mask == null ? rowCount : mask.cardinality();
        return new AllowedRows(blockIndex, block, keys, count, null, count == rowCount ? null : mask);
    }

    private static AllowedRows ofList(int blockIndex, ReadableBlock block, ColumnView keys, int[] list) {
        return new AllowedRows(blockIndex, block, keys, list.length, list, null);
    }

    /** Among the blocks of the view. */
    int blockIndex() {
        return blockIndex;
    }

    ReadableBlock block() {
        return block;
    }

    /** The primary keys of the block. */
    ColumnView keys() {
        return keys;
    }

    int count() {
        return count;
    }

    /** Null = all rows of the block. */
    @Nullable
    RowMask mask() {
        if (mask == null && list != null) {
            mask = RowMask.none(block.rows().rowCount());
            for (int row : list) {
                mask.set(row);
            }
        }
        return mask;
    }

    /** The first of them at or after {@code from}; -1 if there is none. */
    int next(int from) {
        if (list != null) {
            int at = Arrays.binarySearch(list, from);
            int index = at < 0 ? -at - 1 : at;
            return index < list.length ? list[index] : -1;
        }
        if (mask != null) {
            return mask.next(from);
        }
        return from < block.rows().rowCount() ? from : -1;
    }

    /** All of them, ascending. The caller owns the array. */
    int[] rows() {
        int[] rows = new int[count];
        int size = 0;
        for (int row = next(0); row >= 0; row = next(row + 1)) {
            rows[size++] = row;
        }
        return rows;
    }
}
