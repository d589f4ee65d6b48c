package io.sluice.engine;

import static io.sluice.engine.ThingRows.NAME;
import static io.sluice.engine.ThingRows.rows;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.engine.search.QueryResult;
import java.time.Duration;
import java.util.Arrays;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Whatever happens in whatever order, reads see what a map would: random steps with merges, with a printed seed. */
final class CompactionModelTest {
    private static final int STEPS = 160;

    private final TreeMap<Long, Double> model = new TreeMap<>();
    private final Random random;
    private final TestEngine test;
    private boolean loaded;

    CompactionModelTest() {
        long seed = Long.getLong("sluice.seed", System.nanoTime());
        System.out.println("CompactionModelTest seed " + seed + " (repeat with -Dsluice.seed=" + seed + ")");
        random = new Random(seed);
        test = TestEngine.start(TestEngine.compacting(1 << 20, Duration.ZERO)); // 1 MiB
    }

    @Test
    void randomSteps_withMerges_agreeWithAMap() {
        try (test) {
            test.create(NAME, ThingRows.schema());
            test.index(NAME, "vector", "HNSW", "L2");
            for (int step = 0; step < STEPS; step++) {
                step(step);
                if (loaded) {
                    check(step);
                }
            }
            test.flush(NAME);
            test.compact(NAME);
            assertThat(test.rowCount(NAME)).isEqualTo(model.size());
            test.restart();
            assertThat(test.rowCount(NAME)).isEqualTo(model.size());
            test.load(NAME);
            check(STEPS);
        }
    }

    private void step(int step) {
        switch (random.nextInt(13)) {
            case 0, 1, 2 -> insert(1_000L * step, 1 + random.nextInt(random.nextInt(4) == 0 ? 900 : 60));
            case 3, 4 -> delete();
            case 5 -> upsert(step);
            case 6, 7, 8 -> test.flush(NAME);
            case 9 -> test.compact(NAME);
            case 10 -> {
                test.load(NAME);
                loaded = true;
            }
            case 11 -> {
                test.release(NAME);
                assertThat(test.loadBytes()).isZero();
                loaded = false;
            }
            default -> {
                if (random.nextInt(2) == 0) {
                    test.restart();
                }
                test.settle(NAME);
            }
        }
    }

    private void insert(long first, int count) {
        test.insert(NAME, count, rows(first, count));
        for (int row = 0; row < count; row++) {
            model.put(first + row, (first + row) / 10.0);
        }
    }

    private void delete() {
        int share = 1 + random.nextInt(12);
        long[] gone = model.keySet().stream()
                .filter(_ -> random.nextInt(share) == 0)
                .mapToLong(Long::longValue)
                .toArray();
        if (gone.length > 0) {
            test.delete(NAME, gone);
            Arrays.stream(gone).forEach(model::remove);
        }
    }

    private void upsert(int step) {
        if (model.isEmpty()) {
            return;
        }
        long key = anyKey();
        test.upsert(NAME, 1, rows(key, 1, step));
        model.put(key, key / 10.0 + step);
    }

    private long anyKey() {
        return model.keySet().stream()
                .skip(random.nextInt(model.size()))
                .findFirst()
                .orElseThrow();
    }

    private void check(int step) {
        assertThat(test.count(NAME)).as("step %s", step).isEqualTo(model.size());
        if (model.isEmpty()) {
            return;
        }
        long key = anyKey();
        QueryResult row = test.query(NAME, "id == " + key, "price", "color");
        assertThat(ThingRows.doubles(row, "price"))
                .as("step %s key %s", step, key)
                .containsExactly(Objects.requireNonNull(model.get(key)));
        assertThat(ThingRows.nearest(test, key)).as("step %s", step).isEqualTo(key);
    }
}
