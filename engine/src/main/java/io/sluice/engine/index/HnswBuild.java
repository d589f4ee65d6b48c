package io.sluice.engine.index;

import io.sluice.engine.catalog.PartRecord;
import io.sluice.engine.distance.Kernels;
import io.sluice.engine.distance.Metric;
import io.sluice.engine.error.EngineException;
import io.sluice.engine.error.StopSignal;
import io.sluice.engine.memory.Admission;
import io.sluice.engine.memory.Lease;
import io.sluice.engine.memory.MemoryBudget;
import io.sluice.engine.memory.MemoryTag;
import io.sluice.engine.memory.Reservation;
import io.sluice.engine.segment.ColumnView;
import io.sluice.engine.segment.PartFileWriter;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * One build of one graph. Confined to one thread, which it helps out with threads of its own; they have all ended when a
 * method returns.
 *
 * <p>The graph is that of [1], with these liberties:
 * <ul>
 *   <li>Levels come from a hash of the row, so they are known before the first insertion: rows go in by falling level,
 *       then in scrambled order, which makes the graph independent of how rows are sorted, and the entry point never
 *       moves.
 *   <li>Candidates are found with int8 codes; what is kept is decided with float32 vectors.
 *   <li>While building, a row has room for half as many links again as it may keep. Choosing among too many links (the
 *       heuristic of [1], algorithm 4) is the most expensive step of an insertion when it happens for every link; so it
 *       happens once in M times, and once more at the end.
 *   <li>Equal rows are chained outside the graph: see {@link Twins}.
 *   <li>In the end every row can be reached from the entry row: what could not gets a link from a near row with room.
 * </ul>
 *
 * <p>With one thread the image depends on nothing but the vectors and the parameters. With several, insertions meet links
 * as other threads write them: a reader sees old or new links of a row, or a mixture, all of which are rows of the graph,
 * and recall is the same.
 *
 * <p>[1] Malkov, Yashunin: Efficient and robust approximate nearest neighbor search using Hierarchical Navigable Small
 * World graphs. arXiv:1603.09320.
 */
final class HnswBuild implements AutoCloseable {
    private static final long LEVEL_SEED = 0x5EED_0F1E_7E15L;
    /** The mean of so many rows is good enough. */
    private static final int CENTER_SAMPLE_ROWS = 1 << 16;
    /** Inserted by one thread, so that the others find a graph to begin with. */
    private static final int ROWS_BEFORE_THREADS = 512;

    private static final int ENCODE_CHUNK_ROWS = 256;
    private static final int INSERT_CHUNK_ROWS = 8;
    private static final int LOCK_COUNT = 1 << 12;
    private static final long WRITE_CHUNK_BYTES = 1 << 20; // 1 MiB

    private final IndexSpec.Hnsw spec;
    private final Metric metric;
    private final ColumnView vectors;
    private final int rowCount;
    private final int dimension;
    private final StopSignal stop;
    private final int m;
    private final int candidates; // rows that an insertion chooses its links from

    private final Reservation reservation;
    private final List<Lease> leases = new ArrayList<>();
    private final MemorySegment codes;
    private final MemorySegment inverseNorms;
    private final MemorySegment twins;
    private final MemorySegment
            rowQueue; // int32[Twins.tableSlots]: the hash table, then the order, then the reached rows
    private final MemorySegment chunk;

    private final float[] center;
    private final long[] isTwin;
    private int twinCount;

    // the graph: level 0 by row, the levels above by node
    private int topLevel;
    private int entryRow;
    private final int[] levelCounts = new int[FlatLayout.MAX_LEVELS];
    private final int[] upperRowOf;
    private final MemorySegment upperRows;
    private final MemorySegment[] levels = new MemorySegment[FlatLayout.MAX_LEVELS];
    private final Object[] locks = new Object[LOCK_COUNT];

