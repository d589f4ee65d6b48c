package io.sluice.engine.filter;

import io.sluice.engine.filter.Numbers.ComputedNumbers;
import io.sluice.engine.filter.Numbers.Elements;
import io.sluice.engine.filter.Numbers.FixedNumbers;
import io.sluice.engine.filter.Numbers.FloatColumn;
import io.sluice.engine.filter.Numbers.IntegerColumn;
import io.sluice.engine.filter.Numbers.JsonNumbers;
import io.sluice.engine.filter.Numbers.Lengths;
import io.sluice.engine.filter.Plan.Predicate;
import io.sluice.engine.schema.DataType;
import io.sluice.engine.segment.ColumnView;
import io.sluice.engine.segment.RowBlock;
import io.sluice.engine.segment.RowMask;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One run of a plan over one block. Confined to one thread at a time.
 *
 * <p>Each predicate becomes a {@link Step}, and the tree of steps is asked once per word of 64 rows. A step answers with
 * two words: the rows where it is true and those where it is false; a row in neither is unknown. So {@code not} swaps
 * the words, {@code and} and {@code or} are two machine instructions, and {@code null} needs no case of its own. Each
 * step is told which rows matter: {@code and} does not ask its later parts about rows that are false already, nor
 * {@code or} about those that are true, and a whole word is skipped when no row is left. Inside a step is one loop over
 * primitives per type and operator. Nothing is allocated per row or word.
 *
 * <p>Where an index is cheaper ({@link IndexLookup}), a step has the rows beforehand instead of looking at them.
 */
final class Evaluation {
    private static final int WORD_ROWS = 64;

    private final RowBlock block;
    private final int rowCount;
    private final Map<Integer, TextRows> texts = new HashMap<>();

    private final IndexLookup indexes;

    private Evaluation(RowBlock block, IndexLookup indexes) {
        this.block = block;
        this.rowCount = block.rowCount();
        this.indexes = indexes;
    }

    static RowMask run(Predicate predicate, RowBlock block, @Nullable RowMask among, IndexLookup indexes) {
        int rowCount = block.rowCount();
        if (among != null && among.size() != rowCount) {
            throw new IllegalArgumentException("among=" + among + ", rows of the block=" + rowCount);
        }
        RowMask result = RowMask.none(rowCount);
        double asked = among == null || indexes.isEmpty() ? rowCount : WORD_ROWS * (double) among.cardinality();
        Step root = new Evaluation(block, indexes).step(predicate, Math.min(asked, rowCount));
        if (root instanceof IndexStep step && !step.inverted()) {
            return step.among(among);
        }
        for (int word = 0; word < result.wordCount(); word++) {
            int rows = rowCount - (word << 6);
            long active = among != null ? among.word(word) : rows >= 64 ? -1L : (1L << rows) - 1;
            active &= root.candidates(word);
            if (active != 0) {
                root.run(word, active);
                result.setWord(word, root.yes & active);
            }
        }
        return result;
    }

    /** The rows of a word that are not null; bits beyond the last row may be anything. */
    static long validRows(ColumnView column, int word) {
        MemorySegment validity = column.validity();
        return validity == null ? -1L : validity.getAtIndex(ColumnView.LONG, word);
    }

    /** @param rows that are looked at, as far as it is known: whole words */
    private Step step(Predicate predicate, double rows) {
        IndexLookup.Found found = indexes.find(predicate, rows);
        return found == null ? scan(predicate, rows) : byIndex(found);
    }

    private Step byIndex(IndexLookup.Found found) {
        return new IndexStep(block.column(found.fieldId()), found.rows());
    }

    /**
     * The parts with an index first, the most selective of them at the front: each leaves fewer rows to look at, so that
     * for a later one a scan of what is left may be cheaper than its index.
     */
    private AndStep and(List<Predicate> parts, double rows) {
        List<IndexLookup.Found> indexed = new ArrayList<>();
        List<Predicate> others = new ArrayList<>();
        for (Predicate part : parts) {
            IndexLookup.Found found = indexes.find(part, rows);
            if (found == null) {
                others.add(part);
            } else {
                indexed.add(found);
            }
        }
        indexed.sort(Comparator.comparingDouble(IndexLookup.Found::trueRows));
        List<Step> steps = new ArrayList<>();
        double left = rows;
        for (IndexLookup.Found found : indexed) {
            if (indexes.isWorthIt(found, left)) {
                steps.add(byIndex(found));
                left = Math.min(left, WORD_ROWS * found.trueRows());
            } else {
                others.add(found.predicate());
            }
        }
        if (!indexed.isEmpty()) {
            others.sort(Comparator.comparingInt(Plan::cost));
        }
        for (Predicate other : others) {
            steps.add(scan(other, left));
        }
        return new AndStep(steps.toArray(Step[]::new));
    }

