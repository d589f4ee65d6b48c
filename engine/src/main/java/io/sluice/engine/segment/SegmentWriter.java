package io.sluice.engine.segment;

import io.sluice.engine.catalog.PartRecord;
import io.sluice.engine.catalog.SegmentRecord;
import io.sluice.engine.error.StopSignal;
import io.sluice.engine.schema.CollectionSchema;
import io.sluice.engine.store.SegmentStore;
import java.util.ArrayList;
import java.util.List;
import java.util.LongSummaryStatistics;
import java.util.Optional;

/**
 * Writes sealed segments: rows sorted by (key, timestamp), one part per field with the field's id, and one for the
 * timestamps. Blocks; uses some 24 bytes of heap per row and under 1 MiB of buffers.
 */
public final class SegmentWriter {
    private SegmentWriter() {}

    /**
     * Seals the rows of a growing segment that were appended so far. Rows and deletes may go on meanwhile: deletes
     * after {@code purgeDeletesBefore} do not matter here and must reach the sealed segment by other ways.
     *
     * @param key of the file in the store
     * @param schema of the rows
     * @param purgeDeletesBefore rows deleted at or before this timestamp are left out
     * @return the segment, its file durable; empty, and no file, if no row is left
     * @throws IllegalStateException if {@code rows} is closed
     */
    public static Optional<SegmentRecord> seal(
            SegmentStore store,
            String key,
            long segmentId,
            long collectionId,
            long partitionId,
            CollectionSchema schema,
            GrowingSegment rows,
            long purgeDeletesBefore) {
        try (GrowingView view = rows.tryView(Long.MAX_VALUE, purgeDeletesBefore, "seal of segment " + segmentId)
                .orElseThrow(() -> new IllegalStateException("nothing to seal, closed: " + rows))) {
            return write(store, key, segmentId, collectionId, partitionId, schema, view.blocks());
        }
    }

    /** Writes the visible rows of blocks of any origin. */
    static Optional<SegmentRecord> write(
            SegmentStore store,
            String key,
            long segmentId,
            long collectionId,
            long partitionId,
            CollectionSchema schema,
            List<VisibleRows> source) {
        SortedRows rows = SortedRows.of(source, schema.primaryKey().id());
        return write(
                store,
                key,
                segmentId,
                collectionId,
                partitionId,
                schema.version(),
                ColumnShape.of(schema),
                rows,
                shape -> rows.blocks().stream()
                        .map(block -> block.column(shape.fieldId()))
                        .toList(),
                new StopSignal());
    }

    /** Where the columns of one field are, one per block of the rows; asked field by field, in the order of the shapes. */
    @FunctionalInterface
    interface Columns {
        List<ColumnView> of(ColumnShape shape);
    }

    /**
     * Writes sorted rows, whose blocks have keys and timestamps at least; the other columns are asked for one at a time.
     *
     * @param shapes of the fields to write
     * @return empty, and no file, if there is no row
     */
    static Optional<SegmentRecord> write(
            SegmentStore store,
            String key,
            long segmentId,
            long collectionId,
            long partitionId,
            int schemaVersion,
            List<ColumnShape> shapes,
            SortedRows rows,
            Columns source,
            StopSignal stop) {
        if (rows.count() == 0) {
            return Optional.empty();
        }
        var timestamps = new LongSummaryStatistics();
        rows.forEachTimestamp(timestamps::accept);
        List<PartRecord> parts = new ArrayList<>();
        try (var file = PartFileWriter.create(store, key, PartFileWriter.Kind.SEGMENT, segmentId)) {
            var columns = new ColumnWriter(file, rows, stop);
            ColumnShape times = ColumnShape.timestamps();
            parts.add(columns.write(times, source.of(times)));
            for (ColumnShape shape : shapes) {
                parts.add(columns.write(shape, source.of(shape)));
            }
            long sizeBytes = file.commit();
            return Optional.of(new SegmentRecord(
                    segmentId,
                    collectionId,
                    partitionId,
                    key,
                    rows.count(),
                    sizeBytes,
                    timestamps.getMin(),
                    timestamps.getMax(),
                    schemaVersion,
                    parts));
        }
    }
}
