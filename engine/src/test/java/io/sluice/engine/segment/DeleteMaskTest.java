package io.sluice.engine.segment;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class DeleteMaskTest {
    @Test
    void visibleAt_afterRandomDeletes_agreesWithTheModel() {
        for (long seed = 0; seed < 300; seed++) {
            System.out.println("seed=" + seed);
            var random = new Random(seed);
            int rows = 1 + random.nextInt(300);
            long[] born = random.longs(rows, 0, 50).toArray();
            long[] died = new long[rows];
            Arrays.fill(died, Long.MAX_VALUE);
            long newest = Arrays.stream(born).max().getAsLong();
            ColumnView timestamps = timestamps(born);
            var mask = new DeleteMask(rows);
            for (int step = 0; step < rows; step++) {
                if (random.nextInt(3) > 0) {
                    int row = random.nextInt(rows);
                    long time = born[row] + 1 + random.nextInt(100);
                    assertThat(mask.delete(row, time)).isEqualTo(died[row] == Long.MAX_VALUE);
                    died[row] = Math.min(died[row], time);
                }
                if (random.nextInt(10) == 0) {
                    long time = random.nextInt(160);
                    RowMask expected = RowMask.none(rows);
                    for (int row = 0; row < rows; row++) {
                        if (born[row] <= time && died[row] > time) {
                            expected.set(row);
                        }
                    }
                    RowMask visible = mask.visibleAt(time, timestamps, newest);
                    assertThat(visible == null ? RowMask.all(rows) : visible).isEqualTo(expected);
                    assertThat(visible == null).isEqualTo(expected.cardinality() == rows && time >= newest);
                }
            }
            assertThat(mask.deletedCount())
                    .isEqualTo(Arrays.stream(died)
                            .filter(time -> time < Long.MAX_VALUE)
                            .count());
        }
    }

    @Test
    void visibleAt_withoutDeletes_isEverything() {
        var mask = new DeleteMask(3);
        assertThat(mask.visibleAt(7, timestamps(5, 6, 7), 7)).isNull();
        assertThat(mask.visibleAt(6, timestamps(5, 6, 7), 7)).hasToString("2 of 3 rows");
        assertThat(mask.deletedCount()).isZero();
    }

    private record Round(DeleteMask mask, AtomicLong watermark) {}

    /**
     * Row i dies at time i + 1: a reader at time t sees exactly the rows from t on, whatever the writer does. Many small
     * masks, so that reader and writer meet in the same word again and again.
     */
    @Test
    void visibleAt_whileAnotherThreadDeletes_seesAllUpToItsTimeAndNoneAfter() throws Exception {
        int rows = 64;
        var current = new AtomicReference<>(new Round(new DeleteMask(rows), new AtomicLong()));
        var done = new AtomicBoolean();
        Collection<String> failures = new ConcurrentLinkedQueue<>();
        List<Thread> readers = new ArrayList<>();
        ColumnView unread = timestamps();
        for (int reader = 0; reader < 2; reader++) {
            boolean pinned = reader == 1;
            readers.add(Thread.ofPlatform().start(() -> {
                while (!done.get() && failures.isEmpty()) {
                    Round round = Objects.requireNonNull(current.get());
                    long newest = round.watermark.get();
                    long time = pinned ? newest / 2 : newest;
                    RowMask visible = round.mask.visibleAt(time, unread, 0);
                    long count = visible == null ? rows : visible.cardinality();
                    int first = visible == null ? 0 : visible.next(0);
                    if (count != rows - time || first != (time == rows ? -1 : time)) {
                        failures.add("time=" + time + ", count=" + count + ", first=" + first);
                    }
                }
            }));
        }
        for (int i = 0; i < 20_000 && failures.isEmpty(); i++) {
            var round = new Round(new DeleteMask(rows), new AtomicLong());
            current.set(round);
            for (int row = 0; row < rows; row++) {
                round.mask.delete(row, row + 1);
                round.watermark.set(row + 1);
            }
        }
        done.set(true);
        for (Thread reader : readers) {
            reader.join();
        }
        assertThat(failures).isEmpty();
    }

    private static ColumnView timestamps(long... values) {
        byte[] bytes = new byte[values.length * Long.BYTES];
        MemorySegment data = MemorySegment.ofArray(bytes);
        for (int i = 0; i < values.length; i++) {
            data.setAtIndex(ColumnView.LONG, i, values[i]);
        }
        return ColumnViews.view(ColumnShape.timestamps(), values.length, data, null, null, null);
    }
}
