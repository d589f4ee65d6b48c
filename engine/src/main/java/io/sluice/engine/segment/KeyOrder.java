package io.sluice.engine.segment;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** The order of primary keys and of texts: Int64 by value, VarChar by the unsigned bytes of its UTF-8. */
public final class KeyOrder {
    private KeyOrder() {}

    /** Compares a VarChar key of a column with one on the heap. */
    static int compare(ColumnView keys, int row, MemorySegment key) {
        return compare(keys.data(), keys.byteStart(row), keys.byteEnd(row), key, 0, key.byteSize());
    }

    /** Compares bytes {@code [aFrom, aTo)} with {@code [bFrom, bTo)}. */
    public static int compare(MemorySegment a, long aFrom, long aTo, MemorySegment b, long bFrom, long bTo) {
        long at = MemorySegment.mismatch(a, aFrom, aTo, b, bFrom, bTo);
        if (at < 0) {
            return 0;
        }
        if (at == aTo - aFrom || at == bTo - bFrom) {
            return Long.compare(aTo - aFrom, bTo - bFrom);
        }
        return Byte.compareUnsigned(a.get(ValueLayout.JAVA_BYTE, aFrom + at), b.get(ValueLayout.JAVA_BYTE, bFrom + at));
    }

    /** The first eight bytes as a number: where two differ, they compare as the texts do. */
    public static long prefix(MemorySegment data, long from, long to) {
        long prefix = 0;
        long size = Math.min(Long.BYTES, to - from);
        for (long i = 0; i < size; i++) {
            prefix = prefix << 8 | data.get(ValueLayout.JAVA_BYTE, from + i) & 0xFF;
        }
        return (size == 0 ? 0 : prefix << 8 * (Long.BYTES - size)) ^ Long.MIN_VALUE;
    }
}
