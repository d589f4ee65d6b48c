package io.sluice.engine.index;

import io.sluice.engine.error.EngineException;
import io.sluice.engine.index.IndexHeader.Check;
import io.sluice.engine.schema.DataType;
import io.sluice.engine.segment.ColumnView;
import io.sluice.engine.segment.PartLayout;
import java.lang.foreign.MemorySegment;

/**
 * The image of an index on a field that is no vector, in the layout {@code sorted} or {@code inverted}. What a filter
 * reads is what lies in the file: little-endian, sections 64-byte aligned, nothing to parse. Values are not copied: the
 * index names a position in the column, which is always in memory beside it. A position is a row, or in a field of
 * arrays an element. Null rows are in no section.
 *
 * <pre>
 *   section 100 header    256 bytes, below
 *
 *   sorted  110 order     int32[entryCount]: the rows by (value, row); absent if that is their order in the segment
 *
 *   inverted
 *           111 terms     int32[termCount]: a position of each distinct value, in the order of values
 *           112 ends      int32[termCount + 1]: entries before each term; the last is entryCount
 *           113 places    int32[termCount]: where the rows of a term start in section 114, or -1 - its bitmap in 115
 *           114 rows      int32[listedCount]: the rows of terms with few rows, ascending per term, in the order of terms
 *           115 bitmaps   int64[bitmapCount][(rowCount + 63) / 64]: bit r mod 64 of word r / 64 is row r
 *
 *   header 24 value type  int32, Milvus's number; of arrays that of the elements
 *          28 rowCount    int32                      36 termCount    int32; sorted: entryCount
 *          32 entryCount  int32: pairs of a value    40 listedCount  int32
 *             and a row that has it                  44 bitmapCount  int32
 *          48 flags       int32: 1 = sorted and in the order of rows, 2 = values are elements of arrays
 *          52 zeros
 * </pre>
 */
record ScalarLayout(
        boolean inverted,
        DataType valueType,
        boolean elements,
        int rowCount,
        int entryCount,
        int termCount,
        int listedCount,
        int bitmapCount,
        boolean inRowOrder) {
    static final int ORDER = 110;
    static final int TERMS = 111;
    static final int ENDS = 112;
    static final int PLACES = 113;
    static final int ROWS = 114;
    static final int BITMAPS = 115;

    private static final int VERSION = 1;
    private static final String SORTED_NAME = "sorted";
    private static final String INVERTED_NAME = "inverted";
    private static final int IN_ROW_ORDER = 1;
    private static final int ELEMENTS = 2;

    static ScalarLayout sorted(Values values, int entryCount, boolean inRowOrder) {
        return new ScalarLayout(
                false, values.type(), false, values.column().rowCount(), entryCount, entryCount, 0, 0, inRowOrder);
    }

    static ScalarLayout inverted(Values values, int entryCount, int termCount, int listedCount, int bitmapCount) {
        return new ScalarLayout(
                true,
                values.type(),
                values.areElements(),
                values.column().rowCount(),
                entryCount,
                termCount,
                listedCount,
                bitmapCount,
                false);
    }

    int bitmapWords() {
        return bitmapWords(rowCount);
    }

    static int bitmapWords(int rowCount) {
        return (rowCount + 63) >>> 6;
    }

    /** Whether so many rows of one value take less as a bitmap than as a list. */
    static boolean isBitmap(int termRows, int rowCount) {
        return (long) termRows * Integer.BYTES > (long) bitmapWords(rowCount) * Long.BYTES;
    }

    void write(MemorySegment header) {
        IndexHeader.begin(header, VERSION, inverted ? INVERTED_NAME : SORTED_NAME);
        header.set(ColumnView.INT, 24, valueType.number());
        header.set(ColumnView.INT, 28, rowCount);
        header.set(ColumnView.INT, 32, entryCount);
        header.set(ColumnView.INT, 36, termCount);
        header.set(ColumnView.INT, 40, listedCount);
        header.set(ColumnView.INT, 44, bitmapCount);
        header.set(ColumnView.INT, 48, (inRowOrder ? IN_ROW_ORDER : 0) | (elements ? ELEMENTS : 0));
    }

    /**
     * Reads and checks the header and the sizes of all sections.
     *
     * @throws EngineException.Corrupt naming the file and what does not fit
     */
    static ScalarLayout read(PartLayout part, MemorySegment partBytes, Values values) {
        var check = new Check(part.key());
        MemorySegment header = IndexHeader.of(part, partBytes, check);
        String name = IndexHeader.layoutName(header);
        boolean inverted = name.equals(INVERTED_NAME);
        if (IndexHeader.version(header) != VERSION || !inverted && !name.equals(SORTED_NAME)) {
            throw check.newer(
                    "version=" + IndexHeader.version(header) + ", layout=" + name,
                    "version " + VERSION + " layout " + SORTED_NAME + " or " + INVERTED_NAME);
        }
        int flags = header.get(ColumnView.INT, 48);
        var layout = new ScalarLayout(
                inverted,
                values.type(),
                (flags & ELEMENTS) != 0,
                header.get(ColumnView.INT, 28),
                header.get(ColumnView.INT, 32),
                header.get(ColumnView.INT, 36),
                header.get(ColumnView.INT, 40),
                header.get(ColumnView.INT, 44),
                (flags & IN_ROW_ORDER) != 0);
        check.equal("value type", header.get(ColumnView.INT, 24), values.type().number());
        check.equal("flags", flags, flags & (inverted ? ELEMENTS : IN_ROW_ORDER));
        check.that(layout.elements == values.areElements(), "header has flags=" + flags);
        check.equal("rowCount", layout.rowCount, values.column().rowCount());
        layout.checkCounts(check, values);
        layout.checkSections(check, part);
        if (inverted) {
            MemorySegment ends = part.section(ENDS, partBytes);
            check.that(
                    ends.get(ColumnView.INT, 0) == 0
                            && ends.getAtIndex(ColumnView.INT, layout.termCount) == layout.entryCount,
                    "section " + ENDS + " does not run from 0 to " + layout.entryCount);
        }
        return layout;
    }

    private void checkCounts(Check check, Values values) {
        check.that(entryCount >= 0 && entryCount <= values.count(), "header has entryCount=" + entryCount);
        check.that(
                inverted ? termCount >= 0 && termCount <= entryCount : termCount == entryCount,
                "header has termCount=" + termCount);
        check.that(listedCount >= 0 && listedCount <= entryCount, "header has listedCount=" + listedCount);
        check.that(bitmapCount >= 0 && bitmapCount <= termCount, "header has bitmapCount=" + bitmapCount);
        check.that(!inRowOrder || entryCount == rowCount, "header has entryCount=" + entryCount + " in row order");
    }

    private void checkSections(Check check, PartLayout part) {
        check.section(part, ORDER, inverted || inRowOrder ? 0 : (long) entryCount * Integer.BYTES);
        check.section(part, TERMS, inverted ? (long) termCount * Integer.BYTES : 0);
        check.section(part, ENDS, inverted ? (termCount + 1L) * Integer.BYTES : 0);
        check.section(part, PLACES, inverted ? (long) termCount * Integer.BYTES : 0);
        check.section(part, ROWS, (long) listedCount * Integer.BYTES);
        check.section(part, BITMAPS, (long) bitmapCount * bitmapWords() * Long.BYTES);
    }
}
