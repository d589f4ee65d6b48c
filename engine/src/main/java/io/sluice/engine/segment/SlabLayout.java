package io.sluice.engine.segment;

import io.sluice.engine.schema.Column;
import io.sluice.engine.schema.ColumnBatch;
import java.util.ArrayList;
import java.util.List;

/**
 * Where the columns of a slab lie: one after the other, each section 64-byte aligned. Immutable.
 *
 * @param places aligned with the shapes it was made for
 */
record SlabLayout(int rowCapacity, List<Place> places, long sizeBytes) {
    private static final int MIN_VALUE_BYTES_PER_ROW = 8; // room for texts after a batch that had none

    /**
     * Room for one column; offsets from the start of the slab, meaningless for sections that the shape does not have.
     *
     * @param dataBytes room for values; of an array for all elements
     * @param elementCapacity of an array
     */
    record Place(
            long dataOffset,
            long dataBytes,
            long offsetsOffset,
            int elementCapacity,
            long elementOffsetsOffset,
            long validityOffset) {}

    /**
     * A slab for rows {@code [from, rowCount)} of a batch and, as long as it stays within {@code maxBytes}, for more
     * rows like them, up to {@code wantedRows} in all.
     */
    static SlabLayout fitting(List<ColumnShape> shapes, ColumnBatch batch, int from, int wantedRows, long maxBytes) {
        int leastRows = batch.rowCount() - from;
        int rowCapacity = Math.max(leastRows, wantedRows);
        while (true) {
            SlabLayout layout = of(shapes, batch, from, rowCapacity);
            if (rowCapacity == leastRows || layout.sizeBytes <= maxBytes) {
                return layout;
            }
            rowCapacity = Math.max(leastRows, rowCapacity / 2);
        }
    }

    private static SlabLayout of(List<ColumnShape> shapes, ColumnBatch batch, int from, int rowCapacity) {
        int rows = batch.rowCount() - from;
        List<Place> places = new ArrayList<>(shapes.size());
        long at = 0;
        for (int i = 0; i < shapes.size(); i++) {
            ColumnShape shape = shapes.get(i);
            long dataBytes = (long) rowCapacity * shape.valueBytes();
            int elementCapacity = 0;
            if (!shape.isFixed()) {
                Column column = batch.columns().get(i); // the timestamps, which the batch does not have, are fixed
                int elements = elementCount(column, from, batch.rowCount());
                elementCapacity = scaled(elements, rows, rowCapacity, 1);
                dataBytes = shape.isArray() && !shape.isArrayOfBytes()
                        ? (long) elementCapacity * shape.valueBytes()
                        : scaled(byteCount(column, from, batch.rowCount()), rows, rowCapacity, MIN_VALUE_BYTES_PER_ROW);
            }
            long dataOffset = at;
            at = aligned(at + dataBytes);
            long offsetsOffset = at;
            at = aligned(at + (shape.isFixed() ? 0 : ColumnShape.offsetsBytes(rowCapacity)));
            long elementOffsetsOffset = at;
            at = aligned(at + (shape.isArrayOfBytes() ? ColumnShape.offsetsBytes(elementCapacity) : 0));
            long validityOffset = at;
            at = aligned(at + (shape.nullable() ? ColumnShape.validityBytes(rowCapacity) : 0));
            places.add(new Place(
                    dataOffset, dataBytes, offsetsOffset, elementCapacity, elementOffsetsOffset, validityOffset));
        }
        return new SlabLayout(rowCapacity, places, at);
    }

    /** Elements of the rows {@code [from, to)} of an array column; 0 for others. */
    static int elementCount(Column column, int from, int to) {
        return column instanceof Column.Arrays arrays ? arrays.offsets()[to] - arrays.offsets()[from] : 0;
    }

    /** Bytes of UTF-8 in the rows {@code [from, to)}, in elements too; 0 for others. */
    static int byteCount(Column column, int from, int to) {
        return switch (column) {
            case Column.Bytes bytes -> bytes.offsets()[to] - bytes.offsets()[from];
            case Column.Arrays arrays -> byteCount(arrays.elements(), arrays.offsets()[from], arrays.offsets()[to]);
            default -> 0;
        };
    }

    /** What the rows at hand need, and for each further row as much as one of these on average, with some slack. */
    private static int scaled(int needed, int rows, int rowCapacity, int leastPerRow) {
        long perRow = Math.max(leastPerRow, (long) needed * 9 / 8 / rows + 1);
        return (int) Math.min(Integer.MAX_VALUE - 64, needed + (rowCapacity - rows) * perRow);
    }

    private static long aligned(long offsetBytes) {
        return PartFileLayout.alignUp(offsetBytes, PartFileLayout.SECTION_ALIGNMENT_BYTES);
    }
}
