package io.sluice.engine.collection;

import io.sluice.engine.catalog.SegmentRecord;
import io.sluice.engine.schema.CollectionSchema;
import io.sluice.engine.schema.PropertyRules;
import io.sluice.engine.segment.ColumnView;
import io.sluice.engine.segment.RowMask;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * Which rows are too old to be read: the time to live of a collection, at the time of one read. The rows stay where they
 * are. Immutable.
 *
 * @param throughTimestamp rows up to here are not seen; 0 = all are
 */
record Expiry(long throughTimestamp) {
    private static final int LOGICAL_BITS = 18;

    /** @param readTimestamp of a pinned read; 0 = now */
    static Expiry of(Map<String, String> properties, long readTimestamp) {
        long seconds = PropertyRules.ttlSeconds(properties);
        if (seconds == 0) {
            return new Expiry(0);
        }
        long nowMillis = readTimestamp == 0 ? System.currentTimeMillis() : readTimestamp >>> LOGICAL_BITS;
        return new Expiry(Math.max(0, nowMillis - TimeUnit.SECONDS.toMillis(seconds)) << LOGICAL_BITS);
    }

    /** Whether no row of the segment is seen any more. */
    boolean hidesAll(SegmentRecord segment) {
        return segment.maxTimestamp() <= throughTimestamp;
    }

    /** Whether some row of the segment may be hidden. */
    boolean concerns(SegmentRecord segment) {
        return segment.minTimestamp() <= throughTimestamp;
    }

    /** Whether some row may be hidden at all. */
    boolean hidesAny() {
        return throughTimestamp > 0;
    }

    /** The block without its old rows; empty when none is left. */
    Optional<ReadableBlock> youngRowsOf(ReadableBlock block) {
        ColumnView timestamps = block.rows().column(CollectionSchema.TIMESTAMP_FIELD_ID);
        int rowCount = block.rows().rowCount();
        RowMask before = block.visible();
        RowMask young = before == null ? RowMask.all(rowCount) : before.copy();
        for (int row = young.next(0); row >= 0; row = young.next(row + 1)) {
            if (timestamps.integer(row) <= throughTimestamp) {
                young.clear(row);
            }
        }
        return young.isEmpty() ? Optional.empty() : Optional.of(block.showing(young));
    }
}
