package io.sluice.api.rest;

import io.sluice.api.rest.JsonBody.DataParser;
import io.sluice.engine.schema.Column;
import io.sluice.engine.schema.DataType;
import io.sluice.engine.schema.FieldSchema;
import io.sluice.engine.schema.RowRules;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.BitSet;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonParser.NumberType;
import tools.jackson.core.JsonToken;

/**
 * The values of one field, row by row from JSON into a primitive array. Confined to one thread at a time.
 *
 * <p>A row that has no value for the field becomes null when a later row has one, or at the end; a column that no row
 * ever named is not built.
 */
abstract sealed class ColumnBuilder {
    private static final int FIRST_CAPACITY = 16;

    final String field;
    private final @Nullable BitSet nulls;
    private int rows;

    private ColumnBuilder(String field, boolean nullable) {
        this.field = field;
        this.nulls = nullable ? new BitSet() : null;
    }

    static ColumnBuilder of(FieldSchema field) {
        return switch (field.type()) {
            case FLOAT_VECTOR -> new FloatVectors(field.name(), field.dimension(), field.nullable());
            case ARRAY -> {
                DataType elementType = field.elementType();
                assert elementType != null;
                yield new Lists(field.name(), scalar(field.name(), elementType));
            }
            default -> scalar(field.name(), field.type());
        };
    }

    private static ColumnBuilder scalar(String field, DataType type) {
        return switch (type) {
            case BOOL -> new Bools(field);
            case INT8 -> new Ints(field, type, Byte.MIN_VALUE, Byte.MAX_VALUE);
            case INT16 -> new Ints(field, type, Short.MIN_VALUE, Short.MAX_VALUE);
            case INT32 -> new Ints(field, type, Integer.MIN_VALUE, Integer.MAX_VALUE);
            case INT64 -> new Longs(field);
            case FLOAT -> new Floats(field);
            case DOUBLE -> new Doubles(field);
            case VARCHAR -> new Texts(field);
            case JSON -> new Documents(field);
            default ->
                throw RestRefusal.unsupported(
                        "inserting values of type " + type.milvusName(), "Leave the field out: field=" + field);
        };
    }

    /** Takes the current value of the parser as that of {@code row}. Rows come in order, each at most once. */
    final void add(DataParser parser, JsonToken token, int row) {
        if (rows > row) {
            throw RestRefusal.badRows(
                    "duplicate key: field=" + field + ", row=" + row + ". Send each key once per row");
        }
        skipTo(row);
        if (token == JsonToken.VALUE_NULL) {
            addNull(row);
        } else {
            append(parser, token, row);
        }
        rows++;
    }

    /** Null for a column that no row named. */
    final @Nullable Column build(int rowCount) {
        if (rows == 0) {
            return null;
        }
        skipTo(rowCount);
        return column(nulls == null || nulls.isEmpty() ? null : nulls);
    }

    private void skipTo(int row) {
        while (rows < row) {
            addNull(rows);
            rows++;
        }
    }

    private void addNull(int row) {
        if (nulls == null) {
            throw RestRefusal.badRows(
                    "no value: field=" + field + ", row=" + row + ". Send one in every row or in none");
        }
        nulls.set(row);
        appendPlaceholder();
    }

    abstract void append(DataParser parser, JsonToken token, int row);

    abstract void appendPlaceholder();

    abstract Column column(@Nullable BitSet nullRows);

    /** One element of a list: the same as a value, but never null. */
    final void addElement(DataParser parser, JsonToken token, int row) {
        if (token == JsonToken.VALUE_NULL) {
            throw RestRefusal.badRows(
                    "null inside a list: field=" + field + ", row=" + row + ". Leave the element out");
        }
        append(parser, token, row);
    }

    final RestRefusal mismatch(DataParser parser, int row, String expected) {
        int from = parser.tokenFrom();
        int to = parser.skipValue();
        String value = new String(parser.body(), from, Math.min(to - from, 64), StandardCharsets.UTF_8);
        return RestRefusal.badRows("type mismatch: field=" + field + ", row=" + row + ", value=" + value
                + (to - from > 64 ? "..." : "") + ", expected=" + expected);
    }

    private static int grown(int capacity) {
        return capacity == 0 ? FIRST_CAPACITY : (int) Math.min(2L * capacity, Integer.MAX_VALUE - 8);
    }

    private static final class Bools extends ColumnBuilder {
        private boolean[] values = new boolean[FIRST_CAPACITY];
        private int count;

        Bools(String field) {
            super(field, true);
        }

        @Override
        void append(DataParser parser, JsonToken token, int row) {
            if (token != JsonToken.VALUE_TRUE && token != JsonToken.VALUE_FALSE) {
                throw mismatch(parser, row, "true or false");
            }
            put(token == JsonToken.VALUE_TRUE);
        }

        @Override
        void appendPlaceholder() {
            put(false);
        }

        private void put(boolean value) {
            if (count == values.length) {
                values = Arrays.copyOf(values, grown(count));
            }
            values[count++] = value;
        }

