package io.sluice.engine.schema;

import io.sluice.engine.error.EngineException;
import io.sluice.engine.error.ErrorCode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What rows must be like before they are written; turns a {@link RowBatch} into a {@link ColumnBatch}. The texts are
 * Milvus's where it has one; the values in them follow.
 *
 * <p>Missing columns and null rows get the field's default if it has one, else null where the field allows it. Null rows
 * come out with a zero or empty placeholder, and offsets without gaps. Columns that need no change are passed on, not
 * copied. Every error is an {@link EngineException.InvalidRequest}.
 */
public final class RowRules {
    /** UTF-8 bytes of one JSON value, {@code $meta} included. */
    public static final int MAX_JSON_BYTES = 65_536; // 64 KiB

    /** Of the values of one column, placeholders included. */
    private static final int MAX_COLUMN_BYTES = 1 << 30; // 1 GiB

    private static final int EXPONENT = 0x7F80_0000; // of a float
    private static final byte[] NOTHING = new byte[0];
    private static final byte[] EMPTY_OBJECT = {'{', '}'};

    private RowRules() {}

    // Doors

    /** @param ids asked once per row when the key has auto id */
    public static ColumnBatch forInsert(CollectionSchema schema, RowBatch batch, IdSource ids) {
        checkNames(schema, batch);
        FieldSchema key = schema.primaryKey();
        if (key.autoId() && batch.columns().containsKey(key.name())) {
            throw invalid(
                    "more fieldData has pass in: invalid parameter: can not assign primary field data when auto id"
                            + " enabled "
                            + key.name() + ". Leave the field out, or create the collection without auto id");
        }
        checkShapes(schema, batch);
        return columns(schema, batch, ids);
    }

    /**
     * With auto id the given keys name the rows to replace, and the new rows get new keys.
     *
     * @param ids asked once per row when the key has auto id
     */
    public static UpsertRows forUpsert(CollectionSchema schema, RowBatch batch, IdSource ids) {
        checkNames(schema, batch);
        FieldSchema key = schema.primaryKey();
        Column given = batch.columns().get(key.name());
        if (given == null) {
            throw invalid("must assign pk when upsert, primary field: " + key.name());
        }
        checkShapes(schema, batch);
        Keys replaced = keysOf(checked(schema, key, given));
        checkDistinct(replaced);
        return new UpsertRows(columns(schema, batch, ids), replaced);
    }

    /** Checked rows of an older version of the schema, with what they lack: the default of each later field, or null. */
    public static ColumnBatch widened(CollectionSchema schema, ColumnBatch batch) {
        int known = batch.columns().size();
        if (known >= schema.fields().size()) {
            return batch;
        }
        List<Column> columns = new ArrayList<>(batch.columns());
        for (FieldSchema later : schema.fields().subList(known, schema.fields().size())) {
            columns.add(absent(later, batch.rowCount()));
        }
        return new ColumnBatch(batch.rowCount(), columns);
    }

    /** The keys of checked rows, in order. */
    public static Keys keysOf(CollectionSchema schema, ColumnBatch batch) {
        return keysOf(batch.columns().get(schema.fields().indexOf(schema.primaryKey())));
    }

    private static Keys keysOf(Column column) {
        return switch (column) {
            case Column.Longs longs -> new Keys.LongKeys(longs.values());
            case Column.Bytes bytes -> {
                List<String> texts = new ArrayList<>(bytes.rowCount());
                for (int row = 0; row < bytes.rowCount(); row++) {
                    texts.add(bytes.text(row));
                }
                yield new Keys.StringKeys(texts);
            }
            default -> throw new IllegalStateException("a checked key is Int64 or VarChar: " + column.getClass());
        };
    }

    /** Two rows with one key and one timestamp would both be seen. */
    private static void checkDistinct(Keys keys) {
        Object twice = null;
        switch (keys) {
            case Keys.LongKeys longs -> {
                long[] sorted = longs.values().clone();
                Arrays.sort(sorted);
                for (int i = 1; i < sorted.length && twice == null; i++) {
                    twice = sorted[i] == sorted[i - 1] ? sorted[i] : null;
                }
            }
            case Keys.StringKeys strings -> {
                Set<String> seen = new HashSet<>();
                for (int i = 0; i < strings.count() && twice == null; i++) {
                    twice = seen.add(strings.values().get(i))
                            ? null
                            : strings.values().get(i);
                }
            }
        }
        if (twice != null) {
            throw invalid("duplicate primary keys are not allowed in the same batch: key=" + twice
                    + ". Keep the row that shall stay");
        }
    }

