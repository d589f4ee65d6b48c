package io.sluice.engine.testkit;

import io.sluice.engine.schema.CollectionSchema;
import io.sluice.engine.schema.Column;
import io.sluice.engine.schema.DataType;
import io.sluice.engine.schema.FieldSchema;
import io.sluice.engine.segment.ColumnView;
import io.sluice.engine.segment.RowBlock;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Lays heap columns out as a {@link RowBlock}, the way {@link ColumnView} describes it. The block lives as long as the
 * arena.
 */
public final class Blocks {
    private Blocks() {}

    /** {@code columns.get(i)} belongs to {@code fields.get(i)}; the timestamp column is all 0. */
    public static RowBlock of(Arena arena, List<FieldSchema> fields, List<? extends Column> columns) {
        int rowCount = columns.isEmpty() ? 0 : columns.getFirst().rowCount();
        return of(arena, fields, columns, new long[rowCount]);
    }

    /** With the timestamp of each row. */
    public static RowBlock of(
            Arena arena, List<FieldSchema> fields, List<? extends Column> columns, long[] timestamps) {
        if (fields.size() != columns.size()) {
            throw new IllegalArgumentException("fields=" + fields.size() + ", columns=" + columns.size());
        }
        Map<Integer, ColumnView> views = new HashMap<>();
        for (int i = 0; i < fields.size(); i++) {
            FieldSchema field = fields.get(i);
            if (columns.get(i).rowCount() != timestamps.length) {
                throw new IllegalArgumentException("field=" + field.name() + ", rows="
                        + columns.get(i).rowCount() + ", expected=" + timestamps.length);
            }
            views.put(field.id(), view(arena, field, columns.get(i)));
        }
        FieldSchema timestamp = FieldSchema.of("timestamp", DataType.INT64).withId(CollectionSchema.TIMESTAMP_FIELD_ID);
        views.put(timestamp.id(), view(arena, timestamp, new Column.Longs(timestamps, null)));
        return new RowBlock(timestamps.length, views);
    }

    /** One column; {@code field} says the width of integers and gets a validity section when it is nullable. */
    public static ColumnView view(Arena arena, FieldSchema field, Column column) {
        int rowCount = column.rowCount();
        MemorySegment validity = validity(arena, field, column);
        DataType type = field.type();
        return switch (column) {
            case Column.Bytes bytes ->
                new ColumnView(
                        field.id(),
                        type,
                        null,
                        rowCount,
                        0,
                        copy(arena, bytes.data()),
                        ints(arena, bytes.offsets()),
                        null,
                        validity);
            case Column.FloatVectors vectors ->
                new ColumnView(
                        field.id(),
                        type,
                        null,
                        rowCount,
                        vectors.dimension(),
                        values(arena, type, vectors),
                        null,
                        null,
                        validity);
            case Column.Arrays arrays -> {
                DataType elementType = field.elementType();
                MemorySegment offsets = ints(arena, arrays.offsets());
                yield arrays.elements() instanceof Column.Bytes texts
                        ? new ColumnView(
                                field.id(),
                                type,
                                elementType,
                                rowCount,
                                0,
                                copy(arena, texts.data()),
                                offsets,
                                ints(arena, texts.offsets()),
                                validity)
                        : new ColumnView(
                                field.id(),
                                type,
                                elementType,
                                rowCount,
                                0,
                                values(arena, elementType, arrays.elements()),
                                offsets,
                                null,
                                validity);
            }
            case Column.Bools _, Column.Ints _, Column.Longs _, Column.Floats _, Column.Doubles _ ->
                new ColumnView(field.id(), type, null, rowCount, 0, values(arena, type, column), null, null, validity);
        };
    }

    private static MemorySegment values(Arena arena, DataType type, Column column) {
        return switch (column) {
            case Column.Bools(boolean[] values, var _) -> {
                MemorySegment to = arena.allocate(values.length, 64);
                for (int i = 0; i < values.length; i++) {
                    to.set(ValueLayout.JAVA_BYTE, i, (byte) (values[i] ? 1 : 0));
                }
                yield to;
            }
            case Column.Ints(int[] values, var _) -> {
                MemorySegment to = arena.allocate((long) values.length * type.elementBytes(), 64);
                for (int i = 0; i < values.length; i++) {
                    switch (type) {
                        case INT8 -> to.set(ValueLayout.JAVA_BYTE, i, (byte) values[i]);
                        case INT16 -> to.setAtIndex(ColumnView.SHORT, i, (short) values[i]);
                        case INT32 -> to.setAtIndex(ColumnView.INT, i, values[i]);
                        default -> throw new IllegalArgumentException("type=" + type + ", column=Ints");
                    }
                }
                yield to;
            }
            case Column.Longs(long[] values, var _) -> {
                MemorySegment to = arena.allocate(values.length * 8L, 64);
                MemorySegment.copy(values, 0, to, ColumnView.LONG, 0, values.length);
                yield to;
            }
            case Column.Floats(float[] values, var _) -> floats(arena, values);
            case Column.FloatVectors(float[] values, var _, var _) -> floats(arena, values);
            case Column.Doubles(double[] values, var _) -> {
                MemorySegment to = arena.allocate(values.length * 8L, 64);
                MemorySegment.copy(values, 0, to, ColumnView.DOUBLE, 0, values.length);
                yield to;
            }
            case Column.Bytes _, Column.Arrays _ -> throw new IllegalArgumentException("no fixed width: type=" + type);
        };
    }

    private static MemorySegment floats(Arena arena, float[] values) {
        MemorySegment to = arena.allocate(values.length * 4L, 64);
        MemorySegment.copy(values, 0, to, ColumnView.FLOAT, 0, values.length);
        return to;
    }

    private static MemorySegment ints(Arena arena, int[] values) {
        MemorySegment to = arena.allocate(values.length * 4L, 64);
        MemorySegment.copy(values, 0, to, ColumnView.INT, 0, values.length);
        return to;
    }

    private static MemorySegment copy(Arena arena, byte[] bytes) {
        MemorySegment to = arena.allocate(bytes.length, 64);
        MemorySegment.copy(bytes, 0, to, ValueLayout.JAVA_BYTE, 0, bytes.length);
        return to;
    }

    private static @Nullable MemorySegment validity(Arena arena, FieldSchema field, Column column) {
        if (!field.nullable() && column.nulls() == null) {
            return null;
        }
        int rowCount = column.rowCount();
        MemorySegment words = arena.allocate(((rowCount + 63) >>> 6) * 8L, 64);
        for (int row = 0; row < rowCount; row++) {
            if (!column.isNull(row)) {
                long at = row >>> 6;
                words.setAtIndex(ColumnView.LONG, at, words.getAtIndex(ColumnView.LONG, at) | 1L << row);
            }
        }
        return words;
    }
}
