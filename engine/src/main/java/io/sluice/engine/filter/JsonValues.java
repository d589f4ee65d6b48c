package io.sluice.engine.filter;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A fixed set of values of any kinds, as the right side of {@code in} has for JSON. Immutable and thread-safe.
 *
 * <p>Numbers are equal by value, whether an integer or a double says it.
 */
final class JsonValues {
    private final LongSet integers;
    private final double[] reals;
    private final TextSet texts;
    private final boolean hasTrue;
    private final boolean hasFalse;
    private final List<Constant.Many> arrays;
    private final boolean hasNumbers;
    private final boolean hasTexts;

    JsonValues(List<Constant> constants) {
        List<Long> wholes = new ArrayList<>();
        List<Double> doubles = new ArrayList<>();
        List<Constant.Text> words = new ArrayList<>();
        List<Constant.Many> lists = new ArrayList<>();
        boolean yes = false;
        boolean no = false;
        for (Constant constant : constants) {
            switch (constant) {
                case Constant.Bool(boolean value) -> {
                    yes |= value;
                    no |= !value;
                }
                case Constant.Int(long value) -> wholes.add(value);
                case Constant.Real(double value) -> {
                    if (value >= -0x1p63 && value < 0x1p63 && value == Math.rint(value)) {
                        wholes.add((long) value);
                    } else if (!Double.isNaN(value)) {
                        doubles.add(value);
                    }
                }
                case Constant.Text text -> words.add(text);
                case Constant.Many many -> lists.add(many);
            }
        }
        integers = LongSet.of(wholes.stream().mapToLong(Long::longValue).toArray());
        reals = doubles.stream().mapToDouble(Double::doubleValue).sorted().toArray();
        texts = new TextSet(words);
        hasTrue = yes;
        hasFalse = no;
        arrays = List.copyOf(lists);
        hasNumbers = constants.stream().anyMatch(Constant::isNumber);
        hasTexts = !words.isEmpty();
    }

    boolean contains(long value) {
        return integers.contains(value);
    }

    /** Whether a double is in it, also as an integer. */
    boolean contains(double value) {
        if (value >= -0x1p63 && value < 0x1p63 && value == Math.rint(value)) {
            return integers.contains((long) value);
        }
        return reals.length != 0 && Arrays.binarySearch(reals, value) >= 0;
    }

    /** 1 = the part that {@code scan} is at is in it, 0 = it is not, -1 = that cannot be said: another kind. */
    int test(JsonScan.Kind kind, JsonScan scan) {
        boolean found = switch (kind) {
            case BOOL -> scan.bool() ? hasTrue : hasFalse;
            case NUMBER -> scan.number() && (scan.isWhole() ? contains(scan.whole()) : contains(scan.real()));
            case TEXT -> {
                if (!hasTexts) {
                    yield false;
                }
                scan.readText();
                yield texts.contains(scan.text(), scan.textFrom(), scan.textTo());
            }
            case ARRAY -> anyArray(scan);
            case MISSING, NULL, OBJECT -> false;
        };
        return found ? 1 : isOnlyOf(kind) ? 0 : -1;
    }

    private boolean anyArray(JsonScan scan) {
        for (Constant.Many array : arrays) {
            if (scan.equal(array)) {
                return true;
            }
        }
        return false;
    }

    /** Whether all values are of this kind, so that none of them is beyond comparison. */
    private boolean isOnlyOf(JsonScan.Kind kind) {
        boolean otherThanBool = hasNumbers || hasTexts || !arrays.isEmpty();
        boolean hasBools = hasTrue || hasFalse;
        return switch (kind) {
            case BOOL -> !otherThanBool;
            case NUMBER -> !hasBools && !hasTexts && arrays.isEmpty();
            case TEXT -> !hasBools && !hasNumbers && arrays.isEmpty();
            case ARRAY -> !hasBools && !hasNumbers && !hasTexts;
            case OBJECT -> !hasBools && !otherThanBool;
            case MISSING, NULL -> false;
        };
    }
}