    private static void checkNames(CollectionSchema schema, RowBatch batch) {
        if (batch.rowCount() <= 0) {
            throw invalid("num_rows should be greater than 0: rowCount=" + batch.rowCount());
        }
        List<String> unknown = batch.columns().keySet().stream()
                .filter(name -> schema.find(name).isEmpty())
                .sorted()
                .toList();
        if (unknown.isEmpty()) {
            return;
        }
        if (!schema.dynamicField()) {
            throw invalid("has pass more field without dynamic schema, please check it: fields=" + unknown);
        }
        throw invalid("columns are not in the schema: fields=" + unknown + ". Send them inside " + CollectionSchema.META
                + ", one JSON object per row");
    }

    /** Before anything is allocated: the row count is one that real columns have. */
    private static void checkShapes(CollectionSchema schema, RowBatch batch) {
        for (FieldSchema field : schema.fields()) {
            Column given = batch.columns().get(field.name());
            if (given != null) {
                checkKind(field, field.type(), given);
                checkOffsets(field, given);
                checkRowCount(field, given, batch.rowCount());
            } else if (!mayBeAbsent(field)) {
                throw invalid("fieldSchema(" + field.name() + ") has no corresponding fieldData pass in"
                        + ". Send a value in every row");
            }
        }
    }

    private static boolean mayBeAbsent(FieldSchema field) {
        return field.nullable() || field.defaultValue() != null || field.dynamic() || field.autoId();
    }

    private static ColumnBatch columns(CollectionSchema schema, RowBatch batch, IdSource ids) {
        List<Column> columns = new ArrayList<>(schema.fields().size());
        for (FieldSchema field : schema.fields()) {
            Column given = batch.columns().get(field.name());
            if (field.primaryKey() && field.autoId()) {
                columns.add(newKeys(schema, field, batch.rowCount(), ids));
            } else if (given == null) {
                columns.add(absent(field, batch.rowCount()));
            } else {
                columns.add(checked(schema, field, given));
            }
        }
        return new ColumnBatch(batch.rowCount(), columns);
    }

    private static Column newKeys(CollectionSchema schema, FieldSchema key, int rowCount, IdSource ids) {
        if (key.type() == DataType.INT64) {
            long[] values = new long[rowCount];
            Arrays.setAll(values, row -> ids.nextId());
            return new Column.Longs(values, null);
        }
        String[] texts = new String[rowCount];
        Arrays.setAll(texts, row -> Long.toString(ids.nextId()));
        return checked(schema, key, Column.Bytes.of(texts));
    }

    // Columns that are not there

    private static Column absent(FieldSchema field, int rowCount) {
        BitSet all = new BitSet(rowCount);
        all.set(0, rowCount);
        BitSet nulls = staysNull(field) ? all : null;
        return switch (field.type()) {
            case BOOL -> new Column.Bools(filled(new boolean[rowCount], all, field), nulls);
            case INT8, INT16, INT32 -> new Column.Ints(filled(new int[rowCount], all, field), nulls);
            case INT64 -> new Column.Longs(filled(new long[rowCount], all, field), nulls);
            case FLOAT -> new Column.Floats(filled(new float[rowCount], all, field), nulls);
            case DOUBLE -> new Column.Doubles(filled(new double[rowCount], all, field), nulls);
            case VARCHAR, JSON -> filled(new Column.Bytes(NOTHING, new int[rowCount + 1], all), all, nulls, field);
            case ARRAY -> new Column.Arrays(noElements(field), new int[rowCount + 1], nulls);
            case FLOAT_VECTOR -> new Column.FloatVectors(zeros(field, rowCount), field.dimension(), nulls);
            default -> throw new IllegalStateException("a checked schema has no nullable or defaulted " + field);
        };
    }

    private static float[] zeros(FieldSchema field, int rowCount) {
        long count = (long) rowCount * field.dimension();
        checkColumnBytes(field.name(), count * Float.BYTES);
        return new float[(int) count];
    }

