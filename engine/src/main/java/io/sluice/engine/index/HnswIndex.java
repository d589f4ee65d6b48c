package io.sluice.engine.index;

import io.sluice.engine.distance.Kernels;
import io.sluice.engine.distance.Metric;
import io.sluice.engine.error.StopSignal;
import io.sluice.engine.segment.ColumnView;
import io.sluice.engine.segment.PartLayout;
import io.sluice.engine.segment.RowMask;
import java.lang.foreign.MemorySegment;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A graph over the rows of one segment, read where it lies. Immutable and thread-safe while the leases are open.
 *
 * <p>A search walks the graph on int8 codes and scores the best of what it found again, exactly. With a mask it walks
 * over all rows and answers from the allowed ones in its beam, which is made wider by as much as rows are missing. The
 * allowed rows in a beam are the nearest allowed rows, because the beam holds the nearest rows of all; if they are too
 * few, the beam grows, until scanning the allowed rows is cheaper. So no mask makes a search much slower than that scan,
 * and none makes it answer too few.
 */
final class HnswIndex implements VectorIndex {
    /** Rows scored exactly for each answered one, and at least so many more than answered. */
    private static final int RERANK_FACTOR = 2;

    private static final int RERANK_EXTRA = 32;
    private static final int BEAM_GROWTH = 4;

    private final Metric metric;
    private final ColumnView vectors;
    private final ExactIndex exact;
    private final FlatLayout layout;
    private final MemorySegment codes;
    private final MemorySegment links;
    private final MemorySegment upperRows;
    private final MemorySegment upperLinks;
    private final @Nullable MemorySegment twins;
    private final float[] center;

    private HnswIndex(FlatLayout layout, PartLayout part, MemorySegment partBytes, ColumnView vectors) {
        this.metric = layout.metric();
        this.vectors = vectors;
        this.exact = new ExactIndex(metric, vectors);
        this.layout = layout;
        this.codes = part.section(FlatLayout.CODES, partBytes);
        this.links = part.section(FlatLayout.LINKS, partBytes);
        boolean hasLevels = layout.topLevel() > 0;
        this.upperRows = hasLevels ? part.section(FlatLayout.UPPER_ROWS, partBytes) : MemorySegment.NULL;
        this.upperLinks = hasLevels ? part.section(FlatLayout.UPPER_LINKS, partBytes) : MemorySegment.NULL;
        this.twins = layout.twinCount() > 0 ? part.section(FlatLayout.TWINS, partBytes) : null;
        this.center = new float[layout.dimension()];
        MemorySegment centerBytes = part.section(FlatLayout.CENTER, partBytes);
        for (int j = 0; j < center.length; j++) {
            center[j] = centerBytes.getAtIndex(ColumnView.FLOAT, j);
        }
    }

    static HnswIndex open(Metric metric, PartLayout part, MemorySegment partBytes, ColumnView vectors) {
        return new HnswIndex(FlatLayout.read(part, partBytes, metric, vectors), part, partBytes, vectors);
    }

    @Override
    public void search(
            float[] query, Map<String, String> params, @Nullable RowMask allowed, TopK into, StopSignal stop) {
        int ef = Math.max(IndexSpec.Hnsw.ef(params, 1), into.capacity());
        int allowedCount = allowed == null ? layout.rowCount() : allowed.cardinality();
        int wanted = Math.min(into.capacity(), allowedCount);
        if (wanted == 0) {
            return;
        }
        double share = (double) allowedCount / layout.rowCount();
        double width = ef / share;
        while (walkNanos(width) < scanNanos(allowedCount, share)) {
            Walked walked = searchGraph(query, (int) width, wanted, allowed, into, stop);
            if (walked == Walked.ENOUGH) {
                return;
            }
            if (walked == Walked.EVERYTHING) {
                break;
            }
            width *= BEAM_GROWTH;
        }
        exact.scan(query, allowed, into, stop);
    }

    /** How a walk ended. */
    enum Walked {
        ENOUGH,
        TOO_FEW,
        /** Too few, and a wider beam would find no more. */
        EVERYTHING
    }

