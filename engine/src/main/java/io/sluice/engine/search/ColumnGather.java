package io.sluice.engine.search;

import io.sluice.engine.collection.ReadableBlock;
import io.sluice.engine.schema.Column;
import io.sluice.engine.schema.DataType;
import io.sluice.engine.schema.FieldSchema;
import io.sluice.engine.schema.Keys;
import io.sluice.engine.segment.ColumnView;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.BitSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Copies the values of chosen rows out of the blocks into heap columns, stretch by stretch. Immutable.
 *
 * <p>A column is copied as ranges: of rows for most types, of elements for arrays. So there is one copy routine per
 * element type, and neighbouring rows cost one bulk copy.
 */
final class ColumnGather {
    private final List<ReadableBlock> blocks;
    private final RowRefs rows;

    /** @param rows refer to {@code blocks} by index */
    ColumnGather(List<ReadableBlock> blocks, RowRefs rows) {
        this.blocks = blocks;
        this.rows = rows;
    }

    /** Takes values {@code [from, from + count)} of a column; they are values {@code at} and following of the answer. */
    private interface RangeReader {
        void read(ColumnView source, int from, int count, int at);
    }

    /** Goes over the ranges of values that make up the answer, in order. */
    private interface Ranges {
        void forEach(RangeReader reader);
    }

    /** Where the bytes of a value start and end: of rows or of array elements. */
    private interface OffsetsOf {
        @Nullable
        MemorySegment of(ColumnView source);
    }

    /** Heap bytes that {@link #column} will take, without object headers. */
    long sizeBytes(FieldSchema field) {
        long[] size = {0};
        rowRanges(field).forEach((source, from, count, _) -> size[0] += sizeBytes(source, from, count));
        return size[0];
    }

    private static long sizeBytes(ColumnView source, int from, int count) {
        return switch (source.type()) {
            case ARRAY -> {
                int start = source.elementStart(from);
                int end = source.elementEnd(from + count - 1);
                long perRow = (long) count * Integer.BYTES;
                yield perRow + elementBytes(source, start, end);
            }
            case VARCHAR, JSON ->
                (long) count * Integer.BYTES + source.byteEnd(from + count - 1) - source.byteStart(from);
            case FLOAT_VECTOR -> (long) count * source.dimension() * Float.BYTES;
            default -> (long) count * source.type().elementBytes();
        };
    }

    private static long elementBytes(ColumnView source, int start, int end) {
        MemorySegment offsets = source.elementOffsets();
        if (offsets != null) {
            return (long) (end - start) * Integer.BYTES
                    + offsets.getAtIndex(ColumnView.INT, end)
                    - offsets.getAtIndex(ColumnView.INT, start);
        }
        DataType elementType = source.elementType();
        assert elementType != null;
        return (long) (end - start) * elementType.elementBytes();
    }

    /** The values of a field, one per row. */
    Column column(FieldSchema field) {
        Ranges ranges = rowRanges(field);
        BitSet nulls = field.nullable() ? nulls(ranges) : null;
        int count = rows.size();
        return switch (field.type()) {
            case ARRAY -> arrays(field, ranges, nulls);
            case FLOAT_VECTOR -> vectors(field.dimension(), count, ranges, nulls);
            case VARCHAR, JSON -> bytes(count, ranges, ColumnView::offsets, nulls);
            default -> values(field.type(), count, ranges, nulls);
        };
    }

    /** The primary keys. */
    Keys keys(FieldSchema primaryKey) {
        return switch (column(primaryKey)) {
            case Column.Longs(long[] values, var _) -> new Keys.LongKeys(values);
            case Column.Bytes texts -> {
                String[] values = new String[texts.rowCount()];
                for (int row = 0; row < values.length; row++) {
                    values[row] = texts.text(row);
                }
                yield new Keys.StringKeys(List.of(values));
            }
            default -> throw new IllegalStateException("no primary key: " + primaryKey);
        };
    }

    private Ranges rowRanges(FieldSchema field) {
        return reader -> rows.forEachRun(
                (block, row, count, at) -> reader.read(blocks.get(block).rows().column(field.id()), row, count, at));
    }

    private static @Nullable BitSet nulls(Ranges ranges) {
        BitSet nulls = new BitSet();
        ranges.forEach((source, from, count, at) -> {
            for (int i = 0; source.validity() != null && i < count; i++) {
                if (source.isNull(from + i)) {
                    nulls.set(at + i);
                }
            }
        });
        return nulls.isEmpty() ? null : nulls;
    }

