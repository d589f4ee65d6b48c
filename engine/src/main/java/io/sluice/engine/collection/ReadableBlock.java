package io.sluice.engine.collection;

import io.sluice.engine.index.ScalarIndex;
import io.sluice.engine.index.VectorIndex;
import io.sluice.engine.segment.RowBlock;
import io.sluice.engine.segment.RowMask;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One block of a read: rows, which of them are visible, and the indexes attached to them.
 *
 * @param visible rows that exist at the read's timestamp; null = all
 * @param sortedByKey whether rows are sorted by (key, timestamp), as in sealed segments
 * @param indexes by vector field id; a field without one is scanned exactly
 * @param scalarIndexes by field id; a filter on a field without one looks at its rows
 */
public record ReadableBlock(
        long segmentId,
        long partitionId,
        boolean growing,
        boolean sortedByKey,
        RowBlock rows,
        @Nullable RowMask visible,
        Map<Integer, VectorIndex> indexes,
        Map<Integer, ScalarIndex> scalarIndexes) {
    public ReadableBlock {
        indexes = Map.copyOf(indexes);
        scalarIndexes = Map.copyOf(scalarIndexes);
    }

    ReadableBlock showing(RowMask rowsToSee) {
        return new ReadableBlock(segmentId, partitionId, growing, sortedByKey, rows, rowsToSee, indexes, scalarIndexes);
    }
}
