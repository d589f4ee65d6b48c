package io.sluice.engine.segment;

import io.sluice.engine.memory.Lease;
import io.sluice.engine.memory.Reservation;
import io.sluice.engine.schema.CollectionSchema;
import io.sluice.engine.schema.Column;
import io.sluice.engine.schema.ColumnBatch;
import io.sluice.engine.schema.DataType;
import io.sluice.engine.schema.FieldSchema;
import io.sluice.engine.schema.Keys;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Rows that were written and not yet sealed, off-heap, in slabs: each one piece of memory with all fields. The first
 * slabs are small, later ones as large as 8 MiB; a larger batch gets a slab of its own size.
 *
 * <p>Rows and deletes come from one thread at a time (the log-writer) in the order of their timestamps; any number of
 * threads read through {@link #tryView}. A batch becomes visible as a whole, at the end of {@link #append}.
 */
public final class GrowingSegment implements AutoCloseable {
    private static final int FIRST_SLAB_ROWS = 64;
    private static final int MAX_SLAB_ROWS = 16_384;
    private static final long MAX_SLAB_BYTES = 8 << 20; // 8 MiB

    // A row is published by one release-store of rowCount. A reader first loads rowCount, then slabs, so that it finds
    // the slab of every row that it may read; the rows of a slab that lie beyond rowCount are the writer's alone.

    private final long id;
    private volatile CollectionSchema schema;
    private volatile List<ColumnShape> shapes; // the schema's columns, then the timestamps
    private final int keyColumn;
    private final DataType keyType;
    private volatile int rowCount;
    private volatile Slab[] slabs = {};
    private volatile boolean closed;
    private volatile int nextSlabRows = FIRST_SLAB_ROWS;
    private volatile long minTimestamp = Long.MAX_VALUE;
    private volatile long maxTimestamp = Long.MIN_VALUE;

    /** Memory of the columns that were added to slabs; one per added field. */
    private volatile List<Lease> fillings = List.of();

    private final KeyIndex index = new KeyIndex(); // the writer's

    /** @param schema checked, with ids; every batch is one of this schema */
    public GrowingSegment(long id, CollectionSchema schema) {
        this.id = id;
        this.schema = schema;
        this.shapes = shapesOf(schema);
        FieldSchema key = schema.primaryKey();
        keyColumn = schema.fields().indexOf(key);
        keyType = key.type();
    }

    private static List<ColumnShape> shapesOf(CollectionSchema schema) {
        List<ColumnShape> shapes = new ArrayList<>(ColumnShape.of(schema));
        shapes.add(ColumnShape.timestamps());
        return List.copyOf(shapes);
    }

    public long id() {
        return id;
    }

    public CollectionSchema schema() {
        return schema;
    }

    /**
     * What to reserve, under the tag write-buffer, before the batch is logged and appended: enough for it in any case,
     * and for rows to come. Thread-safe.
     */
    public long reserveBytes(ColumnBatch batch) {
        return reserveBytes(batch, nextSlabRows);
    }

    /** What {@link #append} needs at least, when {@link #reserveBytes} is not to be had. Thread-safe. */
    public long leastReserveBytes(ColumnBatch batch) {
        return reserveBytes(batch, 0);
    }

    private long reserveBytes(ColumnBatch batch, int wantedRows) {
        if (batch.rowCount() == 0) {
            return 0;
        }
        SlabLayout layout = SlabLayout.fitting(shapes, batch, 0, wantedRows, MAX_SLAB_BYTES);
        return Reservation.roundedBytes(layout.sizeBytes());
    }

    /**
     * Appends rows; they are visible when this returns, all at once. On failure none is.
     *
     * @param timestamp of the rows, not before that of earlier ones
     * @param reservation of at least {@link #leastReserveBytes}; closed here, used or not
     * @throws IllegalStateException if the reservation is too small or the segment is closed
     * @throws io.sluice.engine.error.EngineException.Failed if the system gives no memory
     */
    public void append(ColumnBatch batch, long timestamp, Reservation reservation) {
        try (reservation) {
            int rows = batch.rowCount();
            checkAppend(batch, timestamp);
            if (rows == 0) {
                return;
            }
            index.reserve(rowCount, rows);
            Slab[] known = slabs;
            Slab open = known.length == 0 ? null : known[known.length - 1];
            int openRows = open == null ? 0 : open.rowCount();
            int fits = open == null ? 0 : open.rowsThatFit(batch, 0);
            Slab fresh = fits == rows ? null : allocate(batch, fits, reservation);
            try {
                if (open != null && fits > 0) { // an older slab may have fewer columns
                    open.append(batch, 0, fits, timestamp);
                }
                if (fresh != null) {
                    fresh.append(batch, fits, rows, timestamp);
                }
            } catch (Throwable failure) {
                if (open != null) {
                    open.truncate(openRows);
                }
                if (fresh != null) {
                    fresh.ownerLease().close();
                }
                throw failure;
            }
            if (fresh != null) {
                Slab[] more = Arrays.copyOf(known, known.length + 1);
                more[known.length] = fresh;
                slabs = more;
                nextSlabRows = Math.min(MAX_SLAB_ROWS, Math.max(FIRST_SLAB_ROWS, fresh.rowCapacity() * 2));
            }
            addKeys(batch.columns().get(keyColumn), rowCount);
            minTimestamp = Math.min(minTimestamp, timestamp);
            maxTimestamp = timestamp;
            rowCount = rowCount + rows; // publishes; one writer
        }
    }

    /** What {@link #prepareField} needs for a field to add. Same thread as {@link #append}. */
    public long fillBytes(FieldSchema field) {
        int rows = mostRowsOfASlab();
        return rows == 0 ? 0 : Reservation.roundedBytes(new FilledColumn(field).sizeBytes(rows));
    }

    private int mostRowsOfASlab() {
        int rows = 0;
        for (Slab slab : slabs) {
            rows = Math.max(rows, slab.rowCount());
        }
        return rows;
    }

    /** A field that is about to be added: memory is there, nothing is seen yet. Closing it takes that back. */
    public interface AddedField extends AutoCloseable {
        /** From now on every row has the field, and so must every batch. Same thread as {@link #append}; cannot fail. */
        void apply();

        @Override
        void close();
    }

    /**
     * Gets ready for a version of the schema with one more field at its end: the rows that are here will read its
     * default, or null. Same thread as {@link #append}, no append before {@link AddedField#apply}.
     *
     * @param reservation of at least {@link #fillBytes}
     */
    public AddedField prepareField(CollectionSchema wider, Reservation reservation) {
        FieldSchema field = wider.fields().getLast();
        int rows = mostRowsOfASlab();
        Optional<Lease> filled = rows == 0 ? Optional.empty() : Optional.of(fill(field, rows, reservation));
        return new AddedField() {
            private boolean applied;

            @Override
            public void apply() {
                filled.ifPresent(lease -> addColumn(new Slab.Added(new FilledColumn(field), rows, lease)));
                shapes = shapesOf(wider);
                schema = wider;
                applied = true;
            }

            @Override
            public void close() {
                if (!applied) {
                    filled.ifPresent(Lease::close);
                }
            }
        };
    }

    private Lease fill(FieldSchema field, int rows, Reservation reservation) {
        var column = new FilledColumn(field);
        Lease lease = reservation.allocate("growing segment " + id + " field " + field.name(), column.sizeBytes(rows));
        try {
            column.fill(lease.bytes(), rows);
            return lease;
        } catch (Throwable failure) {
            lease.close();
            throw failure;
        }
    }

    private void addColumn(Slab.Added column) {
        List<Lease> more = new ArrayList<>(fillings);
        more.add(column.owner());
        fillings = List.copyOf(more);
        Slab[] widened = slabs.clone();
        for (int i = 0; i < widened.length; i++) {
            widened[i] = widened[i].with(column);
        }
        slabs = widened;
    }

    /**
     * Deletes the rows of the keys that are older than {@code timestamp}, from that time on. Same thread as
     * {@link #append}.
     *
     * @param timestamp not before that of earlier deletes
     * @return how many rows this deleted
     */
    public int delete(Keys keys, long timestamp) {
        int[] deleted = new int[1];
        for (int i = 0; i < keys.count(); i++) {
            switch (keys) {
                case Keys.LongKeys longs -> {
                    long key = longs.values()[i];
                    index.remove(
                            KeyIndex.hash(key), row -> isKey(row, key), row -> deleteOlder(row, timestamp, deleted));
                }
                case Keys.StringKeys texts -> {
                    byte[] key = texts.values().get(i).getBytes(StandardCharsets.UTF_8);
                    MemorySegment keyBytes = MemorySegment.ofArray(key);
                    index.remove(
                            KeyIndex.hash(key, 0, key.length),
                            row -> isKey(row, keyBytes, 0, key.length),
                            row -> deleteOlder(row, timestamp, deleted));
                }
            }
        }
        return deleted[0];
    }

    /**
     * What is visible at {@code timestamp}; empty if the segment is closed: look again in the collection.
     *
     * @param holder of the leases, for messages
     */
    public Optional<GrowingView> tryView(long timestamp, String holder) {
        return tryView(timestamp, timestamp, holder);
    }

    /** The rows up to one time without those deleted up to another. */
    Optional<GrowingView> tryView(long timestamp, long deleteTimestamp, String holder) {
        int published = rowCount;
        Slab[] known = slabs;
        if (closed) {
            return Optional.empty();
        }
        List<VisibleRows> blocks = new ArrayList<>(known.length);
        List<Lease> leases = new ArrayList<>(known.length);
        for (int i = 0; i < known.length && known[i].firstRow() < published; i++) {
            Slab slab = known[i];
            int end = i + 1 < known.length ? Math.min(published, known[i + 1].firstRow()) : published;
            Optional<List<Lease>> ofSlab = slab.tryLeases(holder);
            if (ofSlab.isEmpty()) {
                leases.forEach(Lease::close);
                return Optional.empty();
            }
            leases.addAll(ofSlab.get());
            int rows = slab.rowsUpTo(timestamp, end - slab.firstRow());
            if (rows > 0) {
                blocks.add(new VisibleRows(slab.rows(rows), slab.deletes().notDeletedAt(deleteTimestamp, rows)));
            }
        }
        return Optional.of(new GrowingView(blocks, leases));
    }

    /** Rows that were appended, deleted ones included. */
    public int rowCount() {
        return rowCount;
    }

    /** Rows that were deleted. */
    public long deletedCount() {
        long count = 0;
        for (Slab slab : slabs) {
            count += slab.deletes().deletedCount();
        }
        return count;
    }

    /** Smallest row timestamp; {@code Long.MAX_VALUE} without rows. */
    public long minTimestamp() {
        return minTimestamp;
    }

    /** Largest row timestamp; {@code Long.MIN_VALUE} without rows. */
    public long maxTimestamp() {
        return maxTimestamp;
    }

    /** What the slabs take from the budget. */
    public long reservedBytes() {
        long bytes = 0;
        for (Slab slab : slabs) {
            bytes += slab.ownerLease().reservedBytes();
        }
        for (Lease filling : fillings) {
            bytes += filling.reservedBytes();
        }
        return bytes;
    }

    /**
     * Retires the slabs and closes their owner leases; the bytes are gone when the last view is closed. Not at the same
     * time as {@link #append}. Closing twice is harmless.
     */
    @Override
    public void close() {
        closed = true;
        List<Lease> owners = new ArrayList<>(fillings);
        for (Slab slab : slabs) {
            owners.add(slab.ownerLease());
        }
        owners.forEach(Lease::retire);
        owners.forEach(Lease::close);
    }

    private void checkAppend(ColumnBatch batch, long timestamp) {
        if (closed) {
            throw new IllegalStateException("growing segment is closed: " + this);
        }
        if (timestamp < maxTimestamp) {
            throw new IllegalArgumentException("rows must come in the order of their timestamps: timestamp=" + timestamp
                    + ", maxTimestamp=" + maxTimestamp + ", " + this);
        }
        if (batch.columns().size() != schema.fields().size()) {
            throw new IllegalArgumentException("batch has " + batch.columns().size() + " columns instead of "
                    + schema.fields().size() + ": " + this);
        }
    }

    private Slab allocate(ColumnBatch batch, int from, Reservation reservation) {
        long wholePages = Reservation.roundedBytes(1);
        long maxBytes = Math.min(MAX_SLAB_BYTES, reservation.unallocatedBytes() / wholePages * wholePages);
        SlabLayout layout = SlabLayout.fitting(shapes, batch, from, nextSlabRows, maxBytes);
        Lease ownerLease = reservation.allocate("growing segment " + id + " slab " + slabs.length, layout.sizeBytes());
        return new Slab(rowCount + from, shapes, keyColumn, layout, ownerLease);
    }

    private void addKeys(Column column, int firstRow) {
        switch (column) {
            case Column.Longs longs -> {
                for (int i = 0; i < longs.values().length; i++) {
                    long key = longs.values()[i];
                    index.add(KeyIndex.hash(key), firstRow + i, row -> isKey(row, key));
                }
            }
            case Column.Bytes texts -> {
                MemorySegment data = MemorySegment.ofArray(texts.data());
                for (int i = 0; i < texts.rowCount(); i++) {
                    int start = texts.offsets()[i];
                    int end = texts.offsets()[i + 1];
                    index.add(
                            KeyIndex.hash(texts.data(), start, end), firstRow + i, row -> isKey(row, data, start, end));
                }
            }
            default -> throw new IllegalArgumentException("no key column: keyType=" + keyType + ", " + this);
        }
    }

    private boolean isKey(int row, long key) {
        Slab slab = slabOf(row);
        return slab.keys().integer(row - slab.firstRow()) == key;
    }

    private boolean isKey(int row, MemorySegment key, int start, int end) {
        Slab slab = slabOf(row);
        ColumnView keys = slab.keys();
        int at = row - slab.firstRow();
        return MemorySegment.mismatch(keys.data(), keys.byteStart(at), keys.byteEnd(at), key, start, end) < 0;
    }

    private boolean deleteOlder(int row, long timestamp, int[] deleted) {
        Slab slab = slabOf(row);
        if (slab.timestamp(row - slab.firstRow()) >= timestamp) {
            return false;
        }
        if (slab.deletes().delete(row - slab.firstRow(), timestamp)) {
            deleted[0]++;
        }
        return true;
    }

    private Slab slabOf(int row) {
        Slab[] known = slabs;
        int low = 0;
        int high = known.length - 1;
        while (low < high) {
            int middle = (low + high + 1) >>> 1;
            if (known[middle].firstRow() <= row) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        return known[low];
    }

    @Override
    public String toString() {
        return "growing segment " + id + " (rowCount=" + rowCount + ", slabs=" + slabs.length + ")";
    }
}
