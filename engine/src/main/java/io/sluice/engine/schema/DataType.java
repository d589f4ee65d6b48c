package io.sluice.engine.schema;

import java.util.Locale;
import java.util.Optional;

/** The field types of Milvus with their wire numbers. {@link #supported()} says which ones work end to end. */
public enum DataType {
    BOOL(1, "Bool", 1, true),
    INT8(2, "Int8", 1, true),
    INT16(3, "Int16", 2, true),
    INT32(4, "Int32", 4, true),
    INT64(5, "Int64", 8, true),
    FLOAT(10, "Float", 4, true),
    DOUBLE(11, "Double", 8, true),
    STRING(20, "String", 0, false),
    VARCHAR(21, "VarChar", 0, true),
    ARRAY(22, "Array", 0, true),
    JSON(23, "JSON", 0, true),
    GEOMETRY(24, "Geometry", 0, false),
    TEXT(25, "Text", 0, false),
    TIMESTAMPTZ(26, "Timestamptz", 0, false),
    BINARY_VECTOR(100, "BinaryVector", 0, false),
    FLOAT_VECTOR(101, "FloatVector", 4, true),
    FLOAT16_VECTOR(102, "Float16Vector", 2, false),
    BFLOAT16_VECTOR(103, "BFloat16Vector", 2, false),
    SPARSE_FLOAT_VECTOR(104, "SparseFloatVector", 0, false),
    INT8_VECTOR(105, "Int8Vector", 1, false),
    ARRAY_OF_VECTOR(106, "ArrayOfVector", 0, false),
    ARRAY_OF_STRUCT(200, "ArrayOfStruct", 0, false),
    STRUCT(201, "Struct", 0, false);

    private final int number;
    private final String milvusName;
    private final int elementBytes;
    private final boolean supported;

    DataType(int number, String milvusName, int elementBytes, boolean supported) {
        this.number = number;
        this.milvusName = milvusName;
        this.elementBytes = elementBytes;
        this.supported = supported;
    }

    /** The number of {@code schema.DataType} on the wire. */
    public int number() {
        return number;
    }

    /** As REST and the docs spell it, such as {@code FloatVector}. */
    public String milvusName() {
        return milvusName;
    }

    /** Bytes of one value (of one dimension for vectors); 0 for types of varying size. */
    public int elementBytes() {
        return elementBytes;
    }

    /** Whether a create call accepts this type today. */
    public boolean supported() {
        return supported;
    }

    public boolean isInteger() {
        return switch (this) {
            case INT8, INT16, INT32, INT64 -> true;
            default -> false;
        };
    }

    public boolean isFloating() {
        return this == FLOAT || this == DOUBLE;
    }

    public boolean isNumeric() {
        return isInteger() || isFloating();
    }

    public boolean isVector() {
        return number >= BINARY_VECTOR.number && number <= ARRAY_OF_VECTOR.number;
    }

    /** Whether values are byte strings with offsets: VarChar and JSON. */
    public boolean isBytes() {
        return this == VARCHAR || this == JSON;
    }

    public static Optional<DataType> ofNumber(int number) {
        for (DataType type : values()) {
            if (type.number == number) {
                return Optional.of(type);
            }
        }
        return Optional.empty();
    }

    /** By Milvus's name, ignoring case; {@code VARCHAR} and {@code FLOAT_VECTOR} work too. */
    public static Optional<DataType> ofName(String name) {
        String wanted = name.replace("_", "").toLowerCase(Locale.ROOT);
        for (DataType type : values()) {
            if (type.milvusName.toLowerCase(Locale.ROOT).equals(wanted)) {
                return Optional.of(type);
            }
        }
        return Optional.empty();
    }
}