    HnswBuild(IndexSpec.Hnsw spec, ColumnView vectors, MemoryBudget budget, StopSignal stop) {
        this.spec = spec;
        this.metric = spec.metric();
        this.vectors = vectors;
        this.rowCount = vectors.rowCount();
        this.dimension = vectors.dimension();
        this.stop = stop;
        this.m = spec.m();
        this.candidates = Math.min(Math.max(spec.efConstruction(), m), Math.max(rowCount, 1));
        Arrays.setAll(locks, i -> new Object());
        isTwin = new long[(rowCount + 63) >>> 6];
        center = new float[dimension];
        reservation = reserve(budget, workingBytes(spec, rowCount, dimension));
        try {
            codes = take("codes", codesBytes(rowCount, dimension));
            inverseNorms = take("norms", normsBytes(metric, rowCount));
            twins = take("twins", (long) rowCount * Integer.BYTES);
            rowQueue = take("queue", Twins.tableSlots(rowCount) * Integer.BYTES);
            chunk = take("chunk", chunkBytes(m));
            twinCount = Twins.link(vectors, rowQueue, twins, isTwin, stop);
            upperRowOf = rowsByLevel();
            upperRows = take("upper rows", (long) upperRowOf.length * Integer.BYTES);
            for (int node = 0; node < upperRowOf.length; node++) {
                upperRows.setAtIndex(ColumnView.INT, node, upperRowOf[node]);
            }
            levels[0] = take("links", linksBytes(m, rowCount));
            levels[0].fill((byte) -1);
            for (int level = 1; level <= topLevel; level++) {
                levels[level] = take("level " + level, (long) levelCounts[level] * slots(level) * Integer.BYTES);
                levels[level].fill((byte) -1);
            }
        } catch (Throwable failure) {
            close();
            throw failure;
        }
    }

    static long workingBytes(IndexSpec.Hnsw spec, int rowCount, int dimension) {
        return Reservation.roundedBytes(codesBytes(rowCount, dimension))
                + Reservation.roundedBytes(normsBytes(spec.metric(), rowCount))
                + Reservation.roundedBytes((long) rowCount * Integer.BYTES)
                + Reservation.roundedBytes(Twins.tableSlots(rowCount) * Integer.BYTES)
                + Reservation.roundedBytes(chunkBytes(spec.m()))
                + Reservation.roundedBytes(linksBytes(spec.m(), rowCount))
                + upperBytes(spec, rowCount);
    }

    /** Of the rows and links of all levels above 0; the hash decides, so this counts. */
    private static long upperBytes(IndexSpec.Hnsw spec, int rowCount) {
        long[] counts = new long[FlatLayout.MAX_LEVELS];
        for (int row = 0; row < rowCount; row++) {
            int level = levelOf(row, spec.m());
            for (int l = 1; l <= level; l++) {
                counts[l]++;
            }
        }
        long bytes = Reservation.roundedBytes(counts[1] * Integer.BYTES);
        for (int level = 1; level < FlatLayout.MAX_LEVELS && counts[level] > 0; level++) {
            bytes += Reservation.roundedBytes(counts[level] * 2 * spec.m() * Integer.BYTES);
        }
        return bytes;
    }

    private static long codesBytes(int rowCount, int dimension) {
        return (long) rowCount * RowCoder.strideBytes(dimension);
    }

    private static long normsBytes(Metric metric, int rowCount) {
        return metric == Metric.COSINE ? (long) rowCount * Float.BYTES : 0;
    }

    private static long linksBytes(int m, int rowCount) {
        return (long) rowCount * 3 * m * Integer.BYTES;
    }

    private static long chunkBytes(int m) {
        return Math.max(WRITE_CHUNK_BYTES, (long) 2 * m * Integer.BYTES);
    }

    private static Reservation reserve(MemoryBudget budget, long sizeBytes) {
        return switch (budget.tryReserve(MemoryTag.INDEX_BUILD, "working memory", sizeBytes)) {
            case Admission.Granted granted -> granted.reservation();
            case Admission.Deferred _, Admission.Refused _ ->
                throw new EngineException.OutOfBudget(
                        "the working memory of an index build",
                        sizeBytes,
                        budget.freeBytes(),
                        budget.limitBytes(),
                        budget.holders());
        };
    }