    private Step scan(Predicate predicate, double rows) {
        return switch (predicate) {
            case Plan.Always(boolean value) -> new AlwaysStep(value);
            case Plan.And(List<Predicate> parts) -> and(parts, rows);
            case Plan.Or(List<Predicate> parts) ->
                new OrStep(parts.stream().map(part -> step(part, rows)).toArray(Step[]::new));
            case Plan.Not(Predicate part) -> new NotStep(step(part, rows));
            case Plan.Same(Predicate left, Predicate right) -> new SameStep(step(left, rows), step(right, rows));
            case Plan.Flag(int fieldId, int element) ->
                element < 0
                        ? new FlagStep(block.column(fieldId), rowCount)
                        : new FlagElementStep(block.column(fieldId), element);
            case Plan.IsNull(int fieldId) -> new NullStep(block.column(fieldId));
            case Plan.IntegerRange range -> new RangeStep(block.column(range.fieldId()), range, rowCount);
            case Plan.IntegerIn(int fieldId, DataType type, LongSet values) ->
                new IntegerInStep(new IntegerColumn(block.column(fieldId), type, rowCount), values);
            case Plan.FloatRange range -> new RangeStep(block.column(range.fieldId()), range, rowCount);
            case Plan.FloatIn(int fieldId, DataType type, double[] values) ->
                new FloatInStep(new FloatColumn(block.column(fieldId), type, rowCount), values);
            case Plan.NumberCompare(Plan.Number left, Comparison comparison, Plan.Number right) ->
                new NumberStep(numbers(left), comparison, numbers(right));
            case Plan.NumberIn(Plan.Number number, JsonValues values) -> new NumberInStep(numbers(number), values);
            case Plan.TextCompare(Plan.Text text, Comparison comparison, byte[] utf8) ->
                new TextCompareStep(block.column(text.fieldId()), texts(text), comparison, utf8);
            case Plan.TextIn(Plan.Text text, TextSet values) ->
                new TextInStep(block.column(text.fieldId()), texts(text), values);
            case Plan.TextLike(Plan.Text text, LikePattern pattern) ->
                new TextLikeStep(block.column(text.fieldId()), texts(text), pattern);
            case Plan.TextPair(Plan.Text left, Comparison comparison, Plan.Text right) ->
                new TextPairStep(
                        block.column(left.fieldId()),
                        ownTexts(left),
                        comparison,
                        block.column(right.fieldId()),
                        ownTexts(right));
            case Plan.JsonCompare(int fieldId, JsonPath path, Comparison comparison, Constant constant) ->
                new JsonCompareStep(block.column(fieldId), json(fieldId), path, comparison, constant);
            case Plan.JsonIn(int fieldId, JsonPath path, JsonValues values) ->
                new JsonInStep(block.column(fieldId), json(fieldId), path, values);
            case Plan.JsonLike(int fieldId, JsonPath path, LikePattern pattern) ->
                new JsonLikeStep(block.column(fieldId), json(fieldId), path, pattern);
            case Plan.JsonExists(int fieldId, JsonPath path) ->
                new JsonExistsStep(block.column(fieldId), json(fieldId), path);
            case Plan.JsonContains(int fieldId, JsonPath path, boolean all, List<Constant> constants) ->
                new JsonContainsStep(block.column(fieldId), json(fieldId), path, all, constants);
            case Plan.ArrayContains(int fieldId, boolean all, List<Constant> constants) ->
                new ArrayContainsStep(block.column(fieldId), all, constants);
            case Plan.ArrayEquals(int fieldId, List<Constant> constants) ->
                new ArrayEqualsStep(block.column(fieldId), constants);
        };
    }

