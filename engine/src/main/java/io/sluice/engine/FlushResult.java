package io.sluice.engine;

import java.util.List;

/** @param segmentIds sealed by this flush */
public record FlushResult(List<Long> segmentIds, long timestamp) {
    public FlushResult {
        segmentIds = List.copyOf(segmentIds);
    }
}
