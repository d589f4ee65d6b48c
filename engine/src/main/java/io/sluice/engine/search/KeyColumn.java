package io.sluice.engine.search;

import io.sluice.engine.error.EngineException;
import io.sluice.engine.schema.DataType;
import io.sluice.engine.schema.FieldSchema;
import io.sluice.engine.schema.Keys;
import io.sluice.engine.segment.ColumnView;
import io.sluice.engine.segment.KeyOrder;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;

/** Primary keys compared and hashed where they lie, in the order of {@link KeyOrder}, as sealed segments are sorted. */
final class KeyColumn {
    private KeyColumn() {}

    static int compare(ColumnView left, int leftRow, ColumnView right, int rightRow) {
        if (left.type() == DataType.INT64) {
            return Long.compare(
                    left.data().getAtIndex(ColumnView.LONG, leftRow),
                    right.data().getAtIndex(ColumnView.LONG, rightRow));
        }
        return KeyOrder.compare(
                left.data(),
                left.byteStart(leftRow),
                left.byteEnd(leftRow),
                right.data(),
                right.byteStart(rightRow),
                right.byteEnd(rightRow));
    }

    static int hash(ColumnView keys, int row) {
        if (keys.type() == DataType.INT64) {
            return spread(Long.hashCode(keys.data().getAtIndex(ColumnView.LONG, row)));
        }
        int hash = 1;
        int end = keys.byteEnd(row);
        for (int at = keys.byteStart(row); at < end; at++) {
            hash = 31 * hash + keys.data().get(ValueLayout.JAVA_BYTE, at);
        }
        return spread(hash);
    }

    /**
     * Keys of a request as a column on the heap, comparable with those of a block.
     *
     * @throws EngineException.InvalidRequest if they are not of the primary key's type
     */
    static ColumnView of(Keys keys, FieldSchema primaryKey) {
        return switch (keys) {
            case Keys.LongKeys(long[] values) when primaryKey.type() == DataType.INT64 -> longs(values, primaryKey);
            case Keys.StringKeys(List<String> values)
            when primaryKey.type() == DataType.VARCHAR -> texts(values, primaryKey);
            case Keys.LongKeys _ -> throw wrongType("Int64", primaryKey);
            case Keys.StringKeys _ -> throw wrongType("VarChar", primaryKey);
        };
    }

    private static ColumnView longs(long[] values, FieldSchema primaryKey) {
        MemorySegment data = MemorySegment.ofArray(new byte[Math.multiplyExact(values.length, Long.BYTES)]);
        MemorySegment.copy(values, 0, data, ColumnView.LONG, 0, values.length);
        return new ColumnView(primaryKey.id(), DataType.INT64, null, values.length, 0, data, null, null, null);
    }

    private static ColumnView texts(List<String> values, FieldSchema primaryKey) {
        byte[][] encoded = new byte[values.size()][];
        MemorySegment offsets = MemorySegment.ofArray(new byte[(values.size() + 1) * Integer.BYTES]);
        int end = 0;
        for (int i = 0; i < encoded.length; i++) {
            encoded[i] = values.get(i).getBytes(StandardCharsets.UTF_8);
            end = Math.addExact(end, encoded[i].length);
            offsets.setAtIndex(ColumnView.INT, i + 1, end);
        }
        byte[] data = new byte[end];
        int at = 0;
        for (byte[] text : encoded) {
            System.arraycopy(text, 0, data, at, text.length);
            at += text.length;
        }
        return new ColumnView(
                primaryKey.id(),
                DataType.VARCHAR,
                null,
                encoded.length,
                0,
                MemorySegment.ofArray(data),
                offsets,
                null,
                null);
    }

    private static EngineException wrongType(String type, FieldSchema primaryKey) {
        return new EngineException.InvalidRequest("primary key is "
                + primaryKey.type().milvusName().toLowerCase(Locale.ROOT) + ", but IDs type mismatch: idsType=" + type
                + ", field=" + primaryKey.name() + ". Send ids of the primary key's type");
    }

    /** Multiplying by the golden ratio moves what differs into the high bits, which tables use. */
    private static int spread(int hash) {
        int mixed = hash * 0x9E3779B9;
        return mixed ^ mixed >>> 16;
    }
}