    private static Column noElements(FieldSchema field) {
        DataType type = elementType(field);
        return switch (type) {
            case BOOL -> new Column.Bools(new boolean[0], null);
            case INT8, INT16, INT32 -> new Column.Ints(new int[0], null);
            case INT64 -> new Column.Longs(new long[0], null);
            case FLOAT -> new Column.Floats(new float[0], null);
            case DOUBLE -> new Column.Doubles(new double[0], null);
            default -> new Column.Bytes(NOTHING, new int[1], null);
        };
    }

    // Columns that are there

    private static Column checked(CollectionSchema schema, FieldSchema field, Column given) {
        BitSet nulls = nullsOf(field, given);
        if (nulls != null && field.defaultValue() == null && !field.nullable() && !field.dynamic()) {
            throw invalid("field is not nullable and has no default: field=" + field.name() + ", row="
                    + nulls.nextSetBit(0) + ". Send a value in every row");
        }
        Column whole = ofElementType(field, nulls == null ? compact(given) : filled(field, given, nulls));
        checkValues(schema, field, whole);
        return whole;
    }

    /** Arrays without a single element do not say of which type it would be. */
    private static Column ofElementType(FieldSchema field, Column column) {
        return column instanceof Column.Arrays arrays && arrays.elements().rowCount() == 0
                ? new Column.Arrays(noElements(field), arrays.offsets(), arrays.nulls())
                : column;
    }

    private static void checkKind(FieldSchema field, DataType type, Column given) {
        boolean fits = switch (type) {
            case BOOL -> given instanceof Column.Bools;
            case INT8, INT16, INT32 -> given instanceof Column.Ints;
            case INT64 -> given instanceof Column.Longs;
            case FLOAT -> given instanceof Column.Floats;
            case DOUBLE -> given instanceof Column.Doubles;
            case VARCHAR, JSON -> given instanceof Column.Bytes;
            case ARRAY -> given instanceof Column.Arrays;
            case FLOAT_VECTOR -> given instanceof Column.FloatVectors;
            default -> false;
        };
        if (!fits) {
            String element = type == field.type() ? "" : "elements of ";
            throw invalid(
                    "data type of field data does not match the schema: field=" + field.name() + ", expected=" + element
                            + type.milvusName() + ", actual=" + given.getClass().getSimpleName());
        }
        if (given instanceof Column.Arrays arrays && arrays.elements().rowCount() > 0) {
            checkKind(field, elementType(field), arrays.elements());
        }
    }

    private static DataType elementType(FieldSchema field) {
        DataType type = field.elementType();
        assert type != null : "a checked array has an element type: " + field;
        return type;
    }

    private static void checkOffsets(FieldSchema field, Column given) {
        switch (given) {
            case Column.Bytes bytes -> checkOffsets(field, bytes.offsets(), bytes.data().length);
            case Column.Arrays arrays -> {
                if (arrays.elements() instanceof Column.Bytes bytes) {
                    checkOffsets(field, bytes.offsets(), bytes.data().length);
                }
                checkOffsets(field, arrays.offsets(), arrays.elements().rowCount());
                BitSet nulls = arrays.elements().nulls();
                if (nulls != null && !nulls.isEmpty()) {
                    throw invalid("elements of an array must not be null: field=" + field.name() + ", row="
                            + rowOf(arrays, nulls.nextSetBit(0)));
                }
            }
            default -> {}
        }
    }

    private static void checkOffsets(FieldSchema field, int[] offsets, int end) {
        boolean wrong = offsets.length == 0 || offsets[0] < 0 || offsets[offsets.length - 1] > end;
        for (int i = 1; i < offsets.length && !wrong; i++) {
            wrong = offsets[i] < offsets[i - 1];
        }
        if (wrong) {
            throw invalid("offsets of field data are not in order: field=" + field.name());
        }
    }

    /** What Milvus says first when the components of all rows together do not make whole vectors. */
    private static String lengthOf(Column.FloatVectors vectors, FieldSchema field) {
        int length = vectors.values().length;
        return length % field.dimension() == 0
                ? ""
                : "the length(" + length + ") of float data should divide the dim(" + field.dimension() + "): ";
    }

