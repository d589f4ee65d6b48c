package io.sluice.engine.compaction;

import io.sluice.engine.catalog.SegmentRecord;
import java.util.List;

/**
 * One merge to do: some segments of a partition become one. Immutable.
 *
 * @param inputs one is rewritten without its deleted rows, if there are enough of them
 * @param leastDeletedShare of the rows of a single input; below it the segment stays as it is
 */
record CompactionPlan(long partitionId, List<SegmentRecord> inputs, double leastDeletedShare) {
    CompactionPlan {
        inputs = List.copyOf(inputs);
    }

    List<Long> inputIds() {
        return inputs.stream().map(SegmentRecord::id).toList();
    }

    long rowCount() {
        return inputs.stream().mapToLong(SegmentRecord::rowCount).sum();
    }
}
