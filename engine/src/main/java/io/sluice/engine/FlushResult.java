package io.sluice.engine;

import java.util.List;

/**
 * What a flush of one collection did.
 *
 * @param segmentIds sealed by this flush
 * @param flushedSegmentIds sealed before
 * @param sealMillis when, in milliseconds since 1970
 * @param timestamp every write up to this hybrid timestamp is in files
 */
public record FlushResult(
        String database,
        String collection,
        List<Long> segmentIds,
        List<Long> flushedSegmentIds,
        long sealMillis,
        long timestamp) {
    public FlushResult {
        segmentIds = List.copyOf(segmentIds);
        flushedSegmentIds = List.copyOf(flushedSegmentIds);
    }
}