    private static void checkRowCount(FieldSchema field, Column given, int rowCount) {
        if (given instanceof Column.FloatVectors vectors) {
            if (vectors.dimension() != field.dimension()) {
                throw invalid(lengthOf(vectors, field) + "the dim (" + vectors.dimension() + ") of field data("
                        + field.name()
                        + ") is not equal to schema dim (" + field.dimension() + "): invalid parameter[expected="
                        + field.dimension() + "][actual=" + vectors.dimension() + "]");
            }
            if (vectors.values().length % vectors.dimension() != 0) {
                throw invalid("the length (" + vectors.values().length + ") of field data(" + field.name()
                        + ") is not a multiple of its dim (" + vectors.dimension() + ")");
            }
        }
        BitSet nulls = given.nulls();
        int count = nulls == null ? given.rowCount() : Math.max(given.rowCount(), nulls.length());
        if (count != rowCount) {
            throw invalid("the num_rows (" + count + ") of field (" + field.name()
                    + ") is not equal to passed num_rows (" + rowCount + "): invalid parameter[expected=" + rowCount
                    + "][actual=" + count + "]");
        }
    }

    /** An empty text is no JSON: some clients send null so. */
    private static @Nullable BitSet nullsOf(FieldSchema field, Column given) {
        BitSet nulls = given.nulls();
        if (field.type() == DataType.JSON && given instanceof Column.Bytes bytes) {
            BitSet all = nulls == null ? new BitSet() : (BitSet) nulls.clone();
            for (int row = 0; row < bytes.rowCount(); row++) {
                if (bytes.length(row) == 0) {
                    all.set(row);
                }
            }
            nulls = all;
        }
        return nulls == null || nulls.isEmpty() ? null : nulls;
    }

    private static boolean staysNull(FieldSchema field) {
        return field.defaultValue() == null && !field.dynamic();
    }

    // Filling null rows with the default, or with the placeholder

    private static Column filled(FieldSchema field, Column given, BitSet rows) {
        BitSet nulls = staysNull(field) ? rows : null;
        return switch (given) {
            case Column.Bools c -> new Column.Bools(filled(c.values().clone(), rows, field), nulls);
            case Column.Ints c -> new Column.Ints(filled(c.values().clone(), rows, field), nulls);
            case Column.Longs c -> new Column.Longs(filled(c.values().clone(), rows, field), nulls);
            case Column.Floats c -> new Column.Floats(filled(c.values().clone(), rows, field), nulls);
            case Column.Doubles c -> new Column.Doubles(filled(c.values().clone(), rows, field), nulls);
            case Column.Bytes c -> filled(c, rows, nulls, field);
            case Column.Arrays c -> emptied(c, rows);
            case Column.FloatVectors c -> new Column.FloatVectors(zeroed(c, rows), c.dimension(), nulls);
        };
    }

    private static float[] zeroed(Column.FloatVectors given, BitSet rows) {
        float[] values = given.values().clone();
        int dimension = given.dimension();
        rows.stream().forEach(row -> Arrays.fill(values, row * dimension, (row + 1) * dimension, 0));
        return values;
    }

    private static boolean[] filled(boolean[] values, BitSet rows, FieldSchema field) {
        boolean value = field.defaultValue() instanceof Boolean given && given;
        rows.stream().forEach(row -> values[row] = value);
        return values;
    }

    private static int[] filled(int[] values, BitSet rows, FieldSchema field) {
        int value = field.defaultValue() instanceof Number given ? given.intValue() : 0;
        rows.stream().forEach(row -> values[row] = value);
        return values;
    }

    private static long[] filled(long[] values, BitSet rows, FieldSchema field) {
        long value = field.defaultValue() instanceof Number given ? given.longValue() : 0;
        rows.stream().forEach(row -> values[row] = value);
        return values;
    }

    private static float[] filled(float[] values, BitSet rows, FieldSchema field) {
        float value = field.defaultValue() instanceof Number given ? given.floatValue() : 0;
        rows.stream().forEach(row -> values[row] = value);
        return values;
    }

    private static double[] filled(double[] values, BitSet rows, FieldSchema field) {
        double value = field.defaultValue() instanceof Number given ? given.doubleValue() : 0;
        rows.stream().forEach(row -> values[row] = value);
        return values;
    }

