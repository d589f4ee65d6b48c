package io.sluice.api.grpc;

import com.google.protobuf.ByteString;
import io.milvus.grpc.ArrayArray;
import io.milvus.grpc.ScalarField;
import io.sluice.engine.error.EngineException.InvalidRequest;
import io.sluice.engine.error.ErrorCode;
import io.sluice.engine.schema.CollectionSchema;
import io.sluice.engine.schema.Column;
import io.sluice.engine.schema.DataType;
import io.sluice.engine.schema.RowBatch;
import io.sluice.engine.schema.RowRules;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Columns of a request as the engine takes them.
 *
 * <p>A column with nulls comes in one of two forms, both valid: one value per row, or only those of the rows that are not
 * null. Here it gets one value per row; whether nulls are allowed, and whether values fit, the engine decides.
 */
final class ColumnReader {
    private ColumnReader() {}

    /** @throws InvalidRequest for columns that come twice, that have no data, or whose rows cannot be told apart */
    static RowBatch read(IncomingRows request) {
        Map<String, Column> columns = new HashMap<>();
        Set<String> names = new HashSet<>();
        for (IncomingRows.Field field : request.fields()) {
            String name = field.dynamic() ? CollectionSchema.META : field.name();
            if (!names.add(name)) {
                throw new InvalidRequest(
                        "duplicated field " + name + " found: invalid parameter. Send each field once");
            }
            if (!isNoVector(field, request.rowCount())) {
                columns.put(name, column(field, name, request.rowCount()));
            }
        }
        return new RowBatch(request.rowCount(), columns);
    }

    private static Column column(IncomingRows.Field field, String name, int rowCount) {
        IncomingRows.Vectors vectors = field.vectors();
        ScalarField scalars = field.scalars();
        if (vectors != null) {
            return vectors(field, vectors, name, rowCount);
        }
        if (scalars == null) {
            if (field.structs()) {
                throw CollectionMapper.unsupported("a struct array: field=" + name, "Leave the field out");
            }
            throw new InvalidRequest("field " + name + " has no data: invalid parameter. Send one value per row");
        }
        return new Rows(field, name, rowCount, countOf(scalars)).column(scalars);
    }

    /** Vectors of which each is null come without a dimension: they are as good as not sent. */
    private static boolean isNoVector(IncomingRows.Field field, int rowCount) {
        BitSet valid = field.valid();
        IncomingRows.Vectors vectors = field.vectors();
        float[] floats = vectors == null ? null : vectors.floats();
        return field.type() == DataType.FLOAT_VECTOR.number()
                && field.scalars() == null
                && (floats == null || floats.length == 0)
                && valid != null
                && valid.isEmpty()
                && field.validCount() > 0
                && field.validCount() == rowCount;
    }

    private static Column vectors(IncomingRows.Field field, IncomingRows.Vectors vectors, String name, int rowCount) {
        float[] floats = vectors.floats();
        if (floats == null) {
            String type =
                    DataType.ofNumber(field.type()).map(DataType::milvusName).orElse(Integer.toString(field.type()));
            throw new InvalidRequest(
                    ErrorCode.INVALID_PARAMETER,
                    "vectors of type " + type + " are not supported yet: field=" + name + ". Send a FloatVector");
        }
        if (vectors.dimension() <= 0) {
            throw new InvalidRequest("the dim (" + vectors.dimension() + ") of field data(" + name
                    + ") should be greater than 0: invalid parameter");
        }
        int dimension = vectors.dimension();
        if (floats.length % dimension != 0) {
            return new Column.FloatVectors(floats, dimension); // the engine refuses it
        }
        Rows rows = new Rows(field, name, rowCount, floats.length / dimension);
        return new Column.FloatVectors(rows.vectors(floats, dimension), dimension, rows.nulls);
    }

    private static int countOf(ScalarField scalars) {
        return switch (scalars.getDataCase()) {
            case BOOL_DATA -> scalars.getBoolData().getDataCount();
            case INT_DATA -> scalars.getIntData().getDataCount();
            case LONG_DATA -> scalars.getLongData().getDataCount();
            case FLOAT_DATA -> scalars.getFloatData().getDataCount();
            case DOUBLE_DATA -> scalars.getDoubleData().getDataCount();
            case STRING_DATA -> scalars.getStringData().getDataCount();
            case BYTES_DATA -> scalars.getBytesData().getDataCount();
            case ARRAY_DATA -> scalars.getArrayData().getDataCount();
            case JSON_DATA -> scalars.getJsonData().getDataCount();
            case GEOMETRY_DATA, TIMESTAMPTZ_DATA, GEOMETRY_WKT_DATA, DATA_NOT_SET -> 0;
        };
    }

    /** The rows of one column, and which sent value each has. */
    private static final class Rows {
        private static final int NONE = -1;

        private final IncomingRows.Field field;
        private final String name;
        private final int count;
        private final int @Nullable [] valueOfRow; // null = the value of row i is value i
        private final @Nullable BitSet nulls;

