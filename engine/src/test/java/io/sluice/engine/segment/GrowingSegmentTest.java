package io.sluice.engine.segment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.engine.catalog.SegmentRecord;
import io.sluice.engine.memory.MemoryAudit;
import io.sluice.engine.memory.MemoryBudget;
import io.sluice.engine.memory.MemoryTag;
import io.sluice.engine.memory.Reservation;
import io.sluice.engine.schema.CollectionSchema;
import io.sluice.engine.schema.Column;
import io.sluice.engine.schema.ColumnBatch;
import io.sluice.engine.schema.DataType;
import io.sluice.engine.schema.FieldSchema;
import io.sluice.engine.schema.Keys;
import io.sluice.engine.store.MemoryStore;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class GrowingSegmentTest {
    @RegisterExtension
    final MemoryAudit audit = new MemoryAudit();

    private final MemoryBudget budget = audit.budget(1L << 30);
    private final MemoryStore store = new MemoryStore();

    /** Random appends, deletes, views at random times and seals, against a list of rows. */
    @ParameterizedTest
    @EnumSource(
            value = DataType.class,
            names = {"INT64", "VARCHAR"})
    void randomWrites_viewsAndSeal_agreeWithTheModel(DataType keyType) {
        for (long seed = 0; seed < 40; seed++) {
            System.out.println("keyType=" + keyType + ", seed=" + seed);
            var random = new Random(seed);
            CollectionSchema schema = TestRows.allTypes(keyType);
            List<TestRows.Row> model = new ArrayList<>();
            int keys = 1 + random.nextInt(200);
            long now = 10;
            try (var segment = new GrowingSegment(seed, schema)) {
                for (int step = 0; step < 40; step++) {
                    now += random.nextInt(3);
                    switch (random.nextInt(4)) {
                        case 0, 1 -> {
                            int count = random.nextInt(8) == 0 ? random.nextInt(400) : random.nextInt(20);
                            List<TestRows.Row> rows = TestRows.rows(schema, random, count, keys, now);
                            if (random.nextBoolean()) { // an upsert: one timestamp for delete and insert
                                delete(
                                        segment,
                                        model,
                                        keysOf(
                                                keyType,
                                                rows.stream()
                                                        .map(row -> row.key)
                                                        .toList()),
                                        now);
                            }
                            append(segment, TestRows.batch(schema, rows), now);
                            model.addAll(rows);
                        }
                        case 2 -> {
                            List<Object> doomed = new ArrayList<>();
                            for (int i = random.nextInt(keys + 1); i > 0; i--) {
                                doomed.add(TestRows.key(keyType, random.nextInt(keys + 10)));
                            }
                            delete(segment, model, keysOf(keyType, doomed), now);
                        }
                        default -> {
                            long time = random.nextBoolean() ? now : 9 + random.nextLong(now + 2 - 9);
                            assertThat(viewed(segment, schema, time)).isEqualTo(visible(model, time));
                        }
                    }
                }
                assertThat(segment.rowCount()).isEqualTo(model.size());
                assertThat(segment.deletedCount())
                        .isEqualTo(model.stream()
                                .filter(row -> row.deletedAt < Long.MAX_VALUE)
                                .count());
                sealAndCompare(segment, schema, model, 9 + random.nextLong(now + 2 - 9));
            }
        }
    }

    private void sealAndCompare(GrowingSegment segment, CollectionSchema schema, List<TestRows.Row> model, long purge) {
        Optional<SegmentRecord> sealed =
                SegmentWriter.seal(store, "1/2/" + segment.id() + ".seg", 7, 1, 2, schema, segment, purge);
        List<TestRows.Row> left = new ArrayList<>(
                model.stream().filter(row -> row.deletedAt > purge).toList());
        assertThat(sealed.isPresent()).isEqualTo(!left.isEmpty());
        if (sealed.isEmpty()) {
            assertThat(store.list()).doesNotContain("1/2/" + segment.id() + ".seg");
            return;
        }
        left.sort((a, b) -> {
            int byKey = a.key instanceof Long key
                    ? Long.compare(key, (Long) b.key)
                    : Arrays.compareUnsigned(utf8((String) a.key), utf8((String) b.key));
            return byKey != 0 ? byKey : Long.compare(a.timestamp, b.timestamp);
        });
        SegmentRecord record = sealed.get();
        assertThat(record.rowCount()).isEqualTo(left.size());
        assertThat(record.minTimestamp())
                .isEqualTo(left.stream().mapToLong(row -> row.timestamp).min().getAsLong());
        assertThat(record.maxTimestamp())
                .isEqualTo(left.stream().mapToLong(row -> row.timestamp).max().getAsLong());
        assertThat(record.sizeBytes()).isEqualTo(store.bytes(record.key()).length);
        assertThat(record.schemaVersion()).isEqualTo(schema.version());
        assertThat(record.parts()).hasSize(schema.fields().size() + 1);
        RowBlock block = SealedRows.read(store, record, schema);
        ColumnView timestamps = block.column(CollectionSchema.TIMESTAMP_FIELD_ID);
        for (int row = 0; row < left.size(); row++) {
            assertThat(TestRows.values(schema, block, row)).isEqualTo(left.get(row).values);
            assertThat(timestamps.integer(row)).isEqualTo(left.get(row).timestamp);
        }
    }

    /** The example of docs/FILE_FORMAT.md. */
    @Test
    void seal_nullableText_hasTheDocumentedBytes() {
        CollectionSchema base = TestRows.keyAndVector(DataType.INT64, 1);
        var schema = new CollectionSchema(
                "",
                List.of(
                        base.fields().get(0),
                        base.fields().get(1),
                        FieldSchema.varChar("text", 9).asNullable().withId(102)),
                false,
                0);
        try (var segment = new GrowingSegment(1, schema)) {
            append(
                    segment,
                    new ColumnBatch(
                            3,
                            List.of(
                                    new Column.Longs(new long[] {1, 2, 3}, null),
                                    new Column.FloatVectors(new float[3], 1),
                                    Column.Bytes.of("ab", null, "c"))),
                    1);
            SegmentRecord record = SegmentWriter.seal(store, "1/2/3", 3, 1, 2, schema, segment, 0)
                    .orElseThrow();
            byte[] file = store.bytes("1/2/3");
            int at = (int) record.parts().getLast().offsetBytes();
            assertThat(Arrays.copyOfRange(file, at, at + 3)).isEqualTo(utf8("abc"));
            assertThat(Arrays.copyOfRange(file, at + 64, at + 80))
                    .containsExactly(0, 0, 0, 0, 2, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0);
            assertThat(Arrays.copyOfRange(file, at + 128, at + 136)).containsExactly(5, 0, 0, 0, 0, 0, 0, 0);
        }
    }

    @Test
    void append_likeMilvusInserts_slabsGrowAndSplitBatches() {
        CollectionSchema schema = TestRows.keyAndVector(DataType.INT64, 4);
        try (var segment = new GrowingSegment(1, schema)) {
            for (int i = 0; i < 300; i++) {
                append(segment, numbers(4, 100L * i, 100), i);
            }
            assertThat(segment.rowCount()).isEqualTo(30_000);
            try (GrowingView view = segment.tryView(1_000, "test").orElseThrow()) {
                assertThat(view.blocks()).hasSizeLessThan(12);
                long next = 0;
                for (VisibleRows block : view.blocks()) {
                    assertThat(block.visible()).isNull();
                    ColumnView keys = block.rows().column(100);
                    for (int row = 0; row < block.rows().rowCount(); row++) {
                        assertThat(keys.integer(row)).isEqualTo(next++);
                    }
                }
                assertThat(next).isEqualTo(30_000);
            }
            // 8 bytes of key, 16 of vector, 8 of timestamp
            assertThat(segment.reservedBytes()).isLessThan(30_000L * 32 * 2);
        }
    }

    @Test
    void append_largeBatchIntoSmallSlab_takesWhatItReserved() {
        CollectionSchema schema = TestRows.keyAndVector(DataType.INT64, 1000);
        try (var segment = new GrowingSegment(1, schema)) {
            append(segment, numbers(1000, 0, 10), 1);
            ColumnBatch batch = numbers(1000, 10, 5_000);
            assertThat(segment.leastReserveBytes(batch)).isBetween(20_000_000L, 20_200_000L);
            append(segment, batch, 2);
            assertThat(segment.rowCount()).isEqualTo(5_010);
        }
    }

    @Test
    void append_withTheLeastReservation_alwaysFits() {
        CollectionSchema schema = TestRows.allTypes(DataType.VARCHAR);
        var random = new Random(5);
        try (var segment = new GrowingSegment(1, schema)) {
            for (int i = 0; i < 60; i++) {
                ColumnBatch batch =
                        TestRows.batch(schema, TestRows.rows(schema, random, 1 + random.nextInt(90), 1_000_000, i));
                long least = segment.leastReserveBytes(batch);
                assertThat(segment.reserveBytes(batch)).isGreaterThanOrEqualTo(least);
                segment.append(batch, i, reserve(least));
            }
        }
    }

    @Test
    void append_reservationTooSmall_leavesNothing() {
        CollectionSchema schema = TestRows.keyAndVector(DataType.INT64, 1000);
        try (var segment = new GrowingSegment(1, schema)) {
            append(segment, numbers(1000, 0, 60), 1);
            Reservation small = reserve(4096);
            assertThatThrownBy(() -> segment.append(numbers(1000, 60, 100), 2, small))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("cannot give");
            assertThat(segment.rowCount()).isEqualTo(60);
            assertThat(segment.delete(new Keys.LongKeys(new long[] {60}), 3)).isZero();
            append(segment, numbers(1000, 60, 100), 4);
            assertThat(viewedKeys(segment, 4)).hasSize(160);
        }
    }

    @Test
    void append_wrongColumn_leavesRowsBeforeIntact() {
        CollectionSchema schema = TestRows.keyAndVector(DataType.INT64, 2);
        try (var segment = new GrowingSegment(1, schema)) {
            append(segment, numbers(2, 0, 3), 1);
            var wrong =
                    new ColumnBatch(1, List.of(new Column.Longs(new long[] {9}, null), Column.Bytes.of("no vector")));
            Reservation reservation = reserve(segment.reserveBytes(wrong));
            assertThatThrownBy(() -> segment.append(wrong, 2, reservation))
                    .isInstanceOf(IllegalArgumentException.class);
            append(segment, numbers(2, 3, 3), 3);
            assertThat(viewedKeys(segment, 3)).containsExactly(0L, 1L, 2L, 3L, 4L, 5L);
        }
    }

    @Test
    void append_afterCloseOrBackInTime_isRefusedAndClosesTheReservation() {
        CollectionSchema schema = TestRows.keyAndVector(DataType.INT64, 2);
        var segment = new GrowingSegment(1, schema);
        append(segment, numbers(2, 0, 3), 5);
        assertThatThrownBy(() -> append(segment, numbers(2, 3, 3), 4)).isInstanceOf(IllegalArgumentException.class);
        segment.close();
        segment.close();
        assertThatThrownBy(() -> append(segment, numbers(2, 3, 3), 6)).isInstanceOf(IllegalStateException.class);
        assertThat(segment.tryView(6, "late")).isEmpty();
    }

    @Test
    void close_whileAView_isOpen_keepsItsBytes() {
        CollectionSchema schema = TestRows.keyAndVector(DataType.INT64, 2);
        var segment = new GrowingSegment(1, schema);
        append(segment, numbers(2, 0, 3), 5);
        GrowingView view = segment.tryView(5, "reader").orElseThrow();
        segment.close();
        assertThat(budget.retiringBytes()).isEqualTo(budget.reservedBytes()).isPositive();
        assertThat(view.blocks().getFirst().rows().column(100).integer(2)).isEqualTo(2);
        view.close();
        view.close();
        assertThat(budget.reservedBytes()).isZero();
    }

    @Test
    void append_sameKeyOverAndOver_staysQuick() {
        CollectionSchema schema = TestRows.keyAndVector(DataType.INT64, 1);
        int rows = 200_000; // quadratic work would be 20 billion steps
        try (var segment = new GrowingSegment(1, schema)) {
            append(
                    segment,
                    new ColumnBatch(
                            rows,
                            List.of(
                                    new Column.Longs(new long[rows], null),
                                    new Column.FloatVectors(new float[rows], 1))),
                    1);
            var key = new Keys.LongKeys(new long[] {0});
            assertThat(segment.delete(key, 1)).isZero();
            assertThat(segment.delete(key, 2)).isEqualTo(rows);
            assertThat(segment.delete(key, 3)).isZero();
            assertThat(viewedKeys(segment, 1)).hasSize(rows);
            assertThat(viewedKeys(segment, 2)).isEmpty();
        }
    }

    /**
     * Readers see whole batches only, every delete up to the watermark and none after it, while one thread writes. Each
     * batch replaces all keys: at any time exactly one generation is visible.
     */
    @Test
    void concurrentReaders_whileRowsAreReplaced_seeExactlyOneGeneration() throws Exception {
        CollectionSchema schema = TestRows.allTypes(DataType.INT64);
        int keys = 50;
        int generations = 400;
        var random = new Random(11);
        var watermark = new AtomicLong();
        var done = new AtomicBoolean();
        Collection<Throwable> failures = new ConcurrentLinkedQueue<>();
        try (var segment = new GrowingSegment(1, schema)) {
            List<Thread> readers = new ArrayList<>();
            for (int reader = 0; reader < 3; reader++) {
                boolean pinned = reader == 2;
                readers.add(Thread.ofPlatform().start(() -> {
                    try {
                        while (!done.get()) {
                            long newest = watermark.get();
                            long time = pinned && newest > 0 ? 1 + newest / 2 : newest;
                            checkOneGeneration(segment, time, keys);
                        }
                    } catch (Throwable failure) {
                        failures.add(failure);
                    }
                }));
            }
            long[] all = new long[keys];
            Arrays.setAll(all, i -> i);
            for (int generation = 1; generation <= generations; generation++) {
                List<TestRows.Row> rows = TestRows.rows(schema, random, keys, 1, generation);
                for (int i = 0; i < keys; i++) {
                    rows.get(i).values.set(1, (long) i);
                    rows.get(i).values.set(0, (long) generation);
                }
                segment.delete(new Keys.LongKeys(all), generation);
                append(segment, TestRows.batch(schema, rows), generation);
                watermark.set(generation);
            }
            done.set(true);
            for (Thread reader : readers) {
                reader.join();
            }
        }
        assertThat(failures).isEmpty();
    }

    private static void checkOneGeneration(GrowingSegment segment, long time, int keys) {
        try (GrowingView view = segment.tryView(time, "reader").orElseThrow()) {
            int seen = 0;
            for (VisibleRows block : view.blocks()) {
                RowMask visible =
                        block.visible() == null ? RowMask.all(block.rows().rowCount()) : block.visible();
                ColumnView generation = block.rows().column(100);
                ColumnView key = block.rows().column(101);
                for (int row = visible.next(0); row >= 0; row = visible.next(row + 1)) {
                    if (generation.integer(row) != time || key.integer(row) != seen) {
                        throw new AssertionError("time=" + time + ", row=" + row + ", generation="
                                + generation.integer(row) + ", key=" + key.integer(row) + ", seen=" + seen);
                    }
                    seen++;
                }
                for (ColumnView column : block.rows().columns().values()) {
                    checkReadable(column, visible);
                }
            }
            if (seen != (time == 0 ? 0 : keys)) {
                throw new AssertionError("time=" + time + ", seen=" + seen);
            }
        }
    }

    private static void checkReadable(ColumnView column, RowMask visible) {
        for (int row = visible.next(0); row >= 0; row = visible.next(row + 1)) {
            if (column.type() == DataType.VARCHAR && !column.isNull(row)) {
                for (byte each : column.bytes(row)) {
                    if (each != (byte) 0xC3 && each != (byte) 0xA4) {
                        throw new AssertionError("foreign byte in " + column.fieldId() + " row " + row);
                    }
                }
            }
        }
    }

    private void append(GrowingSegment segment, ColumnBatch batch, long timestamp) {
        segment.append(batch, timestamp, reserve(segment.reserveBytes(batch)));
    }

    private Reservation reserve(long sizeBytes) {
        return MemoryAudit.reserve(budget, MemoryTag.WRITE_BUFFER, "default.rows", sizeBytes);
    }

    private static void delete(GrowingSegment segment, List<TestRows.Row> model, Keys keys, long time) {
        int hits = 0;
        for (TestRows.Row row : model) {
            if (row.timestamp < time && row.deletedAt == Long.MAX_VALUE && contains(keys, row.key)) {
                row.deletedAt = time;
                hits++;
            }
        }
        assertThat(segment.delete(keys, time)).isEqualTo(hits);
    }

    private static boolean contains(Keys keys, Object key) {
        for (int i = 0; i < keys.count(); i++) {
            if (keys.boxed(i).equals(key)) {
                return true;
            }
        }
        return false;
    }

    private static Keys keysOf(DataType type, List<Object> keys) {
        return type == DataType.INT64
                ? new Keys.LongKeys(keys.stream().mapToLong(key -> (Long) key).toArray())
                : new Keys.StringKeys(keys.stream().map(key -> (String) key).toList());
    }

    private static List<List<@Nullable Object>> visible(List<TestRows.Row> model, long time) {
        return model.stream()
                .filter(row -> row.visibleAt(time))
                .map(row -> row.values)
                .toList();
    }

    private static List<List<@Nullable Object>> viewed(GrowingSegment segment, CollectionSchema schema, long time) {
        List<List<@Nullable Object>> rows = new ArrayList<>();
        try (GrowingView view = segment.tryView(time, "test").orElseThrow()) {
            for (VisibleRows block : view.blocks()) {
                for (int row = 0; row < block.rows().rowCount(); row++) {
                    if (block.visible() == null || block.visible().get(row)) {
                        rows.add(TestRows.values(schema, block.rows(), row));
                    }
                }
            }
        }
        return rows;
    }

    private static List<Object> viewedKeys(GrowingSegment segment, long time) {
        List<Object> keys = new ArrayList<>();
        try (GrowingView view = segment.tryView(time, "test").orElseThrow()) {
            for (VisibleRows block : view.blocks()) {
                for (int row = 0; row < block.rows().rowCount(); row++) {
                    if (block.visible() == null || block.visible().get(row)) {
                        keys.add(block.rows().column(100).integer(row));
                    }
                }
            }
        }
        return keys;
    }

    private static ColumnBatch numbers(int dimension, long firstKey, int count) {
        long[] keys = new long[count];
        Arrays.setAll(keys, i -> firstKey + i);
        return new ColumnBatch(
                count,
                List.of(
                        new Column.Longs(keys, null),
                        new Column.FloatVectors(new float[count * dimension], dimension)));
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
