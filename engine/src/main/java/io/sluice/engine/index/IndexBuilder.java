package io.sluice.engine.index;

import io.sluice.engine.error.StopSignal;
import io.sluice.engine.memory.MemoryBudget;
import io.sluice.engine.segment.ColumnView;
import io.sluice.engine.segment.PartFileWriter;
import io.sluice.engine.segment.PartLayout;
import java.lang.foreign.MemorySegment;

/** Builds index files and opens their images. */
public final class IndexBuilder {
    private IndexBuilder() {}

    /** Upper bound of the off-heap bytes that {@link #build} takes while it works. */
    public static long workingBytes(IndexSpec spec, int rowCount, int dimension) {
        throw new UnsupportedOperationException();
    }

    /**
     * Builds the index of one sealed segment and appends it to {@code out} as part 0.
     *
     * @param vectors stays readable until this returns
     * @param budget charged with tag {@code index-build}
     * @param stop asked at least every few milliseconds
     */
    public static void build(
            IndexSpec spec,
            ColumnView vectors,
            int threads,
            MemoryBudget budget,
            StopSignal stop,
            PartFileWriter out) {
        throw new UnsupportedOperationException();
    }

    /**
     * The index in {@code part}'s bytes, which refers to the rows of {@code vectors}. Parses nothing.
     *
     * @throws io.sluice.engine.error.EngineException.Corrupt if header, layout name or sizes do not fit
     */
    public static VectorIndex open(
            IndexSpec spec, PartLayout layout, MemorySegment partBytes, ColumnView vectors) {
        throw new UnsupportedOperationException();
    }

    /** Exact scan: for FLAT, for growing rows, and for segments whose index is not built yet. */
    public static VectorIndex exact(io.sluice.engine.distance.Metric metric, ColumnView vectors) {
        throw new UnsupportedOperationException();
    }
}
