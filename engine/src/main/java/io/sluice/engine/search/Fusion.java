package io.sluice.engine.search;

import io.sluice.engine.collection.ReadView;
import io.sluice.engine.distance.Metric;
import io.sluice.engine.segment.ColumnView;
import java.util.Arrays;
import java.util.List;

/**
 * Adds up what several searches say about the same keys, for one query at a time. Confined to one thread.
 *
 * <p>Sums are float32 in the order of the searches, as Milvus has them.
 */
final class Fusion {
    private final Ranker ranker;
    private final List<Metric> metrics;
    private final ReadView view;
    private final int keyField;
    private final boolean turnDistances;
    private final boolean smallestFirst;
    private final KeyTable keys = new KeyTable(64);
    private RowRefs found = new RowRefs();
    private float[] sums = new float[64];

    /** @param metrics of the searches */
    Fusion(Ranker ranker, List<Metric> metrics, ReadView view) {
        this.ranker = ranker;
        this.metrics = metrics;
        this.view = view;
        this.keyField = view.schema().primaryKey().id();
        boolean allDistances = metrics.stream().allMatch(metric -> metric == Metric.L2);
        boolean raw = ranker instanceof Ranker.Weighted weighted && !weighted.normScore();
        this.smallestFirst = raw && allDistances;
        this.turnDistances = raw && !allDistances;
    }

    void clear() {
        keys.clear();
        found = new RowRefs();
    }

    /**
     * A hit of one search.
     *
     * @param rank from 0
     * @param reported its score as a plain search reports it
     */
    void add(int search, int rank, int block, int row, float reported) {
        float part = part(search, rank, reported);
        ColumnView column = keyColumn(block);
        if (keys.add(column, row)) {
            if (found.size() == sums.length) {
                sums = Arrays.copyOf(sums, sums.length * 2);
            }
            sums[found.size()] = part;
            found.add(block, row);
        } else {
            sums[keys.find(column, row)] += part;
        }
    }

    private float part(int search, int rank, float reported) {
        return switch (ranker) {
            case Ranker.Rrf(float k) -> 1 / (k + (rank + 1));
            case Ranker.Weighted(List<Float> weights, boolean normScore) -> {
                Metric metric = metrics.get(search);
                boolean turned = turnDistances && metric == Metric.L2;
                yield weights.get(search) * (normScore || turned ? normalized(metric, reported) : reported);
            }
        };
    }

    static float normalized(Metric metric, float reported) {
        float pi = (float) Math.PI;
        return switch (metric) {
            case COSINE -> (1 + reported) * 0.5f;
            case IP -> 0.5f + (float) Math.atan(reported) / pi;
            case L2 -> 1 - 2 * (float) Math.atan(reported) / pi;
        };
    }

    /** The best of them, without the first {@code offset}. */
    void take(int offset, int limit, HitList into) {
        int[] order = new int[found.size()];
        Arrays.setAll(order, i -> i);
        LazyOrder best = new LazyOrder(order, order.length, this::compare);
        into.expect(Math.min(limit, Math.max(0, order.length - offset)));
        for (int rank = 0; rank < offset + limit && !best.isEmpty(); rank++) {
            int number = best.poll();
            if (rank >= offset) {
                into.add(found.block(number), found.row(number), sums[number]);
            }
        }
    }

    private int compare(int left, int right) {
        if (sums[left] != sums[right]) {
            return sums[left] > sums[right] == smallestFirst ? 1 : -1;
        }
        return KeyColumn.compare(
                keyColumn(found.block(left)), found.row(left), keyColumn(found.block(right)), found.row(right));
    }

    private ColumnView keyColumn(int block) {
        return view.blocks().get(block).rows().column(keyField);
    }
}
