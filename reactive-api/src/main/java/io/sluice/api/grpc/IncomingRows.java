package io.sluice.api.grpc;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.ExtensionRegistryLite;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.WireFormat;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.milvus.grpc.FieldPartialUpdateOp;
import io.milvus.grpc.ScalarField;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An {@code InsertRequest} or {@code UpsertRequest} as it comes off the wire: their fields have the same numbers. Treated
 * as immutable.
 *
 * <p>Read by hand rather than by generated code, because the components of float vectors are nearly all of such a
 * message: generated code takes them one by one into a list, here they are moved in one piece into the array that
 * becomes the column.
 *
 * @param rowCount as the client says it
 * @param schemaTimestamp of the schema that the client knows; 0 = it does not say
 * @param fieldOps of a partial upsert
 */
record IncomingRows(
        String database,
        String collection,
        String partition,
        List<Field> fields,
        int rowCount,
        long schemaTimestamp,
        boolean partialUpdate,
        boolean namespace,
        List<FieldPartialUpdateOp> fieldOps) {

    /**
     * One column.
     *
     * @param type number of {@code schema.DataType}
     * @param vectors null unless it is a vector column
     * @param valid which rows are not null; null = the client does not say
     * @param validCount how many rows {@code valid} speaks of
     */
    record Field(
            int type,
            String name,
            boolean dynamic,
            @Nullable ScalarField scalars,
            @Nullable Vectors vectors,
            boolean structs,
            @Nullable BitSet valid,
            int validCount) {}

    /**
     * @param dimension as the client says it
     * @param floats the components of float vectors, row after row; null for vectors of another kind
     */
    record Vectors(int dimension, float @Nullable [] floats) {}

    /** Reads requests; the other direction is never needed by a server. */
    static final MethodDescriptor.Marshaller<IncomingRows> MARSHALLER = new MethodDescriptor.Marshaller<>() {
        @Override
        public InputStream stream(IncomingRows rows) {
            throw new IllegalStateException("a server only reads requests");
        }

        @Override
        public IncomingRows parse(InputStream stream) {
            try {
                return read(CodedInputStream.newInstance(stream));
            } catch (InvalidProtocolBufferException malformed) {
                throw Status.INTERNAL
                        .withDescription("Invalid protobuf byte sequence: " + malformed.getMessage())
                        .withCause(malformed)
                        .asRuntimeException();
            } catch (IOException broken) {
                throw new UncheckedIOException(broken);
            }
        }
    };

    // Field numbers of InsertRequest and UpsertRequest

    private static final int DATABASE = 2;
    private static final int COLLECTION = 3;
    private static final int PARTITION = 4;
    private static final int FIELDS = 5;
    private static final int ROW_COUNT = 7;
    private static final int SCHEMA_TIMESTAMP = 8;
    private static final int UPSERT_PARTIAL_UPDATE = 9; // a namespace in an insert, which is a text
    private static final int UPSERT_NAMESPACE = 10;
    private static final int UPSERT_FIELD_OPS = 11;

    private static IncomingRows read(CodedInputStream in) throws IOException {
        String database = "";
        String collection = "";
        String partition = "";
        List<Field> fields = new ArrayList<>();
        int rowCount = 0;
        long schemaTimestamp = 0;
        boolean partialUpdate = false;
        boolean namespace = false;
        List<FieldPartialUpdateOp> fieldOps = new ArrayList<>();
        for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
            boolean varint = WireFormat.getTagWireType(tag) == WireFormat.WIRETYPE_VARINT;
            switch (WireFormat.getTagFieldNumber(tag)) {
                case DATABASE -> database = in.readStringRequireUtf8();
                case COLLECTION -> collection = in.readStringRequireUtf8();
                case PARTITION -> partition = in.readStringRequireUtf8();
                case FIELDS -> fields.add(nested(in, IncomingRows::readField));
                case ROW_COUNT -> rowCount = in.readUInt32();
                case SCHEMA_TIMESTAMP -> schemaTimestamp = in.readUInt64();
                case UPSERT_PARTIAL_UPDATE -> {
                    if (varint) {
                        partialUpdate = in.readBool();
                    } else {
                        namespace = !in.readStringRequireUtf8().isEmpty();
                    }
                }
                case UPSERT_NAMESPACE -> namespace = !in.readStringRequireUtf8().isEmpty();
                case UPSERT_FIELD_OPS ->
                    fieldOps.add(
                            in.readMessage(FieldPartialUpdateOp.parser(), ExtensionRegistryLite.getEmptyRegistry()));
                default -> in.skipField(tag);
            }
        }
        return new IncomingRows(
                database, collection, partition, fields, rowCount, schemaTimestamp, partialUpdate, namespace, fieldOps);
    }

    /** Reads one message inside another. */
    private interface Reader<T> {
        T read(CodedInputStream in) throws IOException;
    }

    private static <T> T nested(CodedInputStream in, Reader<T> reader) throws IOException {
        int outer = in.pushLimit(in.readRawVarint32());
        T message = reader.read(in);
        in.checkLastTagWas(0);
        in.popLimit(outer);
        return message;
    }

    // Field numbers of FieldData

    private static final int TYPE = 1;
    private static final int NAME = 2;
    private static final int SCALARS = 3;
    private static final int VECTORS = 4;
    private static final int IS_DYNAMIC = 6;
    private static final int VALID = 7;
    private static final int STRUCTS = 8;

    private static Field readField(CodedInputStream in) throws IOException {
        int type = 0;
        String name = "";
        boolean dynamic = false;
        boolean structs = false;
        ScalarField scalars = null;
        Vectors vectors = null;
        BitSet valid = null;
        int validCount = 0;
        for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
            switch (WireFormat.getTagFieldNumber(tag)) {
                case TYPE -> type = in.readEnum();
                case NAME -> name = in.readStringRequireUtf8();
                case SCALARS ->
                    scalars = in.readMessage(ScalarField.parser(), ExtensionRegistryLite.getEmptyRegistry());
                case VECTORS -> vectors = nested(in, IncomingRows::readVectors);
                case IS_DYNAMIC -> dynamic = in.readBool();
                case VALID -> {
                    valid = valid == null ? new BitSet() : valid;
                    boolean packed = WireFormat.getTagWireType(tag) == WireFormat.WIRETYPE_LENGTH_DELIMITED;
                    int end = packed ? in.pushLimit(in.readRawVarint32()) : 0;
                    do {
                        if (packed && in.isAtEnd()) {
                            break;
                        }
                        valid.set(validCount++, in.readBool());
                    } while (packed);
                    if (packed) {
                        in.popLimit(end);
                    }
                }
                case STRUCTS -> {
                    structs = true;
                    in.skipField(tag);
                }
                default -> in.skipField(tag);
            }
        }
        return new Field(type, name, dynamic, scalars, vectors, structs, valid, validCount);
    }

    // Field numbers of VectorField and FloatArray

    private static final int DIMENSION = 1;
    private static final int FLOAT_VECTOR = 2;
    private static final int FLOATS = 1;

    private static Vectors readVectors(CodedInputStream in) throws IOException {
        int dimension = 0;
        float[] floats = null;
        for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
            switch (WireFormat.getTagFieldNumber(tag)) {
                case DIMENSION -> dimension = (int) Math.min(Integer.MAX_VALUE, in.readInt64());
                case FLOAT_VECTOR -> floats = nested(in, IncomingRows::readFloats);
                default -> in.skipField(tag);
            }
        }
        return new Vectors(dimension, floats);
    }

    private static float[] readFloats(CodedInputStream in) throws IOException {
        float[] floats = new float[0];
        for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
            if (WireFormat.getTagFieldNumber(tag) != FLOATS) {
                in.skipField(tag);
            } else if (WireFormat.getTagWireType(tag) == WireFormat.WIRETYPE_FIXED32) {
                floats = Arrays.copyOf(floats, floats.length + 1);
                floats[floats.length - 1] = in.readFloat();
            } else {
                float[] more = floatsOf(in.readByteArray());
                int had = floats.length;
                floats = had == 0 ? more : Arrays.copyOf(floats, had + more.length);
                if (had > 0) {
                    System.arraycopy(more, 0, floats, had, more.length);
                }
            }
        }
        return floats;
    }

    private static float[] floatsOf(byte[] bytes) throws InvalidProtocolBufferException {
        if (bytes.length % Float.BYTES != 0) {
            throw new InvalidProtocolBufferException("packed floats have " + bytes.length + " bytes, no multiple of 4");
        }
        float[] floats = new float[bytes.length / Float.BYTES];
        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(floats);
        return floats;
    }

    /** The components of one vector, as search requests carry them: little-endian, without a length. */
    static float[] vector(ByteString bytes) {
        float[] floats = new float[bytes.size() / Float.BYTES];
        bytes.asReadOnlyByteBuffer()
                .order(ByteOrder.LITTLE_ENDIAN)
                .asFloatBuffer()
                .get(floats);
        return floats;
    }
}
