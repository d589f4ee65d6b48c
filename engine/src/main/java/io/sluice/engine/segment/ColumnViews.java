package io.sluice.engine.segment;

import io.sluice.engine.schema.FieldSchema;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/** Makes columns of the parts of a segment file that lie in memory. */
public final class ColumnViews {
    private ColumnViews() {}

    /**
     * The column of a field.
     *
     * @param rowCount of the segment
     * @param partBytes the whole part
     * @throws io.sluice.engine.error.EngineException.Corrupt if a section is missing or too small, or if the first or
     *     the last offset is out of range. What lies between is covered by the checksums
     */
    public static ColumnView of(FieldSchema field, int rowCount, PartLayout layout, MemorySegment partBytes) {
        return of(ColumnShape.of(field), rowCount, layout, partBytes);
    }

    /** The column {@link io.sluice.engine.schema.CollectionSchema#TIMESTAMP_FIELD_ID}: Int64, never null. */
    public static ColumnView timestamps(int rowCount, PartLayout layout, MemorySegment partBytes) {
        return of(ColumnShape.timestamps(), rowCount, layout, partBytes);
    }

    static ColumnView of(ColumnShape shape, int rowCount, PartLayout layout, MemorySegment partBytes) {
        MemorySegment data = layout.section(PartLayout.DATA, partBytes);
        long valueCount = rowCount;
        MemorySegment offsets = null;
        MemorySegment elementOffsets = null;
        if (!shape.isFixed()) {
            offsets = section(layout, PartLayout.OFFSETS, partBytes, ColumnShape.offsetsBytes(rowCount));
            valueCount = lastOffset(layout, "offsets", offsets, rowCount);
        }
        if (shape.isArrayOfBytes()) {
            long elementCount = valueCount;
            elementOffsets =
                    section(layout, PartLayout.ELEMENT_OFFSETS, partBytes, ColumnShape.offsetsBytes(elementCount));
            valueCount = lastOffset(layout, "element offsets", elementOffsets, elementCount);
        }
        long dataBytes = valueCount * shape.valueBytes();
        if (data.byteSize() < dataBytes) {
            throw damaged(layout, "data has " + data.byteSize() + " bytes instead of " + dataBytes);
        }
        MemorySegment validity = shape.nullable()
                ? section(layout, PartLayout.VALIDITY, partBytes, ColumnShape.validityBytes(rowCount))
                : null;
        return view(shape, rowCount, data, offsets, elementOffsets, validity);
    }

    static ColumnView view(
            ColumnShape shape,
            int rowCount,
            MemorySegment data,
            @Nullable MemorySegment offsets,
            @Nullable MemorySegment elementOffsets,
            @Nullable MemorySegment validity) {
        return new ColumnView(
                shape.fieldId(),
                shape.type(),
                shape.elementType(),
                rowCount,
                shape.dimension(),
                data,
                offsets,
                elementOffsets,
                validity);
    }

    private static MemorySegment section(PartLayout layout, int kind, MemorySegment partBytes, long neededBytes) {
        MemorySegment section = layout.section(kind, partBytes);
        if (section.byteSize() < neededBytes) {
            throw damaged(
                    layout, "section " + kind + " has " + section.byteSize() + " bytes instead of " + neededBytes);
        }
        return section;
    }

    private static int lastOffset(PartLayout layout, String name, MemorySegment offsets, long count) {
        int first = offsets.get(ColumnView.INT, 0);
        int last = offsets.getAtIndex(ColumnView.INT, count);
        if (first != 0 || last < 0) {
            throw damaged(layout, name + " run from " + first + " to " + last);
        }
        return last;
    }

    private static RuntimeException damaged(PartLayout layout, String what) {
        return PartChecksum.damaged(layout.key(), "part " + layout.partId() + ": " + what, layout.offsetBytes());
    }
}