    private Column arrays(FieldSchema field, Ranges ranges, @Nullable BitSet nulls) {
        int[] offsets = new int[rows.size() + 1];
        ranges.forEach((source, from, count, at) -> {
            MemorySegment sourceOffsets = source.offsets();
            assert sourceOffsets != null;
            rebase(sourceOffsets, from, count, offsets, at);
        });
        int elementCount = offsets[offsets.length - 1];
        Ranges elements = reader -> ranges.forEach((source, from, count, at) -> {
            int start = source.elementStart(from);
            int end = source.elementEnd(from + count - 1);
            if (end > start) {
                reader.read(source, start, end - start, offsets[at]);
            }
        });
        DataType elementType = field.elementType();
        assert elementType != null;
        Column values = elementType == DataType.VARCHAR
                ? bytes(elementCount, elements, ColumnView::elementOffsets, null)
                : values(elementType, elementCount, elements, null);
        return new Column.Arrays(values, offsets, nulls);
    }

    private static Column vectors(int dimension, int count, Ranges ranges, @Nullable BitSet nulls) {
        float[] values = new float[count * dimension];
        ranges.forEach((source, from, length, at) -> MemorySegment.copy(
                source.data(),
                ColumnView.FLOAT,
                source.vectorOffset(from),
                values,
                at * dimension,
                length * dimension));
        return new Column.FloatVectors(values, dimension, nulls);
    }

    private static Column bytes(int count, Ranges ranges, OffsetsOf offsetsOf, @Nullable BitSet nulls) {
        int[] offsets = new int[count + 1];
        ranges.forEach((source, from, length, at) -> {
            MemorySegment sourceOffsets = offsetsOf.of(source);
            assert sourceOffsets != null;
            rebase(sourceOffsets, from, length, offsets, at);
        });
        byte[] data = new byte[offsets[count]];
        ranges.forEach((source, from, length, at) -> {
            MemorySegment sourceOffsets = offsetsOf.of(source);
            assert sourceOffsets != null;
            MemorySegment.copy(
                    source.data(),
                    ValueLayout.JAVA_BYTE,
                    sourceOffsets.getAtIndex(ColumnView.INT, from),
                    data,
                    offsets[at],
                    offsets[at + length] - offsets[at]);
        });
        return new Column.Bytes(data, offsets, nulls);
    }

    /** Continues {@code offsets} at {@code at}, which is known, with {@code count} more. */
    private static void rebase(MemorySegment source, int from, int count, int[] offsets, int at) {
        int shift = offsets[at] - source.getAtIndex(ColumnView.INT, from);
        for (int i = 1; i <= count; i++) {
            offsets[at + i] = source.getAtIndex(ColumnView.INT, from + i) + shift;
        }
    }

    private static Column values(DataType type, int count, Ranges ranges, @Nullable BitSet nulls) {
        return switch (type) {
            case BOOL -> {
                boolean[] values = new boolean[count];
                ranges.forEach((source, from, length, at) -> {
                    for (int i = 0; i < length; i++) {
                        values[at + i] = source.elementBool(from + i);
                    }
                });
                yield new Column.Bools(values, nulls);
            }
            case INT8, INT16, INT32 -> new Column.Ints(ints(type, count, ranges), nulls);
            case INT64 -> {
                long[] values = new long[count];
                ranges.forEach((source, from, length, at) -> MemorySegment.copy(
                        source.data(), ColumnView.LONG, (long) from * Long.BYTES, values, at, length));
                yield new Column.Longs(values, nulls);
            }
            case FLOAT -> {
                float[] values = new float[count];
                ranges.forEach((source, from, length, at) -> MemorySegment.copy(
                        source.data(), ColumnView.FLOAT, (long) from * Float.BYTES, values, at, length));
                yield new Column.Floats(values, nulls);
            }
            case DOUBLE -> {
                double[] values = new double[count];
                ranges.forEach((source, from, length, at) -> MemorySegment.copy(
                        source.data(), ColumnView.DOUBLE, (long) from * Double.BYTES, values, at, length));
                yield new Column.Doubles(values, nulls);
            }
            default -> throw new IllegalStateException("no column of this type can exist: type=" + type);
        };
    }

    private static int[] ints(DataType type, int count, Ranges ranges) {
        int[] values = new int[count];
        ranges.forEach((source, from, length, at) -> {
            switch (type) {
                case INT8 -> {
                    for (int i = 0; i < length; i++) {
                        values[at + i] = source.data().get(ValueLayout.JAVA_BYTE, from + i);
                    }
                }
                case INT16 -> {
                    for (int i = 0; i < length; i++) {
                        values[at + i] = source.data().getAtIndex(ColumnView.SHORT, from + i);
                    }
                }
                default ->
                    MemorySegment.copy(source.data(), ColumnView.INT, (long) from * Integer.BYTES, values, at, length);
            }
        });
        return values;
    }
}
