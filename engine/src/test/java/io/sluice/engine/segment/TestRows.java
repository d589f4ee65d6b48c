package io.sluice.engine.segment;

import io.sluice.engine.schema.CollectionSchema;
import io.sluice.engine.schema.Column;
import io.sluice.engine.schema.ColumnBatch;
import io.sluice.engine.schema.DataType;
import io.sluice.engine.schema.FieldSchema;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/** Random rows of a schema with every type, as columns and as plain lists of values. */
final class TestRows {
    static final List<DataType> ELEMENTS = List.of(
            DataType.BOOL,
            DataType.INT8,
            DataType.INT16,
            DataType.INT32,
            DataType.INT64,
            DataType.FLOAT,
            DataType.DOUBLE,
            DataType.VARCHAR);

    private TestRows() {}

    /** One row of the model: a value per field of the schema. */
    static final class Row {
        final List<@Nullable Object> values;
        final Object key;
        final long timestamp;
        long deletedAt = Long.MAX_VALUE;

        Row(List<@Nullable Object> values, Object key, long timestamp) {
            this.values = values;
            this.key = key;
            this.timestamp = timestamp;
        }

        boolean visibleAt(long time) {
            return timestamp <= time && deletedAt > time;
        }

        @Override
        public String toString() {
            return key + "@" + timestamp + "-" + deletedAt + values;
        }
    }

    /** A key, a vector, and every type both nullable and not. */
    static CollectionSchema allTypes(DataType keyType) {
        List<FieldSchema> fields = new ArrayList<>();
        FieldSchema key = keyType == DataType.INT64 ? FieldSchema.of("key", keyType) : FieldSchema.varChar("key", 100);
        fields.add(FieldSchema.of("first", DataType.INT16));
        fields.add(key.asPrimaryKey(false));
        fields.add(FieldSchema.floatVector("vector", 7));
        for (DataType type : ELEMENTS) {
            fields.add(FieldSchema.of(type + "_plain", type));
            fields.add(FieldSchema.of(type + "_nullable", type).asNullable());
            fields.add(FieldSchema.array(type + "_array", type, 10));
            fields.add(FieldSchema.array(type + "_array_nullable", type, 10).asNullable());
        }
        fields.add(FieldSchema.of("json", DataType.JSON));
        fields.add(FieldSchema.of("json_nullable", DataType.JSON).asNullable());
        return new CollectionSchema("", fields, true, 3).withIds();
    }

    /** The smallest schema: a key and a vector. */
    static CollectionSchema keyAndVector(DataType keyType, int dimension) {
        FieldSchema key = keyType == DataType.INT64 ? FieldSchema.of("key", keyType) : FieldSchema.varChar("key", 100);
        return new CollectionSchema(
                        "", List.of(key.asPrimaryKey(false), FieldSchema.floatVector("vector", dimension)), false, 0)
                .withIds();
    }

    /** A key out of few, so that keys repeat; texts beyond the BMP sort differently in UTF-8 and UTF-16. */
    static Object key(DataType type, int number) {
        if (type == DataType.INT64) {
            return (long) (number - 3) * 0x1234_5678_9ABL;
        }
        return switch (number % 4) {
            case 0 -> "k" + number;
            case 1 -> "prefix-longer-than-eight-" + number;
            case 2 -> number % 8 == 2 ? "\uFFEE" + number : "\uD83D\uDE00" + number;
            default -> "x".repeat(number % 7);
        };
    }

