package io.sluice.engine.log;

import io.sluice.engine.error.EngineException;
import io.sluice.engine.error.ErrorCode;
import io.sluice.engine.schema.Column;
import io.sluice.engine.schema.ColumnBatch;
import io.sluice.engine.schema.Keys;
import io.sluice.engine.schema.UpsertRows;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The payloads of log records: rows and keys as bytes, little-endian, arrays copied in bulk.
 *
 * <pre>
 *   payload  u8 version, u8 kind (1 rows, 2 keys, 3 upsert), content
 *   rows     u32 rowCount, u32 columnCount, column...
 *   keys     column: longs, or bytes
 *   upsert   rows, keys
 *   column   u8 shape, u8 1 if there are nulls, then by shape
 *              1 bools         u32 count, u8[count]
 *              2 ints          u32 count, i32[count]
 *              3 longs         u32 count, i64[count]
 *              4 floats        u32 count, f32[count]
 *              5 doubles       u32 count, f64[count]
 *              6 bytes         u32 rowCount, u32[rowCount + 1] offsets, u32 size, u8[size]
 *              7 arrays        u32 rowCount, u32[rowCount + 1] offsets, column of the elements
 *              8 floatVectors  u32 dimension, u32 count, f32[count]
 *            and, if there are nulls, u32 wordCount, u64[wordCount]: bit set = null
 * </pre>
 */
public final class ColumnBatchCodec {
    private static final byte VERSION = 1;
    private static final byte ROWS = 1;
    private static final byte KEYS = 2;
    private static final byte UPSERT = 3;

    private static final byte BOOLS = 1;
    private static final byte INTS = 2;
    private static final byte LONGS = 3;
    private static final byte FLOATS = 4;
    private static final byte DOUBLES = 5;
    private static final byte BYTES = 6;
    private static final byte ARRAYS = 7;
    private static final byte FLOAT_VECTORS = 8;

    private static final int PAYLOAD_HEAD_BYTES = 2;
    private static final int ROWS_HEAD_BYTES = 8;
    private static final int COLUMN_HEAD_BYTES = 2;

    private ColumnBatchCodec() {}

    /** @throws EngineException.InvalidRequest {@code TOO_LARGE} above the largest record; so for the next two */
    public static LogPayload encodeRows(ColumnBatch rows) {
        return payload(ROWS, rowsBytes(rows), into -> putRows(into, rows));
    }

    public static LogPayload encodeKeys(Keys keys) {
        Column column = columnOf(keys);
        return payload(KEYS, columnBytes(column), into -> putColumn(into, column));
    }

    public static LogPayload encodeUpsert(UpsertRows upsert) {
        Column keys = columnOf(upsert.replacedKeys());
        return payload(UPSERT, rowsBytes(upsert.rows()) + columnBytes(keys), into -> {
            putRows(into, upsert.rows());
            putColumn(into, keys);
        });
    }

    /** @throws EngineException.Corrupt if these are not the bytes of rows; so for the next two */
    public static ColumnBatch decodeRows(byte[] payload) {
        return decode(payload, ROWS, ColumnBatchCodec::rows);
    }

    public static Keys decodeKeys(byte[] payload) {
        return decode(payload, KEYS, from -> keysOf(column(from)));
    }

    public static UpsertRows decodeUpsert(byte[] payload) {
        return decode(payload, UPSERT, from -> new UpsertRows(rows(from), keysOf(column(from))));
    }

    // Sizes

    private static long rowsBytes(ColumnBatch rows) {
        long bytes = ROWS_HEAD_BYTES;
        for (Column column : rows.columns()) {
            bytes += columnBytes(column);
        }
        return bytes;
    }

    private static long columnBytes(Column column) {
        long content = switch (column) {
            case Column.Bools c -> Integer.BYTES + c.values().length;
            case Column.Ints c -> Integer.BYTES + (long) Integer.BYTES * c.values().length;
            case Column.Longs c -> Integer.BYTES + (long) Long.BYTES * c.values().length;
            case Column.Floats c -> Integer.BYTES + (long) Float.BYTES * c.values().length;
            case Column.Doubles c -> Integer.BYTES + (long) Double.BYTES * c.values().length;
            case Column.Bytes c -> 2L * Integer.BYTES + (long) Integer.BYTES * c.offsets().length + c.data().length;
            case Column.Arrays c ->
                Integer.BYTES + (long) Integer.BYTES * c.offsets().length + columnBytes(c.elements());
            case Column.FloatVectors c -> 2L * Integer.BYTES + (long) Float.BYTES * c.values().length;
        };
        BitSet nulls = column.nulls();
        return COLUMN_HEAD_BYTES + content + (nulls == null ? 0 : Integer.BYTES + (long) Long.BYTES * wordCount(nulls));
    }

