package io.sluice.engine.index;

import io.sluice.engine.distance.Kernels;
import io.sluice.engine.error.StopSignal;
import io.sluice.engine.segment.ColumnView;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * A best-first walk over one level of a graph, scored with int8 codes, and the memory that it needs. Confined to one
 * thread at a time; reused through {@link #borrow} and {@link #giveBack}, so that a search allocates next to nothing.
 *
 * <p>The beam is one array, best first, of at most {@code width} nodes; a walk expands the best node not yet expanded
 * until there is none. That is the search of [1] with both heaps in one: what falls off the end could never be expanded.
 * Two nodes are expanded per step: their neighbours are scored together, which keeps more cache misses in flight; before
 * they are scored, all their lines are asked for ({@link Kernels#touch}).
 *
 * <pre>
 *   beam entry   63..32 score, ordered like its float   31..1 node, inverted (lower node first)   0 expanded
 * </pre>
 *
 * [1] Malkov, Yashunin: Efficient and robust approximate nearest neighbor search using Hierarchical Navigable Small World
 * graphs. arXiv:1603.09320, algorithm 2.
 */
final class GraphWalk {
    private static final int NODES_PER_STEP = 2;
    private static final int STEPS_PER_QUESTION = 64;
    private static final int POOL_SIZE = 16;
    private static final AtomicReferenceArray<@Nullable GraphWalk> POOL = new AtomicReferenceArray<>(POOL_SIZE);

    // the codes that are walked over, and the query
    private MemorySegment codes = MemorySegment.NULL;
    private long strideBytes;
    private int scaleOffset;
    private short[] query = new short[0];
    private float factor;

    // the beam
    private long[] beam = new long[256];
    private int size;
    private int width;
    private int cursor; // no entry before it is unexpanded

    // which nodes were met: one bit each, and a list of them to clear the bits again
    private long[] met = new long[0];
    private int[] metNodes = new int[1024];
    private int metCount;

    // the neighbours of one step
    private final int[] nextNodes = new int[NODES_PER_STEP];
    private int[] links = new int[0];
    private int[] nodes = new int[0];
    private int[] rows = new int[0];
    private int[] dots = new int[0];

    private GraphWalk() {}

    static GraphWalk borrow() {
        for (int i = 0; i < POOL_SIZE; i++) {
            GraphWalk walk = POOL.getAndSet(i, null);
            if (walk != null) {
                return walk;
            }
        }
        return new GraphWalk();
    }

    /** Only for a walk that ended without an exception: one that did not may hold met bits. */
    void giveBack() {
        codes = MemorySegment.NULL;
        for (int i = 0; i < POOL_SIZE; i++) {
            if (POOL.compareAndSet(i, null, this)) {
                return;
            }
        }
    }

    /** Sets what is walked over. */
    void over(MemorySegment codeRows, int dimension, int rowCount, int maxSlots) {
        codes = codeRows;
        strideBytes = RowCoder.strideBytes(dimension);
        scaleOffset = RowCoder.scaleOffset(dimension);
        if (query.length != RowCoder.queryCodes(dimension)) {
            query = new short[RowCoder.queryCodes(dimension)];
        }
        int words = (rowCount + 63) >>> 6;
        if (met.length < words) {
            met = new long[words];
        }
        if (links.length < maxSlots) {
            links = new int[maxSlots];
            nodes = new int[NODES_PER_STEP * maxSlots];
            rows = new int[NODES_PER_STEP * maxSlots];
            dots = new int[NODES_PER_STEP * maxSlots];
        }
    }

    void query(float[] vector, RowCoder coder) {
        factor = coder.encodeQuery(vector, query);
    }

    /** Empties the beam. */
    void begin(int beamWidth) {
        assert beamWidth > 0;
        if (beam.length < beamWidth) {
            beam = new long[beamWidth];
        }
        width = beamWidth;
        size = 0;
        cursor = 0;
    }

    /** Puts one node into the beam, not yet expanded. */
    void enter(int node, int row) {
        if (meet(node)) {
            nodes[0] = node;
            rows[0] = row;
            scoreAndKeep(1);
        }
    }

    /**
     * Walks until every node of the beam is expanded.
     *
     * @param level int32[nodes][slots], unused slots -1
     * @param rowOf int32[nodes], the row of each node; null where a node is its row
     */
    void walk(MemorySegment level, int slots, @Nullable MemorySegment rowOf, StopSignal stop) {
        int steps = 0;
        while (true) {
            int count = 0;
            int expanded = 0;
            while (expanded < NODES_PER_STEP && cursor < size) {
                long entry = beam[cursor];
                if ((entry & 1) == 0) {
                    beam[cursor] = entry | 1;
                    count = gather(level, slots, nodeOf(entry), count);
                    expanded++;
                }
                cursor++;
            }
            if (expanded == 0) {
                break;
            }
            if (rowOf == null) {
                System.arraycopy(nodes, 0, rows, 0, count);
            } else {
                for (int i = 0; i < count; i++) {
                    rows[i] = rowOf.getAtIndex(ColumnView.INT, nodes[i]);
                }
            }
            touchLinksOfNext(level, slots);
            scoreAndKeep(count);
            if (++steps % STEPS_PER_QUESTION == 0) {
                stop.throwIfRequested();
            }
        }
        forget();
    }

    int size() {
        return size;
    }

    /** Whether the beam is full: if not, everything that can be reached is in it. */
    boolean isFull() {
        return size == width;
    }

    /** The node at {@code rank}, 0 = best. */
    int node(int rank) {
        return nodeOf(beam[rank]);
    }

    /** Of those that the next step will most likely expand: while this one is scored, their links come into the cache. */
    private void touchLinksOfNext(MemorySegment level, int slots) {
        int found = 0;
        for (int at = cursor; at < size && found < NODES_PER_STEP; at++) {
            if ((beam[at] & 1) == 0) {
                nextNodes[found++] = nodeOf(beam[at]);
            }
        }
        Kernels.touch(level, (long) slots * Integer.BYTES, nextNodes, 0, found);
    }

    private int gather(MemorySegment level, int slots, int node, int from) {
        MemorySegment.copy(level, ColumnView.INT, (long) node * slots * Integer.BYTES, links, 0, slots);
        if (metCount + slots > metNodes.length) {
            metNodes = Arrays.copyOf(metNodes, Math.max(2 * metNodes.length, metCount + slots));
        }
        int count = from;
        int listed = metCount;
        for (int i = 0; i < slots; i++) {
            int neighbour = links[i];
            if (neighbour < 0) {
                break;
            }
            // Without a branch, which no processor could predict: written always, counted only if new.
            long word = met[neighbour >>> 6];
            int isNew = (int) (~word >>> neighbour) & 1;
            met[neighbour >>> 6] = word | 1L << neighbour;
            metNodes[listed] = neighbour;
            listed += isNew;
            nodes[count] = neighbour;
            count += isNew;
        }
        metCount = listed;
        return count;
    }

    private boolean meet(int node) {
        int word = node >>> 6;
        long bit = 1L << node;
        if ((met[word] & bit) != 0) {
            return false;
        }
        met[word] |= bit;
        metNodes[metCount++] = node;
        return true;
    }

    private void forget() {
        for (int i = 0; i < metCount; i++) {
            met[metNodes[i] >>> 6] = 0;
        }
        metCount = 0;
    }

    private void scoreAndKeep(int count) {
        Kernels.touch(codes, strideBytes, rows, 0, count);
        Kernels.dotInt8(query, codes, strideBytes, rows, 0, count, dots);
        for (int i = 0; i < count; i++) {
            long scaleAt = rows[i] * strideBytes + scaleOffset;
            float scale = codes.get(ColumnView.FLOAT, scaleAt);
            float bias = codes.get(ColumnView.FLOAT, scaleAt + Float.BYTES);
            keep(entry(factor * scale * dots[i] - bias, nodes[i]));
        }
    }

    private void keep(long entry) {
        if (size == width) {
            if (entry <= beam[size - 1]) {
                return;
            }
            size--;
        }
        int low = 0;
        int length = size;
        while (length > 0) {
            int half = length >>> 1;
            boolean better = beam[low + half] > entry;
            low = better ? low + half + 1 : low;
            length = better ? length - half - 1 : half;
        }
        System.arraycopy(beam, low, beam, low + 1, size - low);
        beam[low] = entry;
        size++;
        if (low < cursor) {
            cursor = low;
        }
    }

    /** Orders by score, larger = larger, then by node, lower = larger. */
    static long entry(float score, int node) {
        int bits = Float.floatToRawIntBits(score);
        int ordered = bits ^ (bits >> 31 & Integer.MAX_VALUE);
        return (long) ordered << 32 | (~node & 0x7FFF_FFFFL) << 1;
    }

    static int nodeOf(long entry) {
        return ~(int) (entry >>> 1) & Integer.MAX_VALUE;
    }

    static float scoreOf(long entry) {
        int ordered = (int) (entry >> 32);
        return Float.intBitsToFloat(ordered ^ (ordered >> 31 & Integer.MAX_VALUE));
    }
}
