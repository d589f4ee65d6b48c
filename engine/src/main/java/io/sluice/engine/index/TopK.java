package io.sluice.engine.index;

import java.util.Arrays;

/**
 * The best {@code k} rows seen so far, by score (larger = closer). Confined to one thread.
 *
 * <p>A binary heap with the worst kept row on top. Equal scores: the lower row wins, so results do not depend on order.
 */
public final class TopK {
    private final float[] scores;
    private final int[] rows;
    private int size;

    public TopK(int k) {
        this.scores = new float[k];
        this.rows = new int[k];
    }

    public int capacity() {
        return scores.length;
    }

    public int size() {
        return size;
    }

    /** What a row must beat to be kept: the worst kept score, or negative infinity while there is room. */
    public float threshold() {
        return size < scores.length ? Float.NEGATIVE_INFINITY : scores[0];
    }

    public boolean offer(float score, int row) {
        if (size < scores.length) {
            scores[size] = score;
            rows[size] = row;
            siftUp(size++);
            return true;
        }
        if (size == 0 || !isWorse(scores[0], rows[0], score, row)) {
            return false;
        }
        scores[0] = score;
        rows[0] = row;
        siftDown(0, size);
        return true;
    }

    /** Sorts best first; after this only {@link #score}, {@link #row}, {@link #size} and {@link #reset} make sense. */
    public void sort() {
        for (int end = size - 1; end > 0; end--) {
            swap(0, end);
            siftDown(0, end);
        }
    }

    public float score(int rank) {
        return scores[rank];
    }

    public int row(int rank) {
        return rows[rank];
    }

    public void reset() {
        size = 0;
    }

    private static boolean isWorse(float scoreA, int rowA, float scoreB, int rowB) {
        return scoreA < scoreB || (scoreA == scoreB && rowA > rowB);
    }

    private void siftUp(int start) {
        int child = start;
        while (child > 0) {
            int parent = (child - 1) >>> 1;
            if (!isWorse(scores[child], rows[child], scores[parent], rows[parent])) {
                return;
            }
            swap(child, parent);
            child = parent;
        }
    }

    private void siftDown(int start, int end) {
        int parent = start;
        for (int child = 2 * parent + 1; child < end; child = 2 * parent + 1) {
            int right = child + 1;
            if (right < end && isWorse(scores[right], rows[right], scores[child], rows[child])) {
                child = right;
            }
            if (!isWorse(scores[child], rows[child], scores[parent], rows[parent])) {
                return;
            }
            swap(child, parent);
            parent = child;
        }
    }

    private void swap(int a, int b) {
        float score = scores[a];
        scores[a] = scores[b];
        scores[b] = score;
        int row = rows[a];
        rows[a] = rows[b];
        rows[b] = row;
    }

    @Override
    public String toString() {
        return Arrays.toString(Arrays.copyOf(rows, size)) + " " + Arrays.toString(Arrays.copyOf(scores, size));
    }
}
