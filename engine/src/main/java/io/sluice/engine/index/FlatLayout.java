package io.sluice.engine.index;

import io.sluice.engine.distance.Metric;
import io.sluice.engine.index.IndexHeader.Check;
import io.sluice.engine.segment.ColumnView;
import io.sluice.engine.segment.PartLayout;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * The image of a graph index in the layout {@code flat}: links first, then codes, each row at a computable place. What
 * search reads is what lies in the file: little-endian, sections 64-byte aligned, nothing to parse.
 *
 * <pre>
 *   section 100 header       256 bytes, below
 *           101 center       float32[dimension]: what {@link RowCoder} subtracts
 *           102 codes        rowCount rows of codeStrideBytes, see {@link RowCoder}
 *           103 links        int32[rowCount][linkSlots]: rows, the unused slots at the end -1
 *           104 upper rows   int32[levelCounts[1]]: row of each node of the upper levels; the nodes of level l are
 *                            the first levelCounts[l]
 *           105 upper links  for l = 1, 2, ...: int32[levelCounts[l]][upperSlots]: nodes, unused slots -1
 *           106 twins        int32[rowCount]: the next row with an equal vector, -1 = none; absent if all differ.
 *                            Only the first of equal rows is in the graph.
 *
 *   header  0 magic        8 bytes "SLUICEIX"        44 codeBits         int32, 8
 *           8 version      int32                     48 codeStrideBytes  int32
 *          12 layout name  12 bytes, "flat", zeros   52 linkSlots        int32, 2 M
 *          24 metric       int32: 1 L2 2 IP 3 COSINE 56 upperSlots       int32, M
 *          28 rowCount     int32                     60 topLevel         int32, 0 = no upper level
 *          32 dimension    int32                     64 entryRow         int32: where a search starts if topLevel = 0
 *          36 M            int32                     68 twinCount        int32: rows that are not in the graph
 *          40 efConstr.    int32                     72 levelCounts      int32[16], [0] = rows in the graph
 *                                                   136 zeros
 * </pre>
 *
 * @param levelCounts nodes per level, 16 entries
 */