    private MemorySegment take(String what, long sizeBytes) {
        Lease lease = reservation.allocate("index build " + what, sizeBytes);
        leases.add(lease);
        return lease.bytes();
    }

    PartRecord run(int threads, PartFileWriter out) {
        findCenter();
        parallel(threads, 0, rowCount, ENCODE_CHUNK_ROWS, Worker::encode);
        int graphRows = orderRows();
        int alone = Math.min(ROWS_BEFORE_THREADS, graphRows);
        parallel(1, 1, alone, INSERT_CHUNK_ROWS, Worker::insertAt);
        parallel(threads, alone, graphRows, INSERT_CHUNK_ROWS, Worker::insertAt);
        parallel(threads, 0, rowCount, INSERT_CHUNK_ROWS, (worker, row) -> worker.thinOut(0, row));
        for (int level = 1; level <= topLevel; level++) {
            int here = level;
            parallel(1, 0, levelCounts[level], INSERT_CHUNK_ROWS, (worker, node) -> worker.thinOut(here, node));
        }
        parallel(1, 0, 1, 1, (worker, _) -> worker.connect());
        return write(out);
    }

    @Override
    public void close() {
        leases.forEach(Lease::close);
        reservation.close();
    }

    /** 0 for most rows, l for about one in M to the power of l. */
    static int levelOf(int row, int m) {
        long bits = (row + LEVEL_SEED) * 0x9E37_79B9_7F4A_7C15L;
        bits = (bits ^ bits >>> 30) * 0xBF58_476D_1CE4_E5B9L;
        bits = (bits ^ bits >>> 27) * 0x94D0_49BB_1331_11EBL;
        bits ^= bits >>> 31;
        double uniform = ((bits >>> 11) + 1) * 0x1p-53;
        return Math.min((int) (-Math.log(uniform) / Math.log(m)), FlatLayout.MAX_LEVELS - 1);
    }

    private boolean inGraph(int row) {
        return (isTwin[row >>> 6] >>> row & 1) == 0;
    }

    /** Rows above level 0, the highest level first; fills {@link #levelCounts}, {@link #topLevel}, {@link #entryRow}. */
    private int[] rowsByLevel() {
        entryRow = -1;
        for (int row = 0; row < rowCount; row++) {
            if (inGraph(row)) {
                entryRow = entryRow < 0 ? row : entryRow;
                int level = levelOf(row, m);
                topLevel = Math.max(topLevel, level);
                for (int l = 0; l <= level; l++) {
                    levelCounts[l]++;
                }
            }
        }
        int[] rows = new int[levelCounts[1]];
        int[] place = new int[FlatLayout.MAX_LEVELS]; // of level l: after all rows of higher levels
        for (int level = 1; level + 1 < FlatLayout.MAX_LEVELS; level++) {
            place[level] = levelCounts[level + 1];
        }
        for (int row = 0; row < rowCount; row++) {
            int level = inGraph(row) ? levelOf(row, m) : 0;
            if (level > 0) {
                rows[place[level]++] = row;
            }
        }
        if (rows.length > 0) {
            entryRow = rows[0];
        }
        return rows;
    }

    private int slots(int level) {
        return level == 0 ? 3 * m : 2 * m;
    }

    private int maxLinks(int level) {
        return level == 0 ? 2 * m : m;
    }

    private void findCenter() {
        int step = Math.max(1, rowCount / CENTER_SAMPLE_ROWS);
        double[] sums = new double[dimension];
        float[] vector = new float[dimension];
        int rows = 0;
        for (int row = 0; row < rowCount; row += step) {
            readVector(row, vector);
            double norm = metric == Metric.COSINE ? ExactScores.norm(vector) : 1;
            for (int j = 0; j < dimension; j++) {
                sums[j] += norm == 0 ? 0 : vector[j] / norm;
            }
            rows++;
        }
        for (int j = 0; j < dimension; j++) {
            center[j] = (float) (sums[j] / rows);
        }
    }

