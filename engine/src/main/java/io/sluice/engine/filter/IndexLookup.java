package io.sluice.engine.filter;

import io.sluice.engine.filter.Plan.Predicate;
import io.sluice.engine.index.ScalarIndex;
import io.sluice.engine.index.ScalarMatches;
import io.sluice.engine.segment.RowMask;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Answers single predicates from the indexes of a block, where that is cheaper than looking at the rows. Confined to one
 * thread.
 *
 * <p>Finding the values comes first: it costs a few looks at terms and tells how many rows there are. Only then is it
 * decided whether the rows are fetched, the other rows (when fewer), or neither.
 *
 * <p>{@code is null} and {@code is not null} are bits of the column already and need no index.
 */
final class IndexLookup {
    /*
     * What things cost, roughly, in nanoseconds on one core of the machine class that we measure on (ScalarIndexBench).
     * Only the ratios matter.
     */
    private static final double NUMBER_STEP_NANOS = 25;
    private static final double TEXT_STEP_NANOS = 200;
    private static final double TEST_TERM_NANOS = 150;
    private static final double MASK_WORD_NANOS = 0.5;

    private final Map<Integer, ScalarIndex> indexes;
    private final boolean always;

    /**
     * @param indexes by field id
     * @param always whether to use an index even where a scan is cheaper
     */
    IndexLookup(Map<Integer, ScalarIndex> indexes, boolean always) {
        this.indexes = indexes;
        this.always = always;
    }

    /**
     * @param inverted whether the predicate is true for the rows with a value that are <em>not</em> in the mask
     */
    record Rows(RowMask mask, boolean inverted) {}

    /**
     * Values that were found, not yet their rows.
     *
     * @param parts one, or for a field of arrays one for each constant
     * @param all for a field of arrays, whether a row must be in all parts, or in one
     * @param inverted whether the predicate is true for all other values
     * @param findNanos what finding them took, roughly
     */
    record Found(
            Predicate predicate,
            int fieldId,
            ScalarIndex index,
            List<ScalarMatches> parts,
            boolean all,
            boolean inverted,
            double findNanos) {
        /** For how many rows the predicate is true; of arrays, at most. */
        double trueRows() {
            double rows = all ? Double.MAX_VALUE : 0;
            for (ScalarMatches part : parts) {
                rows = all ? Math.min(rows, part.entries()) : rows + part.entries();
            }
            return inverted ? index.entryCount() - rows : rows;
        }

        double nanos() {
            double masks = parts.size() * (index.rowCount() >>> 6) * MASK_WORD_NANOS;
            double fetch = parts.stream().mapToDouble(ScalarMatches::rowsNanos).sum();
            if (isOfOthers()) {
                fetch = parts.getFirst().otherRowsNanos();
            }
            return findNanos + masks + fetch;
        }

        /** Whether to fetch the rows of all other values, because that is less work. */
        private boolean isOfOthers() {
            ScalarMatches found = parts.getFirst();
            return !index.isOfArrays() && found.otherRowsNanos() < found.rowsNanos();
        }

        Rows rows() {
            if (isOfOthers()) {
                return new Rows(parts.getFirst().otherRows(), !inverted);
            }
            RowMask mask = parts.getFirst().rows();
            for (ScalarMatches part : parts.subList(1, parts.size())) {
                if (all) {
                    mask.and(part.rows());
                } else {
                    mask.or(part.rows());
                }
            }
            return new Rows(mask, inverted);
        }
    }

    boolean isEmpty() {
        return indexes.isEmpty();
    }

    /**
     * What an index knows of a predicate; null when none does, or when looking at the rows is cheaper.
     *
     * @param rows that would be looked at
     */
    @Nullable
    Found find(Predicate predicate, double rows) {
        if (indexes.isEmpty()) {
            return null;
        }
        Found found = lookUp(predicate, rows);
        return found != null && isWorthIt(found, rows) ? found : null;
    }

    boolean isWorthIt(Found found, double rows) {
        return always || found.nanos() < scanNanos(found.predicate(), rows);
    }

    private static double scanNanos(Predicate predicate, double rows) {
        return rows
                * switch (predicate) {
                    case Plan.Flag _, Plan.IntegerRange _, Plan.FloatRange _ -> 1.5;
                    case Plan.IntegerIn _ -> 8;
                    case Plan.FloatIn _ -> 15;
                    case Plan.TextCompare _, Plan.ArrayContains _ -> 15;
                    case Plan.TextLike _ -> 25;
                    case Plan.TextIn _ -> 40;
                    default -> 0; // has no index
                };
    }

