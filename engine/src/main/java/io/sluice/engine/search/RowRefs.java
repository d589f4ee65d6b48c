package io.sluice.engine.search;

import java.util.Arrays;

/** Rows of a read in the order of the answer: which block, which row in it. Confined to one thread. */
final class RowRefs {
    private int[] blocks = new int[16];
    private int[] rows = new int[16];
    private int size;

    /** Takes a stretch of consecutive rows of one block. */
    interface RunReader {
        /** @param at where the stretch starts in the answer */
        void read(int block, int row, int count, int at);
    }

    void add(int block, int row) {
        if (size == rows.length) {
            blocks = Arrays.copyOf(blocks, size * 2);
            rows = Arrays.copyOf(rows, size * 2);
        }
        blocks[size] = block;
        rows[size++] = row;
    }

    int size() {
        return size;
    }

    int block(int index) {
        return blocks[index];
    }

    int row(int index) {
        return rows[index];
    }

    /** Goes over the rows in order, in stretches as long as possible: each is copied in one go. */
    void forEachRun(RunReader reader) {
        int start = 0;
        for (int next = 1; start < size; next++) {
            boolean goesOn = next < size && blocks[next] == blocks[start] && rows[next] == rows[start] + next - start;
            if (!goesOn) {
                reader.read(blocks[start], rows[start], next - start, start);
                start = next;
            }
        }
    }
}
