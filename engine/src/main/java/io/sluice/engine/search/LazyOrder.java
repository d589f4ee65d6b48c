package io.sluice.engine.search;

import java.util.function.IntBinaryOperator;

/**
 * Items in an order, one at a time: a binary heap built in linear time, so that taking the first few of many is cheap.
 * Confined to one thread.
 */
final class LazyOrder {
    private final int[] items;
    private final IntBinaryOperator order;
    private int size;

    /**
     * @param items taken over; the first {@code size} count
     * @param order compares two items
     */
    LazyOrder(int[] items, int size, IntBinaryOperator order) {
        this.items = items;
        this.order = order;
        this.size = size;
        for (int parent = size / 2 - 1; parent >= 0; parent--) {
            siftDown(parent);
        }
    }

    boolean isEmpty() {
        return size == 0;
    }

    int peek() {
        assert size > 0;
        return items[0];
    }

    int poll() {
        assert size > 0;
        int first = items[0];
        items[0] = items[--size];
        siftDown(0);
        return first;
    }

    private void siftDown(int start) {
        int parent = start;
        for (int child = 2 * parent + 1; child < size; child = 2 * parent + 1) {
            if (child + 1 < size && order.applyAsInt(items[child + 1], items[child]) < 0) {
                child++;
            }
            if (order.applyAsInt(items[parent], items[child]) <= 0) {
                return;
            }
            int item = items[parent];
            items[parent] = items[child];
            items[child] = item;
            parent = child;
        }
    }
}