    private @Nullable Found lookUp(Predicate predicate, double rows) {
        return switch (predicate) {
            case Plan.Flag(int field, int element)
            when element < 0 -> one(predicate, field, false, 1, rows, matches -> matches.integers(1, 1));
            case Plan.IntegerRange(int field, var _, long min, long max, boolean inverted) ->
                one(predicate, field, inverted, 1, rows, matches -> matches.integers(min, max));
            case Plan.IntegerIn(int field, var _, LongSet values) ->
                one(predicate, field, false, values.size(), rows, matches -> addAll(values.values(), matches));
            case Plan.FloatRange(int field, var _, double min, double max, boolean inverted) ->
                one(predicate, field, inverted, 1, rows, matches -> matches.floats(min, max));
            case Plan.FloatIn(int field, var _, double[] values) ->
                one(predicate, field, false, values.length, rows, matches -> addAll(values, matches));
            case Plan.TextCompare(Plan.Text text, Comparison comparison, byte[] utf8)
            when isWhole(text) ->
                one(
                        predicate,
                        text.fieldId(),
                        comparison == Comparison.NE,
                        1,
                        rows,
                        matches -> add(comparison, utf8, matches));
            case Plan.TextIn(Plan.Text text, TextSet values)
            when isWhole(text) ->
                one(
                        predicate,
                        text.fieldId(),
                        false,
                        values.distinct().size(),
                        rows,
                        matches -> addAll(values, matches));
            case Plan.TextLike(Plan.Text text, LikePattern pattern)
            when isWhole(text) -> like(predicate, text.fieldId(), pattern, rows);
            case Plan.ArrayContains(int field, boolean all, List<Constant> constants)
            when !constants.isEmpty() -> contains(predicate, field, all, constants, rows);
            default -> null;
        };
    }

    private static boolean isWhole(Plan.Text text) {
        return text.element() == Plan.Text.WHOLE_FIELD;
    }

    private @Nullable Found one(
            Predicate predicate,
            int field,
            boolean inverted,
            int valueCount,
            double rows,
            Consumer<ScalarMatches> add) {
        ScalarIndex index = indexes.get(field);
        if (index == null) {
            return null;
        }
        double findNanos = findNanos(index, predicate, valueCount);
        if (!always && findNanos > scanNanos(predicate, rows)) {
            return null;
        }
        ScalarMatches matches = index.find();
        add.accept(matches);
        return new Found(predicate, field, index, List.of(matches), false, inverted, findNanos);
    }

    private static double findNanos(ScalarIndex index, Predicate predicate, int valueCount) {
        boolean text = predicate instanceof Plan.TextCompare || predicate instanceof Plan.TextIn;
        int steps = 2 * (Integer.SIZE - Integer.numberOfLeadingZeros(index.termCount()));
        return valueCount * (double) steps * (text ? TEXT_STEP_NANOS : NUMBER_STEP_NANOS);
    }

    private static void addAll(long[] ascending, ScalarMatches matches) {
        for (long value : ascending) {
            matches.integers(value, value);
        }
    }

    private static void addAll(double[] ascending, ScalarMatches matches) {
        for (int i = 0; i < ascending.length; i++) {
            if (i == 0 || ascending[i] != ascending[i - 1]) {
                matches.floats(ascending[i], ascending[i]);
            }
        }
    }

    private static void addAll(TextSet texts, ScalarMatches matches) {
        List<byte[]> ascending = new ArrayList<>();
        texts.distinct().forEach(text -> ascending.add(text.utf8()));
        ascending.sort(Arrays::compareUnsigned);
        ascending.forEach(matches::text);
    }

    private static void add(Comparison comparison, byte[] utf8, ScalarMatches matches) {
        switch (comparison) {
            case EQ, NE -> matches.text(utf8);
            case LT -> matches.texts(null, true, utf8, false);
            case LE -> matches.texts(null, true, utf8, true);
            case GT -> matches.texts(utf8, false, null, true);
            case GE -> matches.texts(utf8, true, null, true);
        }
    }

    private @Nullable Found like(Predicate predicate, int field, LikePattern pattern, double rows) {
        Found found = one(predicate, field, false, 1, rows, matches -> matches.prefixed(pattern.prefix()));
        if (found == null || pattern.isPrefixOnly()) {
            return found;
        }
        ScalarMatches prefixed = found.parts().getFirst();
        double testNanos = prefixed.terms() * TEST_TERM_NANOS;
        if (!always && testNanos > scanNanos(predicate, rows)) {
            return null;
        }
        prefixed.keep(pattern::matches);
        return new Found(predicate, field, found.index(), found.parts(), false, false, found.findNanos() + testNanos);
    }

    private @Nullable Found contains(
            Predicate predicate, int field, boolean all, List<Constant> constants, double rows) {
        ScalarIndex index = indexes.get(field);
        if (index == null) {
            return null;
        }
        double findNanos = findNanos(index, predicate, constants.size());
        if (!always && findNanos > scanNanos(predicate, rows)) {
            return null;
        }
        List<ScalarMatches> parts = new ArrayList<>();
        for (Constant constant : constants) {
            ScalarMatches matches = index.find();
            addElement(constant, index.hasFloats(), matches);
            parts.add(matches);
        }
        if (all) {
            parts.sort(Comparator.comparingLong(ScalarMatches::entries));
        }
        return new Found(predicate, field, index, List.copyOf(parts), all, false, findNanos);
    }

    private static void addElement(Constant constant, boolean floats, ScalarMatches matches) {
        switch (constant) {
            case Constant.Bool(boolean value) -> matches.integers(value ? 1 : 0, value ? 1 : 0);
            case Constant.Int(long value) -> {
                if (!floats) {
                    matches.integers(value, value);
                } else if (Comparison.order(value, (double) value) == 0) {
                    matches.floats(value, value);
                }
            }
            case Constant.Real(double value) -> matches.floats(value, value);
            case Constant.Text(var _, byte[] utf8) -> matches.text(utf8);
            case Constant.Many _ -> {}
        }
    }
}
