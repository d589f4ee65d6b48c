package io.sluice.engine.index;

import io.sluice.engine.catalog.PartRecord;
import io.sluice.engine.error.StopSignal;
import io.sluice.engine.segment.ColumnView;
import io.sluice.engine.segment.PartFileWriter;
import io.sluice.engine.segment.RowSort;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * One build of an index on a field that is no vector: sorts positions by value, then writes them as
 * {@link ScalarLayout} draws it. Confined to one thread; the bytes depend on nothing but the column and the form.
 *
 * <p>Sorting takes 20 bytes of heap per value, as a seal does; nothing off-heap.
 */
final class ScalarBuild {
    private static final int STOP_EVERY = 1 << 16;

    private final IndexSpec.Scalar.Form form;
    private final Values values;
    private final int rowCount;
    private final StopSignal stop;
    private int asked;

    /** @param column stays readable until {@link #run} returns; at least one row */
    ScalarBuild(IndexSpec.Scalar spec, ColumnView column, StopSignal stop) {
        this.form = spec.form();
        this.values = new Values(column);
        this.rowCount = column.rowCount();
        this.stop = stop;
    }

    PartRecord run(PartFileWriter out) {
        int[] positions = positions();
        boolean ordered = sort(positions);
        out.beginPart(0);
        if (values.areElements()) {
            writeInverted(positions, rowsOfElements(), out);
            return out.endPart();
        }
        boolean inRowOrder = ordered && positions.length == rowCount;
        boolean sorted = switch (form) {
            case SORTED -> true;
            case INVERTED -> false;
            case AUTO -> inRowOrder || isSmallerSorted(positions);
        };
        if (sorted) {
            writeSorted(positions, inRowOrder, out);
        } else {
            writeInverted(positions, null, out);
        }
        return out.endPart();
    }

    /** Every position with a value: no null row. */
    private int[] positions() {
        int count = values.count();
        int[] positions = new int[count];
        int size = 0;
        for (int at = 0; at < count; at++) {
            if (values.areElements() || !values.column().isNull(at)) {
                positions[size++] = at;
            }
        }
        return size == count ? positions : Arrays.copyOf(positions, size);
    }

    /** By (value, position). Answers whether they were in order. */
    private boolean sort(int[] positions) {
        int count = positions.length;
        long[] keys = new long[count];
        boolean ordered = true;
        for (int i = 0; i < count; i++) {
            keys[i] = values.sortKey(positions[i]);
            ordered = ordered && (i == 0 || compare(keys, positions, i - 1, i) <= 0);
        }
        if (!ordered) {
            int[] order = RowSort.sorted(count, (a, b) -> compare(keys, positions, a, b));
            for (int i = 0; i < count; i++) {
                order[i] = positions[order[i]];
            }
            System.arraycopy(order, 0, positions, 0, count);
        }
        return ordered;
    }

    private int compare(long[] keys, int[] positions, int a, int b) {
        if ((++asked & STOP_EVERY - 1) == 0) {
            stop.throwIfRequested();
        }
        if (keys[a] != keys[b]) {
            return Long.compare(keys[a], keys[b]);
        }
        return values.kind() == Values.Kind.BYTES ? values.compare(positions[a], positions[b]) : 0;
    }

    private int[] rowsOfElements() {
        int[] rows = new int[values.count()];
        ColumnView column = values.column();
        for (int row = 0; row < rowCount; row++) {
            Arrays.fill(rows, column.elementStart(row), column.elementEnd(row), row);
        }
        return rows;
    }

    /** A sorted row takes 4 bytes; an inverted one the same or less, and its term 12. */
    private boolean isSmallerSorted(int[] positions) {
        long invertedBytes = 0;
        for (int from = 0, to; from < positions.length; from = to) {
            to = endOfTerm(positions, from);
            long listBytes = (to - from) * (long) Integer.BYTES;
            invertedBytes +=
                    3L * Integer.BYTES + Math.min(listBytes, (long) ScalarLayout.bitmapWords(rowCount) * Long.BYTES);
        }
        return invertedBytes >= (long) positions.length * Integer.BYTES;
    }

    private int endOfTerm(int[] positions, int from) {
        int to = from + 1;
        while (to < positions.length && values.compare(positions[from], positions[to]) == 0) {
            to++;
        }
        return to;
    }

