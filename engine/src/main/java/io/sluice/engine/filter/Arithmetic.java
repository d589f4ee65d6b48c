package io.sluice.engine.filter;

/**
 * What can be computed from two numbers.
 *
 * <p>Integers stay integers: {@code 7 / 2} is 3, {@code -7 % 3} is -1. What leaves the range of Int64, and a power with
 * a negative exponent, goes on as a double. No value, hence unknown: an integer divided by zero, {@code %} and bits of
 * a double, a shift by less than 0 or more than 63 bits.
 */
enum Arithmetic {
    ADD("+", "add"),
    SUBTRACT("-", "subtract"),
    MULTIPLY("*", "multiply"),
    DIVIDE("/", "divide"),
    MODULO("%", "modulo"),
    POWER("**", "power"),
    SHIFT_LEFT("<<", "shift"),
    SHIFT_RIGHT(">>", "shift"),
    AND("&", "bitand"),
    OR("|", "bitor"),
    XOR("^", "bitxor");

    private final String spelling;
    private final String word;

    Arithmetic(String spelling, String word) {
        this.spelling = spelling;
        this.word = word;
    }

    String spelling() {
        return spelling;
    }

    /** As Milvus's messages name it. */
    String word() {
        return word;
    }

    boolean integersOnly() {
        return switch (this) {
            case ADD, SUBTRACT, MULTIPLY, DIVIDE, POWER -> false;
            case MODULO, SHIFT_LEFT, SHIFT_RIGHT, AND, OR, XOR -> true;
        };
    }

    /** One result: an integer, a double, or nothing. Confined to one thread at a time. */
    static final class Result {
        boolean known;
        boolean integral;
        long whole;
        double real;

        private void set(long value) {
            known = true;
            integral = true;
            whole = value;
        }

        private void set(double value) {
            known = true;
            integral = false;
            real = value;
        }
    }

    void apply(long x, long y, Result to) {
        to.known = false;
        switch (this) {
            case ADD -> {
                long sum = x + y;
                if (((x ^ sum) & (y ^ sum)) < 0) {
                    to.set((double) x + y);
                } else {
                    to.set(sum);
                }
            }
            case SUBTRACT -> {
                long difference = x - y;
                if (((x ^ y) & (x ^ difference)) < 0) {
                    to.set((double) x - y);
                } else {
                    to.set(difference);
                }
            }
            case MULTIPLY -> {
                long product = x * y;
                if (Math.multiplyHigh(x, y) != product >> 63) {
                    to.set((double) x * y);
                } else {
                    to.set(product);
                }
            }
            case DIVIDE -> {
                if (x == Long.MIN_VALUE && y == -1) {
                    to.set(0x1p63);
                } else if (y != 0) {
                    to.set(x / y);
                }
            }
            case MODULO -> {
                if (y != 0) {
                    to.set(x % y);
                }
            }
            case POWER -> power(x, y, to);
            case SHIFT_LEFT -> {
                if (y >= 0 && y <= 63) {
                    to.set(x << y);
                }
            }
            case SHIFT_RIGHT -> {
                if (y >= 0 && y <= 63) {
                    to.set(x >> y);
                }
            }
            case AND -> to.set(x & y);
            case OR -> to.set(x | y);
            case XOR -> to.set(x ^ y);
        }
    }

    void apply(double x, double y, Result to) {
        to.known = false;
        switch (this) {
            case ADD -> to.set(x + y);
            case SUBTRACT -> to.set(x - y);
            case MULTIPLY -> to.set(x * y);
            case DIVIDE -> to.set(x / y);
            case POWER -> to.set(Math.pow(x, y));
            case MODULO, SHIFT_LEFT, SHIFT_RIGHT, AND, OR, XOR -> {}
        }
    }

    private static void power(long base, long exponent, Result to) {
        if (exponent < 0) {
            to.set(Math.pow(base, exponent));
            return;
        }
        long product = 1;
        long square = base;
        for (long left = exponent; ; ) {
            if ((left & 1) != 0) {
                if (Math.multiplyHigh(product, square) != product * square >> 63) {
                    to.set(Math.pow(base, exponent));
                    return;
                }
                product *= square;
            }
            left >>= 1;
            if (left == 0) {
                to.set(product);
                return;
            }
            if (Math.multiplyHigh(square, square) != square * square >> 63) {
                to.set(Math.pow(base, exponent));
                return;
            }
            square *= square;
        }
    }
}