record FlatLayout(
        Metric metric,
        int rowCount,
        int dimension,
        int m,
        int efConstruction,
        int topLevel,
        int entryRow,
        int twinCount,
        int[] levelCounts) {
    static final int HEADER = IndexHeader.SECTION;
    static final int CENTER = 101;
    static final int CODES = 102;
    static final int LINKS = 103;
    static final int UPPER_ROWS = 104;
    static final int UPPER_LINKS = 105;
    static final int TWINS = 106;

    static final int MAX_LEVELS = 16;
    static final int HEADER_BYTES = IndexHeader.BYTES;

    private static final int VERSION = 1;
    private static final String NAME = "flat";
    private static final int CODE_BITS = 8;
    private static final int LEVEL_COUNTS_OFFSET = 72;

    int strideBytes() {
        return RowCoder.strideBytes(dimension);
    }

    int linkSlots() {
        return 2 * m;
    }

    int upperSlots() {
        return m;
    }

    long linksBytes() {
        return (long) rowCount * linkSlots() * Integer.BYTES;
    }

    /** Where the links of level {@code level} (from 1 on) start in their section. */
    long upperLinksOffset(int level) {
        long nodes = 0;
        for (int lower = 1; lower < level; lower++) {
            nodes += levelCounts[lower];
        }
        return nodes * upperSlots() * Integer.BYTES;
    }

    void write(MemorySegment header) {
        IndexHeader.begin(header, VERSION, NAME);
        header.set(ColumnView.INT, 24, metricNumber(metric));
        header.set(ColumnView.INT, 28, rowCount);
        header.set(ColumnView.INT, 32, dimension);
        header.set(ColumnView.INT, 36, m);
        header.set(ColumnView.INT, 40, efConstruction);
        header.set(ColumnView.INT, 44, CODE_BITS);
        header.set(ColumnView.INT, 48, strideBytes());
        header.set(ColumnView.INT, 52, linkSlots());
        header.set(ColumnView.INT, 56, upperSlots());
        header.set(ColumnView.INT, 60, topLevel);
        header.set(ColumnView.INT, 64, entryRow);
        header.set(ColumnView.INT, 68, twinCount);
        for (int level = 0; level < MAX_LEVELS; level++) {
            header.set(ColumnView.INT, LEVEL_COUNTS_OFFSET + (long) level * Integer.BYTES, levelCounts[level]);
        }
    }

    /**
     * Reads and checks the header and the sizes of all sections.
     *
     * @throws io.sluice.engine.error.EngineException.Corrupt naming the file and what does not fit
     */
    static FlatLayout read(PartLayout part, MemorySegment partBytes, Metric metric, ColumnView vectors) {
        var check = new Check(part.key());
        MemorySegment header = IndexHeader.of(part, partBytes, check);
        checkKnown(check, header);
        int[] levelCounts = new int[MAX_LEVELS];
        for (int level = 0; level < MAX_LEVELS; level++) {
            levelCounts[level] = header.get(ColumnView.INT, LEVEL_COUNTS_OFFSET + (long) level * Integer.BYTES);
        }
        var layout = new FlatLayout(
                metric,
                header.get(ColumnView.INT, 28),
                header.get(ColumnView.INT, 32),
                header.get(ColumnView.INT, 36),
                header.get(ColumnView.INT, 40),
                header.get(ColumnView.INT, 60),
                header.get(ColumnView.INT, 64),
                header.get(ColumnView.INT, 68),
                levelCounts);
        check.equal("metric", header.get(ColumnView.INT, 24), metricNumber(metric));
        check.equal("rowCount", layout.rowCount, vectors.rowCount());
        check.equal("dimension", layout.dimension, vectors.dimension());
        check.that(layout.m >= 1 && layout.m <= IndexSpec.Hnsw.MAX_M, "header has M=" + layout.m);
        check.equal("codeStrideBytes", header.get(ColumnView.INT, 48), layout.strideBytes());
        check.equal("linkSlots", header.get(ColumnView.INT, 52), layout.linkSlots());
        check.equal("upperSlots", header.get(ColumnView.INT, 56), layout.upperSlots());
        layout.checkLevels(check);
        layout.checkSections(check, part);
        return layout;
    }

    private void checkLevels(Check check) {
        check.that(topLevel >= 0 && topLevel < MAX_LEVELS, "header has topLevel=" + topLevel);
        check.that(entryRow >= 0 && entryRow < rowCount, "header has entryRow=" + entryRow);
        check.that(twinCount >= 0 && twinCount < rowCount, "header has twinCount=" + twinCount);
        check.equal("levelCounts[0]", levelCounts[0], rowCount - twinCount);
        for (int level = 1; level < MAX_LEVELS; level++) {
            boolean fits = level <= topLevel
                    ? levelCounts[level] >= 1 && levelCounts[level] <= levelCounts[level - 1]
                    : levelCounts[level] == 0;
            check.that(fits, "header has levelCounts=" + Arrays.toString(levelCounts) + ", topLevel=" + topLevel);
        }
    }

    private void checkSections(Check check, PartLayout part) {
        check.section(part, CENTER, (long) dimension * Float.BYTES);
        check.section(part, CODES, (long) rowCount * strideBytes());
        check.section(part, LINKS, linksBytes());
        check.section(part, UPPER_ROWS, (long) levelCounts[1] * Integer.BYTES);
        check.section(part, UPPER_LINKS, upperLinksOffset(MAX_LEVELS));
        check.section(part, TWINS, twinCount == 0 ? 0 : (long) rowCount * Integer.BYTES);
    }

    private static void checkKnown(Check check, MemorySegment header) {
        int version = IndexHeader.version(header);
        String name = IndexHeader.layoutName(header);
        int codeBits = header.get(ColumnView.INT, 44);
        if (version != VERSION || !name.equals(NAME) || codeBits != CODE_BITS) {
            throw check.newer(
                    "version=" + version + ", layout=" + name + ", codeBits=" + codeBits,
                    "version " + VERSION + " layout " + NAME + " codeBits " + CODE_BITS);
        }
    }

    private static int metricNumber(Metric metric) {
        return switch (metric) {
            case L2 -> 1;
            case IP -> 2;
            case COSINE -> 3;
        };
    }
}
