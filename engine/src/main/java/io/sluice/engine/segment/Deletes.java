package io.sluice.engine.segment;

import io.sluice.engine.schema.Keys;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Deleted keys and when: key {@code i} was deleted at {@code timestamps[i]}. A key may occur more than once. On the heap;
 * treated as immutable.
 */
public record Deletes(Keys keys, long[] timestamps) {
    public Deletes {
        if (keys.count() != timestamps.length) {
            throw new IllegalArgumentException(
                    "keys and timestamps differ: keyCount=" + keys.count() + ", timestampCount=" + timestamps.length);
        }
    }

    public int count() {
        return timestamps.length;
    }

    /** The same deletes by (key, timestamp): numbers by value, texts by the unsigned bytes of their UTF-8. */
    public Deletes sorted() {
        return switch (keys) {
            case Keys.LongKeys longs -> {
                long[] values = longs.values();
                int[] order = RowSort.sorted(count(), (a, b) -> {
                    int byKey = Long.compare(values[a], values[b]);
                    return byKey != 0 ? byKey : Long.compare(timestamps[a], timestamps[b]);
                });
                long[] sortedKeys = new long[count()];
                for (int i = 0; i < order.length; i++) {
                    sortedKeys[i] = values[order[i]];
                }
                yield new Deletes(new Keys.LongKeys(sortedKeys), timestampsIn(order));
            }
            case Keys.StringKeys texts -> {
                byte[][] encoded = encoded(texts);
                int[] order = RowSort.sorted(count(), (a, b) -> {
                    int byKey = Arrays.compareUnsigned(encoded[a], encoded[b]);
                    return byKey != 0 ? byKey : Long.compare(timestamps[a], timestamps[b]);
                });
                List<String> sortedKeys = new ArrayList<>(order.length);
                for (int i : order) {
                    sortedKeys.add(texts.values().get(i));
                }
                yield new Deletes(new Keys.StringKeys(sortedKeys), timestampsIn(order));
            }
        };
    }

    static byte[][] encoded(Keys.StringKeys texts) {
        byte[][] encoded = new byte[texts.count()][];
        for (int i = 0; i < encoded.length; i++) {
            encoded[i] = texts.values().get(i).getBytes(StandardCharsets.UTF_8);
        }
        return encoded;
    }

    private long[] timestampsIn(int[] order) {
        long[] sorted = new long[order.length];
        for (int i = 0; i < order.length; i++) {
            sorted[i] = timestamps[order[i]];
        }
        return sorted;
    }

    @Override
    public String toString() {
        return count() + " deletes";
    }
}
