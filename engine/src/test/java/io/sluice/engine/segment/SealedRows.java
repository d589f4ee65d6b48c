package io.sluice.engine.segment;

import io.sluice.engine.catalog.PartRecord;
import io.sluice.engine.catalog.SegmentRecord;
import io.sluice.engine.schema.CollectionSchema;
import io.sluice.engine.store.SegmentStore;
import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.Map;

/** Reads a sealed segment to the heap, checking it on the way: the simplest possible load. */
final class SealedRows {
    private SealedRows() {}

    static RowBlock read(SegmentStore store, SegmentRecord segment, CollectionSchema schema) {
        try (var file = store.open(segment.key())) {
            var directory = PartDirectory.read(file, segment.key(), PartFileWriter.Kind.SEGMENT, segment.id());
            Map<Integer, ColumnView> columns = new HashMap<>();
            for (PartRecord part : segment.parts()) {
                PartLayout layout = directory.part(part.partId());
                if (layout.offsetBytes() != part.offsetBytes() || layout.sizeBytes() != part.sizeBytes()) {
                    throw new AssertionError(part + " is recorded, " + layout + " is written");
                }
                MemorySegment bytes = MemorySegment.ofArray(new byte[(int) part.sizeBytes()]);
                file.read(part.offsetBytes(), bytes);
                PartChecksum.verify(layout, 0, bytes, segment.key(), "field " + part.partId());
                ColumnView column = part.partId() == CollectionSchema.TIMESTAMP_FIELD_ID
                        ? ColumnViews.timestamps(segment.rowCount(), layout, bytes)
                        : ColumnViews.of(schema.get(part.partId()), segment.rowCount(), layout, bytes);
                columns.put(part.partId(), column);
            }
            return new RowBlock(segment.rowCount(), columns);
        }
    }
}