    private Numbers numbers(Plan.Number number) {
        return switch (number) {
            case Plan.Fixed(Constant value) -> new FixedNumbers(value);
            case Plan.IntegerField(int fieldId, DataType type) ->
                new IntegerColumn(block.column(fieldId), type, rowCount);
            case Plan.FloatField(int fieldId, DataType type) -> new FloatColumn(block.column(fieldId), type, rowCount);
            case Plan.ElementNumber(int fieldId, DataType type, int element) ->
                new Elements(block.column(fieldId), type, element);
            case Plan.JsonNumber(int fieldId, JsonPath path) ->
                new JsonNumbers(block.column(fieldId), json(fieldId), path, false);
            case Plan.ArrayLength(int fieldId) -> new Lengths(block.column(fieldId));
            case Plan.JsonLength(int fieldId, JsonPath path) ->
                new JsonNumbers(block.column(fieldId), json(fieldId), path, true);
            case Plan.Computed(Arithmetic operation, Plan.Number left, Plan.Number right) ->
                new ComputedNumbers(operation, numbers(left), numbers(right));
        };
    }

    /** Shared by all steps on the field, so that its bytes are copied once per word. */
    private TextRows json(int fieldId) {
        return texts(new Plan.Text(fieldId, Plan.Text.WHOLE_FIELD));
    }

    private TextRows texts(Plan.Text text) {
        return text.element() == Plan.Text.WHOLE_FIELD
                ? texts.computeIfAbsent(text.fieldId(), _ -> ownTexts(text))
                : ownTexts(text);
    }

    private TextRows ownTexts(Plan.Text text) {
        return new TextRows(block.column(text.fieldId()), text.element(), rowCount);
    }

    /** A predicate while it runs: the answer for one word of rows at a time. */
    private abstract static class Step {
        /** Rows where it is true; a part of those asked about. */
        long yes;

        /** Rows where it is false; a part of those asked about. */
        long no;

        abstract void run(int word, long active);

        /** Rows of a word that may be true, where that is known without looking at them. */
        long candidates(int word) {
            return -1L;
        }

        /** Takes the answer of a loop that looked at all rows, known or not. */
        final void answer(long rows, long known) {
            yes = rows & known;
            no = ~rows & known;
        }
    }

    private static final class AlwaysStep extends Step {
        private final boolean value;

        AlwaysStep(boolean value) {
            this.value = value;
        }

        @Override
        void run(int word, long active) {
            answer(value ? -1L : 0, active);
        }
    }

    /** What an index has found. */
    private static final class IndexStep extends Step {
        private final ColumnView column;
        private final RowMask rows;
        private final long flip;

        IndexStep(ColumnView column, IndexLookup.Rows found) {
            this.column = column;
            this.rows = found.mask();
            this.flip = found.inverted() ? -1L : 0;
        }

        @Override
        void run(int word, long active) {
            answer(rows.word(word) ^ flip, active & validRows(column, word));
        }

        @Override
        long candidates(int word) {
            return rows.word(word) ^ flip;
        }

        boolean inverted() {
            return flip != 0;
        }

        /** Where that is the whole filter: what was found has a value, so it is true. */
        RowMask among(@Nullable RowMask among) {
            if (among != null) {
                rows.and(among);
            }
            return rows;
        }
    }

    private static final class AndStep extends Step {
        private final Step[] parts;

        AndStep(Step[] parts) {
            this.parts = parts;
        }

        @Override
        void run(int word, long active) {
            long allTrue = active;
            long anyFalse = 0;
            for (Step part : parts) {
                part.run(word, active & ~anyFalse);
                allTrue &= part.yes;
                anyFalse |= part.no;
                if (anyFalse == active) {
                    break;
                }
            }
            yes = allTrue & ~anyFalse;
            no = anyFalse;
        }

        @Override
        long candidates(int word) {
            return parts[0].candidates(word);
        }
    }

    private static final class OrStep extends Step {
        private final Step[] parts;

        OrStep(Step[] parts) {
            this.parts = parts;
        }

        @Override
        void run(int word, long active) {
            long anyTrue = 0;
            long allFalse = active;
            for (Step part : parts) {
                part.run(word, active & ~anyTrue);
                anyTrue |= part.yes;
                allFalse &= part.no;
                if (anyTrue == active) {
                    break;
                }
            }
            yes = anyTrue;
            no = allFalse & ~anyTrue;
        }
    }

    private static final class NotStep extends Step {
        private final Step part;

        NotStep(Step part) {
            this.part = part;
        }

        @Override
        void run(int word, long active) {
            part.run(word, active);
            yes = part.no;
            no = part.yes;
        }
    }

    private static final class SameStep extends Step {
        private final Step left;
        private final Step right;

        SameStep(Step left, Step right) {
            this.left = left;
            this.right = right;
        }

