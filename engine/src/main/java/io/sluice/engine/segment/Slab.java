package io.sluice.engine.segment;

import io.sluice.engine.memory.Lease;
import io.sluice.engine.schema.CollectionSchema;
import io.sluice.engine.schema.ColumnBatch;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Rows of a growing segment in one piece of off-heap memory. One writer, many readers: a reader looks only at rows
 * below a count that was published to it by its {@link GrowingSegment}.
 *
 * <p>When a field is added, a slab is replaced by one {@link #with} a column for it: the same rows, and no more to come.
 */
final class Slab {
    private final int firstRow;
    private final int rowCapacity;
    private final Lease ownerLease;
    private final List<SlabColumn> columns = new ArrayList<>();
    private final List<Integer> fieldIds = new ArrayList<>();
    private final ColumnView keys;
    private final MemorySegment timestamps;
    private final DeleteMask deletes;
    private final List<Added> added;
    private volatile @Nullable RowBlock latest; // a memo of rows(n); racing readers only lose time
    private int rowCount; // the writer's

    /**
     * A column for a field that the rows were written without.
     *
     * @param owner of memory filled for {@code filledRowCount} rows; its growing segment owns it
     */
    record Added(FilledColumn column, int filledRowCount, Lease owner) {}

    /**
     * @param firstRow of this slab in the segment
     * @param shapes the schema's columns, then the timestamps
     * @param keyColumn index of the primary key among them
     * @param ownerLease on zeroed memory for the layout; this slab owns it
     */
    Slab(int firstRow, List<ColumnShape> shapes, int keyColumn, SlabLayout layout, Lease ownerLease) {
        this.firstRow = firstRow;
        this.rowCapacity = layout.rowCapacity();
        this.ownerLease = ownerLease;
        this.deletes = new DeleteMask(rowCapacity);
        this.added = List.of();
        MemorySegment bytes = ownerLease.bytes();
        for (int i = 0; i < shapes.size(); i++) {
            columns.add(new SlabColumn(shapes.get(i), layout.places().get(i), rowCapacity, bytes));
            fieldIds.add(shapes.get(i).fieldId());
        }
        this.keys = columns.get(keyColumn).view(rowCapacity);
        var last = layout.places().getLast();
        assert fieldIds.getLast() == CollectionSchema.TIMESTAMP_FIELD_ID : fieldIds.toString();
        this.timestamps = bytes.asSlice(last.dataOffset(), last.dataBytes());
    }

    private Slab(Slab full, Added more) {
        this.firstRow = full.firstRow;
        this.rowCapacity = full.rowCount;
        this.rowCount = full.rowCount;
        this.ownerLease = full.ownerLease;
        this.columns.addAll(full.columns);
        this.fieldIds.addAll(full.fieldIds);
        this.keys = full.keys;
        this.timestamps = full.timestamps;
        this.deletes = full.deletes;
        List<Added> columnsAdded = new ArrayList<>(full.added);
        columnsAdded.add(more);
        this.added = List.copyOf(columnsAdded);
    }

    /** The same rows with a column for one more field, closed to further rows. Writer only. */
    Slab with(Added more) {
        return new Slab(this, more);
    }

    int firstRow() {
        return firstRow;
    }

    int rowCapacity() {
        return rowCapacity;
    }

    Lease ownerLease() {
        return ownerLease;
    }

    /** Leases on everything that {@link #rows} shows; empty if some of it is already gone. */
    Optional<List<Lease>> tryLeases(String holder) {
        List<Lease> leases = new ArrayList<>(1 + added.size());
        for (int i = -1; i < added.size(); i++) {
            Lease owner = i < 0 ? ownerLease : added.get(i).owner();
            Optional<Lease> lease = owner.tryShare(holder);
            if (lease.isEmpty()) {
                leases.forEach(Lease::close);
                return Optional.empty();
            }
            leases.add(lease.get());
        }
        return Optional.of(leases);
    }

    DeleteMask deletes() {
        return deletes;
    }

    long timestamp(int row) {
        return timestamps.getAtIndex(ColumnView.LONG, row);
    }

    /** How many rows of the batch from {@code from} on fit. Writer only. */
    int rowsThatFit(ColumnBatch batch, int from) {
        int fits = Math.min(rowCapacity - rowCount, batch.rowCount() - from);
        for (int i = 0; i < batch.columns().size() && fits > 0; i++) {
            fits = columns.get(i).rowsThatFit(batch.columns().get(i), from, from + fits, rowCount);
        }
        return fits;
    }

    /** Writes rows {@code [from, to)} of the batch, not yet visible to anybody. Writer only. */
    void append(ColumnBatch batch, int from, int to, long timestamp) {
        for (int i = 0; i < batch.columns().size(); i++) {
            columns.get(i).append(batch.columns().get(i), from, to, rowCount);
        }
        for (int row = rowCount; row < rowCount + to - from; row++) {
            timestamps.setAtIndex(ColumnView.LONG, row, timestamp);
        }
        rowCount += to - from;
    }

    /** Takes rows back that were written and never published. Writer only. */
    void truncate(int rows) {
        rowCount = rows;
    }

    int rowCount() {
        return rowCount;
    }

    /** How many of the first {@code rows} rows are not newer than {@code timestamp}; they come in time order. */
    int rowsUpTo(long timestamp, int rows) {
        if (rows == 0 || timestamp(rows - 1) <= timestamp) {
            return rows;
        }
        int low = 0;
        int high = rows - 1; // is newer
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (timestamp(middle) <= timestamp) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    /** The first {@code rows} rows. */
    RowBlock rows(int rows) {
        RowBlock block = latest;
        if (block == null || block.rowCount() != rows) {
            Map<Integer, ColumnView> views = HashMap.newHashMap(columns.size());
            for (int i = 0; i < columns.size(); i++) {
                views.put(fieldIds.get(i), columns.get(i).view(rows));
            }
            for (Added column : added) {
                views.put(
                        column.column().field().id(),
                        column.column().view(column.owner().bytes(), column.filledRowCount(), rows));
            }
            block = new RowBlock(rows, views);
            latest = block;
        }
        return block;
    }

    /** The primary keys, to look them up. Writer only. */
    ColumnView keys() {
        return keys;
    }

    @Override
    public String toString() {
        return ownerLease.name() + " (firstRow=" + firstRow + ", rowCapacity=" + rowCapacity + ")";
    }
}