    static List<Row> rows(CollectionSchema schema, Random random, int count, int keys, long timestamp) {
        List<Row> rows = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            List<@Nullable Object> values = new ArrayList<>();
            Object key = "";
            for (FieldSchema field : schema.fields()) {
                if (field.primaryKey()) {
                    key = key(field.type(), random.nextInt(keys));
                    values.add(key);
                } else if (field.nullable() && random.nextInt(3) == 0) {
                    values.add(null);
                } else {
                    values.add(value(field, random));
                }
            }
            rows.add(new Row(values, key, timestamp));
        }
        return rows;
    }

    private static Object value(FieldSchema field, Random random) {
        if (field.type() == DataType.FLOAT_VECTOR) {
            List<Object> vector = new ArrayList<>();
            for (int i = 0; i < field.dimension(); i++) {
                vector.add(random.nextFloat());
            }
            return vector;
        }
        if (field.type() == DataType.ARRAY) {
            assert field.elementType() != null;
            List<Object> elements = new ArrayList<>();
            for (int i = random.nextInt(5); i > 0; i--) {
                elements.add(scalar(field.elementType(), random));
            }
            return elements;
        }
        return scalar(field.type(), random);
    }

    private static Object scalar(DataType type, Random random) {
        return switch (type) {
            case BOOL -> random.nextBoolean();
            case INT8 -> (long) (byte) random.nextInt();
            case INT16 -> (long) (short) random.nextInt();
            case INT32 -> (long) random.nextInt();
            case INT64 -> random.nextLong();
            case FLOAT -> (double) random.nextFloat();
            case DOUBLE -> random.nextDouble();
            case VARCHAR -> "\u00e4".repeat(random.nextInt(random.nextInt(20) == 0 ? 300 : 9));
            case JSON -> "{\"a\":" + random.nextInt(1000) + "}";
            default -> throw new AssertionError(type);
        };
    }

    /** The rows as a batch; null rows carry a placeholder that is not zero, which must not survive. */
    static ColumnBatch batch(CollectionSchema schema, List<Row> rows) {
        List<Column> columns = new ArrayList<>();
        for (int i = 0; i < schema.fields().size(); i++) {
            int index = i;
            columns.add(column(
                    schema.fields().get(i),
                    rows.stream()
                            .<@Nullable Object>map(row -> row.values.get(index))
                            .toList()));
        }
        return new ColumnBatch(rows.size(), columns);
    }

    private static Column column(FieldSchema field, List<@Nullable Object> values) {
        BitSet nulls = new BitSet();
        List<Object> filled = new ArrayList<>();
        for (int row = 0; row < values.size(); row++) {
            Object value = values.get(row);
            if (value == null) {
                nulls.set(row);
            }
            filled.add(value == null ? placeholder(field) : value);
        }
        BitSet nullsOrNone = nulls.isEmpty() ? null : nulls;
        if (field.type() == DataType.FLOAT_VECTOR) {
            List<Object> components = flat(filled);
            float[] all = new float[components.size()];
            for (int i = 0; i < all.length; i++) {
                all[i] = (Float) components.get(i);
            }
            return new Column.FloatVectors(all, field.dimension());
        }
        if (field.type() == DataType.ARRAY) {
            assert field.elementType() != null;
            int[] offsets = new int[filled.size() + 1];
            for (int row = 0; row < filled.size(); row++) {
                offsets[row + 1] = offsets[row] + ((List<?>) filled.get(row)).size();
            }
            return new Column.Arrays(scalars(field.elementType(), flat(filled), null), offsets, nullsOrNone);
        }
        return scalars(field.type(), filled, nullsOrNone);
    }

    private static Object placeholder(FieldSchema field) {
        Random random = new Random(1);
        return field.type() == DataType.ARRAY
                ? Collections.nCopies(2, scalar(java.util.Objects.requireNonNull(field.elementType()), random))
                : scalar(field.type(), random);
    }

    private static List<Object> flat(List<Object> lists) {
        List<Object> flat = new ArrayList<>();
        lists.forEach(list -> flat.addAll((List<?>) list));
        return flat;
    }

    private static Column scalars(DataType type, List<Object> values, @Nullable BitSet nulls) {
        int count = values.size();
        switch (type) {
            case BOOL -> {
                boolean[] bools = new boolean[count];
                Arrays.setAll(new Object[count], i -> bools[i] = (Boolean) values.get(i));
                return new Column.Bools(bools, nulls);
            }
            case INT8, INT16, INT32 -> {
                int[] ints = new int[count];
                Arrays.setAll(ints, i -> ((Long) values.get(i)).intValue());
                return new Column.Ints(ints, nulls);
            }
            case INT64 -> {
                long[] longs = new long[count];
                Arrays.setAll(longs, i -> (Long) values.get(i));
                return new Column.Longs(longs, nulls);
            }
            case FLOAT -> {
                float[] floats = new float[count];
                for (int i = 0; i < count; i++) {
                    floats[i] = ((Double) values.get(i)).floatValue();
                }
                return new Column.Floats(floats, nulls);
            }
            case DOUBLE -> {
                double[] doubles = new double[count];
                Arrays.setAll(doubles, i -> (Double) values.get(i));
                return new Column.Doubles(doubles, nulls);
            }
            default -> {
                Column.Bytes bytes = Column.Bytes.of(values.toArray(String[]::new));
                // shifted by one byte: offsets need not start at 0
                byte[] data = new byte[bytes.data().length + 1];
                System.arraycopy(bytes.data(), 0, data, 1, bytes.data().length);
                return new Column.Bytes(
                        data,
                        Arrays.stream(bytes.offsets()).map(offset -> offset + 1).toArray(),
                        nulls);
            }
        }
    }

    /** The values of a row of a block in schema order. */
    static List<@Nullable Object> values(CollectionSchema schema, RowBlock block, int row) {
        List<@Nullable Object> values = new ArrayList<>();
        for (FieldSchema field : schema.fields()) {
            values.add(value(block.column(field.id()), row));
        }
        return values;
    }

    private static @Nullable Object value(ColumnView view, int row) {
        if (view.isNull(row)) {
            checkPlaceholder(view, row);
            return null;
        }
        return switch (view.type()) {
            case BOOL -> view.bool(row);
            case INT8, INT16, INT32, INT64 -> view.integer(row);
            case FLOAT, DOUBLE -> view.floating(row);
            case VARCHAR, JSON -> new String(view.bytes(row), StandardCharsets.UTF_8);
            case FLOAT_VECTOR -> {
                List<Object> vector = new ArrayList<>();
                for (int i = 0; i < view.dimension(); i++) {
                    vector.add(view.data().get(ColumnView.FLOAT, view.vectorOffset(row) + (long) i * Float.BYTES));
                }
                yield vector;
            }
            case ARRAY -> {
                List<Object> elements = new ArrayList<>();
                for (int i = view.elementStart(row); i < view.elementEnd(row); i++) {
                    elements.add(element(view, i));
                }
                yield elements;
            }
            default -> throw new AssertionError(view.type());
        };
    }

    private static void checkPlaceholder(ColumnView view, int row) {
        boolean blank = switch (view.type()) {
            case BOOL -> !view.bool(row);
            case INT8, INT16, INT32, INT64 -> view.integer(row) == 0;
            case FLOAT, DOUBLE -> view.floating(row) == 0;
            default -> view.byteStart(row) == view.byteEnd(row);
        };
        if (!blank) {
            throw new AssertionError("a null row has a value: row=" + row + ", field=" + view.fieldId());
        }
    }

    private static Object element(ColumnView view, int element) {
        assert view.elementType() != null;
        return switch (view.elementType()) {
            case BOOL -> view.elementBool(element);
            case INT8, INT16, INT32, INT64 -> view.elementInteger(element);
            case FLOAT, DOUBLE -> view.elementFloating(element);
            default -> new String(view.elementBytes(element), StandardCharsets.UTF_8);
        };
    }
}