        @Override
        void run(int word, long active) {
            left.run(word, active);
            right.run(word, left.yes | left.no);
            yes = left.yes & right.yes | left.no & right.no;
            no = left.yes & right.no | left.no & right.yes;
        }
    }

    private static final class FlagStep extends Step {
        private final ColumnView column;
        private final int rowCount;

        FlagStep(ColumnView column, int rowCount) {
            this.column = column;
            this.rowCount = rowCount;
        }

        @Override
        void run(int word, long active) {
            int first = word << 6;
            int count = Math.min(64, rowCount - first);
            MemorySegment data = column.data();
            long rows = 0;
            for (int i = 0; i < count; i++) {
                rows |= (data.get(ValueLayout.JAVA_BYTE, first + i) != 0 ? 1L : 0L) << i;
            }
            answer(rows, active & validRows(column, word));
        }
    }

    private static final class FlagElementStep extends Step {
        private final ColumnView column;
        private final int element;

        FlagElementStep(ColumnView column, int element) {
            this.column = column;
            this.element = element;
        }

        @Override
        void run(int word, long active) {
            long rows = 0;
            long known = 0;
            for (long rest = active & validRows(column, word); rest != 0; rest &= rest - 1) {
                int i = Long.numberOfTrailingZeros(rest);
                long index = (long) column.elementStart((word << 6) + i) + element;
                if (index < column.elementEnd((word << 6) + i)) {
                    known |= 1L << i;
                    rows |= (column.elementBool((int) index) ? 1L : 0L) << i;
                }
            }
            answer(rows, known);
        }
    }

    private static final class NullStep extends Step {
        private final ColumnView column;

        NullStep(ColumnView column) {
            this.column = column;
        }

        @Override
        void run(int word, long active) {
            answer(~validRows(column, word), active);
        }
    }

    /**
     * {@code min <= x <= max} over a column of any fixed width.
     *
     * <p>No branch depends on a value: on data that hits half of the time, a wrong guess per row costs five times the
     * comparison. Floats become integers of the same order first, so that one formula serves all.
     */
    private static final class RangeStep extends Step {
        private final ColumnView column;
        private final MemorySegment data;
        private final DataType type;
        private final long min;
        private final long max;
        private final boolean empty;
        private final long flip;
        private final int rowCount;

        RangeStep(ColumnView column, Plan.IntegerRange range, int rowCount) {
            this(column, range.type(), range.min(), range.max(), range.inverted(), rowCount);
        }

        RangeStep(ColumnView column, Plan.FloatRange range, int rowCount) {
            // Both zeros are one number, but the order of bits has -0.0 first.
            this(
                    column,
                    range.type(),
                    ordered(range.type(), range.min() == 0 ? -0.0 : range.min()),
                    ordered(range.type(), range.max() + 0.0),
                    range.inverted(),
                    rowCount);
        }

        private RangeStep(ColumnView column, DataType type, long min, long max, boolean inverted, int rowCount) {
            this.column = column;
            this.data = column.data();
            this.type = type;
            // Narrow columns subtract without overflow, so their bounds must not be further out than 33 bits.
            boolean wide = type.elementBytes() == Long.BYTES;
            this.min = wide ? min : Math.max(min, Integer.MIN_VALUE);
            this.max = wide ? max : Math.min(max, Integer.MAX_VALUE);
            this.empty = this.min > this.max;
            this.flip = inverted ? -1L : 0;
            this.rowCount = rowCount;
        }

        private static long ordered(DataType type, double value) {
            return type == DataType.FLOAT
                    ? ordered(Float.floatToRawIntBits((float) value))
                    : ordered(Double.doubleToRawLongBits(value));
        }

        /** Bits of a float as an integer of the same order; NaN is beyond both infinities. */
        private static int ordered(int bits) {
            return bits ^ bits >> 31 & Integer.MAX_VALUE;
        }

        private static long ordered(long bits) {
            return bits ^ bits >> 63 & Long.MAX_VALUE;
        }

        @Override
        void run(int word, long active) {
            long known = active & validRows(column, word);
            if (empty || known == 0) {
                answer(flip, known);
                return;
            }
            int first = word << 6;
            int count = Math.min(64, rowCount - first);
            long rows = switch (type) {
                case INT8 -> int8(first, count);
                case INT16 -> int16(first, count);
                case INT32 -> int32(first, count);
                case FLOAT -> float32(first, count);
                case DOUBLE -> float64(first, count);
                default -> int64(first, count);
            };
            answer(rows ^ flip, known);
        }

