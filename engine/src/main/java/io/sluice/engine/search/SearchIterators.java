package io.sluice.engine.search;

import io.sluice.engine.collection.ReadView;
import io.sluice.engine.distance.Metric;
import io.sluice.engine.schema.FieldSchema;
import io.sluice.engine.schema.Keys;
import io.sluice.engine.search.NextHits.Hit;
import io.sluice.engine.search.NextHits.Place;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Iterations over all hits of a query, batch after batch: each entity once, best first. Thread-safe.
 *
 * <p>The client brings nearly everything along: the timestamp that pins the state of the collection, and the bound under
 * which the next hits lie. Only where a batch ends among hits of one score a bound is not enough: the last key is kept
 * here under the iteration's token, for a bounded number of iterations and a bounded time. When it is gone (the server
 * was started again), the hits of that one score come again; none is ever lost.
 *
 * <p>A request that is repeated, because its answer did not arrive, is answered alike: each iteration keeps its last two
 * places, and two places among the hits of one score have different bounds.
 */
public final class SearchIterators {
    private static final int MAX_KEPT = 1_000;
    private static final long KEPT_NANOS = 3_600L * 1_000_000_000; // an hour
    private static final int PLACES_PER_ITERATION = 2;

    private final LongSupplier nanoTime;

    /** By token; the one that waited longest first. Guarded by this. */
    private final Map<String, Kept> kept = new LinkedHashMap<>();

    /** The latest place is the first. */
    private record Kept(Deque<Among> places, long sinceNanos) {}

    /** @param bound that was answered; {@code score} is that of the hits, {@code key} the last of them answered */
    private record Among(float bound, float score, Keys key) {}

    public SearchIterators() {
        this(System::nanoTime);
    }

    SearchIterators(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    /** The next batch. {@link SearchRequest#iterator()} is given; errors are those of {@link Searcher}. */
    public SearchResult next(SearchRequest request, ReadView view) {
        SearchIteratorRequest asked = request.iterator();
        if (asked == null) {
            throw new IllegalArgumentException("no batch of an iteration: " + request);
        }
        SearchPlan plan = SearchPlan.of(request, view);
        List<? extends float @Nullable []> queries =
                request.ids() == null ? request.queries() : Searcher.vectorsOf(request.ids(), plan, view);
        List<AllowedRows> blocks = AllowedRows.with(plan.field(), view, request.ignoreGrowing(), plan.filter());
        String token = asked.token().isEmpty() ? UUID.randomUUID().toString() : asked.token();
        Place place = place(asked, plan.metric(), view.schema().primaryKey());
        // One more than wanted shows whether the batch ends among hits of one score.
        float[] query = queries.getFirst();
        List<Hit> hits =
                query == null ? List.of() : new NextHits(view, blocks, plan, query).after(place, asked.batchSize() + 1);
        HitList batch = new HitList(1, plan.roundDecimal());
        int count = Math.min(hits.size(), asked.batchSize());
        batch.expect(count);
        for (Hit hit : hits.subList(0, count)) {
            batch.add(hit.allowed().blockIndex(), hit.row(), plan.metric().reported(hit.score()));
        }
        batch.endQuery();
        float bound = bound(asked, token, plan.metric(), hits, view);
        return batch.result(
                view,
                plan.outputs(),
                new SearchIteratorResult(token, plan.metric().reported(bound)));
    }

    private Place place(SearchIteratorRequest asked, Metric metric, FieldSchema primaryKey) {
        Float reported = asked.lastBound();
        if (reported == null) {
            return Place.START;
        }
        float bound = metric.score(reported);
        Among among = find(asked.token(), bound);
        return among == null ? new Place(bound, null) : new Place(among.score(), KeyColumn.of(among.key(), primaryKey));
    }

    /** The bound to answer, as a score; remembers the last key where the bound does not say enough. */
    private float bound(SearchIteratorRequest asked, String token, Metric metric, List<Hit> hits, ReadView view) {
        Float before = asked.lastBound();
        if (hits.isEmpty()) {
            return before == null ? -Float.MAX_VALUE : metric.score(before);
        }
        int batchSize = asked.batchSize();
        Hit last = hits.get(Math.min(hits.size(), batchSize) - 1);
        if (hits.size() <= batchSize || hits.get(batchSize).score() != last.score()) {
            return last.score();
        }
        float bound = Math.nextUp(last.score());
        if (before != null && metric.score(before) == bound) {
            bound = Math.nextUp(bound);
        }
        RowRefs row = new RowRefs();
        row.add(last.allowed().blockIndex(), last.row());
        Keys key = new ColumnGather(view.blocks(), row).keys(view.schema().primaryKey());
        remember(token, new Among(bound, last.score(), key));
        return bound;
    }

    private synchronized @Nullable Among find(String token, float bound) {
        Kept iteration = kept.get(token);
        if (iteration == null) {
            return null;
        }
        for (Among place : iteration.places()) {
            if (place.bound() == bound) {
                return place;
            }
        }
        return null;
    }

    private synchronized void remember(String token, Among place) {
        long now = nanoTime.getAsLong();
        Kept before = kept.remove(token);
        Deque<Among> places = before == null ? new ArrayDeque<>() : before.places();
        places.removeIf(known -> known.bound() == place.bound());
        places.addFirst(place);
        if (places.size() > PLACES_PER_ITERATION) {
            places.removeLast();
        }
        kept.put(token, new Kept(places, now));
        Iterator<Kept> oldest = kept.values().iterator();
        while (oldest.hasNext()) {
            boolean expired = now - oldest.next().sinceNanos() > KEPT_NANOS;
            if (!expired && kept.size() <= MAX_KEPT) {
                return;
            }
            oldest.remove();
        }
    }
}