        Rows(IncomingRows.Field field, String name, int rowCount, int valueCount) {
            this.field = field;
            this.name = name;
            BitSet valid = field.valid();
            if (valid == null || field.validCount() == 0) {
                this.count = valueCount;
                this.valueOfRow = null;
                this.nulls = null;
                return;
            }
            if (field.validCount() != rowCount) {
                throw new InvalidRequest("the length of valid_data(" + field.validCount() + ") of field(" + name
                        + ") is wrong: invalid parameter[expected=" + rowCount + "][actual=" + field.validCount()
                        + "]");
            }
            BitSet missing = (BitSet) valid.clone();
            missing.flip(0, rowCount);
            this.count = rowCount;
            this.nulls = missing.isEmpty() ? null : missing;
            if (valueCount == rowCount) {
                this.valueOfRow = null;
            } else if (valueCount == valid.cardinality()) {
                this.valueOfRow = new int[rowCount];
                int next = 0;
                for (int row = 0; row < rowCount; row++) {
                    valueOfRow[row] = valid.get(row) ? next++ : NONE;
                }
            } else {
                throw new InvalidRequest("the num_rows (" + valueCount + ") of field (" + name
                        + ") is not equal to passed num_rows (" + rowCount + "): invalid parameter[expected="
                        + valid.cardinality() + "][actual=" + valueCount + "]");
            }
        }

        /** Index of the value of a row; -1 = there is none. */
        private int value(int row) {
            return valueOfRow == null ? row : valueOfRow[row];
        }

        float[] vectors(float[] sent, int dimension) {
            if (valueOfRow == null) {
                return sent;
            }
            RowRules.checkColumnBytes(name, (long) count * dimension * Float.BYTES);
            float[] values = new float[count * dimension];
            for (int row = 0; row < count; row++) {
                int value = value(row);
                if (value != NONE) {
                    System.arraycopy(sent, value * dimension, values, row * dimension, dimension);
                }
            }
            return values;
        }

        Column column(ScalarField scalars) {
            return switch (scalars.getDataCase()) {
                case BOOL_DATA -> {
                    boolean[] values = new boolean[count];
                    for (int row = 0; row < count; row++) {
                        int value = value(row);
                        values[row] = value != NONE && scalars.getBoolData().getData(value);
                    }
                    yield new Column.Bools(values, nulls);
                }
                case INT_DATA -> {
                    int[] values = new int[count];
                    for (int row = 0; row < count; row++) {
                        int value = value(row);
                        values[row] = value == NONE ? 0 : scalars.getIntData().getData(value);
                    }
                    yield new Column.Ints(values, nulls);
                }
                case LONG_DATA -> {
                    long[] values = new long[count];
                    for (int row = 0; row < count; row++) {
                        int value = value(row);
                        values[row] = value == NONE ? 0 : scalars.getLongData().getData(value);
                    }
                    yield new Column.Longs(values, nulls);
                }
                case FLOAT_DATA -> {
                    float[] values = new float[count];
                    for (int row = 0; row < count; row++) {
                        int value = value(row);
                        values[row] = value == NONE ? 0 : scalars.getFloatData().getData(value);
                    }
                    yield new Column.Floats(values, nulls);
                }
                case DOUBLE_DATA -> {
                    double[] values = new double[count];
                    for (int row = 0; row < count; row++) {
                        int value = value(row);
                        values[row] =
                                value == NONE ? 0 : scalars.getDoubleData().getData(value);
                    }
                    yield new Column.Doubles(values, nulls);
                }
                case STRING_DATA -> bytes(scalars.getStringData()::getDataBytes);
                case BYTES_DATA -> bytes(scalars.getBytesData()::getData);
                case JSON_DATA -> bytes(scalars.getJsonData()::getData);
                case ARRAY_DATA -> arrays(scalars.getArrayData());
                case DATA_NOT_SET -> nothing();
                case GEOMETRY_DATA, TIMESTAMPTZ_DATA, GEOMETRY_WKT_DATA ->
                    throw new InvalidRequest("values of this type are not supported yet: field=" + name + ", kind="
                            + scalars.getDataCase());
            };
        }

        private Column bytes(IntFunction<ByteString> values) {
            ByteString[] sent = new ByteString[count];
            for (int row = 0; row < count; row++) {
                int value = value(row);
                sent[row] = value == NONE ? ByteString.EMPTY : values.apply(value);
            }
            return joined(sent, nulls);
        }

        /** A column whose values are all null, of which some clients send no value at all: it has the field's type. */
        private Column nothing() {
            int rows = count;
            return switch (DataType.ofNumber(field.type()).orElse(DataType.JSON)) {
                case BOOL -> new Column.Bools(new boolean[rows], nulls);
                case INT8, INT16, INT32 -> new Column.Ints(new int[rows], nulls);
                case INT64 -> new Column.Longs(new long[rows], nulls);
                case FLOAT -> new Column.Floats(new float[rows], nulls);
                case DOUBLE -> new Column.Doubles(new double[rows], nulls);
                case ARRAY -> new Column.Arrays(new Column.Longs(new long[0], null), new int[rows + 1], nulls);
                default -> new Column.Bytes(new byte[0], new int[rows + 1], nulls);
            };
        }

