package io.sluice.engine.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.engine.error.EngineException;
import io.sluice.engine.schema.Column;
import io.sluice.engine.schema.ColumnBatch;
import io.sluice.engine.schema.Keys;
import io.sluice.engine.schema.UpsertRows;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ColumnBatchCodecTest {
    private static final int SHAPES = 8;

    @Test
    void rows_everyShapeAtRandom_comeBackEqual() {
        long seed = System.nanoTime();
        System.out.println("ColumnBatchCodecTest seed=" + seed);
        Random random = new Random(seed);
        for (int round = 0; round < 200; round++) {
            ColumnBatch batch = batch(random);
            ColumnBatch back = ColumnBatchCodec.decodeRows(
                    ColumnBatchCodec.encodeRows(batch).bytes());
            assertSame(back, batch, "seed=" + seed + ", round=" + round);
        }
    }

    @Test
    void upsert_rowsAndKeys_comeBackEqual() {
        Random random = new Random(7);
        ColumnBatch batch = batch(random);
        UpsertRows longs = ColumnBatchCodec.decodeUpsert(ColumnBatchCodec.encodeUpsert(
                        new UpsertRows(batch, new Keys.LongKeys(new long[] {3, -1, 1L << 60})))
                .bytes());
        assertSame(longs.rows(), batch, "rows");
        assertThat(((Keys.LongKeys) longs.replacedKeys()).values()).containsExactly(3, -1, 1L << 60);
    }

    @Test
    void keys_ofBothTypes_comeBackEqual() {
        Keys texts = new Keys.StringKeys(List.of("", "a", "żółw", "\uD83D\uDC22"));
        assertThat(ColumnBatchCodec.decodeKeys(
                        ColumnBatchCodec.encodeKeys(texts).bytes()))
                .isEqualTo(texts);
        Keys longs = ColumnBatchCodec.decodeKeys(
                ColumnBatchCodec.encodeKeys(new Keys.LongKeys(new long[] {Long.MIN_VALUE, 0, Long.MAX_VALUE}))
                        .bytes());
        assertThat(((Keys.LongKeys) longs).values()).containsExactly(Long.MIN_VALUE, 0, Long.MAX_VALUE);
        assertThat(ColumnBatchCodec.decodeKeys(ColumnBatchCodec.encodeKeys(new Keys.LongKeys(new long[0]))
                                .bytes())
                        .count())
                .isZero();
    }

    @Test
    void decode_anyPrefix_isCorrupt() {
        byte[] payload = ColumnBatchCodec.encodeRows(batch(new Random(11))).bytes();
        for (int size = 0; size < payload.length; size++) {
            byte[] cut = Arrays.copyOf(payload, size);
            assertThatThrownBy(() -> ColumnBatchCodec.decodeRows(cut))
                    .as("cut at %d", size)
                    .isInstanceOf(EngineException.Corrupt.class);
        }
    }

    @Test
    void decode_anyByteChanged_isCorruptOrOtherRowsButNothingElse() {
        byte[] payload = ColumnBatchCodec.encodeRows(batch(new Random(13))).bytes();
        Random random = new Random(17);
        for (int round = 0; round < 2_000; round++) {
            byte[] changed = payload.clone();
            changed[random.nextInt(changed.length)] = (byte) random.nextInt();
            try {
                ColumnBatchCodec.decodeRows(changed);
            } catch (EngineException.Corrupt expected) {
                assertThat(expected).hasMessageContaining("offsetBytes=");
            }
        }
    }

    @Test
    void decode_anotherKind_isCorrupt() {
        byte[] keys =
                ColumnBatchCodec.encodeKeys(new Keys.LongKeys(new long[] {1})).bytes();
        assertThatThrownBy(() -> ColumnBatchCodec.decodeRows(keys)).isInstanceOf(EngineException.Corrupt.class);
        keys[0] = 9;
        assertThatThrownBy(() -> ColumnBatchCodec.decodeKeys(keys)).isInstanceOf(EngineException.Corrupt.class);
    }

    // Random rows, one column of every shape

    private static ColumnBatch batch(Random random) {
        int rowCount = random.nextInt(70);
        List<Column> columns = new ArrayList<>();
        for (int shape = 0; shape < SHAPES; shape++) {
            columns.add(column(random, shape, rowCount, nulls(random, rowCount)));
        }
        for (int shape = 0; shape < 6; shape++) {
            int[] offsets = offsets(random, rowCount, 5);
            columns.add(new Column.Arrays(
                    column(random, shape, offsets[rowCount], null), offsets, nulls(random, rowCount)));
        }
        return new ColumnBatch(rowCount, columns);
    }

    private static Column column(Random random, int shape, int rowCount, @Nullable BitSet nulls) {
        return switch (shape) {
            case 0 -> {
                boolean[] values = new boolean[rowCount];
                for (int i = 0; i < rowCount; i++) {
                    values[i] = random.nextBoolean();
                }
                yield new Column.Bools(values, nulls);
            }
            case 1 -> new Column.Ints(random.ints(rowCount).toArray(), nulls);
            case 2 -> new Column.Longs(random.longs(rowCount).toArray(), nulls);
            case 3 -> new Column.Floats(floats(random, rowCount), nulls);
            case 4 -> new Column.Doubles(random.doubles(rowCount).toArray(), nulls);
            case 5, 6 -> {
                int[] offsets = offsets(random, rowCount, 20);
                byte[] data = new byte[offsets[rowCount]];
                random.nextBytes(data);
                yield new Column.Bytes(data, offsets, nulls);
            }
            default -> {
                int dimension = 2 + random.nextInt(6);
                yield new Column.FloatVectors(floats(random, rowCount * dimension), dimension, nulls);
            }
        };
    }

    private static float[] floats(Random random, int count) {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = Float.intBitsToFloat(random.nextInt());
        }
        return values;
    }

    private static int[] offsets(Random random, int rowCount, int maxLength) {
        int[] offsets = new int[rowCount + 1];
        for (int row = 0; row < rowCount; row++) {
            offsets[row + 1] = offsets[row] + random.nextInt(maxLength + 1);
        }
        return offsets;
    }

    private static @Nullable BitSet nulls(Random random, int rowCount) {
        if (rowCount == 0 || random.nextBoolean()) {
            return null;
        }
        BitSet nulls = new BitSet();
        for (int row = 0; row < rowCount; row++) {
            nulls.set(row, random.nextInt(4) == 0);
        }
        return nulls;
    }

    private static void assertSame(ColumnBatch actual, ColumnBatch expected, String what) {
        assertThat(actual.rowCount()).as(what).isEqualTo(expected.rowCount());
        assertThat(actual.columns()).as(what).hasSameSizeAs(expected.columns());
        for (int i = 0; i < expected.columns().size(); i++) {
            assertSame(actual.columns().get(i), expected.columns().get(i), what + ", column=" + i);
        }
    }

    private static void assertSame(Column actual, Column expected, String what) {
        assertThat(actual.getClass()).as(what).isEqualTo(expected.getClass());
        assertThat(actual.nulls()).as(what).isEqualTo(expected.nulls());
        switch (expected) {
            case Column.Bools c ->
                assertThat(((Column.Bools) actual).values()).as(what).isEqualTo(c.values());
            case Column.Ints c ->
                assertThat(((Column.Ints) actual).values()).as(what).isEqualTo(c.values());
            case Column.Longs c ->
                assertThat(((Column.Longs) actual).values()).as(what).isEqualTo(c.values());
            case Column.Floats c -> assertBits(((Column.Floats) actual).values(), c.values(), what);
            case Column.Doubles c ->
                assertThat(((Column.Doubles) actual).values()).as(what).isEqualTo(c.values());
            case Column.Bytes c -> {
                assertThat(((Column.Bytes) actual).data()).as(what).isEqualTo(c.data());
                assertThat(((Column.Bytes) actual).offsets()).as(what).isEqualTo(c.offsets());
            }
            case Column.Arrays c -> {
                assertThat(((Column.Arrays) actual).offsets()).as(what).isEqualTo(c.offsets());
                assertSame(((Column.Arrays) actual).elements(), c.elements(), what);
            }
            case Column.FloatVectors c -> {
                assertThat(((Column.FloatVectors) actual).dimension()).as(what).isEqualTo(c.dimension());
                assertBits(((Column.FloatVectors) actual).values(), c.values(), what);
            }
        }
    }

    private static void assertBits(float[] actual, float[] expected, String what) {
        assertThat(actual).as(what).hasSameSizeAs(expected);
        for (int i = 0; i < expected.length; i++) {
            assertThat(Float.floatToRawIntBits(actual[i])).as(what).isEqualTo(Float.floatToRawIntBits(expected[i]));
        }
    }
}