        private long int8(int first, int count) {
            long rows = 0;
            for (int i = 0; i < count; i++) {
                rows |= narrow(data.get(ValueLayout.JAVA_BYTE, first + i)) << i;
            }
            return rows;
        }

        private long int16(int first, int count) {
            long rows = 0;
            for (int i = 0; i < count; i++) {
                rows |= narrow(data.getAtIndex(ColumnView.SHORT, first + i)) << i;
            }
            return rows;
        }

        private long int32(int first, int count) {
            long rows = 0;
            for (int i = 0; i < count; i++) {
                rows |= narrow(data.getAtIndex(ColumnView.INT, first + i)) << i;
            }
            return rows;
        }

        private long int64(int first, int count) {
            long rows = 0;
            for (int i = 0; i < count; i++) {
                rows |= wide(data.getAtIndex(ColumnView.LONG, first + i)) << i;
            }
            return rows;
        }

        private long float32(int first, int count) {
            long rows = 0;
            for (int i = 0; i < count; i++) {
                rows |= narrow(ordered(data.getAtIndex(ColumnView.INT, first + i))) << i;
            }
            return rows;
        }

        private long float64(int first, int count) {
            long rows = 0;
            for (int i = 0; i < count; i++) {
                rows |= wide(ordered(data.getAtIndex(ColumnView.LONG, first + i))) << i;
            }
            return rows;
        }

        /** 1 in the range, 0 outside: both differences have a sign bit of 0, or one has not. */
        private long narrow(long value) {
            return ~(value - min | max - value) >>> 63;
        }

        /** The same where differences overflow: value - min at most max - min, unsigned, in bits. */
        private long wide(long value) {
            long distance = value - min;
            long span = max - min;
            return ((~distance | span) & ((distance ^ span) | ~(span - distance))) >>> 63;
        }
    }

    private static final class IntegerInStep extends Step {
        private final IntegerColumn numbers;
        private final LongSet values;

        IntegerInStep(IntegerColumn numbers, LongSet values) {
            this.numbers = numbers;
            this.values = values;
        }

        @Override
        void run(int word, long active) {
            numbers.fill(word, active);
            long rows = 0;
            for (long rest = numbers.known; rest != 0; rest &= rest - 1) {
                int i = Long.numberOfTrailingZeros(rest);
                rows |= (values.contains(numbers.longs[i]) ? 1L : 0L) << i;
            }
            answer(rows, numbers.known);
        }
    }

    private static final class FloatInStep extends Step {
        private final FloatColumn numbers;
        private final double[] values;

        FloatInStep(FloatColumn numbers, double[] values) {
            this.numbers = numbers;
            this.values = values;
        }

        @Override
        void run(int word, long active) {
            numbers.fill(word, active);
            long rows = 0;
            for (long rest = numbers.known; rest != 0; rest &= rest - 1) {
                int i = Long.numberOfTrailingZeros(rest);
                // Adding 0.0 makes 0.0 of -0.0.
                rows |= (Arrays.binarySearch(values, numbers.doubles[i] + 0.0) >= 0 ? 1L : 0L) << i;
            }
            answer(rows, numbers.known);
        }
    }

    private static final class NumberStep extends Step {
        private final Numbers left;
        private final Comparison comparison;
        private final Numbers right;

        NumberStep(Numbers left, Comparison comparison, Numbers right) {
            this.left = left;
            this.comparison = comparison;
            this.right = right;
        }

        @Override
        void run(int word, long active) {
            left.fill(word, active);
            right.fill(word, left.known);
            long known = right.known & left.known;
            long below = 0;
            long equal = 0;
            long above = 0;
            if ((known & ~(left.integral & right.integral)) == 0) {
                for (int i = 0; i < 64; i++) {
                    long x = left.longs[i];
                    long y = right.longs[i];
                    below |= (x < y ? 1L : 0L) << i;
                    equal |= (x == y ? 1L : 0L) << i;
                }
                above = ~(below | equal);
            } else if ((known & (left.integral | right.integral)) == 0) {
                for (int i = 0; i < 64; i++) {
                    double x = left.doubles[i];
                    double y = right.doubles[i];
                    below |= (x < y ? 1L : 0L) << i;
                    equal |= (x == y ? 1L : 0L) << i;
                    above |= (x > y ? 1L : 0L) << i;
                }
            } else {
                for (long rest = known; rest != 0; rest &= rest - 1) {
                    int i = Long.numberOfTrailingZeros(rest);
                    int order = order(i);
                    below |= (order == -1 ? 1L : 0L) << i;
                    equal |= (order == 0 ? 1L : 0L) << i;
                    above |= (order == 1 ? 1L : 0L) << i;
                }
            }
            answer(
                    switch (comparison) {
                        case LT -> below;
                        case LE -> below | equal;
                        case GT -> above;
                        case GE -> above | equal;
                        case EQ -> equal;
                        case NE -> ~equal;
                    },
                    known);
        }