        private Column arrays(ArrayArray arrays) {
            int[] offsets = new int[count + 1];
            for (int row = 0; row < count; row++) {
                int value = value(row);
                int size = value == NONE ? 0 : countOf(arrays.getData(value));
                offsets[row + 1] = Math.addExact(offsets[row], size);
            }
            return new Column.Arrays(elements(arrays, offsets), offsets, nulls);
        }

        private Column elements(ArrayArray arrays, int[] offsets) {
            List<ScalarField> sent = arrays.getDataList();
            int total = offsets[count];
            ScalarField.DataCase kind = kindOf(arrays);
            return switch (kind) {
                case BOOL_DATA -> {
                    boolean[] values = new boolean[total];
                    each(
                            sent,
                            offsets,
                            kind,
                            (row, element, at) -> values[at] = row.getBoolData().getData(element));
                    yield new Column.Bools(values, null);
                }
                case INT_DATA -> {
                    int[] values = new int[total];
                    each(
                            sent,
                            offsets,
                            kind,
                            (row, element, at) -> values[at] = row.getIntData().getData(element));
                    yield new Column.Ints(values, null);
                }
                case LONG_DATA -> {
                    long[] values = new long[total];
                    each(
                            sent,
                            offsets,
                            kind,
                            (row, element, at) -> values[at] = row.getLongData().getData(element));
                    yield new Column.Longs(values, null);
                }
                case FLOAT_DATA -> {
                    float[] values = new float[total];
                    each(
                            sent,
                            offsets,
                            kind,
                            (row, element, at) ->
                                    values[at] = row.getFloatData().getData(element));
                    yield new Column.Floats(values, null);
                }
                case DOUBLE_DATA -> {
                    double[] values = new double[total];
                    each(
                            sent,
                            offsets,
                            kind,
                            (row, element, at) ->
                                    values[at] = row.getDoubleData().getData(element));
                    yield new Column.Doubles(values, null);
                }
                case STRING_DATA -> {
                    ByteString[] values = new ByteString[total];
                    each(
                            sent,
                            offsets,
                            kind,
                            (row, element, at) ->
                                    values[at] = row.getStringData().getDataBytes(element));
                    yield joined(values, null);
                }
                default ->
                    throw new InvalidRequest("elements of this type are not supported: field=" + name + ", kind=" + kind
                            + ". Send Bool, integers, Float, Double or VarChar");
            };
        }

        private interface Element {
            void take(ScalarField row, int element, int at);
        }

        /** Of every row that has elements; a row whose elements are of another kind than the column's is refused. */
        private void each(List<ScalarField> sent, int[] offsets, ScalarField.DataCase kind, Element taker) {
            for (int row = 0; row < count; row++) {
                int elements = offsets[row + 1] - offsets[row];
                if (elements == 0) {
                    continue;
                }
                ScalarField values = sent.get(value(row));
                if (values.getDataCase() != kind) {
                    throw new InvalidRequest("elements of one array field have different types: field=" + name
                            + ", row=" + row + ", expected=" + kind + ", actual=" + values.getDataCase()
                            + ": invalid parameter");
                }
                for (int element = 0; element < elements; element++) {
                    taker.take(values, element, offsets[row] + element);
                }
            }
        }

        /** What the rows hold; where no row has an element, what the declared element type would. */
        private static ScalarField.DataCase kindOf(ArrayArray arrays) {
            for (ScalarField row : arrays.getDataList()) {
                if (countOf(row) > 0) {
                    return row.getDataCase();
                }
            }
            return switch (DataType.ofNumber(arrays.getElementTypeValue()).orElse(DataType.INT64)) {
                case BOOL -> ScalarField.DataCase.BOOL_DATA;
                case INT8, INT16, INT32 -> ScalarField.DataCase.INT_DATA;
                case FLOAT -> ScalarField.DataCase.FLOAT_DATA;
                case DOUBLE -> ScalarField.DataCase.DOUBLE_DATA;
                case VARCHAR, STRING -> ScalarField.DataCase.STRING_DATA;
                default -> ScalarField.DataCase.LONG_DATA;
            };
        }

        private static Column joined(ByteString[] values, @Nullable BitSet nulls) {
            int[] offsets = new int[values.length + 1];
            for (int i = 0; i < values.length; i++) {
                offsets[i + 1] = Math.addExact(offsets[i], values[i].size());
            }
            byte[] data = new byte[offsets[values.length]];
            for (int i = 0; i < values.length; i++) {
                values[i].copyTo(data, offsets[i]);
            }
            return new Column.Bytes(data, offsets, nulls);
        }
    }
}