    private static Column.Bytes filled(Column.Bytes given, BitSet rows, @Nullable BitSet nulls, FieldSchema field) {
        byte[] value = field.dynamic()
                ? EMPTY_OBJECT
                : field.defaultValue() instanceof String text ? text.getBytes(StandardCharsets.UTF_8) : NOTHING;
        long size = (long) rows.cardinality() * value.length;
        for (int row = rows.nextClearBit(0); row < given.rowCount(); row = rows.nextClearBit(row + 1)) {
            size += given.length(row);
        }
        checkColumnBytes(field.name(), size);
        byte[] data = new byte[(int) size];
        int[] offsets = new int[given.rowCount() + 1];
        for (int row = 0; row < given.rowCount(); row++) {
            boolean fill = rows.get(row);
            int length = fill ? value.length : given.length(row);
            System.arraycopy(fill ? value : given.data(), fill ? 0 : given.offsets()[row], data, offsets[row], length);
            offsets[row + 1] = offsets[row] + length;
        }
        return new Column.Bytes(data, offsets, nulls);
    }

    /**
     * Before memory is taken for them.
     *
     * @throws EngineException.InvalidRequest too large, beyond {@link #MAX_COLUMN_BYTES}
     */
    public static void checkColumnBytes(String field, long bytes) {
        if (bytes > MAX_COLUMN_BYTES) {
            throw new EngineException.InvalidRequest(
                    ErrorCode.TOO_LARGE,
                    "field data is too large: field=" + field + ", bytes=" + bytes + ", limit=" + MAX_COLUMN_BYTES
                            + ". Send fewer rows at once");
        }
    }

    private static Column.Arrays emptied(Column.Arrays given, BitSet rows) {
        int[] offsets = new int[given.offsets().length];
        BitSet kept = new BitSet();
        for (int row = 0; row < given.rowCount(); row++) {
            int length = rows.get(row) ? 0 : given.offsets()[row + 1] - given.offsets()[row];
            kept.set(given.offsets()[row], given.offsets()[row] + length);
            offsets[row + 1] = offsets[row] + length;
        }
        int[] elements = kept.stream().toArray();
        return new Column.Arrays(picked(given.elements(), elements), offsets, rows.isEmpty() ? null : rows);
    }

    private static Column picked(Column elements, int[] kept) {
        if (kept.length == elements.rowCount()) {
            return compact(elements);
        }
        return switch (elements) {
            case Column.Bools c -> {
                boolean[] values = new boolean[kept.length];
                for (int i = 0; i < kept.length; i++) {
                    values[i] = c.values()[kept[i]];
                }
                yield new Column.Bools(values, null);
            }
            case Column.Ints c ->
                new Column.Ints(Arrays.stream(kept).map(i -> c.values()[i]).toArray(), null);
            case Column.Longs c ->
                new Column.Longs(
                        Arrays.stream(kept).mapToLong(i -> c.values()[i]).toArray(), null);
            case Column.Floats c -> {
                float[] values = new float[kept.length];
                for (int i = 0; i < kept.length; i++) {
                    values[i] = c.values()[kept[i]];
                }
                yield new Column.Floats(values, null);
            }
            case Column.Doubles c ->
                new Column.Doubles(
                        Arrays.stream(kept).mapToDouble(i -> c.values()[i]).toArray(), null);
            case Column.Bytes c -> {
                int[] offsets = new int[kept.length + 1];
                for (int i = 0; i < kept.length; i++) {
                    offsets[i + 1] = offsets[i] + c.length(kept[i]);
                }
                byte[] data = new byte[offsets[kept.length]];
                for (int i = 0; i < kept.length; i++) {
                    System.arraycopy(c.data(), c.offsets()[kept[i]], data, offsets[i], c.length(kept[i]));
                }
                yield new Column.Bytes(data, offsets, null);
            }
            case Column.Arrays c -> throw new IllegalStateException("an array of arrays: " + c.rowCount());
            case Column.FloatVectors c -> throw new IllegalStateException("an array of vectors: " + c.rowCount());
        };
    }

