package io.sluice.api.grpc;

import com.google.protobuf.ByteString;
import io.milvus.grpc.ArrayArray;
import io.milvus.grpc.BoolArray;
import io.milvus.grpc.DoubleArray;
import io.milvus.grpc.FieldData;
import io.milvus.grpc.FloatArray;
import io.milvus.grpc.IDs;
import io.milvus.grpc.IntArray;
import io.milvus.grpc.JSONArray;
import io.milvus.grpc.LongArray;
import io.milvus.grpc.ScalarField;
import io.milvus.grpc.StringArray;
import io.milvus.grpc.VectorField;
import io.sluice.engine.schema.CollectionSchema;
import io.sluice.engine.schema.Column;
import io.sluice.engine.schema.DataType;
import io.sluice.engine.schema.FieldSchema;
import io.sluice.engine.schema.Keys;
import io.sluice.engine.search.OutputColumn;
import java.util.List;

/**
 * Result columns and keys as messages.
 *
 * <p>Every row has a value, null rows a placeholder, and a nullable field says which rows are valid. Of vectors only
 * the valid rows are there, which clients expect. The typed part of a message is there even when it has no rows, because
 * they read it without looking.
 */
final class ColumnWriter {
    private ColumnWriter() {}

    static List<FieldData> write(List<OutputColumn> columns) {
        return columns.stream().map(ColumnWriter::write).toList();
    }

    private static FieldData write(OutputColumn output) {
        FieldSchema field = output.field();
        Column column = output.column();
        FieldData.Builder data = FieldData.newBuilder()
                .setTypeValue(field.type().number())
                .setFieldName(field.dynamic() ? CollectionSchema.META : field.name())
                .setFieldId(field.id())
                .setIsDynamic(field.dynamic());
        if (column instanceof Column.FloatVectors vectors) {
            FloatArray.Builder floats = FloatArray.newBuilder();
            int dimension = vectors.dimension();
            float[] values = vectors.values();
            for (int row = 0; row < vectors.rowCount(); row++) {
                if (!vectors.isNull(row)) {
                    for (int i = row * dimension; i < (row + 1) * dimension; i++) {
                        floats.addData(values[i]);
                    }
                }
            }
            data.setVectors(VectorField.newBuilder().setDim(dimension).setFloatVector(floats));
        } else {
            data.setScalars(scalars(column, field.type(), 0, column.rowCount(), field));
        }
        if (field.nullable()) {
            for (int row = 0; row < column.rowCount(); row++) {
                data.addValidData(!column.isNull(row));
            }
        }
        return data.build();
    }

    private static ScalarField scalars(Column column, DataType type, int from, int to, FieldSchema field) {
        ScalarField.Builder scalars = ScalarField.newBuilder();
        switch (column) {
            case Column.Bools bools -> {
                BoolArray.Builder values = BoolArray.newBuilder();
                for (int row = from; row < to; row++) {
                    values.addData(bools.values()[row]);
                }
                scalars.setBoolData(values);
            }
            case Column.Ints ints -> {
                IntArray.Builder values = IntArray.newBuilder();
                for (int row = from; row < to; row++) {
                    values.addData(ints.values()[row]);
                }
                scalars.setIntData(values);
            }
            case Column.Longs longs -> {
                LongArray.Builder values = LongArray.newBuilder();
                for (int row = from; row < to; row++) {
                    values.addData(longs.values()[row]);
                }
                scalars.setLongData(values);
            }
            case Column.Floats floats -> {
                FloatArray.Builder values = FloatArray.newBuilder();
                for (int row = from; row < to; row++) {
                    values.addData(floats.values()[row]);
                }
                scalars.setFloatData(values);
            }
            case Column.Doubles doubles -> {
                DoubleArray.Builder values = DoubleArray.newBuilder();
                for (int row = from; row < to; row++) {
                    values.addData(doubles.values()[row]);
                }
                scalars.setDoubleData(values);
            }
            case Column.Bytes bytes -> {
                if (type == DataType.JSON) {
                    JSONArray.Builder values = JSONArray.newBuilder();
                    for (int row = from; row < to; row++) {
                        values.addData(ByteString.copyFrom(bytes.data(), bytes.offsets()[row], bytes.length(row)));
                    }
                    scalars.setJsonData(values);
                } else {
                    StringArray.Builder values = StringArray.newBuilder();
                    for (int row = from; row < to; row++) {
                        values.addDataBytes(ByteString.copyFrom(bytes.data(), bytes.offsets()[row], bytes.length(row)));
                    }
                    scalars.setStringData(values);
                }
            }
            case Column.Arrays arrays -> scalars.setArrayData(arrays(arrays, field));
            case Column.FloatVectors vectors ->
                throw new IllegalStateException(
                        "vectors are no scalars: field=" + field.name() + ", column=" + vectors);
        }
        return scalars.build();
    }

    private static ArrayArray arrays(Column.Arrays arrays, FieldSchema field) {
        DataType elementType = field.elementType();
        if (elementType == null) {
            throw new IllegalStateException("an array has an element type: " + field);
        }
        ArrayArray.Builder values = ArrayArray.newBuilder().setElementTypeValue(elementType.number());
        for (int row = 0; row < arrays.rowCount(); row++) {
            values.addData(
                    scalars(arrays.elements(), elementType, arrays.offsets()[row], arrays.offsets()[row + 1], field));
        }
        return values.build();
    }

    static IDs write(Keys keys) {
        return switch (keys) {
            case Keys.LongKeys longs -> {
                LongArray.Builder values = LongArray.newBuilder();
                for (long key : longs.values()) {
                    values.addData(key);
                }
                yield IDs.newBuilder().setIntId(values).build();
            }
            case Keys.StringKeys texts ->
                IDs.newBuilder()
                        .setStrId(StringArray.newBuilder().addAllData(texts.values()))
                        .build();
        };
    }
}