    private void writeSorted(int[] positions, boolean inRowOrder, PartFileWriter out) {
        writeHeader(ScalarLayout.sorted(values, positions.length, inRowOrder), out);
        if (!inRowOrder) {
            write(ScalarLayout.ORDER, positions, positions.length, out);
        }
    }

    /** @param rowOf the row of each position; null = the position itself */
    private void writeInverted(int[] positions, int @Nullable [] rowOf, PartFileWriter out) {
        int termCount = 0;
        for (int from = 0; from < positions.length; from = endOfTerm(positions, from)) {
            termCount++;
        }
        int[] terms = new int[termCount];
        int[] ends = new int[termCount + 1];
        int[] places = new int[termCount];
        int[] rows = positions; // rows of all terms take the places of their positions
        int size = 0;
        int listed = 0;
        int bitmaps = 0;
        int term = 0;
        for (int from = 0, to; from < positions.length; from = to) {
            stop.throwIfRequested();
            to = endOfTerm(positions, from);
            terms[term] = positions[from];
            int start = size;
            for (int i = from; i < to; i++) {
                int row = rowOf == null ? positions[i] : rowOf[positions[i]];
                if (size == start || rows[size - 1] != row) {
                    rows[size++] = row;
                }
            }
            boolean bitmap = ScalarLayout.isBitmap(size - start, rowCount);
            places[term] = bitmap ? -1 - bitmaps++ : listed;
            listed += bitmap ? 0 : size - start;
            ends[++term] = size;
        }
        writeHeader(ScalarLayout.inverted(values, size, termCount, listed, bitmaps), out);
        write(ScalarLayout.TERMS, terms, termCount, out);
        write(ScalarLayout.ENDS, ends, termCount + 1, out);
        write(ScalarLayout.PLACES, places, termCount, out);
        writeRows(rows, ends, places, out);
        writeBitmaps(rows, ends, places, out);
    }

    private static void writeRows(int[] rows, int[] ends, int[] places, PartFileWriter out) {
        out.beginSection(ScalarLayout.ROWS);
        var numbers = new Numbers(out);
        for (int term = 0; term < places.length; term++) {
            if (places[term] >= 0) {
                for (int i = ends[term]; i < ends[term + 1]; i++) {
                    numbers.put(rows[i]);
                }
            }
        }
        numbers.flush();
    }

    private void writeBitmaps(int[] rows, int[] ends, int[] places, PartFileWriter out) {
        out.beginSection(ScalarLayout.BITMAPS);
        MemorySegment bitmap = MemorySegment.ofArray(new byte[ScalarLayout.bitmapWords(rowCount) * Long.BYTES]);
        for (int term = 0; term < places.length; term++) {
            if (places[term] < 0) {
                bitmap.fill((byte) 0);
                for (int i = ends[term]; i < ends[term + 1]; i++) {
                    long word = bitmap.getAtIndex(ColumnView.LONG, rows[i] >>> 6);
                    bitmap.setAtIndex(ColumnView.LONG, rows[i] >>> 6, word | 1L << rows[i]);
                }
                out.append(bitmap);
            }
        }
    }

    private static void writeHeader(ScalarLayout layout, PartFileWriter out) {
        MemorySegment header = MemorySegment.ofArray(new byte[IndexHeader.BYTES]);
        layout.write(header);
        out.beginSection(IndexHeader.SECTION);
        out.append(header);
    }

    private static void write(int section, int[] values, int count, PartFileWriter out) {
        out.beginSection(section);
        var numbers = new Numbers(out);
        for (int i = 0; i < count; i++) {
            numbers.put(values[i]);
        }
        numbers.flush();
    }

    /** Gathers int32 for a section, little-endian whatever the machine. */
    private static final class Numbers {
        private static final int BUFFER_BYTES = 64 << 10; // 64 KiB

        private final PartFileWriter out;
        private final MemorySegment buffer = MemorySegment.ofArray(new byte[BUFFER_BYTES]);
        private int sizeBytes;

        Numbers(PartFileWriter out) {
            this.out = out;
        }

        void put(int number) {
            if (sizeBytes == BUFFER_BYTES) {
                flush();
            }
            buffer.set(ColumnView.INT, sizeBytes, number);
            sizeBytes += Integer.BYTES;
        }

        void flush() {
            out.append(buffer.asSlice(0, sizeBytes));
            sizeBytes = 0;
        }
    }
}