    /** The same values without unused bytes before, or after, those of the rows, and without an empty null set. */
    private static Column compact(Column given) {
        return switch (given) {
            case Column.Bools c when c.nulls() != null -> new Column.Bools(c.values(), null);
            case Column.Ints c when c.nulls() != null -> new Column.Ints(c.values(), null);
            case Column.Longs c when c.nulls() != null -> new Column.Longs(c.values(), null);
            case Column.Floats c when c.nulls() != null -> new Column.Floats(c.values(), null);
            case Column.Doubles c when c.nulls() != null -> new Column.Doubles(c.values(), null);
            case Column.FloatVectors c when c.nulls() != null -> new Column.FloatVectors(c.values(), c.dimension());
            case Column.Bytes c -> {
                int from = c.offsets()[0];
                int to = c.offsets()[c.rowCount()];
                yield from == 0 && to == c.data().length
                        ? new Column.Bytes(c.data(), c.offsets(), null)
                        : new Column.Bytes(
                                Arrays.copyOfRange(c.data(), from, to),
                                Arrays.stream(c.offsets())
                                        .map(offset -> offset - from)
                                        .toArray(),
                                null);
            }
            case Column.Arrays c
            when c.offsets()[0] == 0
                    && c.offsets()[c.rowCount()] == c.elements().rowCount() ->
                new Column.Arrays(compact(c.elements()), c.offsets(), null);
            case Column.Arrays c -> emptied(c, new BitSet());
            default -> given;
        };
    }

    // Values

    private static void checkValues(CollectionSchema schema, FieldSchema field, Column column) {
        switch (column) {
            case Column.Bools _ -> {}
            case Column.Ints c -> checkRange(field, field.type(), c, null);
            case Column.Longs _ -> {}
            case Column.Floats c -> checkFinite(field, c.values(), 1, null);
            case Column.Doubles c -> checkFinite(field, c, null);
            case Column.Bytes c -> {
                if (field.type() == DataType.JSON) {
                    checkJson(schema, field, c);
                } else {
                    checkTexts(field, c, null);
                }
            }
            case Column.Arrays c -> checkArrays(field, c);
            case Column.FloatVectors c -> checkFinite(field, c.values(), c.dimension(), null);
        }
    }

    private static void checkArrays(FieldSchema field, Column.Arrays arrays) {
        int capacity = field.maxCapacity();
        for (int row = 0; row < arrays.rowCount(); row++) {
            int length = arrays.offsets()[row + 1] - arrays.offsets()[row];
            if (length > capacity) {
                throw invalid("the length (" + length + ") of " + row + "th array exceeds max capacity (" + capacity
                        + "): field=" + field.name());
            }
        }
        switch (arrays.elements()) {
            case Column.Ints c -> checkRange(field, elementType(field), c, arrays);
            case Column.Floats c -> checkFinite(field, c.values(), 1, arrays);
            case Column.Doubles c -> checkFinite(field, c, arrays);
            case Column.Bytes c -> checkTexts(field, c, arrays);
            default -> {}
        }
    }

    static long lowest(DataType type) {
        return switch (type) {
            case INT8 -> Byte.MIN_VALUE;
            case INT16 -> Short.MIN_VALUE;
            case INT32 -> Integer.MIN_VALUE;
            default -> Long.MIN_VALUE;
        };
    }

    static long highest(DataType type) {
        return switch (type) {
            case INT8 -> Byte.MAX_VALUE;
            case INT16 -> Short.MAX_VALUE;
            case INT32 -> Integer.MAX_VALUE;
            default -> Long.MAX_VALUE;
        };
    }

    private static void checkRange(
            FieldSchema field, DataType type, Column.Ints column, Column.@Nullable Arrays arrays) {
        if (type == DataType.INT32) {
            return;
        }
        int lowest = (int) lowest(type);
        int highest = (int) highest(type);
        int[] values = column.values();
        for (int i = 0; i < values.length; i++) {
            if (values[i] < lowest || values[i] > highest) {
                throw invalid("the value (" + values[i] + ") is out of range: [" + lowest + ", " + highest + "]: field="
                        + field.name() + ", type=" + type.milvusName() + ", row=" + rowOf(arrays, i));
            }
        }
    }

    private static void checkFinite(FieldSchema field, float[] values, int perRow, Column.@Nullable Arrays arrays) {
        if (allFinite(values)) {
            return;
        }
        for (int i = 0; i < values.length; i++) {
            if (!Float.isFinite(values[i])) {
                throw notFinite(field, values[i], arrays == null ? i / perRow : rowOf(arrays, i), i % perRow, perRow);
            }
        }
    }

    /** Without a branch per value, so that it runs on vectors: the largest exponent is that of NaN and infinity. */
    private static boolean allFinite(float[] values) {
        int largest = 0;
        for (float value : values) {
            largest = Math.max(largest, Float.floatToRawIntBits(value) & EXPONENT);
        }
        return largest != EXPONENT;
    }

