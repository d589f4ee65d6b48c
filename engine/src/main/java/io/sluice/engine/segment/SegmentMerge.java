package io.sluice.engine.segment;

import io.sluice.engine.catalog.PartRecord;
import io.sluice.engine.catalog.SegmentRecord;
import io.sluice.engine.error.StopSignal;
import io.sluice.engine.memory.Lease;
import io.sluice.engine.memory.Reservation;
import io.sluice.engine.schema.CollectionSchema;
import io.sluice.engine.schema.FieldSchema;
import io.sluice.engine.store.SegmentStore;
import io.sluice.engine.store.StoredFile;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One merge of sealed segments into one, without the rows that given deletes hit. Blocks; confined to one thread.
 *
 * <p>Keys and timestamps of all inputs stay in memory while it is open, and of the other fields one at a time: the merge
 * takes {@link #needBytes} off-heap, and some 24 bytes of heap per row. Checksums are checked as for a load.
 */
public final class SegmentMerge implements AutoCloseable {
    private static final int READ_BYTES = 4 << 20; // 4 MiB

    private final SegmentStore store;
    private final CollectionSchema schema;
    private final List<SegmentRecord> inputs;
    private final StopSignal stop;
    private final List<PartDirectory> directories = new ArrayList<>();
    private final List<RowBlock> keyBlocks = new ArrayList<>();
    private final List<DeleteMask> masks = new ArrayList<>();
    private final Lease keyMemory;
    private final Lease fieldMemory;

    /**
     * Off-heap bytes that a merge needs.
     *
     * @param inputs with the same fields
     */
    public static long needBytes(CollectionSchema schema, List<SegmentRecord> inputs) {
        return Reservation.roundedBytes(keyBytes(schema, inputs))
                + Reservation.roundedBytes(largestFieldBytes(schema, inputs));
    }

    private static long keyBytes(CollectionSchema schema, List<SegmentRecord> inputs) {
        return fieldBytes(inputs, schema.primaryKey().id()) + fieldBytes(inputs, CollectionSchema.TIMESTAMP_FIELD_ID);
    }

    private static long largestFieldBytes(CollectionSchema schema, List<SegmentRecord> inputs) {
        return schema.fields().stream()
                .filter(field -> !field.primaryKey())
                .mapToLong(field -> fieldBytes(inputs, field.id()))
                .max()
                .orElse(0);
    }

    private static long fieldBytes(List<SegmentRecord> inputs, int fieldId) {
        long bytes = 0;
        for (SegmentRecord input : inputs) {
            for (PartRecord part : input.parts()) {
                if (part.partId() == fieldId) {
                    bytes += aligned(part.sizeBytes());
                }
            }
        }
        return bytes;
    }

    private static long aligned(long sizeBytes) {
        return PartFileLayout.alignUp(sizeBytes, PartFileLayout.SECTION_ALIGNMENT_BYTES);
    }

    /**
     * Reads keys and timestamps.
     *
     * @param inputs at least one, of one partition and with the same fields
     * @param memory of at least {@link #needBytes}; stays the caller's
     * @throws io.sluice.engine.error.EngineException.Corrupt if a file is missing or damaged
     */
    public SegmentMerge(
            SegmentStore store,
            CollectionSchema schema,
            List<SegmentRecord> inputs,
            Reservation memory,
            StopSignal stop) {
        this.store = store;
        this.schema = schema;
        this.inputs = List.copyOf(inputs);
        this.stop = stop;
        this.keyMemory = memory.allocate("keys of a merge", keyBytes(schema, inputs));
        try {
            this.fieldMemory = memory.allocate("a field of a merge", largestFieldBytes(schema, inputs));
        } catch (Throwable failure) {
            keyMemory.close();
            throw failure;
        }
        try {
            readKeys();
        } catch (Throwable failure) {
            close();
            throw failure;
        }
    }

    private void readKeys() {
        FieldSchema key = schema.primaryKey();
        long at = 0;
        for (SegmentRecord input : inputs) {
            try (StoredFile file = store.open(input.key())) {
                PartDirectory directory =
                        PartDirectory.read(file, input.key(), PartFileWriter.Kind.SEGMENT, input.id());
                directories.add(directory);
                Map<Integer, ColumnView> columns = new HashMap<>();
                for (ColumnShape shape : List.of(ColumnShape.of(key), ColumnShape.timestamps())) {
                    PartLayout layout = layout(directory, input, shape);
                    MemorySegment bytes = keyMemory.bytes().asSlice(at, layout.sizeBytes());
                    read(file, layout, bytes, input, shape);
                    columns.put(shape.fieldId(), ColumnViews.of(shape, input.rowCount(), layout, bytes));
                    at += aligned(layout.sizeBytes());
                }
                keyBlocks.add(new RowBlock(input.rowCount(), columns));
                masks.add(new DeleteMask(input.rowCount()));
            }
        }
    }

    /** Leaves out the rows that these deletes hit. */
    public void apply(Deletes sorted) {
        for (int i = 0; i < keyBlocks.size(); i++) {
            stop.throwIfRequested();
            RowBlock block = keyBlocks.get(i);
            new SortedKeys(block.column(schema.primaryKey().id()), block.column(CollectionSchema.TIMESTAMP_FIELD_ID))
                    .apply(sorted, masks.get(i));
        }
    }

    /** Leaves out the rows that are not newer than {@code throughTimestamp}. */
    public void leaveOutOld(long throughTimestamp) {
        for (int i = 0; i < keyBlocks.size(); i++) {
            if (inputs.get(i).minTimestamp() <= throughTimestamp) {
                stop.throwIfRequested();
                ColumnView timestamps = keyBlocks.get(i).column(CollectionSchema.TIMESTAMP_FIELD_ID);
                for (int row = 0; row < timestamps.rowCount(); row++) {
                    if (timestamps.integer(row) <= throughTimestamp) {
                        masks.get(i).delete(row, throughTimestamp + 1);
                    }
                }
            }
        }
    }

    /** Rows that are left out. */
    public long deletedCount() {
        return masks.stream().mapToLong(DeleteMask::deletedCount).sum();
    }

    /**
     * Writes what is left, with the fields that the inputs have.
     *
     * @param key of the file in the store
     * @return the segment, its file durable; empty, and no file, if no row is left
     */
    public Optional<SegmentRecord> write(String key, long segmentId) {
        List<VisibleRows> visible = new ArrayList<>();
        for (int i = 0; i < keyBlocks.size(); i++) {
            RowBlock block = keyBlocks.get(i);
            visible.add(new VisibleRows(block, masks.get(i).notDeletedAt(Long.MAX_VALUE, block.rowCount())));
        }
        SortedRows rows = SortedRows.of(visible, schema.primaryKey().id());
        SegmentRecord first = inputs.getFirst();
        List<ColumnShape> shapes = ColumnShape.of(schema).stream()
                .filter(shape -> directories.getFirst().has(shape.fieldId()))
                .toList();
        return SegmentWriter.write(
                store,
                key,
                segmentId,
                first.collectionId(),
                first.partitionId(),
                inputs.stream().mapToInt(SegmentRecord::schemaVersion).max().orElse(0),
                shapes,
                rows,
                this::columns,
                stop);
    }

    private List<ColumnView> columns(ColumnShape shape) {
        if (keyBlocks.getFirst().has(shape.fieldId())) {
            return keyBlocks.stream()
                    .map(block -> block.column(shape.fieldId()))
                    .toList();
        }
        List<ColumnView> columns = new ArrayList<>();
        long at = 0;
        for (int i = 0; i < inputs.size(); i++) {
            SegmentRecord input = inputs.get(i);
            PartLayout layout = layout(directories.get(i), input, shape);
            MemorySegment bytes = fieldMemory.bytes().asSlice(at, layout.sizeBytes());
            try (StoredFile file = store.open(input.key())) {
                read(file, layout, bytes, input, shape);
            }
            columns.add(ColumnViews.of(shape, input.rowCount(), layout, bytes));
            at += aligned(layout.sizeBytes());
        }
        return columns;
    }

    /** The memory was asked for by what the catalog says; a file that says otherwise is not the one it means. */
    private static PartLayout layout(PartDirectory directory, SegmentRecord input, ColumnShape shape) {
        PartLayout layout = directory.part(shape.fieldId());
        boolean same = input.parts().stream()
                .anyMatch(part -> part.partId() == layout.partId() && part.sizeBytes() == layout.sizeBytes());
        if (!same) {
            throw PartChecksum.damaged(input.key(), "it does not match the catalog: " + layout, layout.offsetBytes());
        }
        return layout;
    }

    private void read(StoredFile file, PartLayout layout, MemorySegment into, SegmentRecord input, ColumnShape shape) {
        for (long at = 0; at < layout.sizeBytes(); at += READ_BYTES) {
            stop.throwIfRequested();
            MemorySegment chunk = into.asSlice(at, Math.min(READ_BYTES, layout.sizeBytes() - at));
            file.read(layout.offsetBytes() + at, chunk);
            PartChecksum.verify(
                    layout,
                    (int) (at / PartDirectory.BLOCK_BYTES),
                    chunk,
                    input.key(),
                    "field of id " + shape.fieldId());
        }
    }

    @Override
    public void close() {
        keyMemory.close();
        fieldMemory.close();
    }

    @Override
    public String toString() {
        return "merge of " + inputs.stream().map(SegmentRecord::id).toList();
    }
}