    private static int wordCount(BitSet nulls) {
        return (nulls.length() + Long.SIZE - 1) / Long.SIZE;
    }

    // Encoding

    private static LogPayload payload(byte kind, long contentBytes, Consumer<ByteBuffer> content) {
        long bytes = PAYLOAD_HEAD_BYTES + contentBytes;
        if (bytes > LogLayout.MAX_PAYLOAD_BYTES) {
            throw new EngineException.InvalidRequest(
                    ErrorCode.TOO_LARGE,
                    "write is too large: bytes=" + bytes + ", limit=" + LogLayout.MAX_PAYLOAD_BYTES
                            + ". Send fewer rows at once");
        }
        return new Encoded(kind, (int) bytes, content);
    }

    /** Columns that are put into bytes when they are asked for. */
    private record Encoded(byte kind, @Override int sizeBytes, Consumer<ByteBuffer> content) implements LogPayload {
        @Override
        public void putInto(ByteBuffer into) {
            content.accept(into.put(VERSION).put(kind));
        }

        @Override
        public String toString() {
            return sizeBytes + " bytes to be";
        }
    }

    private static void putRows(ByteBuffer into, ColumnBatch rows) {
        into.putInt(rows.rowCount()).putInt(rows.columns().size());
        for (Column column : rows.columns()) {
            putColumn(into, column);
        }
    }

    private static void putColumn(ByteBuffer into, Column column) {
        BitSet nulls = column.nulls();
        into.put(shapeOf(column)).put((byte) (nulls == null ? 0 : 1));
        switch (column) {
            case Column.Bools c -> {
                into.putInt(c.values().length);
                for (boolean value : c.values()) {
                    into.put((byte) (value ? 1 : 0));
                }
            }
            case Column.Ints c -> putInts(into.putInt(c.values().length), c.values());
            case Column.Longs c -> {
                into.putInt(c.values().length).asLongBuffer().put(c.values());
                skip(into, (long) Long.BYTES * c.values().length);
            }
            case Column.Floats c -> putFloats(into.putInt(c.values().length), c.values());
            case Column.Doubles c -> {
                into.putInt(c.values().length).asDoubleBuffer().put(c.values());
                skip(into, (long) Double.BYTES * c.values().length);
            }
            case Column.Bytes c -> {
                putInts(into.putInt(c.rowCount()), c.offsets());
                into.putInt(c.data().length).put(c.data());
            }
            case Column.Arrays c -> {
                putInts(into.putInt(c.rowCount()), c.offsets());
                putColumn(into, c.elements());
            }
            case Column.FloatVectors c -> putFloats(into.putInt(c.dimension()).putInt(c.values().length), c.values());
        }
        if (nulls != null) {
            long[] words = nulls.toLongArray();
            into.putInt(words.length).asLongBuffer().put(words);
            skip(into, (long) Long.BYTES * words.length);
        }
    }

    private static byte shapeOf(Column column) {
        return switch (column) {
            case Column.Bools _ -> BOOLS;
            case Column.Ints _ -> INTS;
            case Column.Longs _ -> LONGS;
            case Column.Floats _ -> FLOATS;
            case Column.Doubles _ -> DOUBLES;
            case Column.Bytes _ -> BYTES;
            case Column.Arrays _ -> ARRAYS;
            case Column.FloatVectors _ -> FLOAT_VECTORS;
        };
    }

    private static void putInts(ByteBuffer into, int[] values) {
        into.asIntBuffer().put(values);
        skip(into, (long) Integer.BYTES * values.length);
    }

    private static void putFloats(ByteBuffer into, float[] values) {
        into.asFloatBuffer().put(values);
        skip(into, (long) Float.BYTES * values.length);
    }

    private static void skip(ByteBuffer buffer, long bytes) {
        buffer.position(Math.toIntExact(buffer.position() + bytes));
    }

    // Decoding

    private interface Content<T> {
        T read(ByteBuffer from);
    }

    private static <T> T decode(byte[] payload, byte kind, Content<T> content) {
        ByteBuffer from = ByteBuffer.wrap(payload).order(ByteOrder.LITTLE_ENDIAN);
        if (payload.length < PAYLOAD_HEAD_BYTES || from.get() != VERSION || from.get() != kind) {
            throw malformed("it does not begin as version " + VERSION + " of kind " + kind, 0, null);
        }
        try {
            T result = content.read(from);
            if (from.hasRemaining()) {
                throw malformed("bytes are left over: count=" + from.remaining(), from.position(), null);
            }
            return result;
        } catch (BufferUnderflowException | IllegalArgumentException | IndexOutOfBoundsException e) {
            throw malformed("it ends too early", from.position(), e);
        }
    }

