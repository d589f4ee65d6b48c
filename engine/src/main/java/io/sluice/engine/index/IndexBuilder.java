package io.sluice.engine.index;

import io.sluice.engine.catalog.PartRecord;
import io.sluice.engine.distance.Metric;
import io.sluice.engine.error.StopSignal;
import io.sluice.engine.memory.MemoryBudget;
import io.sluice.engine.segment.ColumnView;
import io.sluice.engine.segment.PartFileWriter;
import io.sluice.engine.segment.PartLayout;
import io.sluice.engine.segment.RowMask;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/** Builds index files and opens their images. Stateless; thread-safe. */
public final class IndexBuilder {
    private IndexBuilder() {}

    /** The off-heap bytes that {@link #build} takes while it works; 0 for an index without a file. */
    public static long workingBytes(IndexSpec spec, int rowCount, int dimension) {
        return switch (spec) {
            case IndexSpec.Flat _, IndexSpec.Scalar _ -> 0; // a sort on the heap
            case IndexSpec.Hnsw hnsw -> HnswBuild.workingBytes(hnsw, rowCount, dimension);
        };
    }

    /**
     * Builds the index of one sealed segment and appends it to {@code out} as part 0; the caller commits. With one thread
     * the bytes depend on nothing but the field and the definition.
     *
     * @param spec an index with a file, see {@link IndexSpec#needsFile}
     * @param column the field, at least one row; stays readable until this returns
     * @param threads that work, the calling one included
     * @param budget charged with tag {@code index-build}, wholly before the work starts
     * @param stop asked at least every few milliseconds
     * @throws io.sluice.engine.error.EngineException.OutOfBudget if {@link #workingBytes} are not free now; nothing has
     *     happened and the same call may succeed later
     * @throws io.sluice.engine.error.EngineException the reason of {@code stop}, if it was requested
     */
    public static PartRecord build(
            IndexSpec spec, ColumnView column, int threads, MemoryBudget budget, StopSignal stop, PartFileWriter out) {
        if (column.rowCount() == 0 || threads < 1) {
            throw nothing(spec, column, threads);
        }
        return switch (spec) {
            case IndexSpec.Hnsw hnsw -> {
                try (var build = new HnswBuild(hnsw, column, budget, stop)) {
                    yield build.run(threads, out);
                }
            }
            case IndexSpec.Scalar scalar -> new ScalarBuild(scalar, column, stop).run(out);
            case IndexSpec.Flat _ -> throw nothing(spec, column, threads);
        };
    }

    private static IllegalArgumentException nothing(IndexSpec spec, ColumnView column, int threads) {
        return new IllegalArgumentException(
                "nothing to build: spec=" + spec + ", rowCount=" + column.rowCount() + ", threads=" + threads);
    }

    /**
     * The index in {@code part}'s bytes, which refers to the rows of {@code vectors}. Parses nothing.
     *
     * @param partBytes native memory
     * @throws io.sluice.engine.error.EngineException.Corrupt if header, layout name or sizes do not fit
     */
    public static VectorIndex open(
            IndexSpec.Vector spec, PartLayout layout, MemorySegment partBytes, ColumnView vectors) {
        return HnswIndex.open(spec.metric(), layout, partBytes, vectors);
    }

    /**
     * The index of a field that is no vector in {@code part}'s bytes, which refers to the values of {@code column}.
     * Parses nothing.
     *
     * @throws io.sluice.engine.error.EngineException.Corrupt if header, layout name or sizes do not fit
     */
    public static ScalarIndex openScalar(PartLayout layout, MemorySegment partBytes, ColumnView column) {
        return ScalarIndex.open(layout, partBytes, column);
    }

    /**
     * Exact scan: for FLAT, for growing rows, and for segments whose index is not built yet.
     *
     * @param vectors in native memory
     */
    public static VectorIndex exact(Metric metric, ColumnView vectors) {
        return new ExactIndex(metric, vectors);
    }
    /**
     * Scores every allowed row, for whoever needs more than the best. A row has the same score here as in the answer of
     * an index, bit for bit.
     *
     * @param vectors in native memory; rows without a vector are left out
     * @param allowed null = all
     */
    public static void scan(
            Metric metric,
            ColumnView vectors,
            float[] query,
            @Nullable RowMask allowed,
            ScoreReader reader,
            StopSignal stop) {
        new ExactIndex(metric, vectors).scan(query, allowed, reader, stop);
    }
}