        private int order(int i) {
            boolean leftIntegral = (left.integral >>> i & 1) != 0;
            boolean rightIntegral = (right.integral >>> i & 1) != 0;
            if (leftIntegral) {
                return rightIntegral
                        ? Long.compare(left.longs[i], right.longs[i])
                        : Comparison.order(left.longs[i], right.doubles[i]);
            }
            if (rightIntegral) {
                int mirrored = Comparison.order(right.longs[i], left.doubles[i]);
                return mirrored == Comparison.UNORDERED ? mirrored : -mirrored;
            }
            return Comparison.order(left.doubles[i], right.doubles[i]);
        }
    }

    private static final class NumberInStep extends Step {
        private final Numbers numbers;
        private final JsonValues values;

        NumberInStep(Numbers numbers, JsonValues values) {
            this.numbers = numbers;
            this.values = values;
        }

        @Override
        void run(int word, long active) {
            numbers.fill(word, active);
            long rows = 0;
            for (long rest = numbers.known; rest != 0; rest &= rest - 1) {
                int i = Long.numberOfTrailingZeros(rest);
                boolean found = (numbers.integral >>> i & 1) != 0
                        ? values.contains(numbers.longs[i])
                        : values.contains(numbers.doubles[i]);
                rows |= (found ? 1L : 0L) << i;
            }
            answer(rows, numbers.known);
        }
    }

    /** A test of the text of each row. */
    private abstract static class TextStep extends Step {
        private final ColumnView column;
        private final TextRows texts;

        TextStep(ColumnView column, TextRows texts) {
            this.column = column;
            this.texts = texts;
        }

        abstract boolean test(byte[] bytes, int from, int to);

        @Override
        final void run(int word, long active) {
            long rest = active & validRows(column, word);
            texts.open(word, rest);
            long rows = 0;
            long known = 0;
            for (; rest != 0; rest &= rest - 1) {
                int i = Long.numberOfTrailingZeros(rest);
                if (texts.select((word << 6) + i)) {
                    known |= 1L << i;
                    rows |= (test(texts.bytes(), texts.from(), texts.to()) ? 1L : 0L) << i;
                }
            }
            answer(rows, known);
        }
    }

    private static final class TextCompareStep extends TextStep {
        private final Comparison comparison;
        private final byte[] utf8;

        TextCompareStep(ColumnView column, TextRows texts, Comparison comparison, byte[] utf8) {
            super(column, texts);
            this.comparison = comparison;
            this.utf8 = utf8;
        }

        @Override
        boolean test(byte[] bytes, int from, int to) {
            return switch (comparison) {
                case EQ -> Texts.equal(bytes, from, to, utf8);
                case NE -> !Texts.equal(bytes, from, to, utf8);
                case LT, LE, GT, GE -> comparison.holds(Texts.order(bytes, from, to, utf8));
            };
        }
    }

    private static final class TextInStep extends TextStep {
        private final TextSet values;

        TextInStep(ColumnView column, TextRows texts, TextSet values) {
            super(column, texts);
            this.values = values;
        }

        @Override
        boolean test(byte[] bytes, int from, int to) {
            return values.contains(bytes, from, to);
        }
    }

    private static final class TextLikeStep extends TextStep {
        private final LikePattern pattern;

        TextLikeStep(ColumnView column, TextRows texts, LikePattern pattern) {
            super(column, texts);
            this.pattern = pattern;
        }

        @Override
        boolean test(byte[] bytes, int from, int to) {
            return pattern.matches(bytes, from, to);
        }
    }

    private static final class TextPairStep extends Step {
        private final ColumnView leftColumn;
        private final TextRows left;
        private final Comparison comparison;
        private final ColumnView rightColumn;
        private final TextRows right;

        TextPairStep(
                ColumnView leftColumn, TextRows left, Comparison comparison, ColumnView rightColumn, TextRows right) {
            this.leftColumn = leftColumn;
            this.left = left;
            this.comparison = comparison;
            this.rightColumn = rightColumn;
            this.right = right;
        }