    /** Offers to {@code into} only if the walk found enough. */
    Walked searchGraph(float[] query, int width, int wanted, @Nullable RowMask allowed, TopK into, StopSignal stop) {
        if (metric != Metric.L2 && ExactScores.norm(query) == 0) {
            return Walked.EVERYTHING; // all scores are equal: nothing to walk along
        }
        GraphWalk walk = GraphWalk.borrow();
        walk.over(codes, layout.dimension(), layout.rowCount(), layout.linkSlots());
        walk.query(query, new RowCoder(metric, center));
        walk.begin(width);
        int nearRow = descend(walk, stop);
        walk.begin(width);
        walk.enter(nearRow, nearRow);
        walk.enter(
                layout.entryRow(), layout.entryRow()); // from here every row can be reached, if the beam is wide enough
        walk.walk(links, layout.linkSlots(), null, stop);
        int rerank = Math.max(RERANK_FACTOR * wanted, wanted + RERANK_EXTRA);
        int[] found = new int[rerank];
        int foundCount = collect(walk, wanted, allowed, found);
        boolean full = walk.isFull();
        walk.giveBack();
        if (foundCount < wanted) {
            return full ? Walked.TOO_FEW : Walked.EVERYTHING;
        }
        rerank(query, found, foundCount, into);
        return Walked.ENOUGH;
    }

    /** From the top level down to level 1, one node at a time; answers the row where level 0 starts. */
    private int descend(GraphWalk walk, StopSignal stop) {
        if (layout.topLevel() == 0) {
            return layout.entryRow();
        }
        int node = 0;
        for (int level = layout.topLevel(); level > 0; level--) {
            long offset = layout.upperLinksOffset(level);
            long sizeBytes = (long) layout.levelCounts()[level] * layout.upperSlots() * Integer.BYTES;
            walk.begin(1);
            walk.enter(node, upperRows.getAtIndex(ColumnView.INT, node));
            walk.walk(upperLinks.asSlice(offset, sizeBytes), layout.upperSlots(), upperRows, stop);
            node = walk.node(0);
        }
        return upperRows.getAtIndex(ColumnView.INT, node);
    }

    /** The best allowed rows of the beam, with their twins, best first. */
    private int collect(GraphWalk walk, int wanted, @Nullable RowMask allowed, int[] found) {
        int count = 0;
        boolean nulls = vectors.validity() != null;
        for (int rank = 0; rank < walk.size() && count < found.length; rank++) {
            int ofThisVector = 0;
            for (int row = walk.node(rank); row >= 0 && count < found.length; row = twinOf(row)) {
                if ((allowed == null || allowed.get(row)) && !(nulls && vectors.isNull(row))) {
                    found[count++] = row;
                    if (++ofThisVector == wanted) {
                        break;
                    }
                }
            }
        }
        return count;
    }

    private int twinOf(int row) {
        return twins == null ? -1 : twins.getAtIndex(ColumnView.INT, row);
    }

    private void rerank(float[] query, int[] found, int foundCount, TopK into) {
        var scores = new ExactScores(metric, vectors, query);
        float[] batchScores = new float[ExactScores.BATCH_ROWS];
        int[] batch = new int[ExactScores.BATCH_ROWS];
        for (int from = 0; from < foundCount; from += batch.length) {
            int count = Math.min(batch.length, foundCount - from);
            System.arraycopy(found, from, batch, 0, count);
            Kernels.touch(vectors.data(), (long) vectors.dimension() * Float.BYTES, batch, 0, count);
            scores.score(batch, count, batchScores);
            ExactIndex.offerAll(batch, batchScores, count, into);
        }
    }

    /*
     * What a walk and a scan cost, roughly, in nanoseconds on one core of the machine class that we measure on. Only the
     * ratio matters. A walk scores some twenty rows per place in the beam, each a cache miss and a place to find.
     */
    private double walkNanos(double width) {
        return width * 20 * (38 + 0.1 * layout.dimension() + 0.02 * width);
    }

    private double scanNanos(int allowedCount, double share) {
        double missNanos = share < 0.25 ? 20 : 0;
        return allowedCount * (8 + 0.13 * layout.dimension() + missNanos);
    }

    @Override
    public String toString() {
        return "HNSW " + layout;
    }
}
