package io.sluice.engine.index;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.engine.error.EngineException.Corrupt;
import io.sluice.engine.error.EngineException.Stopped;
import io.sluice.engine.error.ErrorCode;
import io.sluice.engine.error.StopSignal;
import io.sluice.engine.index.IndexSpec.Scalar.Form;
import io.sluice.engine.memory.MemoryBudget;
import io.sluice.engine.schema.Column;
import io.sluice.engine.schema.DataType;
import io.sluice.engine.schema.FieldSchema;
import io.sluice.engine.segment.ColumnView;
import io.sluice.engine.segment.PartFileWriter;
import io.sluice.engine.segment.RowMask;
import io.sluice.engine.store.MemoryStore;
import io.sluice.engine.testkit.Blocks;
import io.sluice.engine.testkit.ScalarIndexes;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.BitSet;
import java.util.List;
import java.util.Random;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Indexes of numbers, texts and arrays, through a part file. That filters agree with scans is FilterModelTest's. */
class ScalarIndexTest {
    private static final int ROWS = 5_000;

    private final Arena arena = Arena.ofConfined();
    private final Random random = new Random(1);

    @AfterEach
    void closeArena() {
        arena.close();
    }

    private ColumnView longs(long[] values, BitSet nulls) {
        FieldSchema field = FieldSchema.of("x", DataType.INT64).asNullable().withId(100);
        return Blocks.view(arena, field, new Column.Longs(values, nulls));
    }

    private static RowMask rows(IntPredicate which) {
        RowMask mask = RowMask.none(ROWS);
        IntStream.range(0, ROWS).filter(which).forEach(mask::set);
        return mask;
    }

    @ParameterizedTest
    @EnumSource(Form.class)
    void integers_rangesOfColumnsWithNulls_areTheRows(Form form) {
        for (int distinct : new int[] {1, 3, 200, 1 << 20}) {
            long[] values = new long[ROWS];
            BitSet nulls = new BitSet();
            for (int row = 0; row < ROWS; row++) {
                values[row] = random.nextInt(distinct) - distinct / 2;
                nulls.set(row, random.nextInt(5) == 0);
            }
            ScalarIndex index = ScalarIndexes.of(arena, form, longs(values, nulls));
            assertThat(index.entryCount()).isEqualTo(ROWS - nulls.cardinality());
            for (int n = 0; n < 20; n++) {
                long min = random.nextInt(distinct) - distinct / 2;
                long max = min + random.nextInt(1 + distinct / 3);
                ScalarMatches found = index.find();
                found.integers(min, max);
                RowMask expected = rows(row -> !nulls.get(row) && values[row] >= min && values[row] <= max);
                assertThat(found.rows()).isEqualTo(expected);
                assertThat(found.entries()).isEqualTo(expected.cardinality());
                assertThat(found.otherRows())
                        .isEqualTo(rows(row -> !nulls.get(row) && (values[row] < min || values[row] > max)));
            }
            assertThat(IntStream.range(0, ROWS).allMatch(index::finds)).isTrue();
        }
    }

    @Test
    void texts_manyAscendingValues_areUnited() {
        String[] texts = new String[ROWS];
        for (int row = 0; row < ROWS; row++) {
            texts[row] = "word-" + random.nextInt(900);
        }
        ColumnView column = Blocks.view(arena, FieldSchema.varChar("x", 20).withId(100), Column.Bytes.of(texts));
        for (Form form : Form.values()) {
            ScalarMatches found = ScalarIndexes.of(arena, form, column).find();
            List.of("word", "word-1", "word-10", "word-2", "zebra")
                    .forEach(text -> found.text(text.getBytes(StandardCharsets.UTF_8)));
            assertThat(found.rows())
                    .isEqualTo(
                            rows(row -> List.of("word-1", "word-10", "word-2").contains(texts[row])));
            ScalarMatches prefixed = ScalarIndexes.of(arena, form, column).find();
            prefixed.prefixed("word-7".getBytes(StandardCharsets.UTF_8));
            assertThat(prefixed.rows()).isEqualTo(rows(row -> texts[row].startsWith("word-7")));
            prefixed.keep((bytes, from, to) -> to - from == 8);
            assertThat(prefixed.rows())
                    .isEqualTo(rows(row -> texts[row].startsWith("word-7") && texts[row].length() == 8));
        }
    }

    @Test
    void build_rowsInOrderOfValues_takesOneHeader() {
        long[] ascending = IntStream.range(0, ROWS).asLongStream().toArray();
        ScalarIndexes.Image image = ScalarIndexes.image(arena, Form.SORTED, longs(ascending, new BitSet()));
        assertThat(image.bytes().byteSize()).isEqualTo(IndexHeader.BYTES);
        ScalarMatches found = image.open(longs(ascending, new BitSet())).find();
        found.integers(1_000, 1_999);
        assertThat(found.rows()).isEqualTo(rows(row -> row >= 1_000 && row < 2_000));
        assertThat(ScalarIndexes.image(arena, Form.AUTO, longs(ascending, new BitSet()))
                        .bytes()
                        .byteSize())
                .isEqualTo(IndexHeader.BYTES);
    }