        @Override
        Column column(@Nullable BitSet nullRows) {
            return new Column.Bools(Arrays.copyOf(values, count), nullRows);
        }
    }

    private static final class Ints extends ColumnBuilder {
        private final DataType type;
        private final int least;
        private final int most;
        private int[] values = new int[FIRST_CAPACITY];
        private int count;

        Ints(String field, DataType type, int least, int most) {
            super(field, true);
            this.type = type;
            this.least = least;
            this.most = most;
        }

        @Override
        void append(DataParser parser, JsonToken token, int row) {
            if (token != JsonToken.VALUE_NUMBER_INT || parser.tokens().getNumberType() != NumberType.INT) {
                throw mismatch(parser, row, range());
            }
            int value = parser.tokens().getIntValue();
            if (value < least || value > most) {
                throw mismatch(parser, row, range());
            }
            put(value);
        }

        private String range() {
            return type.milvusName() + " from " + least + " to " + most;
        }

        @Override
        void appendPlaceholder() {
            put(0);
        }

        private void put(int value) {
            if (count == values.length) {
                values = Arrays.copyOf(values, grown(count));
            }
            values[count++] = value;
        }

        @Override
        Column column(@Nullable BitSet nullRows) {
            return new Column.Ints(Arrays.copyOf(values, count), nullRows);
        }
    }

    private static final class Longs extends ColumnBuilder {
        private static final String EXPECTED = "Int64, as a number or as a text of digits";

        private long[] values = new long[FIRST_CAPACITY];
        private int count;

        Longs(String field) {
            super(field, true);
        }

        @Override
        void append(DataParser parser, JsonToken token, int row) {
            JsonParser tokens = parser.tokens();
            if (token == JsonToken.VALUE_NUMBER_INT && tokens.getNumberType() != NumberType.BIG_INTEGER) {
                put(tokens.getLongValue());
            } else if (token == JsonToken.VALUE_STRING) {
                try {
                    put(Long.parseLong(tokens.getString()));
                } catch (NumberFormatException _) {
                    throw mismatch(parser, row, EXPECTED);
                }
            } else {
                throw mismatch(parser, row, EXPECTED);
            }
        }

        @Override
        void appendPlaceholder() {
            put(0);
        }

        private void put(long value) {
            if (count == values.length) {
                values = Arrays.copyOf(values, grown(count));
            }
            values[count++] = value;
        }

        @Override
        Column column(@Nullable BitSet nullRows) {
            return new Column.Longs(Arrays.copyOf(values, count), nullRows);
        }
    }

    private static final class Floats extends ColumnBuilder {
        private float[] values = new float[FIRST_CAPACITY];
        private int count;

        Floats(String field) {
            super(field, true);
        }

        @Override
        void append(DataParser parser, JsonToken token, int row) {
            if (!token.isNumeric()) {
                throw mismatch(parser, row, "Float");
            }
            float value = parser.tokens().getFloatValue();
            if (!Float.isFinite(value)) {
                throw mismatch(parser, row, "Float of at most 3.4028235E38 in size");
            }
            put(value);
        }

        @Override
        void appendPlaceholder() {
            put(0);
        }

        private void put(float value) {
            if (count == values.length) {
                values = Arrays.copyOf(values, grown(count));
            }
            values[count++] = value;
        }

        @Override
        Column column(@Nullable BitSet nullRows) {
            return new Column.Floats(Arrays.copyOf(values, count), nullRows);
        }
    }

    private static final class Doubles extends ColumnBuilder {
        private double[] values = new double[FIRST_CAPACITY];
        private int count;

        Doubles(String field) {
            super(field, true);
        }

        @Override
        void append(DataParser parser, JsonToken token, int row) {
            if (!token.isNumeric()) {
                throw mismatch(parser, row, "Double");
            }
            double value = parser.tokens().getDoubleValue();
            if (!Double.isFinite(value)) {
                throw mismatch(parser, row, "Double of at most 1.7976931348623157E308 in size");
            }
            put(value);
        }

        @Override
        void appendPlaceholder() {
            put(0);
        }

        private void put(double value) {
            if (count == values.length) {
                values = Arrays.copyOf(values, grown(count));
            }
            values[count++] = value;
        }

        @Override
        Column column(@Nullable BitSet nullRows) {
            return new Column.Doubles(Arrays.copyOf(values, count), nullRows);
        }
    }

    /** Offsets and bytes, for texts and documents. */
    private abstract static sealed class ByteRows extends ColumnBuilder {
        final Utf8Sink bytes = new Utf8Sink();
        private int[] offsets = new int[FIRST_CAPACITY];
        private int count;

        ByteRows(String field) {
            super(field, true);
        }

        @Override
        void appendPlaceholder() {
            endRow();
        }

        final void endRow() {
            if (count + 1 == offsets.length) {
                offsets = Arrays.copyOf(offsets, grown(offsets.length));
            }
            offsets[++count] = bytes.length();
        }

