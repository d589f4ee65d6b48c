package io.sluice.engine.filter;

import io.sluice.engine.schema.DataType;
import io.sluice.engine.segment.ColumnView;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;

/**
 * One number per row for a word of 64 rows: what a {@link Plan.Number} is while it runs. Confined to one thread at a
 * time.
 *
 * <p>Row {@code i} of the word has a value when bit {@code i} of {@link #known} is set: {@code longs[i]} when bit
 * {@code i} of {@link #integral} is set, {@code doubles[i]} otherwise. Both arrays hold whatever in other rows.
 */
abstract class Numbers {
    final long[] longs = new long[64];
    final double[] doubles = new double[64];
    long known;
    long integral;

    /** Computes rows {@code [64 word, 64 word + 64)}; {@link #known} comes out as a part of {@code active}. */
    abstract void fill(int word, long active);

    final boolean allIntegral() {
        return (known & ~integral) == 0;
    }

    final boolean noneIntegral() {
        return (known & integral) == 0;
    }

    final double asDouble(int row) {
        return (integral >>> row & 1) != 0 ? longs[row] : doubles[row];
    }

    /** A constant. */
    static final class FixedNumbers extends Numbers {
        FixedNumbers(Constant constant) {
            if (constant instanceof Constant.Int(long value)) {
                Arrays.fill(longs, value);
                integral = -1;
            } else {
                Arrays.fill(doubles, constant.asDouble());
            }
        }

        @Override
        void fill(int word, long active) {
            known = active;
        }
    }

    /** An integer field. */
    static final class IntegerColumn extends Numbers {
        private final ColumnView column;
        private final DataType type;
        private final int rowCount;

        IntegerColumn(ColumnView column, DataType type, int rowCount) {
            this.column = column;
            this.type = type;
            this.rowCount = rowCount;
            integral = -1;
        }

        @Override
        void fill(int word, long active) {
            known = active & Evaluation.validRows(column, word);
            int first = word << 6;
            int count = Math.min(64, rowCount - first);
            MemorySegment data = column.data();
            switch (type) {
                case INT8 -> {
                    for (int i = 0; i < count; i++) {
                        longs[i] = data.get(ValueLayout.JAVA_BYTE, first + i);
                    }
                }
                case INT16 -> {
                    for (int i = 0; i < count; i++) {
                        longs[i] = data.getAtIndex(ColumnView.SHORT, first + i);
                    }
                }
                case INT32 -> {
                    for (int i = 0; i < count; i++) {
                        longs[i] = data.getAtIndex(ColumnView.INT, first + i);
                    }
                }
                default -> MemorySegment.copy(data, ColumnView.LONG, first * 8L, longs, 0, count);
            }
        }
    }

    /** A Float or Double field. */
    static final class FloatColumn extends Numbers {
        private final ColumnView column;
        private final DataType type;
        private final int rowCount;

        FloatColumn(ColumnView column, DataType type, int rowCount) {
            this.column = column;
            this.type = type;
            this.rowCount = rowCount;
        }

        @Override
        void fill(int word, long active) {
            known = active & Evaluation.validRows(column, word);
            int first = word << 6;
            int count = Math.min(64, rowCount - first);
            MemorySegment data = column.data();
            if (type == DataType.FLOAT) {
                for (int i = 0; i < count; i++) {
                    doubles[i] = data.getAtIndex(ColumnView.FLOAT, first + i);
                }
            } else {
                MemorySegment.copy(data, ColumnView.DOUBLE, first * 8L, doubles, 0, count);
            }
        }
    }

    /** One element of each array. */
    static final class Elements extends Numbers {
        private final ColumnView column;
        private final int element;
        private final boolean whole;

        Elements(ColumnView column, DataType elementType, int element) {
            this.column = column;
            this.element = element;
            this.whole = elementType.isInteger();
            integral = whole ? -1 : 0;
        }

        @Override
        void fill(int word, long active) {
            known = 0;
            int first = word << 6;
            for (long rest = active & Evaluation.validRows(column, word); rest != 0; rest &= rest - 1) {
                int i = Long.numberOfTrailingZeros(rest);
                long index = (long) column.elementStart(first + i) + element;
                if (index >= column.elementEnd(first + i)) {
                    continue;
                }
                if (whole) {
                    longs[i] = column.elementInteger((int) index);
                } else {
                    doubles[i] = column.elementFloating((int) index);
                }
                known |= 1L << i;
            }
        }
    }

    /** How many elements each array has. */
    static final class Lengths extends Numbers {
        private final ColumnView column;

        Lengths(ColumnView column) {
            this.column = column;
            integral = -1;
        }

        @Override
        void fill(int word, long active) {
            known = active & Evaluation.validRows(column, word);
            int first = word << 6;
            for (long rest = known; rest != 0; rest &= rest - 1) {
                int i = Long.numberOfTrailingZeros(rest);
                longs[i] = column.elementEnd(first + i) - column.elementStart(first + i);
            }
        }
    }

    /** The numbers at a JSON path, or the lengths of the arrays there. */
    static final class JsonNumbers extends Numbers {
        private final ColumnView column;
        private final TextRows rows;
        private final JsonPath path;
        private final boolean lengths;
        private final JsonScan scan = new JsonScan();

