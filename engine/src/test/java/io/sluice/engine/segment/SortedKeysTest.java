package io.sluice.engine.segment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.engine.catalog.DeltaRecord;
import io.sluice.engine.catalog.SegmentRecord;
import io.sluice.engine.error.EngineException.Corrupt;
import io.sluice.engine.memory.MemoryAudit;
import io.sluice.engine.memory.MemoryBudget;
import io.sluice.engine.memory.MemoryTag;
import io.sluice.engine.schema.CollectionSchema;
import io.sluice.engine.schema.ColumnBatch;
import io.sluice.engine.schema.DataType;
import io.sluice.engine.schema.Keys;
import io.sluice.engine.store.MemoryStore;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Key lookup and deletes in sealed segments, with the deltas that carry them. */
class SortedKeysTest {
    @RegisterExtension
    final MemoryAudit audit = new MemoryAudit();

    private final MemoryBudget budget = audit.budget(1L << 28);
    private final MemoryStore store = new MemoryStore();

    @ParameterizedTest
    @EnumSource(
            value = DataType.class,
            names = {"INT64", "VARCHAR"})
    void lookupsDeletesAndDeltas_onRandomSegments_agreeWithAScan(DataType keyType) {
        for (long seed = 0; seed < 100; seed++) {
            System.out.println("keyType=" + keyType + ", seed=" + seed);
            var random = new Random(seed);
            int keys = 1 + random.nextInt(300);
            RowBlock block = sealed(keyType, random, 1 + random.nextInt(400), keys);
            ColumnView timestamps = block.column(CollectionSchema.TIMESTAMP_FIELD_ID);
            var sorted = new SortedKeys(block.column(100), timestamps);
            for (int key = 0; key < keys + 5; key++) {
                Object wanted = TestRows.key(keyType, key);
                SortedKeys.Rows rows = sorted.rowsOf(keysOf(keyType, List.of(wanted)), 0);
                List<Integer> scanned = rowsOf(block, wanted);
                assertThat(rows.to() - rows.from()).isEqualTo(scanned.size());
                assertThat(rows.isEmpty()).isEqualTo(scanned.isEmpty());
                if (!scanned.isEmpty()) {
                    assertThat(rows.from()).isEqualTo(scanned.getFirst());
                }
            }

            List<Object> doomed = new ArrayList<>();
            int count = 1 + random.nextInt(random.nextBoolean() ? 5 : 300);
            for (int i = 0; i < count; i++) {
                doomed.add(TestRows.key(keyType, random.nextInt(keys + 10)));
            }
            var deletes = new Deletes(
                    keysOf(keyType, doomed), random.longs(count, 0, 60).toArray());
            DeltaRecord delta = DeltaFile.write(store, "1/2/d", 9, 1, 2, deletes);
            assertThat(delta.deleteCount()).isEqualTo(count);
            assertThat(delta.minTimestamp())
                    .isEqualTo(Arrays.stream(deletes.timestamps()).min().getAsLong());
            assertThat(delta.maxTimestamp())
                    .isEqualTo(Arrays.stream(deletes.timestamps()).max().getAsLong());
            assertThat(delta.sizeBytes()).isEqualTo(store.bytes("1/2/d").length);
            Deletes read = DeltaFile.read(store, delta, keyType);
            assertSortedSame(read, deletes);

            Map<Integer, Long> died = new HashMap<>();
            for (int i = 0; i < count; i++) {
                long time = deletes.timestamps()[i];
                for (int row : rowsOf(block, doomed.get(i))) {
                    if (timestamps.integer(row) < time) {
                        died.merge(row, time, Math::min);
                    }
                }
            }
            var byDelta = new DeleteMask(block.rowCount());
            assertThat(sorted.apply(read, byDelta)).isEqualTo(died.size());
            var oneByOne = new DeleteMask(block.rowCount());
            int deleted = 0;
            for (int i = 0; i < count; i++) {
                Keys one = keysOf(keyType, List.of(doomed.get(i)));
                deleted += sorted.delete(one, deletes.timestamps()[i], oneByOne);
            }
            assertThat(deleted).isEqualTo(died.size());
            for (long time = 0; time < 62; time++) {
                RowMask expected = RowMask.none(block.rowCount());
                for (int row = 0; row < block.rowCount(); row++) {
                    if (timestamps.integer(row) <= time && died.getOrDefault(row, Long.MAX_VALUE) > time) {
                        expected.set(row);
                    }
                }
                for (DeleteMask mask : List.of(byDelta, oneByOne)) {
                    RowMask visible = mask.visibleAt(time, timestamps, 50);
                    assertThat(visible == null ? RowMask.all(block.rowCount()) : visible)
                            .isEqualTo(expected);
                }
            }
        }
    }

    @Test
    void readDelta_flippedTruncatedMissingOrForeign_isCorrupt() {
        var deletes = new Deletes(new Keys.StringKeys(List.of("b", "a", "b")), new long[] {3, 2, 1});
        DeltaRecord delta = DeltaFile.write(store, "1/2/d", 9, 1, 2, deletes);
        byte[] good = store.bytes("1/2/d");
        byte[] flipped = good.clone();
        flipped[4096] ^= 4;
        store.put("1/2/d", flipped);
        assertCorrupt(delta, DataType.VARCHAR, "deletes has a wrong checksum in block 0");
        store.put("1/2/d", Arrays.copyOf(good, good.length - 1));
        assertCorrupt(delta, DataType.VARCHAR, "truncated");
        store.put("1/2/d", good);
        assertCorrupt(delta, DataType.INT64, "data has 3 bytes instead of 24");
        var more = new DeltaRecord(9, 1, 2, "1/2/d", 4, good.length, 1, 3);
        assertCorrupt(more, DataType.VARCHAR, "3 deletes instead of 4");
        store.delete("1/2/d");
        assertCorrupt(delta, DataType.VARCHAR, "1/2/d");
    }

