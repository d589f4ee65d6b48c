package io.sluice.engine.segment;

import io.sluice.engine.schema.DataType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/**
 * The values of one field of a run of rows, over leased memory. Owns nothing, cannot be closed. Immutable and
 * thread-safe while the lease is open.
 *
 * <pre>
 *   type                    data                                   offsets             elementOffsets
 *   Bool, Int8              int8[rowCount]                         -                   -
 *   Int16 / Int32 / Int64   int16 / int32 / int64[rowCount]        -                   -
 *   Float / Double          float32 / float64[rowCount]            -                   -
 *   VarChar, JSON           utf8 bytes                             int32[rowCount + 1] -
 *   Array of fixed size     element values as above, back to back  int32[rowCount + 1] -
 *   Array of VarChar        utf8 bytes of all elements             int32[rowCount + 1] int32[elementCount + 1]
 *   FloatVector             float32[rowCount][dimension]           -                   -
 * </pre>
 *
 * All little-endian and unpadded. {@code offsets} of an array count elements, those of bytes count bytes.
 * {@code validity} is int64 words, one bit per row, 1 = not null; absent for a field that is not nullable. A null row
 * has a zero or empty placeholder.
 *
 * @param rowCount rows that may be read; the memory may have room for more
 * @param dimension components per row of a vector, else 0
 */
public record ColumnView(
        int fieldId,
        DataType type,
        @Nullable DataType elementType,
        int rowCount,
        int dimension,
        MemorySegment data,
        @Nullable MemorySegment offsets,
        @Nullable MemorySegment elementOffsets,
        @Nullable MemorySegment validity) {

    public static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    public static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    public static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    public static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    public static final ValueLayout.OfDouble DOUBLE =
            ValueLayout.JAVA_DOUBLE_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    public boolean isNull(int row) {
        return validity != null && (validity.getAtIndex(LONG, row >>> 6) >>> row & 1) == 0;
    }

    public boolean bool(int row) {
        return data.get(ValueLayout.JAVA_BYTE, row) != 0;
    }

    /** An integer of any width. */
    public long integer(int row) {
        return integer(type, row);
    }

    /** A Float or Double. */
    public double floating(int row) {
        return floating(type, row);
    }

    /** A Float as it is. */
    public float float32(int row) {
        return data.getAtIndex(FLOAT, row);
    }

    /** Where the UTF-8 of a VarChar or JSON row starts in {@link #data}. */
    public int byteStart(int row) {
        assert offsets != null;
        return offsets.getAtIndex(INT, row);
    }

    /** Where it ends. */
    public int byteEnd(int row) {
        assert offsets != null;
        return offsets.getAtIndex(INT, row + 1);
    }

    /** The UTF-8 of a VarChar or JSON row; allocates. */
    public byte[] bytes(int row) {
        return copyOf(byteStart(row), byteEnd(row));
    }

    /** Index of the first element of an array row, among all elements of the column. */
    public int elementStart(int row) {
        assert offsets != null;
        return offsets.getAtIndex(INT, row);
    }

    /** Index after the last element of an array row. */
    public int elementEnd(int row) {
        assert offsets != null;
        return offsets.getAtIndex(INT, row + 1);
    }

    public boolean elementBool(int element) {
        return data.get(ValueLayout.JAVA_BYTE, element) != 0;
    }

    public long elementInteger(int element) {
        assert elementType != null;
        return integer(elementType, element);
    }

    public double elementFloating(int element) {
        assert elementType != null;
        return floating(elementType, element);
    }

    /** The UTF-8 of an element of an array of VarChar; allocates. */
    public byte[] elementBytes(int element) {
        assert elementOffsets != null;
        return copyOf(elementOffsets.getAtIndex(INT, element), elementOffsets.getAtIndex(INT, element + 1));
    }

    /** Where the vector of a row starts in {@link #data}, in bytes. */
    public long vectorOffset(int row) {
        return (long) row * dimension * Float.BYTES;
    }

    private long integer(DataType width, int index) {
        return switch (width) {
            case INT8 -> data.get(ValueLayout.JAVA_BYTE, index);
            case INT16 -> data.getAtIndex(SHORT, index);
            case INT32 -> data.getAtIndex(INT, index);
            case INT64 -> data.getAtIndex(LONG, index);
            default -> throw new IllegalStateException("no integer: type=" + type + ", elementType=" + elementType);
        };
    }

    private double floating(DataType width, int index) {
        return switch (width) {
            case FLOAT -> data.getAtIndex(FLOAT, index);
            case DOUBLE -> data.getAtIndex(DOUBLE, index);
            default -> throw new IllegalStateException("no float: type=" + type + ", elementType=" + elementType);
        };
    }

    private byte[] copyOf(int start, int end) {
        byte[] copy = new byte[end - start];
        MemorySegment.copy(data, ValueLayout.JAVA_BYTE, start, copy, 0, copy.length);
        return copy;
    }
}
