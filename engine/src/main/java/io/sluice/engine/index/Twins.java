package io.sluice.engine.index;

import io.sluice.engine.error.StopSignal;
import io.sluice.engine.segment.ColumnView;
import java.lang.foreign.MemorySegment;

/**
 * Finds rows with equal vectors: chains of ascending rows, of which only the first goes into the graph.
 *
 * <p>Why: equal rows are each other's nearest neighbours. A few hundred of them (placeholders, repeated texts, zero
 * vectors) fill all links and every beam that comes near, and a walk never gets out again.
 */
final class Twins {
    private static final int STOP_ROWS = 4096;

    private Twins() {}

    /** Slots of the hash table for so many rows: a power of two, at most half full. */
    static long tableSlots(int rowCount) {
        return Long.highestOneBit(Math.max(rowCount, 1)) * 4;
    }

    /**
     * Fills {@code next} with the next equal row of each row, -1 = none.
     *
     * @param table int32[{@link #tableSlots}], zeroed; holds garbage afterwards
     * @param isTwin gets a bit for every row that is not the first of its chain
     * @return the number of those
     */
    static int link(ColumnView vectors, MemorySegment table, MemorySegment next, long[] isTwin, StopSignal stop) {
        long slotMask = tableSlots(vectors.rowCount()) - 1;
        int twins = 0;
        // Backwards, so that the row that is found last is the first of its chain and each new row just goes before it.
        for (int row = vectors.rowCount() - 1; row >= 0; row--) {
            if (row % STOP_ROWS == 0) {
                stop.throwIfRequested();
            }
            next.setAtIndex(ColumnView.INT, row, -1);
            long slot = hash(vectors, row) & slotMask;
            while (true) {
                int first = table.getAtIndex(ColumnView.INT, slot) - 1;
                if (first < 0) {
                    table.setAtIndex(ColumnView.INT, slot, row + 1);
                    break;
                }
                if (areEqual(vectors, row, first)) {
                    next.setAtIndex(ColumnView.INT, row, first);
                    isTwin[first >>> 6] |= 1L << first;
                    table.setAtIndex(ColumnView.INT, slot, row + 1);
                    twins++;
                    break;
                }
                slot = slot + 1 & slotMask;
            }
        }
        return twins;
    }

    /** Adding 0 makes the two zeros one. */
    private static long hash(ColumnView vectors, int row) {
        MemorySegment data = vectors.data();
        long at = (long) row * vectors.dimension();
        long hash = 0;
        for (int j = 0; j < vectors.dimension(); j++) {
            int bits = Float.floatToRawIntBits(data.getAtIndex(ColumnView.FLOAT, at + j) + 0f);
            hash = (hash ^ bits) * 0x9E37_79B9_7F4A_7C15L;
            hash ^= hash >>> 29;
        }
        return hash ^ hash >>> 32;
    }

    private static boolean areEqual(ColumnView vectors, int row, int other) {
        MemorySegment data = vectors.data();
        long at = (long) row * vectors.dimension();
        long otherAt = (long) other * vectors.dimension();
        for (int j = 0; j < vectors.dimension(); j++) {
            if (data.getAtIndex(ColumnView.FLOAT, at + j) != data.getAtIndex(ColumnView.FLOAT, otherAt + j)) {
                return false;
            }
        }
        return true;
    }
}