        @Override
        Column column(@Nullable BitSet nullRows) {
            return new Column.Bytes(bytes.toBytes(), Arrays.copyOf(offsets, count + 1), nullRows);
        }
    }

    private static final class Texts extends ByteRows {
        Texts(String field) {
            super(field);
        }

        @Override
        void append(DataParser parser, JsonToken token, int row) {
            if (token != JsonToken.VALUE_STRING) {
                throw mismatch(parser, row, "VarChar, as a text");
            }
            if (!bytes.addText(parser.tokens().getString())) {
                throw mismatch(parser, row, "VarChar without half surrogate pairs");
            }
            endRow();
        }
    }

    /** Any JSON value, kept as sent but for white space; a text that holds JSON counts as that JSON. */
    private static final class Documents extends ByteRows {
        Documents(String field) {
            super(field);
        }

        @Override
        void append(DataParser parser, JsonToken token, int row) {
            int from = parser.tokenFrom();
            if (token == JsonToken.VALUE_STRING) {
                byte[] text = parser.tokens().getString().getBytes(StandardCharsets.UTF_8);
                if (Json.isJson(text)) {
                    bytes.addCompact(text, 0, text.length);
                    endRow();
                    return;
                }
            }
            bytes.addCompact(parser.body(), from, parser.skipValue());
            endRow();
        }
    }

    private static final class Lists extends ColumnBuilder {
        private final ColumnBuilder elements;
        private int[] offsets = new int[FIRST_CAPACITY];
        private int count;
        private int elementCount;

        Lists(String field, ColumnBuilder elements) {
            super(field, true);
            this.elements = elements;
        }

        @Override
        void append(DataParser parser, JsonToken token, int row) {
            if (token != JsonToken.START_ARRAY) {
                throw mismatch(parser, row, "Array, as a list");
            }
            JsonToken next = parser.tokens().nextToken();
            while (next != JsonToken.END_ARRAY) {
                elements.addElement(parser, next, row);
                elementCount++;
                next = parser.tokens().nextToken();
            }
            endRow();
        }

        @Override
        void appendPlaceholder() {
            endRow();
        }

        private void endRow() {
            if (count + 1 == offsets.length) {
                offsets = Arrays.copyOf(offsets, grown(offsets.length));
            }
            offsets[++count] = elementCount;
        }

        @Override
        Column column(@Nullable BitSet nullRows) {
            return new Column.Arrays(elements.column(null), Arrays.copyOf(offsets, count + 1), nullRows);
        }
    }

    /** {@code float32[rowCount][dimension]}; unless nullable, every row or none has a vector. */
    static final class FloatVectors extends ColumnBuilder {
        private final int dimension;
        private float[] values;
        private int count;

        FloatVectors(String field, int dimension, boolean nullable) {
            super(field, nullable);
            this.dimension = dimension;
            this.values = new float[dimension];
        }

        @Override
        void append(DataParser parser, JsonToken token, int row) {
            if (token != JsonToken.START_ARRAY) {
                throw mismatch(parser, row, "FloatVector, as a list of " + dimension + " numbers");
            }
            makeRoom();
            JsonParser tokens = parser.tokens();
            int end = count + dimension;
            JsonToken next = tokens.nextToken();
            while (next != JsonToken.END_ARRAY) {
                if (!next.isNumeric()) {
                    throw mismatch(
                            parser, row, "a number as element " + (count + dimension - end) + " of a FloatVector");
                }
                float value = tokens.getFloatValue();
                if (!(Math.abs(value) <= Float.MAX_VALUE)) {
                    throw mismatch(parser, row, "a finite float32 as element of a FloatVector");
                }
                if (count < end) {
                    values[count] = value;
                }
                count++;
                next = tokens.nextToken();
            }
            if (count != end) {
                throw RestRefusal.badRows("[]float32 size " + (count - end + dimension)
                        + " doesn't equal to vector dimension " + dimension + " of " + field + ": row=" + row);
            }
        }

        /** Makes room for that many rows, so that the array need not grow. */
        void expectRows(long rows, int mostElements) {
            long wanted = Math.min(rows * dimension, mostElements);
            if (wanted > values.length) {
                values = Arrays.copyOf(values, (int) wanted);
            }
        }

        private void makeRoom() {
            if (values.length - count < dimension) {
                values = Arrays.copyOf(values, capacityFor(count + dimension));
            }
        }

        private int capacityFor(int needed) {
            return (int) Math.min(Math.max(needed, values.length + (long) (values.length >> 1)), Integer.MAX_VALUE - 8);
        }

        @Override
        void appendPlaceholder() {
            RowRules.checkColumnBytes(field, Float.BYTES * ((long) count + dimension));
            makeRoom();
            count += dimension;
        }

        @Override
        Column column(@Nullable BitSet nullRows) {
            return new Column.FloatVectors(
                    count == values.length ? values : Arrays.copyOf(values, count), dimension, nullRows);
        }
    }
}