    /** Fills {@link #rowQueue} with the rows of the graph in the order of their insertion; answers how many. */
    private int orderRows() {
        int count = 0;
        for (int row : upperRowOf) {
            rowQueue.setAtIndex(ColumnView.INT, count++, row);
        }
        if (topLevel == 0) {
            rowQueue.setAtIndex(ColumnView.INT, count++, entryRow);
        }
        long step = stepCoprimeTo(rowCount);
        long row = 0;
        for (int i = 0; i < rowCount; i++) {
            row = (row + step) % rowCount;
            boolean first = topLevel == 0 && row == entryRow;
            if (inGraph((int) row) && levelOf((int) row, m) == 0 && !first) {
                rowQueue.setAtIndex(ColumnView.INT, count++, (int) row);
            }
        }
        return count;
    }

    /** A golden section of the rows: consecutive steps land far apart, and all rows are met once. */
    private static long stepCoprimeTo(int count) {
        long step = Math.max(1, (long) (count * 0.6180339887498949));
        while (gcd(step, count) != 1) {
            step++;
        }
        return step;
    }

    private static long gcd(long a, long b) {
        return b == 0 ? a : gcd(b, a % b);
    }

    private void readVector(int row, float[] into) {
        MemorySegment.copy(vectors.data(), ColumnView.FLOAT, vectors.vectorOffset(row), into, 0, dimension);
    }

    private PartRecord write(PartFileWriter out) {
        var layout = new FlatLayout(
                metric, rowCount, dimension, m, spec.efConstruction(), topLevel, entryRow, twinCount, levelCounts);
        out.beginPart(0);
        out.beginSection(FlatLayout.HEADER);
        MemorySegment header = chunk.asSlice(0, FlatLayout.HEADER_BYTES);
        layout.write(header);
        out.append(header);
        out.beginSection(FlatLayout.CENTER);
        for (int from = 0; from < dimension; ) {
            int count = (int) Math.min(dimension - from, chunk.byteSize() / Float.BYTES);
            MemorySegment.copy(center, from, chunk, ColumnView.FLOAT, 0, count);
            out.append(chunk.asSlice(0, (long) count * Float.BYTES));
            from += count;
        }
        out.beginSection(FlatLayout.CODES);
        appendAll(codes, out);
        out.beginSection(FlatLayout.LINKS);
        appendLinks(0, rowCount, out);
        out.beginSection(FlatLayout.UPPER_ROWS);
        appendAll(upperRows.asSlice(0, (long) upperRowOf.length * Integer.BYTES), out);
        out.beginSection(FlatLayout.UPPER_LINKS);
        for (int level = 1; level <= topLevel; level++) {
            appendLinks(level, levelCounts[level], out);
        }
        if (twinCount > 0) {
            out.beginSection(FlatLayout.TWINS);
            appendAll(twins, out);
        }
        return out.endPart();
    }

    private void appendAll(MemorySegment bytes, PartFileWriter out) {
        for (long at = 0; at < bytes.byteSize(); at += WRITE_CHUNK_BYTES) {
            stop.throwIfRequested();
            out.append(bytes.asSlice(at, Math.min(WRITE_CHUNK_BYTES, bytes.byteSize() - at)));
        }
    }

    /** Of each node the links that it may keep, without the room for more. */
    private void appendLinks(int level, int nodeCount, PartFileWriter out) {
        long fromBytes = (long) slots(level) * Integer.BYTES;
        long toBytes = (long) maxLinks(level) * Integer.BYTES;
        int nodesPerChunk = (int) (chunk.byteSize() / toBytes);
        for (int node = 0; node < nodeCount; node += nodesPerChunk) {
            stop.throwIfRequested();
            int count = Math.min(nodesPerChunk, nodeCount - node);
            for (int i = 0; i < count; i++) {
                MemorySegment.copy(levels[level], (node + i) * fromBytes, chunk, i * toBytes, toBytes);
            }
            out.append(chunk.asSlice(0, count * toBytes));
        }
    }

    /** What a worker does with one row, node or place in the order. */
    private interface Step {
        void run(Worker worker, int item);
    }

