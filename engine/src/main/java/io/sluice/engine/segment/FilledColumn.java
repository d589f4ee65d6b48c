package io.sluice.engine.segment;

import io.sluice.engine.error.EngineException;
import io.sluice.engine.error.ErrorCode;
import io.sluice.engine.schema.DataType;
import io.sluice.engine.schema.FieldSchema;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * The column of a field for rows that were written before the field was added: each row has the field's default, or
 * null. Laid out like a part of a segment file, and nothing of it is in a file. Immutable.
 *
 * <p>A null column is all zeros, so that its memory is never touched: the system backs it with no page.
 */
public record FilledColumn(FieldSchema field) {
    private static final byte[] NOTHING = {};
    private static final byte[] EMPTY_OBJECT = {'{', '}'};

    /** Bytes of the column; whole sections, each 64-byte aligned. */
    public long sizeBytes(int rowCount) {
        return layout("", rowCount).sizeBytes();
    }

    /**
     * Where the sections lie.
     *
     * @param key of the segment's file, for messages
     * @throws EngineException.Failed if the column is larger than offsets can say
     */
    public PartLayout layout(String key, int rowCount) {
        ColumnShape shape = ColumnShape.of(field);
        List<PartLayout.Section> sections = new ArrayList<>();
        long dataBytes = (long) rowCount * (shape.isFixed() ? shape.valueBytes() : value().length);
        checkSize(dataBytes, rowCount, shape);
        long at = add(sections, PartLayout.DATA, 0, dataBytes);
        if (!shape.isFixed()) {
            at = add(sections, PartLayout.OFFSETS, at, ColumnShape.offsetsBytes(rowCount));
        }
        if (shape.isArrayOfBytes()) {
            at = add(sections, PartLayout.ELEMENT_OFFSETS, at, ColumnShape.offsetsBytes(0));
        }
        if (shape.nullable()) {
            at = add(sections, PartLayout.VALIDITY, at, ColumnShape.validityBytes(rowCount));
        }
        return new PartLayout(key, field.id(), 0, at, sections, new int[0]);
    }

    private static long add(List<PartLayout.Section> sections, int kind, long at, long sizeBytes) {
        sections.add(new PartLayout.Section(kind, at, sizeBytes));
        return PartFileLayout.alignUp(at + sizeBytes, PartFileLayout.SECTION_ALIGNMENT_BYTES);
    }

    private void checkSize(long dataBytes, int rowCount, ColumnShape shape) {
        if (!shape.isFixed() && dataBytes > Integer.MAX_VALUE) {
            throw new EngineException.Failed(
                    ErrorCode.TOO_LARGE,
                    "default value is too long for so many rows in one segment: field=" + field.name() + ", rows="
                            + rowCount + ", bytes=" + dataBytes + ", limit=" + Integer.MAX_VALUE
                            + ". Load without this field",
                    null);
        }
    }

    /** Writes the column into zeroed memory of {@link #sizeBytes}. */
    public void fill(MemorySegment zeroed, int rowCount) {
        if (isNull()) {
            return;
        }
        byte[] value = value();
        PartLayout layout = layout("", rowCount);
        repeat(value, layout.section(PartLayout.DATA, zeroed));
        ColumnShape shape = ColumnShape.of(field);
        if (!shape.isFixed()) {
            MemorySegment offsets = layout.section(PartLayout.OFFSETS, zeroed);
            for (int row = 1; row <= rowCount; row++) {
                offsets.setAtIndex(ColumnView.INT, row, row * value.length);
            }
        }
        if (shape.nullable()) {
            MemorySegment validity = layout.section(PartLayout.VALIDITY, zeroed);
            for (int row = 0; row < rowCount; row += Long.SIZE) {
                int left = rowCount - row;
                validity.setAtIndex(ColumnView.LONG, row >>> 6, left >= Long.SIZE ? -1L : (1L << left) - 1);
            }
        }
    }

    /** Doubles what is there until it is full. */
    private static void repeat(byte[] value, MemorySegment data) {
        if (value.length == 0) {
            return;
        }
        MemorySegment.copy(value, 0, data, ValueLayout.JAVA_BYTE, 0, value.length);
        for (long done = value.length; done < data.byteSize(); done *= 2) {
            MemorySegment.copy(data, 0, data, done, Math.min(done, data.byteSize() - done));
        }
    }

    /** The column over memory that was filled for at least {@code rowCount} rows. */
    ColumnView view(MemorySegment bytes, int filledRowCount, int rowCount) {
        ColumnShape shape = ColumnShape.of(field);
        ColumnView whole = ColumnViews.of(shape, filledRowCount, layout("", filledRowCount), bytes);
        return ColumnViews.view(
                shape, rowCount, whole.data(), whole.offsets(), whole.elementOffsets(), whole.validity());
    }

    private boolean isNull() {
        return field.defaultValue() == null && !field.dynamic();
    }

    /** One value as it lies in memory; nothing for null. */
    private byte[] value() {
        Object value = field.defaultValue();
        if (field.dynamic()) {
            return EMPTY_OBJECT;
        }
        return switch (value) {
            case null -> NOTHING;
            case Boolean flag -> new byte[] {(byte) (flag ? 1 : 0)};
            case String text -> text.getBytes(StandardCharsets.UTF_8);
            case Number number -> numberBytes(field.type(), number);
            default -> throw new IllegalStateException("a checked default is of no other kind: " + field);
        };
    }

    private static byte[] numberBytes(DataType type, Number value) {
        byte[] bytes = new byte[type.elementBytes()];
        MemorySegment into = MemorySegment.ofArray(bytes);
        switch (type) {
            case INT8 -> bytes[0] = value.byteValue();
            case INT16 -> into.set(ColumnView.SHORT, 0, value.shortValue());
            case INT32 -> into.set(ColumnView.INT, 0, value.intValue());
            case INT64 -> into.set(ColumnView.LONG, 0, value.longValue());
            case FLOAT -> into.set(ColumnView.FLOAT, 0, value.floatValue());
            case DOUBLE -> into.set(ColumnView.DOUBLE, 0, value.doubleValue());
            default -> throw new IllegalStateException("a checked default fits its type: type=" + type);
        }
        return bytes;
    }
}
