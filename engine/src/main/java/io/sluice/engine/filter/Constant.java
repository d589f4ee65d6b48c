package io.sluice.engine.filter;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Collectors;

/** A literal value, or what a template was given. Immutable. */
sealed interface Constant {
    record Bool(boolean value) implements Constant {}

    record Int(long value) implements Constant {}

    record Real(double value) implements Constant {}

    /** @param utf8 the same text, ready to compare; treated as immutable */
    record Text(String value, byte[] utf8) implements Constant {
        Text(String value) {
            this(value, value.getBytes(StandardCharsets.UTF_8));
        }
    }

    record Many(List<Constant> values) implements Constant {
        public Many {
            values = List.copyOf(values);
        }
    }

    default boolean isNumber() {
        return this instanceof Int || this instanceof Real;
    }

    /** The field type it fits best, as Milvus spells it. */
    default String typeName() {
        return switch (this) {
            case Bool _ -> "Bool";
            case Int _ -> "Int64";
            case Real _ -> "Double";
            case Text _ -> "VarChar";
            case Many _ -> "Array";
        };
    }

    /** As Milvus's messages print it. */
    default String shown() {
        return switch (this) {
            case Bool(boolean value) -> "bool_val:" + value;
            case Int(long value) -> "int64_val:" + value;
            case Real(double value) -> "float_val:" + (isShortInteger(value) ? "" + (long) value : "" + value);
            case Text(String value, var _) -> "string_val:\"" + value + "\"";
            case Many(List<Constant> values) ->
                values.stream().limit(10).map(Constant::shown).collect(Collectors.joining(", ", "array_val:[", "]"));
        };
    }

    private static boolean isShortInteger(double value) {
        return value == Math.rint(value) && Math.abs(value) < 1e6;
    }

    /** A number as a double, rounded when it has more than 53 bits. */
    default double asDouble() {
        return switch (this) {
            case Int(long value) -> value;
            case Real(double value) -> value;
            case Bool _, Text _, Many _ -> throw new IllegalStateException("no number: " + shown());
        };
    }

    /** As a Float field stores it. */
    default float asFloat() {
        return this instanceof Int(long value) ? (float) value : (float) asDouble();
    }

    /** The sign of {@code left - right} of two numbers; exact. */
    static int order(Constant left, Constant right) {
        if (left instanceof Int(long x)) {
            return right instanceof Int(long y) ? Long.compare(x, y) : Comparison.order(x, right.asDouble());
        }
        if (right instanceof Int(long y)) {
            int mirrored = Comparison.order(y, left.asDouble());
            return mirrored == Comparison.UNORDERED ? mirrored : -mirrored;
        }
        return Comparison.order(left.asDouble(), right.asDouble());
    }
}
