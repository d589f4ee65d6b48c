package io.sluice.engine.index;

/** Takes exact scores, some rows at a time, ascending. */
public interface ScoreReader {
    /** @param rows and {@code scores}: the first {@code count} count; both are used again for the next call */
    void read(int[] rows, float[] scores, int count);
}
