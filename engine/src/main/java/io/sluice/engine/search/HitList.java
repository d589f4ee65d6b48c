package io.sluice.engine.search;

import io.sluice.engine.collection.ReadView;
import io.sluice.engine.schema.FieldSchema;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Collects the hits of one query after the other, and copies them out of the view at the end. Confined to one thread. */
final class HitList {
    private static final int HIT_BYTES = Long.BYTES + Float.BYTES;

    private final RowRefs rows = new RowRefs();
    private final int roundDecimal;
    private final int[] hitCounts;
    private float[] scores = new float[16];
    private int query;
    private int queryFrom;

    /** @param roundDecimal decimals to round scores to; -1 = none */
    HitList(int queryCount, int roundDecimal) {
        this.hitCounts = new int[queryCount];
        this.roundDecimal = roundDecimal;
    }

    /** @throws io.sluice.engine.error.EngineException.InvalidRequest if the present query's hits make it too large */
    void expect(int count) {
        ReadLimits.checkResultBytes((long) (rows.size() + count) * HIT_BYTES, rows.size() + count);
    }

    /** @param reported the score as clients see it */
    void add(int block, int row, float reported) {
        if (rows.size() == scores.length) {
            scores = Arrays.copyOf(scores, scores.length * 2);
        }
        scores[rows.size()] = rounded(reported, roundDecimal);
        rows.add(block, row);
    }

    void endQuery() {
        hitCounts[query++] = rows.size() - queryFrom;
        queryFrom = rows.size();
    }

    SearchResult result(ReadView view, OutputPlan outputs, @Nullable SearchIteratorResult iterator) {
        ColumnGather gather = new ColumnGather(view.blocks(), rows);
        FieldSchema key = view.schema().primaryKey();
        var columns = Searcher.columns(outputs, gather, key, rows.size());
        return new SearchResult(
                gather.keys(key),
                Arrays.copyOf(scores, rows.size()),
                hitCounts,
                columns,
                outputs.names(),
                key.name(),
                view.timestamp(),
                iterator);
    }

    private static float rounded(float score, int decimals) {
        if (decimals < 0) {
            return score + 0f; // never -0
        }
        double scale = Math.pow(10, decimals);
        return (float) (Math.copySign(Math.floor(Math.abs(score) * scale + 0.5), score) / scale) + 0f;
    }
}