    private static void checkFinite(FieldSchema field, Column.Doubles column, Column.@Nullable Arrays arrays) {
        double[] values = column.values();
        for (int i = 0; i < values.length; i++) {
            if (!Double.isFinite(values[i])) {
                throw notFinite(field, values[i], rowOf(arrays, i), 0, 1);
            }
        }
    }

    /** A number that is not finite, as Go prints it, which Milvus's texts do. */
    public static String nameOf(double value) {
        return Double.isNaN(value) ? "NaN" : value > 0 ? "+Inf" : "-Inf";
    }

    private static EngineException notFinite(FieldSchema field, double value, int row, int component, int perRow) {
        return invalid("value '" + nameOf(value) + "' is not a number or infinity: field=" + field.name() + ", row="
                + row + (perRow == 1 ? "" : ", component=" + component));
    }

    private static void checkTexts(FieldSchema field, Column.Bytes column, Column.@Nullable Arrays arrays) {
        int maxLength = field.maxLength();
        for (int i = 0; i < column.rowCount(); i++) {
            int length = column.length(i);
            if (length > maxLength) {
                throw invalid("length of varchar " + (arrays == null ? "field " : "array field ") + field.name()
                        + " exceeds max length, row number: " + rowOf(arrays, i) + ", length: " + length
                        + ", max length: " + maxLength);
            }
            int wrong = Utf8.firstInvalid(column.data(), column.offsets()[i], column.offsets()[i + 1]);
            if (wrong >= 0) {
                throw invalid("text is not valid UTF-8: field=" + field.name() + ", row=" + rowOf(arrays, i) + ", byte="
                        + (wrong - column.offsets()[i]));
            }
        }
    }

    private static int rowOf(Column.@Nullable Arrays arrays, int element) {
        if (arrays == null) {
            return element;
        }
        int row = 0;
        while (arrays.offsets()[row + 1] <= element) {
            row++;
        }
        return row;
    }

    private static void checkJson(CollectionSchema schema, FieldSchema field, Column.Bytes column) {
        MetaKeys visitor = field.dynamic() ? new MetaKeys(schema) : null;
        for (int row = 0; row < column.rowCount(); row++) {
            if (column.isNull(row)) {
                continue;
            }
            int from = column.offsets()[row];
            int to = column.offsets()[row + 1];
            if (to - from > MAX_JSON_BYTES) {
                throw invalid("length of json field " + field.name() + " exceeds max length, row number: " + row
                        + ", length: " + (to - from) + ", max length: " + MAX_JSON_BYTES);
            }
            if (visitor != null) {
                visitor.row = row;
            }
            int wrong = JsonText.check(column.data(), from, to, visitor);
            if (wrong >= 0) {
                throw invalid("json is not valid: field=" + field.name() + ", row=" + row + ", byte=" + (wrong - from)
                        + (wrong == to ? ", where it ends too early" : ""));
            }
            if (field.dynamic() && !JsonText.isObject(column.data(), from, to)) {
                throw invalid("dynamic field must be a JSON object: field=" + field.name() + ", row=" + row);
            }
        }
    }

    /** Refuses dynamic keys that hide a field, or {@code $meta} itself. Confined to one thread. */
    private static final class MetaKeys implements JsonText.KeyVisitor {
        private final List<FieldSchema> fields;
        private final byte[][] names;
        private int row;

        private MetaKeys(CollectionSchema schema) {
            this.fields = schema.fields();
            this.names = fields.stream()
                    .map(field -> field.name().getBytes(StandardCharsets.UTF_8))
                    .toArray(byte[][]::new);
        }

        @Override
        public void key(byte[] data, int from, int to) {
            for (int i = 0; i < names.length; i++) {
                if (Arrays.equals(names[i], 0, names[i].length, data, from, to)) {
                    throw invalid(
                            fields.get(i).dynamic()
                                    ? "cannot set json key to: " + CollectionSchema.META + ": row=" + row
                                    : "dynamic field name cannot include the static field name: "
                                            + fields.get(i).name() + ": row=" + row);
                }
            }
        }
    }

    private static EngineException.InvalidRequest invalid(String message) {
        return new EngineException.InvalidRequest(message);
    }
}