    @Test
    void build_auto_takesTheSmallerForm() {
        long[] few = new long[ROWS];
        long[] unique = new long[ROWS];
        for (int row = 0; row < ROWS; row++) {
            few[row] = random.nextInt(8);
            unique[row] = random.nextLong();
        }
        for (long[] values : List.of(few, unique)) {
            long auto = size(Form.AUTO, values);
            assertThat(auto).isEqualTo(Math.min(size(Form.SORTED, values), size(Form.INVERTED, values)));
        }
        assertThat(size(Form.AUTO, few)).isLessThan(size(Form.SORTED, few) / 2); // eight bitmaps
    }

    private long size(Form form, long[] values) {
        return ScalarIndexes.image(arena, form, longs(values, new BitSet()))
                .bytes()
                .byteSize();
    }

    @Test
    void build_sameColumn_sameBytes() {
        long[] values = random.longs(ROWS, 0, 300).toArray();
        MemorySegment one = ScalarIndexes.image(arena, Form.AUTO, longs(values, new BitSet()))
                .bytes();
        MemorySegment other = ScalarIndexes.image(arena, Form.AUTO, longs(values, new BitSet()))
                .bytes();
        assertThat(one.mismatch(other)).isEqualTo(-1);
    }

    @Test
    void build_stopRequested_ends() {
        ColumnView column = longs(random.longs(ROWS * 10).toArray(), new BitSet());
        var stop = new StopSignal();
        stop.request(new Stopped(ErrorCode.SERVICE_UNAVAILABLE, "enough"));
        var store = new MemoryStore();
        try (var out = PartFileWriter.create(store, "1.idx", PartFileWriter.Kind.INDEX, 1)) {
            assertThatThrownBy(() -> IndexBuilder.build(
                            new IndexSpec.Scalar(Form.SORTED), column, 1, new MemoryBudget(1 << 20), stop, out))
                    .isInstanceOf(Stopped.class)
                    .hasMessageContaining("enough");
        }
    }

    @Test
    void open_allNullOrEmptyArrays_findsNothing() {
        BitSet all = new BitSet();
        all.set(0, ROWS);
        ScalarIndex nothing = ScalarIndexes.of(arena, Form.INVERTED, longs(new long[ROWS], all));
        ScalarMatches found = nothing.find();
        found.integers(Long.MIN_VALUE, Long.MAX_VALUE);
        assertThat(found.rows().isEmpty()).isTrue();
        assertThat(nothing.finds(7)).isTrue();

        FieldSchema field = FieldSchema.array("x", DataType.INT32, 4).withId(100);
        var arrays = new Column.Arrays(new Column.Ints(new int[0], null), new int[ROWS + 1], null);
        ScalarIndex empty = ScalarIndexes.of(arena, Form.AUTO, Blocks.view(arena, field, arrays));
        assertThat(empty.termCount()).isZero();
        assertThat(empty.finds(7)).isTrue();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "0|INVERTED|magic",
                "8|INVERTED|newer version",
                "12|INVERTED|newer version",
                "24|INVERTED|value type",
                "28|INVERTED|rowCount",
                "32|INVERTED|entryCount",
                "36|INVERTED|section",
                "40|INVERTED|section",
                "44|INVERTED|section",
                "48|INVERTED|flags",
                "12|SORTED|newer version",
                "32|SORTED|entryCount",
                "36|SORTED|termCount",
                "48|SORTED|section",
            })
    void open_damagedHeader_corruptAndNamesIt(int offset, Form form, String what) {
        ColumnView column = longs(random.longs(ROWS, 0, 40).toArray(), new BitSet());
        ScalarIndexes.Image image = ScalarIndexes.image(arena, form, column);
        MemorySegment header = image.layout().section(IndexHeader.SECTION, image.bytes());
        header.set(ColumnView.INT, offset, header.get(ColumnView.INT, offset) + 1);
        assertThatThrownBy(() -> image.open(column))
                .isInstanceOf(Corrupt.class)
                .hasMessageContaining("1/2/3-4.idx")
                .hasMessageContaining(what);
    }

    @Test
    void open_otherRows_corrupt() {
        ScalarIndexes.Image image = ScalarIndexes.image(arena, Form.AUTO, longs(new long[ROWS], new BitSet()));
        assertThatThrownBy(() -> image.open(longs(new long[ROWS + 1], new BitSet())))
                .isInstanceOf(Corrupt.class)
                .hasMessageContaining("rowCount=" + ROWS + " instead of " + (ROWS + 1));
    }
}
