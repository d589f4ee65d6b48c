package io.sluice.engine.search;

import io.sluice.engine.collection.ReadView;
import io.sluice.engine.error.StopSignal;
import io.sluice.engine.index.IndexBuilder;
import io.sluice.engine.index.TopK;
import io.sluice.engine.index.VectorIndex;
import io.sluice.engine.segment.ColumnView;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The best hits of one query after the other over all blocks: best score first, ties by primary key, one hit per key.
 * Confined to one thread.
 *
 * <p>Each block is asked for its best {@code k}; the lists are merged until {@code k} keys are found. That is final
 * unless a row that a block did not show could still belong there, which is so when hits fell away (two versions of a
 * key, scores nearer than a range search wants) or when rows of a growing block tie at the end. Only such a block is
 * asked again, for four times as many, until nothing unseen can matter; beyond {@link #WIDEST_INDEX_SEARCH} the exact
 * scan is asked. So an exact index gives exact answers for range searches too, and the usual search asks once.
 */
final class NearestHits {
    /** As far as Milvus lets a client ask an index; an exact scan has no such bound. */
    private static final int WIDEST_INDEX_SEARCH = 16_384;

    private static final int WIDEN_FACTOR = 4;

    private final int wantedCount;
    private final ScoreRange range;
    private final StopSignal stop;
    private final List<Source> sources;
    private final KeyTable seenKeys;
    private final int[] acceptedSources;
    private final int[] acceptedRanks;
    private int[] candidateSources = new int[0];
    private int[] candidateRanks = new int[0];
    private int acceptedCount;

    /** One block and what it showed of its best rows. */
    private static final class Source {
        final AllowedRows allowed;
        final ColumnView vectors;
        final VectorIndex index;
        final SearchPlan plan;
        final TopK usualHits;
        TopK hits;

        Source(AllowedRows allowed, SearchPlan plan) {
            this.allowed = allowed;
            this.plan = plan;
            this.vectors = allowed.block().rows().column(plan.field().id());
            VectorIndex attached = allowed.block().indexes().get(plan.field().id());
            this.index = attached == null ? IndexBuilder.exact(plan.metric(), vectors) : attached;
            // One more where ties are not in the order of keys, to see whether there is a tie at the end.
            int width = allowed.block().sortedByKey() ? plan.hitCount() : plan.hitCount() + 1;
            this.usualHits = new TopK(Math.min(width, allowed.count()));
            this.hits = usualHits;
        }

        void search(float[] query, StopSignal stop) {
            usualHits.reset();
            hits = usualHits;
            index.search(query, plan.params(), allowed.mask(), hits, stop);
            hits.sort();
        }

        void searchWider(float[] query, StopSignal stop) {
            long width = (long) hits.capacity() * WIDEN_FACTOR;
            hits = new TopK((int) Math.min(width, allowed.count()));
            VectorIndex asked =
                    hits.capacity() > WIDEST_INDEX_SEARCH ? IndexBuilder.exact(plan.metric(), vectors) : index;
            asked.search(query, plan.params(), allowed.mask(), hits, stop);
            hits.sort();
        }

        boolean shownAll() {
            return hits.size() < hits.capacity() || hits.capacity() >= allowed.count();
        }
    }

    NearestHits(ReadView view, List<AllowedRows> blocks, SearchPlan plan) {
        this.wantedCount = plan.hitCount();
        this.range = plan.range();
        this.stop = view.stop();
        this.sources = new ArrayList<>();
        long most = 0;
        for (AllowedRows allowed : blocks) {
            sources.add(new Source(allowed, plan));
            most += allowed.count();
        }
        int room = (int) Math.min(wantedCount, most);
        this.seenKeys = new KeyTable(room);
        this.acceptedSources = new int[room];
        this.acceptedRanks = new int[room];
    }

    /** Finds the hits of {@code query}; they can be read until the next call. Answers how many there are. */
    int search(float[] query) {
        for (Source source : sources) {
            stop.throwIfRequested();
            source.search(query, stop);
        }
        merge();
        while (widen(query)) {
            merge();
        }
        return acceptedCount;
    }

    int block(int rank) {
        return sources.get(acceptedSources[rank]).allowed.blockIndex();
    }

    int row(int rank) {
        return sources.get(acceptedSources[rank]).hits.row(acceptedRanks[rank]);
    }

    float score(int rank) {
        return sources.get(acceptedSources[rank]).hits.score(acceptedRanks[rank]);
    }

    private void merge() {
        int count = collectCandidates();
        int[] order = new int[count];
        Arrays.setAll(order, i -> i);
        LazyOrder best = new LazyOrder(
                order,
                count,
                (a, b) -> compare(
                        sources.get(candidateSources[a]), candidateRanks[a],
                        sources.get(candidateSources[b]), candidateRanks[b]));
        seenKeys.clear();
        acceptedCount = 0;
        while (acceptedCount < acceptedSources.length && !best.isEmpty()) {
            int candidate = best.poll();
            Source source = sources.get(candidateSources[candidate]);
            int rank = candidateRanks[candidate];
            if (seenKeys.add(source.allowed.keys(), source.hits.row(rank))) {
                acceptedSources[acceptedCount] = candidateSources[candidate];
                acceptedRanks[acceptedCount++] = rank;
            }
        }
    }

    private int collectCandidates() {
        int most = 0;
        for (Source source : sources) {
            most += source.hits.size();
        }
        if (most > candidateSources.length) {
            candidateSources = new int[most];
            candidateRanks = new int[most];
        }
        int count = 0;
        for (int i = 0; i < sources.size(); i++) {
            TopK hits = sources.get(i).hits;
            for (int rank = 0; rank < hits.size(); rank++) {
                if (range.keeps(hits.score(rank))) {
                    candidateSources[count] = i;
                    candidateRanks[count++] = rank;
                }
            }
        }
        return count;
    }

    /** Asks the blocks again that may hide a better hit; whether there was one. */
    private boolean widen(float[] query) {
        Source last = null;
        int lastRank = 0;
        if (acceptedCount == wantedCount) {
            last = sources.get(acceptedSources[acceptedCount - 1]);
            lastRank = acceptedRanks[acceptedCount - 1];
        }
        // The hits of a source that is asked again are gone; so first decide about all.
        List<Source> hiding = new ArrayList<>();
        for (Source source : sources) {
            if (mayHideHits(source, last, lastRank)) {
                hiding.add(source);
            }
        }
        for (Source source : hiding) {
            stop.throwIfRequested();
            source.searchWider(query, stop);
        }
        return !hiding.isEmpty();
    }

    /** @param last where the last wanted hit is; null while hits are missing */
    private boolean mayHideHits(Source source, @Nullable Source last, int lastRank) {
        if (source.shownAll()) {
            return false;
        }
        int worst = source.hits.size() - 1;
        if (range.endsAt(source.hits.score(worst))) {
            return false;
        }
        if (last == null) {
            return true;
        }
        if (source.allowed.block().sortedByKey()) {
            return compare(source, worst, last, lastRank) < 0;
        }
        return source.hits.score(worst) >= last.hits.score(lastRank);
    }

    private static int compare(Source left, int leftRank, Source right, int rightRank) {
        float leftScore = left.hits.score(leftRank);
        float rightScore = right.hits.score(rightRank);
        if (leftScore != rightScore) { // not Float.compare: 0 and -0 are a tie, as they are in TopK
            return leftScore > rightScore ? -1 : 1;
        }
        return KeyColumn.compare(
                left.allowed.keys(), left.hits.row(leftRank), right.allowed.keys(), right.hits.row(rightRank));
    }
}
