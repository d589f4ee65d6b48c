package io.sluice.engine.segment;

import io.sluice.engine.schema.Column;
import io.sluice.engine.schema.DataType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/**
 * One column of a slab, appended to by one writer. Readers may at the same time read the rows below the count that was
 * published to them: the writer never changes a byte of theirs. Validity words are shared with later rows, but they are
 * 8-byte aligned and written whole, so the bits of published rows read the same before and after.
 */
final class SlabColumn {
    private static final ValueLayout.OfLong VALIDITY_WORD = ValueLayout.JAVA_LONG.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final ColumnShape shape;
    private final SlabLayout.Place place;
    private final MemorySegment data;
    private final @Nullable MemorySegment offsets;
    private final @Nullable MemorySegment elementOffsets;
    private final @Nullable MemorySegment validity;

    SlabColumn(ColumnShape shape, SlabLayout.Place place, int rowCapacity, MemorySegment slab) {
        this.shape = shape;
        this.place = place;
        this.data = slab.asSlice(place.dataOffset(), place.dataBytes());
        this.offsets =
                shape.isFixed() ? null : slab.asSlice(place.offsetsOffset(), ColumnShape.offsetsBytes(rowCapacity));
        this.elementOffsets = shape.isArrayOfBytes()
                ? slab.asSlice(place.elementOffsetsOffset(), ColumnShape.offsetsBytes(place.elementCapacity()))
                : null;
        this.validity =
                shape.nullable() ? slab.asSlice(place.validityOffset(), ColumnShape.validityBytes(rowCapacity)) : null;
    }

    ColumnView view(int rowCount) {
        return ColumnViews.view(shape, rowCount, data, offsets, elementOffsets, validity);
    }

    /** How many of the rows {@code [from, to)} fit behind the first {@code rowCount} rows. */
    int rowsThatFit(Column column, int from, int to, int rowCount) {
        if (offsets == null) {
            return to - from;
        }
        int last = offsets.getAtIndex(ColumnView.INT, rowCount);
        long freeElements = 0;
        long freeBytes = place.dataBytes() - last;
        if (shape.isArray()) {
            freeElements = place.elementCapacity() - last;
            freeBytes =
                    elementOffsets == null ? 0 : place.dataBytes() - elementOffsets.getAtIndex(ColumnView.INT, last);
        }
        int fits = 0;
        int tooMany = to - from + 1;
        while (tooMany - fits > 1) {
            int middle = (fits + tooMany) >>> 1;
            boolean roomy = SlabLayout.elementCount(column, from, from + middle) <= freeElements
                    && SlabLayout.byteCount(column, from, from + middle) <= freeBytes;
            if (roomy) {
                fits = middle;
            } else {
                tooMany = middle;
            }
        }
        return fits;
    }

    /** Writes rows {@code [from, to)} of {@code column} to the rows of the slab from {@code at} on. */
    void append(Column column, int from, int to, int at) {
        BitSet nulls = column.nulls();
        if (shape.isFixed()) {
            put(shape.type(), column, from, to, at);
            if (nulls != null) {
                clearNulls(nulls, from, to, at);
            }
        } else if (nulls == null) {
            appendVarying(column, from, to, at);
        } else {
            for (int row = from; row < to; row++) {
                if (nulls.get(row)) {
                    appendEmpty(at + row - from);
                } else {
                    appendVarying(column, row, row + 1, at + row - from);
                }
            }
        }
        if (validity != null) {
            markValid(validity, nulls, from, to, at);
        }
    }

    private void appendVarying(Column column, int from, int to, int at) {
        if (column instanceof Column.Arrays arrays) {
            int first = arrays.offsets()[from];
            int end = arrays.offsets()[to];
            int start = appendOffsets(offsets, arrays.offsets(), from, to, at);
            if (arrays.elements() instanceof Column.Bytes texts) {
                appendTexts(texts, first, end, elementOffsets, start);
            } else {
                assert shape.elementType() != null;
                put(shape.elementType(), arrays.elements(), first, end, start);
            }
        } else {
            appendTexts((Column.Bytes) column, from, to, offsets, at);
        }
    }

