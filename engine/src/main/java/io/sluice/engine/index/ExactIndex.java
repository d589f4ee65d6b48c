package io.sluice.engine.index;

import io.sluice.engine.distance.Metric;
import io.sluice.engine.error.StopSignal;
import io.sluice.engine.segment.ColumnView;
import io.sluice.engine.segment.RowMask;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Scores every allowed row. Immutable and thread-safe while the leases under the vectors are open. */
final class ExactIndex implements VectorIndex {
    private final Metric metric;
    private final ColumnView vectors;

    ExactIndex(Metric metric, ColumnView vectors) {
        this.metric = metric;
        this.vectors = vectors;
    }

    @Override
    public void search(
            float[] query, Map<String, String> params, @Nullable RowMask allowed, TopK into, StopSignal stop) {
        scan(query, allowed, into, stop);
    }

    void scan(float[] query, @Nullable RowMask allowed, TopK into, StopSignal stop) {
        if (into.capacity() > 0) {
            scan(query, allowed, (rows, scores, count) -> offerAll(rows, scores, count, into), stop);
        }
    }

    void scan(float[] query, @Nullable RowMask allowed, ScoreReader reader, StopSignal stop) {
        assert query.length == vectors.dimension() : "query=" + query.length + ", column=" + vectors.dimension();
        var exact = new ExactScores(metric, vectors, query);
        int[] rows = new int[ExactScores.BATCH_ROWS];
        float[] scores = new float[ExactScores.BATCH_ROWS];
        boolean nulls = vectors.validity() != null;
        int row = nextRow(allowed, 0);
        while (row >= 0) {
            stop.throwIfRequested();
            int count = 0;
            while (row >= 0 && count < rows.length) {
                if (!nulls || !vectors.isNull(row)) {
                    rows[count++] = row;
                }
                row = nextRow(allowed, row + 1);
            }
            exact.score(rows, count, scores);
            reader.read(rows, scores, count);
        }
    }

    /** Offers what is at least as good as the worst kept row; the rest is not worth a call. */
    static void offerAll(int[] rows, float[] scores, int count, TopK into) {
        float threshold = into.threshold();
        for (int i = 0; i < count; i++) {
            if (scores[i] >= threshold && into.offer(scores[i], rows[i])) {
                threshold = into.threshold();
            }
        }
    }

    private int nextRow(@Nullable RowMask allowed, int from) {
        if (from >= vectors.rowCount()) {
            return -1;
        }
        return allowed == null ? from : allowed.next(from);
    }
}