    private static ColumnBatch rows(ByteBuffer from) {
        int rowCount = from.getInt();
        int columnCount = count(from, COLUMN_HEAD_BYTES);
        List<Column> columns = new ArrayList<>(columnCount);
        for (int i = 0; i < columnCount; i++) {
            columns.add(column(from));
        }
        return new ColumnBatch(rowCount, columns);
    }

    private static Column column(ByteBuffer from) {
        byte shape = from.get();
        boolean hasNulls = from.get() != 0;
        return switch (shape) {
            case BOOLS -> {
                boolean[] values = new boolean[count(from, 1)];
                for (int i = 0; i < values.length; i++) {
                    values[i] = from.get() != 0;
                }
                yield new Column.Bools(values, nulls(from, hasNulls));
            }
            case INTS -> new Column.Ints(ints(from, count(from, Integer.BYTES)), nulls(from, hasNulls));
            case LONGS -> new Column.Longs(longs(from, count(from, Long.BYTES)), nulls(from, hasNulls));
            case FLOATS -> new Column.Floats(floats(from, count(from, Float.BYTES)), nulls(from, hasNulls));
            case DOUBLES -> {
                double[] values = new double[count(from, Double.BYTES)];
                from.asDoubleBuffer().get(values);
                skip(from, (long) Double.BYTES * values.length);
                yield new Column.Doubles(values, nulls(from, hasNulls));
            }
            case BYTES -> {
                int[] offsets = ints(from, count(from, Integer.BYTES) + 1);
                byte[] data = new byte[count(from, 1)];
                from.get(data);
                yield new Column.Bytes(data, offsets, nulls(from, hasNulls));
            }
            case ARRAYS -> {
                int[] offsets = ints(from, count(from, Integer.BYTES) + 1);
                yield new Column.Arrays(column(from), offsets, nulls(from, hasNulls));
            }
            case FLOAT_VECTORS -> {
                int dimension = from.getInt();
                if (dimension <= 0) {
                    throw malformed("a vector has dimension " + dimension, from.position(), null);
                }
                yield new Column.FloatVectors(floats(from, count(from, Float.BYTES)), dimension, nulls(from, hasNulls));
            }
            default -> throw malformed("unknown shape of a column: " + shape, from.position(), null);
        };
    }

    private static @Nullable BitSet nulls(ByteBuffer from, boolean hasNulls) {
        return hasNulls ? BitSet.valueOf(longs(from, count(from, Long.BYTES))) : null;
    }

    /** A count of things that must still be there, so that a wrong one allocates nothing. */
    private static int count(ByteBuffer from, int bytesEach) {
        int count = from.getInt();
        if (count < 0 || (long) count * bytesEach > from.remaining()) {
            throw malformed("a count is beyond the end: " + count, from.position(), null);
        }
        return count;
    }

    private static int[] ints(ByteBuffer from, int count) {
        int[] values = new int[count];
        from.asIntBuffer().get(values);
        skip(from, (long) Integer.BYTES * count);
        return values;
    }

    private static long[] longs(ByteBuffer from, int count) {
        long[] values = new long[count];
        from.asLongBuffer().get(values);
        skip(from, (long) Long.BYTES * count);
        return values;
    }

    private static float[] floats(ByteBuffer from, int count) {
        float[] values = new float[count];
        from.asFloatBuffer().get(values);
        skip(from, (long) Float.BYTES * count);
        return values;
    }

    private static EngineException.Corrupt malformed(String why, int offset, @Nullable Throwable cause) {
        String message = "payload of a log record is malformed: offsetBytes=" + offset + ", because " + why
                + ". The log was written by another version, or is damaged";
        return cause == null ? new EngineException.Corrupt(message) : new EngineException.Corrupt(message, cause);
    }

    // Keys

    private static Column columnOf(Keys keys) {
        return switch (keys) {
            case Keys.LongKeys longs -> new Column.Longs(longs.values(), null);
            case Keys.StringKeys strings -> Column.Bytes.of(strings.values().toArray(String[]::new));
        };
    }

    private static Keys keysOf(Column column) {
        return switch (column) {
            case Column.Longs longs -> new Keys.LongKeys(longs.values());
            case Column.Bytes bytes -> {
                List<String> texts = new ArrayList<>(bytes.rowCount());
                for (int row = 0; row < bytes.rowCount(); row++) {
                    texts.add(bytes.text(row));
                }
                yield new Keys.StringKeys(texts);
            }
            default -> throw malformed("keys have the shape " + shapeOf(column), 0, null);
        };
    }
}