    private void appendTexts(Column.Bytes texts, int from, int to, @Nullable MemorySegment into, int at) {
        int start = appendOffsets(into, texts.offsets(), from, to, at);
        int first = texts.offsets()[from];
        int sizeBytes = texts.offsets()[to] - first;
        MemorySegment.copy(texts.data(), first, data, ValueLayout.JAVA_BYTE, start, sizeBytes);
    }

    /** Continues the offsets from {@code at} on and answers the one at {@code at}. */
    private static int appendOffsets(@Nullable MemorySegment into, int[] source, int from, int to, int at) {
        assert into != null;
        int start = into.getAtIndex(ColumnView.INT, at);
        int shift = start - source[from];
        for (int i = from; i < to; i++) {
            into.setAtIndex(ColumnView.INT, at + 1 + (i - from), source[i + 1] + shift);
        }
        return start;
    }

    private void appendEmpty(int at) {
        assert offsets != null;
        offsets.setAtIndex(ColumnView.INT, at + 1, offsets.getAtIndex(ColumnView.INT, at));
    }

    /** Copies values of a fixed size to index {@code at} on. */
    private void put(DataType type, Column column, int from, int to, int at) {
        int count = to - from;
        switch (column) {
            case Column.Bools bools -> {
                for (int i = 0; i < count; i++) {
                    data.set(ValueLayout.JAVA_BYTE, at + i, (byte) (bools.values()[from + i] ? 1 : 0));
                }
            }
            case Column.Ints ints -> putInts(type, ints.values(), from, count, at);
            case Column.Longs longs ->
                MemorySegment.copy(longs.values(), from, data, ColumnView.LONG, (long) at * Long.BYTES, count);
            case Column.Floats floats ->
                MemorySegment.copy(floats.values(), from, data, ColumnView.FLOAT, (long) at * Float.BYTES, count);
            case Column.Doubles doubles ->
                MemorySegment.copy(doubles.values(), from, data, ColumnView.DOUBLE, (long) at * Double.BYTES, count);
            case Column.FloatVectors vectors -> {
                int dimension = shape.dimension();
                MemorySegment.copy(
                        vectors.values(),
                        from * dimension,
                        data,
                        ColumnView.FLOAT,
                        (long) at * dimension * Float.BYTES,
                        count * dimension);
            }
            case Column.Bytes _, Column.Arrays _ ->
                throw new IllegalArgumentException("column does not fit its field: " + shape);
        }
    }

    private void putInts(DataType type, int[] values, int from, int count, int at) {
        switch (type) {
            case INT8 -> {
                for (int i = 0; i < count; i++) {
                    data.set(ValueLayout.JAVA_BYTE, at + i, (byte) values[from + i]);
                }
            }
            case INT16 -> {
                for (int i = 0; i < count; i++) {
                    data.setAtIndex(ColumnView.SHORT, at + i, (short) values[from + i]);
                }
            }
            case INT32 -> MemorySegment.copy(values, from, data, ColumnView.INT, (long) at * Integer.BYTES, count);
            default -> throw new IllegalArgumentException("column does not fit its field: " + shape);
        }
    }

    private void clearNulls(BitSet nulls, int from, int to, int at) {
        int valueBytes = shape.valueBytes();
        for (int row = nulls.nextSetBit(from); row >= 0 && row < to; row = nulls.nextSetBit(row + 1)) {
            data.asSlice((long) (at + row - from) * valueBytes, valueBytes).fill((byte) 0);
        }
    }

    private static void markValid(MemorySegment validity, @Nullable BitSet nulls, int from, int to, int at) {
        for (int row = from; row < to; ) {
            int target = at + row - from;
            long word = validity.getAtIndex(VALIDITY_WORD, target >>> 6);
            do {
                long bit = 1L << target;
                word = nulls != null && nulls.get(row) ? word & ~bit : word | bit;
                row++;
                target++;
            } while ((target & 63) != 0 && row < to);
            validity.setAtIndex(VALIDITY_WORD, target - 1 >>> 6, word);
        }
    }
}
