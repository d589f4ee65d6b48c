package io.sluice.engine.index;

import io.sluice.engine.error.StopSignal;
import io.sluice.engine.segment.RowMask;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Finds the rows of one block whose vectors are closest to a query. A view over leased memory; owns nothing, cannot be
 * closed. Immutable and thread-safe while the leases are open.
 */
public interface VectorIndex {
    /**
     * Offers the closest rows to {@code into}, with exact float32 scores (see {@link io.sluice.engine.distance.Metric}).
     *
     * @param params search parameters as sent, such as {@code ef}; checked against {@link IndexSpec#checkSearchParams}
     * @param allowed rows that may be answered; null = all
     */
    void search(float[] query, Map<String, String> params, @Nullable RowMask allowed, TopK into, StopSignal stop);
}
