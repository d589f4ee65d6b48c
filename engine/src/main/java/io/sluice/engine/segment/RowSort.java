package io.sluice.engine.segment;

/** A stable merge sort of row numbers: 8 bytes of heap per row, quick when much is in order already. */
public final class RowSort {
    private static final int INSERTION_ROWS = 12;

    /** Negative, 0 or positive, as row {@code a} comes before, with or after row {@code b}. */
    @FunctionalInterface
    public interface Order {
        int compare(int a, int b);
    }

    private RowSort() {}

    /** The numbers {@code [0, count)} in order. */
    public static int[] sorted(int count, Order order) {
        int[] rows = new int[count];
        for (int i = 0; i < count; i++) {
            rows[i] = i;
        }
        sort(rows, new int[count], 0, count, order);
        return rows;
    }

    private static void sort(int[] rows, int[] scratch, int from, int to, Order order) {
        if (to - from <= INSERTION_ROWS) {
            for (int i = from + 1; i < to; i++) {
                int row = rows[i];
                int at = i;
                for (; at > from && order.compare(rows[at - 1], row) > 0; at--) {
                    rows[at] = rows[at - 1];
                }
                rows[at] = row;
            }
            return;
        }
        int middle = (from + to) >>> 1;
        sort(rows, scratch, from, middle, order);
        sort(rows, scratch, middle, to, order);
        if (order.compare(rows[middle - 1], rows[middle]) <= 0) {
            return;
        }
        System.arraycopy(rows, from, scratch, from, middle - from);
        int left = from;
        int right = middle;
        for (int at = from; left < middle; at++) {
            boolean takeRight = right < to && order.compare(scratch[left], rows[right]) > 0;
            rows[at] = takeRight ? rows[right++] : scratch[left++];
        }
    }
}