        @Override
        void run(int word, long active) {
            long rest = active & validRows(leftColumn, word) & validRows(rightColumn, word);
            left.open(word, rest);
            right.open(word, rest);
            long rows = 0;
            long known = 0;
            for (; rest != 0; rest &= rest - 1) {
                int i = Long.numberOfTrailingZeros(rest);
                int row = (word << 6) + i;
                if (left.select(row) && right.select(row)) {
                    known |= 1L << i;
                    int order = Arrays.compareUnsigned(
                            left.bytes(), left.from(), left.to(), right.bytes(), right.from(), right.to());
                    rows |= (comparison.holds(order) ? 1L : 0L) << i;
                }
            }
            answer(rows, known);
        }
    }

    /** A test of the part at a path of each JSON value. */
    private abstract static class JsonStep extends Step {
        static final int UNKNOWN = -1;
        static final int FALSE = 0;
        static final int TRUE = 1;

        private final ColumnView column;
        private final TextRows texts;
        private final JsonPath path;
        final JsonScan scan = new JsonScan();

        JsonStep(ColumnView column, TextRows texts, JsonPath path) {
            this.column = column;
            this.texts = texts;
            this.path = path;
        }

        /** {@link #TRUE}, {@link #FALSE} or {@link #UNKNOWN} for the part that the scan is at. */
        abstract int test(JsonScan.Kind kind);

        static int truth(boolean value) {
            return value ? TRUE : FALSE;
        }

        @Override
        void run(int word, long active) {
            long rest = active & validRows(column, word);
            texts.open(word, rest);
            yes = 0;
            no = 0;
            for (; rest != 0; rest &= rest - 1) {
                int i = Long.numberOfTrailingZeros(rest);
                texts.select((word << 6) + i);
                int truth = test(scan.find(texts.bytes(), texts.from(), texts.to(), path));
                if (truth == TRUE) {
                    yes |= 1L << i;
                } else if (truth == FALSE) {
                    no |= 1L << i;
                }
            }
        }
    }

    private static final class JsonCompareStep extends JsonStep {
        private final Comparison comparison;
        private final Constant constant;

        JsonCompareStep(ColumnView column, TextRows texts, JsonPath path, Comparison comparison, Constant constant) {
            super(column, texts, path);
            this.comparison = comparison;
            this.constant = constant;
        }

        @Override
        int test(JsonScan.Kind kind) {
            return switch (constant) {
                case Constant.Int _, Constant.Real _ ->
                    kind == JsonScan.Kind.NUMBER && scan.number()
                            ? truth(comparison.holds(scan.orderOfNumber(constant)))
                            : UNKNOWN;
                case Constant.Text(var _, byte[] utf8) -> {
                    if (kind != JsonScan.Kind.TEXT) {
                        yield UNKNOWN;
                    }
                    scan.readText();
                    yield truth(
                            comparison.isEquality()
                                    ? Texts.equal(scan.text(), scan.textFrom(), scan.textTo(), utf8)
                                            == (comparison == Comparison.EQ)
                                    : comparison.holds(Texts.order(scan.text(), scan.textFrom(), scan.textTo(), utf8)));
                }
                case Constant.Bool(boolean value) ->
                    kind == JsonScan.Kind.BOOL ? truth(comparison.holds(Boolean.compare(scan.bool(), value))) : UNKNOWN;
                case Constant.Many _ ->
                    kind == JsonScan.Kind.ARRAY
                            ? truth(scan.equal(constant) == (comparison == Comparison.EQ))
                            : UNKNOWN;
            };
        }
    }

    private static final class JsonInStep extends JsonStep {
        private final JsonValues values;

        JsonInStep(ColumnView column, TextRows texts, JsonPath path, JsonValues values) {
            super(column, texts, path);
            this.values = values;
        }

        @Override
        int test(JsonScan.Kind kind) {
            return values.test(kind, scan);
        }
    }

    private static final class JsonLikeStep extends JsonStep {
        private final LikePattern pattern;

        JsonLikeStep(ColumnView column, TextRows texts, JsonPath path, LikePattern pattern) {
            super(column, texts, path);
            this.pattern = pattern;
        }

        @Override
        int test(JsonScan.Kind kind) {
            if (kind != JsonScan.Kind.TEXT) {
                return UNKNOWN;
            }
            scan.readText();
            return truth(pattern.matches(scan.text(), scan.textFrom(), scan.textTo()));
        }
    }

