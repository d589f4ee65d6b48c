package io.sluice.engine.collection;

import io.sluice.engine.catalog.IndexFileRecord;
import io.sluice.engine.catalog.SegmentRecord;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The replacement of some sealed segments of a partition by one that has their rows, but for those deleted. Immutable.
 *
 * @param inputIds replaced; empty when only {@code raised} and {@code removedDeltaIds} change
 * @param merged null when no row is left
 * @param indexFiles of {@code merged}
 * @param raised segments that stay, with a later {@code purgedThrough}
 * @param removedDeltaIds deltas that hit no row any more
 * @param purgedThrough reads at an older timestamp would miss rows; 0 when no row was left out
 */
public record FileSwap(
        long partitionId,
        List<Long> inputIds,
        @Nullable SegmentRecord merged,
        List<IndexFileRecord> indexFiles,
        List<SegmentRecord> raised,
        List<Long> removedDeltaIds,
        long purgedThrough) {
    public FileSwap {
        inputIds = List.copyOf(inputIds);
        indexFiles = List.copyOf(indexFiles);
        raised = List.copyOf(raised);
        removedDeltaIds = List.copyOf(removedDeltaIds);
    }
}