    /** Runs a step for every item of {@code [from, to)} on this thread and {@code threads - 1} others. */
    private void parallel(int threads, int from, int to, int chunkItems, Step step) {
        if (from >= to) {
            return;
        }
        var next = new AtomicInteger(from);
        var failure = new AtomicReference<@Nullable Throwable>();
        Runnable work = () -> {
            try {
                var worker = new Worker();
                while (failure.get() == null) {
                    int begin = next.getAndAdd(chunkItems);
                    if (begin >= to || begin < from) {
                        break;
                    }
                    int end = Math.min(begin + chunkItems, to);
                    for (int item = begin; item < end; item++) {
                        stop.throwIfRequested();
                        step.run(worker, item);
                    }
                }
                worker.end();
            } catch (Throwable thrown) {
                failure.compareAndSet(null, thrown);
            }
        };
        List<Thread> helpers = new ArrayList<>();
        for (int i = 1; i < threads; i++) {
            helpers.add(Thread.ofPlatform().daemon().name("index-build-" + i).start(work));
        }
        work.run();
        awaitAll(helpers);
        rethrow(failure.get());
    }

    /** Waits through interrupts: the helpers use memory that is freed after this. They end soon, by the stop signal. */
    private static void awaitAll(List<Thread> helpers) {
        boolean interrupted = false;
        for (Thread helper : helpers) {
            while (helper.isAlive()) {
                try {
                    helper.join();
                } catch (InterruptedException wait) {
                    interrupted = true;
                }
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private static void rethrow(@Nullable Throwable failure) {
        switch (failure) {
            case null -> {}
            case RuntimeException exception -> throw exception;
            case Error error -> throw error;
            default -> throw new IllegalStateException(failure);
        }
    }

    /** What one thread needs to work on the graph. Confined to that thread. */
    private final class Worker {
        private final GraphWalk walk = GraphWalk.borrow();
        private final RowCoder coder = new RowCoder(metric, center);
        private final float[] own = new float[dimension];
        private final float[] candidate = new float[dimension];
        private final int capacity = Math.max(candidates, slots(0) + 1);
        // candidates for links, in the order in which they were met
        private final int[] candidateNodes = new int[capacity];
        private final int[] candidateRows = new int[capacity];
        private final float[] candidateScores = new float[capacity];
        private final long[] candidateOrder = new long[capacity];
        private int candidateCount;
        // what was chosen of them
        private final int[] chosenNodes = new int[maxLinks(0)];
        private final int[] chosenRows = new int[maxLinks(0)];
        private final float[] pairScores = new float[maxLinks(0)];
        private int chosenCount;
        private final int[] links = new int[slots(0)];
        private final int[][] newLinks = new int[FlatLayout.MAX_LEVELS][];

        Worker() {
            walk.over(codes, dimension, rowCount, slots(0));
        }

        void end() {
            walk.giveBack();
        }

        void encode(int row) {
            readVector(row, own);
            coder.encodeRow(own, codes, (long) row * RowCoder.strideBytes(dimension));
            if (metric == Metric.COSINE) {
                float inverse = (float) (1 / ExactScores.norm(own));
                inverseNorms.setAtIndex(ColumnView.FLOAT, row, Float.isFinite(inverse) ? inverse : 0f);
            }
        }

        void insertAt(int place) {
            int row = rowQueue.getAtIndex(ColumnView.INT, place);
            int level = place < upperRowOf.length ? levelOf(row, m) : 0;
            insert(row, place, level);
        }

        /** @param node of the row on the levels above 0, if it is there */
        private void insert(int row, int node, int level) {
            readVector(row, own);
            walk.query(own, coder);
            int at = topLevel > 0 ? 0 : entryRow;
            for (int l = topLevel; l > 0; l--) {
                at = walkLevel(l, at, l > level ? 1 : candidates);
                if (l <= level) {
                    newLinks[l] = choose(l, row);
                }
            }
            walkLevel(0, topLevel > 0 ? upperRowOf[at] : at, candidates);
            newLinks[0] = choose(0, row);
            // From below, so that who comes down from a new link finds the row linked.
            for (int l = 0; l <= level; l++) {
                int self = l == 0 ? row : node;
                writeLinks(l, self, newLinks[l], newLinks[l].length);
                for (int neighbour : newLinks[l]) {
                    addLink(l, neighbour, self);
                }
            }
        }

        /** Fills the walk's beam with the nearest nodes of a level; answers the nearest. */
        private int walkLevel(int level, int from, int width) {
            walk.begin(width);
            walk.enter(from, rowOf(level, from));
            walk.walk(levels[level], slots(level), level == 0 ? null : upperRows, stop);
            return walk.node(0);
        }

        private int rowOf(int level, int node) {
            return level == 0 ? node : upperRowOf[node];
        }

        /** Links for a new row, from the walk's beam. */
        private int[] choose(int level, int row) {
            candidateCount = walk.size();
            for (int i = 0; i < candidateCount; i++) {
                candidateNodes[i] = walk.node(i);
                candidateRows[i] = rowOf(level, candidateNodes[i]);
            }
            chooseDiverse(row, m);
            return Arrays.copyOf(chosenNodes, chosenCount);
        }

        /**
         * Algorithm 4 of [1] without its extensions: a candidate is kept if it is nearer to the row than to every one
         * kept before, so that links point into all directions.
         */
        private void chooseDiverse(int row, int limit) {
            score(own, row, candidateRows, 0, candidateCount, candidateScores);
            for (int i = 0; i < candidateCount; i++) {
                candidateOrder[i] = GraphWalk.entry(candidateScores[i], i);
            }
            Arrays.sort(candidateOrder, 0, candidateCount);
            chosenCount = 0;
            for (int i = candidateCount - 1; i >= 0 && chosenCount < limit; i--) {
                int which = GraphWalk.nodeOf(candidateOrder[i]);
                if (isDiverse(candidateRows[which], candidateScores[which])) {
                    chosenNodes[chosenCount] = candidateNodes[which];
                    chosenRows[chosenCount] = candidateRows[which];
                    chosenCount++;
                }
            }
        }

        private boolean isDiverse(int row, float scoreToOwn) {
            if (chosenCount == 0) {
                return true;
            }
            readVector(row, candidate);
            for (int from = 0; from < chosenCount; from += 4) {
                int to = Math.min(from + 4, chosenCount);
                score(candidate, row, chosenRows, from, to, pairScores);
                for (int i = from; i < to; i++) {
                    if (pairScores[i] > scoreToOwn) {
                        return false;
                    }
                }
            }
            return true;
        }

        /** Scores of rows against a vector; for COSINE by means of the stored norms. */
        private void score(float[] vector, int vectorRow, int[] rows, int from, int to, float[] scores) {
            if (metric == Metric.L2) {
                Kernels.squaredL2(vector, vectors.data(), rows, from, to, scores);
                for (int i = from; i < to; i++) {
                    scores[i] = -scores[i];
                }
                return;
            }
            Kernels.dot(vector, vectors.data(), rows, from, to, scores);
            if (metric == Metric.COSINE) {
                float inverse = inverseNorms.getAtIndex(ColumnView.FLOAT, vectorRow);
                for (int i = from; i < to; i++) {
                    scores[i] *= inverse * inverseNorms.getAtIndex(ColumnView.FLOAT, rows[i]);
                }
            }
        }

        private void writeLinks(int level, int node, int[] nodes, int count) {
            int slots = slots(level);
            System.arraycopy(nodes, 0, links, 0, count);
            Arrays.fill(links, count, slots, -1);
            synchronized (lockOf(level, node)) {
                MemorySegment.copy(links, 0, levels[level], ColumnView.INT, (long) node * slots * Integer.BYTES, slots);
            }
        }

        private Object lockOf(int level, int node) {
            return locks[node * 31 + level & LOCK_COUNT - 1];
        }

        private void addLink(int level, int node, int newNeighbour) {
            int slots = slots(level);
            long at = (long) node * slots;
            synchronized (lockOf(level, node)) {
                for (int i = 0; i < slots; i++) {
                    if (levels[level].getAtIndex(ColumnView.INT, at + i) < 0) {
                        levels[level].setAtIndex(ColumnView.INT, at + i, newNeighbour);
                        return;
                    }
                }
                candidatesFromLinks(level, node);
                candidateNodes[candidateCount] = newNeighbour;
                candidateRows[candidateCount] = rowOf(level, newNeighbour);
                candidateCount++;
                readVector(rowOf(level, node), own);
                chooseDiverse(rowOf(level, node), maxLinks(level));
                writeLinks(level, node, chosenNodes, chosenCount);
            }
        }

        private void candidatesFromLinks(int level, int node) {
            int slots = slots(level);
            candidateCount = 0;
            for (int i = 0; i < slots; i++) {
                int neighbour = levels[level].getAtIndex(ColumnView.INT, (long) node * slots + i);
                if (neighbour < 0) {
                    break;
                }
                candidateNodes[candidateCount] = neighbour;
                candidateRows[candidateCount] = rowOf(level, neighbour);
                candidateCount++;
            }
        }

        /** The last choice, for nodes with more links than fit into the file. */
        void thinOut(int level, int node) {
            candidatesFromLinks(level, node);
            if (candidateCount <= maxLinks(level)) {
                return; // fewer links would lose recall (measured), more by filling up would cost time
            }
            readVector(rowOf(level, node), own);
            chooseDiverse(rowOf(level, node), maxLinks(level));
            writeLinks(level, node, chosenNodes, chosenCount);
        }

        /** Makes every row of the graph reachable from the entry row on level 0. */
        void connect() {
            long[] reached = isTwin.clone(); // twins need no link
            int reachedCount = spread(entryRow, reached, 0);
            for (int row = 0; row < rowCount; row++) {
                if ((reached[row >>> 6] >>> row & 1) == 0) {
                    stop.throwIfRequested();
                    readVector(row, own);
                    walk.query(own, coder);
                    walkLevel(0, entryRow, candidates);
                    linkFrom(nearRowWithRoom(reachedCount), row);
                    reachedCount = spread(row, reached, reachedCount);
                }
            }
        }

        /**
         * The nearest row of the beam that has room for a link; everything in the beam is reachable, because the walk
         * started at the entry row. If none has, any reachable row that has.
         */
        private int nearRowWithRoom(int reachedCount) {
            for (int rank = 0; rank < walk.size(); rank++) {
                if (hasRoom(walk.node(rank))) {
                    return walk.node(rank);
                }
            }
            for (int i = reachedCount - 1; i >= 0; i--) {
                int row = rowQueue.getAtIndex(ColumnView.INT, i);
                if (hasRoom(row)) {
                    return row;
                }
            }
            return walk.node(walk.size() - 1);
        }

        private boolean hasRoom(int row) {
            return levels[0].getAtIndex(ColumnView.INT, (long) row * slots(0) + maxLinks(0) - 1) < 0;
        }

        private void linkFrom(int near, int row) {
            if (hasRoom(near)) {
                addLink(0, near, row);
            } else {
                levels[0].setAtIndex(ColumnView.INT, (long) near * slots(0) + maxLinks(0) - 1, row);
            }
        }

        private int spread(int from, long[] reached, int reachedCount) {
            int head = reachedCount;
            int tail = reachedCount;
            rowQueue.setAtIndex(ColumnView.INT, tail++, from);
            reached[from >>> 6] |= 1L << from;
            while (head < tail) {
                int row = rowQueue.getAtIndex(ColumnView.INT, head++);
                for (int i = 0; i < maxLinks(0); i++) {
                    int next = levels[0].getAtIndex(ColumnView.INT, (long) row * slots(0) + i);
                    if (next < 0) {
                        break;
                    }
                    if ((reached[next >>> 6] >>> next & 1) == 0) {
                        reached[next >>> 6] |= 1L << next;
                        rowQueue.setAtIndex(ColumnView.INT, tail++, next);
                    }
                }
            }
            return tail;
        }
    }
}
