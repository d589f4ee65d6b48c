package io.sluice.bench;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Repeated measurements of one thing. Confined to one thread at a time. */
final class Figures {
    private final List<Double> values = new ArrayList<>();

    void add(double value) {
        values.add(value);
    }

    int count() {
        return values.size();
    }

    double median() {
        return medianOf(values);
    }

    /** Of the newest {@code count} values. */
    double medianOfLast(int count) {
        return medianOf(values.subList(values.size() - count, values.size()));
    }

    double smallest() {
        return Collections.min(values);
    }

    double largest() {
        return Collections.max(values);
    }

    private static double medianOf(List<Double> some) {
        List<Double> sorted = some.stream().sorted().toList();
        int middle = sorted.size() / 2;
        return sorted.size() % 2 == 1 ? sorted.get(middle) : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
    }
}
