package io.sluice.engine.segment;

import io.sluice.engine.schema.CollectionSchema;
import io.sluice.engine.schema.DataType;
import io.sluice.engine.schema.FieldSchema;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** How the values of a field lie in memory: what {@link ColumnView} draws, without the memory. Immutable. */
record ColumnShape(int fieldId, DataType type, @Nullable DataType elementType, int dimension, boolean nullable) {
    static ColumnShape of(FieldSchema field) {
        return new ColumnShape(
                field.id(),
                field.type(),
                field.elementType(),
                field.type().isVector() ? field.dimension() : 0,
                field.nullable());
    }

    /** The fields in schema order; without the timestamp column. */
    static List<ColumnShape> of(CollectionSchema schema) {
        List<ColumnShape> shapes = new ArrayList<>();
        for (FieldSchema field : schema.fields()) {
            shapes.add(of(field));
        }
        return shapes;
    }

    static ColumnShape timestamps() {
        return new ColumnShape(CollectionSchema.TIMESTAMP_FIELD_ID, DataType.INT64, null, 0, false);
    }

    /** Whether every row takes the same bytes. */
    boolean isFixed() {
        return !type.isBytes() && !isArray();
    }

    boolean isArray() {
        return type == DataType.ARRAY;
    }

    /** Whether the column is an array of VarChar, which has offsets of elements too. */
    boolean isArrayOfBytes() {
        return elementType != null && elementType.isBytes();
    }

    /** Bytes of one value: of a row when fixed, of an element in an array, 1 for UTF-8. */
    int valueBytes() {
        if (type.isVector()) {
            return type.elementBytes() * dimension;
        }
        DataType value = elementType == null ? type : elementType;
        return value.isBytes() ? 1 : value.elementBytes();
    }

    static long offsetsBytes(long count) {
        return (count + 1) * Integer.BYTES;
    }

    static long validityBytes(long rowCount) {
        return (rowCount + 63) / 64 * Long.BYTES;
    }
}
