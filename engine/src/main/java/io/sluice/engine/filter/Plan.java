package io.sluice.engine.filter;

import io.sluice.engine.schema.DataType;
import java.util.List;

/**
 * What a filter means for one schema: fields by id, every comparison of a known kind. Immutable.
 *
 * <p>{@link Evaluation} turns each node into a loop over columns.
 */
sealed interface Plan {
    /** Something true, false or unknown for each row. */
    sealed interface Predicate extends Plan {}

    /** A number for each row, or unknown. */
    sealed interface Number extends Plan {
        /** The type that messages name. */
        String typeName();
    }

    /** A text for each row, or unknown: a VarChar field, or an element of an array of them. */
    record Text(int fieldId, int element) implements Plan {
        static final int WHOLE_FIELD = -1;
    }

    record Always(boolean value) implements Predicate {}

    record And(List<Predicate> parts) implements Predicate {}

    record Or(List<Predicate> parts) implements Predicate {}

    record Not(Predicate part) implements Predicate {}

    /** Whether two predicates agree: {@code ==} of booleans. */
    record Same(Predicate left, Predicate right) implements Predicate {}

    /** A Bool field, or an element of an array of them ({@code element >= 0}). */
    record Flag(int fieldId, int element) implements Predicate {}

    record IsNull(int fieldId) implements Predicate {}

    /** {@code min <= field <= max}, or not; every comparison of an integer field with a number comes to this. */
    record IntegerRange(int fieldId, DataType type, long min, long max, boolean inverted) implements Predicate {
        boolean isEmpty() {
            return min > max;
        }
    }

    record IntegerIn(int fieldId, DataType type, LongSet values) implements Predicate {}

    /** The same for Float and Double; the bounds of a Float field are floats. NaN is in no range. */
    record FloatRange(int fieldId, DataType type, double min, double max, boolean inverted) implements Predicate {}

    /** @param values ascending, without NaN and -0.0 */
    record FloatIn(int fieldId, DataType type, double[] values) implements Predicate {}

    record NumberCompare(Number left, Comparison comparison, Number right) implements Predicate {}

    record NumberIn(Number number, JsonValues values) implements Predicate {}

    record TextCompare(Text text, Comparison comparison, byte[] utf8) implements Predicate {}

    record TextIn(Text text, TextSet values) implements Predicate {}

    record TextLike(Text text, LikePattern pattern) implements Predicate {}

    record TextPair(Text left, Comparison comparison, Text right) implements Predicate {}

    record JsonCompare(int fieldId, JsonPath path, Comparison comparison, Constant constant) implements Predicate {}

    record JsonIn(int fieldId, JsonPath path, JsonValues values) implements Predicate {}

    record JsonLike(int fieldId, JsonPath path, LikePattern pattern) implements Predicate {}

    /** The path is there and not null; never unknown. */
    record JsonExists(int fieldId, JsonPath path) implements Predicate {}

    /** @param all whether every constant must be an element, or one of them */
    record JsonContains(int fieldId, JsonPath path, boolean all, List<Constant> constants) implements Predicate {}

    /** The same for an array field; the constants fit its element type. */
    record ArrayContains(int fieldId, boolean all, List<Constant> constants) implements Predicate {}

    /** The array has exactly these elements. */
    record ArrayEquals(int fieldId, List<Constant> constants) implements Predicate {}

    record IntegerField(int fieldId, DataType type) implements Number {
        @Override
        public String typeName() {
            return type.milvusName();
        }
    }

    record FloatField(int fieldId, DataType type) implements Number {
        @Override
        public String typeName() {
            return type.milvusName();
        }
    }

    /** Unknown where the array is shorter. */
    record ElementNumber(int fieldId, DataType elementType, int element) implements Number {
        @Override
        public String typeName() {
            return elementType.milvusName();
        }
    }

    /** Unknown where there is no number. */
    record JsonNumber(int fieldId, JsonPath path) implements Number {
        @Override
        public String typeName() {
            return "JSON";
        }
    }

    record ArrayLength(int fieldId) implements Number {
        @Override
        public String typeName() {
            return "Int64";
        }
    }

    /** Unknown where there is no array. */
    record JsonLength(int fieldId, JsonPath path) implements Number {
        @Override
        public String typeName() {
            return "Int64";
        }
    }

    /** @param value an Int or a Real */
    record Fixed(Constant value) implements Number {
        @Override
        public String typeName() {
            return value.typeName();
        }
    }

    record Computed(Arithmetic operation, Number left, Number right) implements Number {
        @Override
        public String typeName() {
            return isReal(left) || isReal(right) ? "Double" : "Int64";
        }
    }

    /** Whether its values are doubles for sure. */
    static boolean isReal(Number number) {
        return switch (number) {
            case FloatField _ -> true;
            case Fixed(Constant value) -> value instanceof Constant.Real;
            case ElementNumber(var _, DataType type, var _) -> type.isFloating();
            case Computed(var _, Number left, Number right) -> isReal(left) || isReal(right);
            case IntegerField _, JsonNumber _, ArrayLength _, JsonLength _ -> false;
        };
    }

    /** Rough work per row, to try the cheap part of a conjunction first. */
    static int cost(Predicate predicate) {
        return switch (predicate) {
            case Always _ -> 0;
            case Flag _, IsNull _, IntegerRange _, FloatRange _ -> 1;
            case IntegerIn _, FloatIn _ -> 2;
            case NumberCompare(Number left, var _, Number right) -> cost(left) + cost(right);
            case NumberIn(Number number, var _) -> 2 + cost(number);
            case TextCompare _, TextIn _ -> 8;
            case TextPair _, ArrayContains _, ArrayEquals _ -> 16;
            case TextLike _ -> 24;
            case JsonCompare _, JsonIn _, JsonLike _, JsonExists _, JsonContains _ -> 80;
            case Not(Predicate part) -> cost(part);
            case Same(Predicate left, Predicate right) -> cost(left) + cost(right);
            case And(List<Predicate> parts) -> cost(parts);
            case Or(List<Predicate> parts) -> cost(parts);
        };
    }

    private static int cost(List<Predicate> parts) {
        int sum = 0;
        for (Predicate part : parts) {
            sum = Math.min(sum + cost(part), 1 << 20);
        }
        return sum;
    }

    private static int cost(Number number) {
        return switch (number) {
            case Fixed _ -> 0;
            case IntegerField _, FloatField _ -> 1;
            case ArrayLength _ -> 2;
            case ElementNumber _ -> 4;
            case JsonNumber _, JsonLength _ -> 80;
            case Computed(var _, Number left, Number right) -> Math.min(2 + cost(left) + cost(right), 1 << 20);
        };
    }
}