    @Test
    void columnOf_partThatIsTooSmallOrOfAnotherType_isCorrupt() {
        CollectionSchema schema = TestRows.keyAndVector(DataType.VARCHAR, 4);
        SegmentRecord segment = seal(schema, new Random(1), 20, 5);
        try (var file = store.open(segment.key())) {
            var directory = PartDirectory.read(file, segment.key(), PartFileWriter.Kind.SEGMENT, segment.id());
            for (int id : List.of(100, 101)) {
                PartLayout layout = directory.part(id);
                byte[] part = new byte[(int) layout.sizeBytes()];
                var bytes = java.lang.foreign.MemorySegment.ofArray(part);
                file.read(layout.offsetBytes(), bytes);
                assertThat(ColumnViews.of(schema.get(id), 20, layout, bytes).rowCount())
                        .isEqualTo(20);
                assertThatThrownBy(() -> ColumnViews.of(schema.get(id), 21, layout, bytes))
                        .isInstanceOf(Corrupt.class)
                        .hasMessageContaining(segment.key())
                        .hasMessageContaining("part " + id);
                assertThatThrownBy(() -> ColumnViews.of(schema.get(id).asNullable(), 20, layout, bytes))
                        .isInstanceOf(Corrupt.class)
                        .hasMessageContaining("section 4");
            }
            assertThatThrownBy(() -> ColumnViews.of(
                            schema.get(100),
                            20,
                            directory.part(101),
                            java.lang.foreign.MemorySegment.ofArray(new byte[20 * 16])))
                    .isInstanceOf(Corrupt.class)
                    .hasMessageContaining("section 2");
        }
    }

    private void assertCorrupt(DeltaRecord delta, DataType keyType, String text) {
        assertThatThrownBy(() -> DeltaFile.read(store, delta, keyType))
                .isInstanceOf(Corrupt.class)
                .hasMessageContaining("1/2/d")
                .hasMessageContaining(text);
    }

    private static void assertSortedSame(Deletes read, Deletes written) {
        List<String> left = new ArrayList<>();
        List<String> right = new ArrayList<>();
        for (int i = 0; i < read.count(); i++) {
            left.add(read.keys().boxed(i) + "@" + read.timestamps()[i]);
            right.add(written.keys().boxed(i) + "@" + written.timestamps()[i]);
            if (i > 0) {
                int byKey = compare(read.keys().boxed(i - 1), read.keys().boxed(i));
                assertThat(byKey).isLessThanOrEqualTo(0);
                assertThat(byKey < 0 || read.timestamps()[i - 1] <= read.timestamps()[i])
                        .isTrue();
            }
        }
        assertThat(left).containsExactlyInAnyOrderElementsOf(right);
    }

    private static int compare(Object a, Object b) {
        return a instanceof Long key
                ? Long.compare(key, (Long) b)
                : Arrays.compareUnsigned(
                        ((String) a).getBytes(StandardCharsets.UTF_8), ((String) b).getBytes(StandardCharsets.UTF_8));
    }

    private static List<Integer> rowsOf(RowBlock block, Object key) {
        ColumnView keys = block.column(100);
        List<Integer> rows = new ArrayList<>();
        for (int row = 0; row < block.rowCount(); row++) {
            Object found =
                    key instanceof Long ? keys.integer(row) : new String(keys.bytes(row), StandardCharsets.UTF_8);
            if (found.equals(key)) {
                rows.add(row);
            }
        }
        return rows;
    }

    private RowBlock sealed(DataType keyType, Random random, int rows, int keys) {
        CollectionSchema schema = TestRows.keyAndVector(keyType, 2);
        return SealedRows.read(store, seal(schema, random, rows, keys), schema);
    }

    private SegmentRecord seal(CollectionSchema schema, Random random, int rows, int keys) {
        try (var segment = new GrowingSegment(1, schema)) {
            int left = rows;
            for (long time = 1; left > 0; time++) {
                int count = Math.min(left, 1 + random.nextInt(rows / 20 + 1));
                ColumnBatch batch = TestRows.batch(schema, TestRows.rows(schema, random, count, keys, time));
                segment.append(
                        batch,
                        Math.min(50, time),
                        MemoryAudit.reserve(budget, MemoryTag.WRITE_BUFFER, "rows", segment.reserveBytes(batch)));
                left -= count;
            }
            return SegmentWriter.seal(store, "1/2/3.seg", 3, 1, 2, schema, segment, 0)
                    .orElseThrow();
        }
    }

    private static Keys keysOf(DataType type, List<Object> keys) {
        return type == DataType.INT64
                ? new Keys.LongKeys(keys.stream().mapToLong(key -> (Long) key).toArray())
                : new Keys.StringKeys(keys.stream().map(key -> (String) key).toList());
    }
}
