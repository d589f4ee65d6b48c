package io.sluice.engine.search;

import io.sluice.engine.collection.ReadView;
import io.sluice.engine.distance.Metric;
import io.sluice.engine.error.EngineException;
import io.sluice.engine.search.HybridSearchRequest.AnnSearch;
import java.util.ArrayList;
import java.util.List;

/**
 * Runs several searches over one {@link ReadView} and ranks their hits as one list. Stateless; the work is done on the
 * caller's thread. Errors are those of {@link Searcher}.
 */
public final class HybridSearcher {
    private static final int MAX_SEARCHES = 1024;

    /** What a search keeps on the heap for each hit that it may have: rows, scores, ranks, a place in a table. */
    private static final int HIT_BYTES = 64;

    private HybridSearcher() {}

    /** One search with its plan, ready to be asked query after query. */
    private record Ready(AnnSearch search, Metric metric, NearestHits nearest) {}

    /** Ordered best first, ties by primary key ascending, one hit per key. */
    public static SearchResult search(HybridSearchRequest request, ReadView view) {
        checkWhole(request);
        OutputPlan outputs = OutputPlan.of(request.outputFields(), view, false);
        List<Ready> searches = ready(request, view);
        int queryCount = searches.getFirst().search().queries().size();
        checkRanker(request.ranker(), searches.size());
        Fusion fusion = new Fusion(
                request.ranker(), searches.stream().map(Ready::metric).toList(), view);
        HitList hits = new HitList(queryCount, request.roundDecimal());
        for (int query = 0; query < queryCount; query++) {
            fusion.clear();
            for (int i = 0; i < searches.size(); i++) {
                Ready one = searches.get(i);
                NearestHits nearest = one.nearest();
                int found = nearest.search(one.search().queries().get(query));
                for (int rank = 0; rank < found; rank++) {
                    fusion.add(
                            i,
                            rank,
                            nearest.block(rank),
                            nearest.row(rank),
                            one.metric().reported(nearest.score(rank)));
                }
            }
            fusion.take(request.offset(), request.limit(), hits);
            hits.endQuery();
        }
        return hits.result(view, outputs, null);
    }

    private static void checkWhole(HybridSearchRequest request) {
        int count = request.searches().size();
        if (count > MAX_SEARCHES) {
            throw new EngineException.InvalidRequest("maximum of ann search requests is " + MAX_SEARCHES + ": searches="
                    + count + ". Send fewer, or several requests");
        }
        if (count == 0) {
            ReadLimits.checkQueryCount(0);
        }
        int queryCount = request.searches().getFirst().queries().size();
        for (AnnSearch search : request.searches()) {
            ReadLimits.checkQueryCount(search.queries().size());
            if (search.queries().size() != queryCount) {
                throw new EngineException.InvalidRequest(
                        "sub search request nq should be the same: invalid parameter[expected=" + queryCount
                                + "][actual=" + search.queries().size() + "]. Give each search as many vectors");
            }
        }
        ReadLimits.checkLimit(request.limit(), request.offset());
        ReadLimits.checkRoundDecimal(request.roundDecimal());
    }

    private static void checkRanker(Ranker ranker, int searchCount) {
        if (ranker instanceof Ranker.Weighted weighted && weighted.weights().size() != searchCount) {
            throw new EngineException.InvalidRequest(
                    "the length of weights param mismatch with ann search requests: invalid parameter[expected="
                            + searchCount + "][actual=" + weighted.weights().size() + "]. Send one weight per search");
        }
    }

    private static List<Ready> ready(HybridSearchRequest request, ReadView view) {
        List<Ready> ready = new ArrayList<>();
        int hitCount = 0;
        for (AnnSearch search : request.searches()) {
            SearchPlan plan = SearchPlan.of(asSearch(request, search), view);
            hitCount += plan.hitCount();
            ReadLimits.checkResultBytes((long) hitCount * HIT_BYTES, hitCount);
            List<AllowedRows> blocks = AllowedRows.with(plan.field(), view, search.ignoreGrowing(), plan.filter());
            ready.add(new Ready(search, plan.metric(), new NearestHits(view, blocks, plan)));
        }
        return ready;
    }

    private static SearchRequest asSearch(HybridSearchRequest request, AnnSearch search) {
        return new SearchRequest(
                request.database(),
                request.collection(),
                request.partitions(),
                search.vectorField(),
                search.queries(),
                null,
                search.limit() == AnnSearch.WHOLE_WINDOW ? request.limit() + request.offset() : search.limit(),
                0,
                search.metric(),
                search.params(),
                search.filter(),
                search.templates(),
                List.of(),
                -1,
                search.ignoreGrowing(),
                request.timestamp());
    }
}
