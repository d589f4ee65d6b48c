package io.sluice.engine.filter;

/** The six ways to compare two values of a kind. */
enum Comparison {
    LT("<"),
    LE("<="),
    GT(">"),
    GE(">="),
    EQ("=="),
    NE("!=");

    /** The order of two values that have none: NaN and anything. Only {@link #NE} holds. */
    static final int UNORDERED = Integer.MIN_VALUE;

    private final String spelling;

    Comparison(String spelling) {
        this.spelling = spelling;
    }

    String spelling() {
        return spelling;
    }

    /** Whether it only asks for equality, which all kinds of values have. */
    boolean isEquality() {
        return this == EQ || this == NE;
    }

    /** Whether {@code left this right}, given the sign of {@code left - right}. */
    boolean holds(int order) {
        if (order == UNORDERED) {
            return this == NE;
        }
        return switch (this) {
            case LT -> order < 0;
            case LE -> order <= 0;
            case GT -> order > 0;
            case GE -> order >= 0;
            case EQ -> order == 0;
            case NE -> order != 0;
        };
    }

    /** The same comparison with its sides swapped. */
    Comparison mirrored() {
        return switch (this) {
            case LT -> GT;
            case LE -> GE;
            case GT -> LT;
            case GE -> LE;
            case EQ, NE -> this;
        };
    }

    static int order(double left, double right) {
        return left < right ? -1 : left > right ? 1 : left == right ? 0 : UNORDERED;
    }

    /** Exact, also beyond 2^53 where a double cannot say every integer. */
    static int order(long left, double right) {
        if (Double.isNaN(right)) {
            return UNORDERED;
        }
        if (right >= 0x1p63) {
            return -1;
        }
        if (right < -0x1p63) {
            return 1;
        }
        long whole = (long) right;
        return left != whole ? Long.compare(left, whole) : Double.compare(0.0, right - whole + 0.0);
    }
}