    private static final class JsonExistsStep extends JsonStep {
        JsonExistsStep(ColumnView column, TextRows texts, JsonPath path) {
            super(column, texts, path);
        }

        @Override
        int test(JsonScan.Kind kind) {
            return truth(kind != JsonScan.Kind.MISSING && kind != JsonScan.Kind.NULL);
        }

        @Override
        void run(int word, long active) {
            super.run(word, active);
            // Nothing exists in a value that is null itself.
            no = active & ~yes;
        }
    }

    private static final class JsonContainsStep extends JsonStep {
        private final boolean all;
        private final List<Constant> constants;

        JsonContainsStep(ColumnView column, TextRows texts, JsonPath path, boolean all, List<Constant> constants) {
            super(column, texts, path);
            this.all = all;
            this.constants = constants;
        }

        @Override
        int test(JsonScan.Kind kind) {
            if (kind != JsonScan.Kind.ARRAY) {
                return UNKNOWN;
            }
            for (int i = 0; i < constants.size(); i++) {
                if (scan.contains(constants.get(i)) != all) {
                    return truth(!all);
                }
            }
            return truth(all);
        }
    }

    /** Looks for constants among the elements of an array field. */
    private abstract static class ArrayStep extends Step {
        private final ColumnView column;
        private final DataType elementType;

        ArrayStep(ColumnView column) {
            this.column = column;
            DataType type = column.elementType();
            assert type != null : column;
            this.elementType = type;
        }

        abstract boolean test(int firstElement, int lastElement);

        @Override
        final void run(int word, long active) {
            long known = active & validRows(column, word);
            long rows = 0;
            for (long rest = known; rest != 0; rest &= rest - 1) {
                int i = Long.numberOfTrailingZeros(rest);
                int row = (word << 6) + i;
                rows |= (test(column.elementStart(row), column.elementEnd(row)) ? 1L : 0L) << i;
            }
            answer(rows, known);
        }

        final boolean isEqual(int element, Constant constant) {
            return switch (constant) {
                case Constant.Bool(boolean value) -> column.elementBool(element) == value;
                case Constant.Int(long value) ->
                    elementType.isFloating()
                            ? Comparison.order(value, column.elementFloating(element)) == 0
                            : column.elementInteger(element) == value;
                case Constant.Real(double value) -> column.elementFloating(element) == value;
                case Constant.Text(var _, byte[] utf8) -> isText(element, utf8);
                case Constant.Many _ -> false;
            };
        }

        private boolean isText(int element, byte[] utf8) {
            MemorySegment offsets = column.elementOffsets();
            assert offsets != null : column;
            int start = offsets.getAtIndex(ColumnView.INT, element);
            if (offsets.getAtIndex(ColumnView.INT, element + 1) - start != utf8.length) {
                return false;
            }
            MemorySegment data = column.data();
            for (int i = 0; i < utf8.length; i++) {
                if (data.get(ValueLayout.JAVA_BYTE, start + i) != utf8[i]) {
                    return false;
                }
            }
            return true;
        }
    }

    private static final class ArrayContainsStep extends ArrayStep {
        private final boolean all;
        private final List<Constant> constants;

        ArrayContainsStep(ColumnView column, boolean all, List<Constant> constants) {
            super(column);
            this.all = all;
            this.constants = constants;
        }

        @Override
        boolean test(int firstElement, int lastElement) {
            for (int i = 0; i < constants.size(); i++) {
                if (contains(firstElement, lastElement, constants.get(i)) != all) {
                    return !all;
                }
            }
            return all;
        }

        private boolean contains(int firstElement, int lastElement, Constant constant) {
            for (int element = firstElement; element < lastElement; element++) {
                if (isEqual(element, constant)) {
                    return true;
                }
            }
            return false;
        }
    }

    private static final class ArrayEqualsStep extends ArrayStep {
        private final List<Constant> constants;

        ArrayEqualsStep(ColumnView column, List<Constant> constants) {
            super(column);
            this.constants = constants;
        }

        @Override
        boolean test(int firstElement, int lastElement) {
            if (lastElement - firstElement != constants.size()) {
                return false;
            }
            for (int i = 0; i < constants.size(); i++) {
                if (!isEqual(firstElement + i, constants.get(i))) {
                    return false;
                }
            }
            return true;
        }
    }
}