        JsonNumbers(ColumnView column, TextRows rows, JsonPath path, boolean lengths) {
            this.column = column;
            this.rows = rows;
            this.path = path;
            this.lengths = lengths;
        }

        @Override
        void fill(int word, long active) {
            known = 0;
            integral = 0;
            long rest = active & Evaluation.validRows(column, word);
            rows.open(word, rest);
            for (; rest != 0; rest &= rest - 1) {
                int i = Long.numberOfTrailingZeros(rest);
                rows.select((word << 6) + i);
                JsonScan.Kind kind = scan.find(rows.bytes(), rows.from(), rows.to(), path);
                if (lengths) {
                    if (kind == JsonScan.Kind.ARRAY) {
                        longs[i] = scan.length();
                        known |= 1L << i;
                        integral |= 1L << i;
                    }
                } else if (kind == JsonScan.Kind.NUMBER && scan.number()) {
                    known |= 1L << i;
                    if (scan.isWhole()) {
                        longs[i] = scan.whole();
                        integral |= 1L << i;
                    } else {
                        doubles[i] = scan.real();
                    }
                }
            }
        }
    }

    /** Arithmetic on two of them. */
    static final class ComputedNumbers extends Numbers {
        private final Arithmetic operation;
        private final Numbers left;
        private final Numbers right;
        private final Arithmetic.Result result = new Arithmetic.Result();

        ComputedNumbers(Arithmetic operation, Numbers left, Numbers right) {
            this.operation = operation;
            this.left = left;
            this.right = right;
        }

        @Override
        void fill(int word, long active) {
            left.fill(word, active);
            right.fill(word, left.known);
            known = left.known & right.known;
            long[] x = left.longs;
            long[] y = right.longs;
            if ((known & ~(left.integral & right.integral)) == 0) {
                integral = -1;
                if (!allAtOnce(x, y)) {
                    oneByOne();
                }
            } else if ((known & (left.integral | right.integral)) == 0 && !operation.integersOnly()) {
                integral = 0;
                allAtOnce(left.doubles, right.doubles);
            } else {
                oneByOne();
            }
        }

        /** False when a row needs a closer look; rows that are not known may cause it for nothing. */
        private boolean allAtOnce(long[] x, long[] y) {
            long overflow = 0;
            switch (operation) {
                case ADD -> {
                    for (int i = 0; i < 64; i++) {
                        long sum = x[i] + y[i];
                        overflow |= (x[i] ^ sum) & (y[i] ^ sum);
                        longs[i] = sum;
                    }
                }
                case SUBTRACT -> {
                    for (int i = 0; i < 64; i++) {
                        long difference = x[i] - y[i];
                        overflow |= (x[i] ^ y[i]) & (x[i] ^ difference);
                        longs[i] = difference;
                    }
                }
                case MULTIPLY -> {
                    for (int i = 0; i < 64; i++) {
                        long product = x[i] * y[i];
                        overflow |= Math.multiplyHigh(x[i], y[i]) == product >> 63 ? 0 : -1;
                        longs[i] = product;
                    }
                }
                case AND -> {
                    for (int i = 0; i < 64; i++) {
                        longs[i] = x[i] & y[i];
                    }
                }
                case OR -> {
                    for (int i = 0; i < 64; i++) {
                        longs[i] = x[i] | y[i];
                    }
                }
                case XOR -> {
                    for (int i = 0; i < 64; i++) {
                        longs[i] = x[i] ^ y[i];
                    }
                }
                case DIVIDE, MODULO, POWER, SHIFT_LEFT, SHIFT_RIGHT -> overflow = -1;
            }
            return overflow >= 0;
        }

        private void allAtOnce(double[] x, double[] y) {
            switch (operation) {
                case ADD -> {
                    for (int i = 0; i < 64; i++) {
                        doubles[i] = x[i] + y[i];
                    }
                }
                case SUBTRACT -> {
                    for (int i = 0; i < 64; i++) {
                        doubles[i] = x[i] - y[i];
                    }
                }
                case MULTIPLY -> {
                    for (int i = 0; i < 64; i++) {
                        doubles[i] = x[i] * y[i];
                    }
                }
                case DIVIDE -> {
                    for (int i = 0; i < 64; i++) {
                        doubles[i] = x[i] / y[i];
                    }
                }
                case POWER, MODULO, SHIFT_LEFT, SHIFT_RIGHT, AND, OR, XOR -> oneByOne();
            }
        }

        private void oneByOne() {
            long asked = left.known & right.known;
            known = 0;
            integral = 0;
            for (long rest = asked; rest != 0; rest &= rest - 1) {
                int i = Long.numberOfTrailingZeros(rest);
                if ((left.integral & right.integral) >>> i << 63 != 0) {
                    operation.apply(left.longs[i], right.longs[i], result);
                } else {
                    operation.apply(left.asDouble(i), right.asDouble(i), result);
                }
                if (!result.known) {
                    continue;
                }
                known |= 1L << i;
                if (result.integral) {
                    integral |= 1L << i;
                    longs[i] = result.whole;
                } else {
                    doubles[i] = result.real;
                }
            }
        }
    }
}
