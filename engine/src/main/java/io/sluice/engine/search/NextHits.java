package io.sluice.engine.search;

import io.sluice.engine.collection.ReadView;
import io.sluice.engine.error.StopSignal;
import io.sluice.engine.index.IndexBuilder;
import io.sluice.engine.schema.Keys;
import io.sluice.engine.segment.ColumnView;
import io.sluice.engine.segment.RowMask;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/**
 * The hits that follow a place in the order of all hits of one query: best score first, ties by primary key, one hit per
 * key. Exact: every allowed row is scored, since a graph that overlooks a row once would lose it for good. Confined to
 * one thread.
 */
final class NextHits {
    private static final int WIDEN_FACTOR = 4;

    /** From best to worst; versions of a key with one score in the order of the blocks. */
    private static final Comparator<Hit> ORDER = Hit::compare;

    private final ReadView view;
    private final List<AllowedRows> blocks;
    private final SearchPlan plan;
    private final float[] query;
    private final StopSignal stop;

    /** A row that follows the place. */
    record Hit(AllowedRows allowed, int row, float score) {
        static int compare(Hit left, Hit right) {
            if (left.score != right.score) { // not Float.compare: 0 and -0 are a tie
                return left.score > right.score ? -1 : 1;
            }
            int byKey = KeyColumn.compare(left.allowed.keys(), left.row, right.allowed.keys(), right.row);
            if (byKey != 0) {
                return byKey;
            }
            int byBlock = Integer.compare(left.allowed.blockIndex(), right.allowed.blockIndex());
            return byBlock != 0 ? byBlock : Integer.compare(left.row, right.row);
        }
    }

    /**
     * Where an iteration is.
     *
     * @param bound only scores under it follow; NaN = all
     * @param tieKey greater keys with exactly that score follow too; a column of one row
     */
    record Place(float bound, @Nullable ColumnView tieKey) {
        static final Place START = new Place(Float.NaN, null);

        boolean isBefore(float score, ColumnView keys, int row) {
            return score < bound
                    || Float.isNaN(bound)
                    || (tieKey != null && score == bound && KeyColumn.compare(tieKey, 0, keys, row) < 0);
        }
    }

    NextHits(ReadView view, List<AllowedRows> blocks, SearchPlan plan, float[] query) {
        this.view = view;
        this.blocks = blocks;
        this.plan = plan;
        this.query = query;
        this.stop = view.stop();
    }

    /** The {@code count} hits after {@code place}, or as many as there are. */
    List<Hit> after(Place place, int count) {
        long width = count;
        while (true) {
            List<Hit> found = scan(place, (int) Math.min(width, Integer.MAX_VALUE >> 1));
            boolean all = found.size() < width;
            List<Hit> best = bestVersions(found);
            if (best.size() >= count || all) {
                return best.subList(0, Math.min(count, best.size()));
            }
            width *= WIDEN_FACTOR;
        }
    }

    private List<Hit> scan(Place place, int width) {
        PriorityQueue<Hit> kept = new PriorityQueue<>(ORDER.reversed());
        for (AllowedRows allowed : blocks) {
            stop.throwIfRequested();
            IndexBuilder.scan(
                    plan.metric(),
                    vectors(allowed),
                    query,
                    allowed.mask(),
                    (rows, scores, count) -> {
                        for (int i = 0; i < count; i++) {
                            if (plan.range().keeps(scores[i]) && place.isBefore(scores[i], allowed.keys(), rows[i])) {
                                offer(allowed, rows[i], scores[i], width, kept);
                            }
                        }
                    },
                    stop);
        }
        Hit[] hits = kept.toArray(Hit[]::new);
        Arrays.sort(hits, ORDER);
        return List.of(hits);
    }

    private static void offer(AllowedRows allowed, int row, float score, int width, PriorityQueue<Hit> kept) {
        Hit worst = kept.size() < width ? null : kept.peek();
        if (worst != null && score < worst.score()) {
            return;
        }
        Hit hit = new Hit(allowed, row, score);
        if (worst == null) {
            kept.add(hit);
        } else if (Hit.compare(hit, worst) < 0) {
            kept.poll();
            kept.add(hit);
        }
    }

    /** Without the hits whose key has a better version, here or before the place. */
    private List<Hit> bestVersions(List<Hit> hits) {
        KeyTable seen = new KeyTable(hits.size());
        boolean[] repeated = new boolean[hits.size()];
        List<int[]> rowsOfKeys = new ArrayList<>();
        if (!hasVersions(hits, seen, repeated, rowsOfKeys)) {
            return hits;
        }
        @Nullable Hit[] best = new Hit[seen.size()];
        for (int i = 0; i < blocks.size(); i++) {
            AllowedRows allowed = blocks.get(i);
            RowMask versions = RowMask.none(allowed.block().rows().rowCount());
            for (int row : rowsOfKeys.get(i)) {
                if (repeated[seen.find(allowed.keys(), row)]) {
                    versions.set(row);
                }
            }
            IndexBuilder.scan(
                    plan.metric(),
                    vectors(allowed),
                    query,
                    versions,
                    (rows, scores, count) -> {
                        for (int j = 0; j < count; j++) {
                            int number = seen.find(allowed.keys(), rows[j]);
                            Hit known = best[number];
                            Hit hit = new Hit(allowed, rows[j], scores[j]);
                            if (plan.range().keeps(scores[j]) && (known == null || Hit.compare(hit, known) < 0)) {
                                best[number] = hit;
                            }
                        }
                    },
                    stop);
        }
        List<Hit> kept = new ArrayList<>(hits.size());
        for (Hit hit : hits) {
            Hit known = best[seen.find(hit.allowed().keys(), hit.row())];
            if (known == null || known.equals(hit)) {
                kept.add(hit);
            }
        }
        return kept;
    }

    /**
     * Whether a key of the hits has more than one allowed row.
     *
     * @param seen filled with the keys
     * @param repeated by number of the key: filled
     * @param rowsOfKeys by block: filled with the allowed rows that have one of the keys
     */
    private boolean hasVersions(List<Hit> hits, KeyTable seen, boolean[] repeated, List<int[]> rowsOfKeys) {
        if (hits.isEmpty()) {
            return false;
        }
        RowRefs refs = new RowRefs();
        for (Hit hit : hits) {
            refs.add(hit.allowed().blockIndex(), hit.row());
        }
        var primaryKey = view.schema().primaryKey();
        Keys keys = new ColumnGather(view.blocks(), refs).keys(primaryKey);
        KeyLookup lookup = KeyLookup.of(keys, primaryKey);
        boolean any = false;
        for (AllowedRows allowed : blocks) {
            stop.throwIfRequested();
            RowMask mask = allowed.mask();
            int[] rows = Arrays.stream(lookup.rowsOf(allowed.block(), allowed.keys()))
                    .filter(row -> mask == null || mask.get(row))
                    .toArray();
            rowsOfKeys.add(rows);
            for (int row : rows) {
                if (!seen.add(allowed.keys(), row)) {
                    repeated[seen.find(allowed.keys(), row)] = true;
                    any = true;
                }
            }
        }
        return any;
    }

    private ColumnView vectors(AllowedRows allowed) {
        return allowed.block().rows().column(plan.field().id());
    }
}
