package io.sluice.api.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import io.grpc.StatusRuntimeException;
import io.milvus.grpc.ArrayArray;
import io.milvus.grpc.BoolArray;
import io.milvus.grpc.DataType;
import io.milvus.grpc.FieldData;
import io.milvus.grpc.FloatArray;
import io.milvus.grpc.InsertRequest;
import io.milvus.grpc.IntArray;
import io.milvus.grpc.JSONArray;
import io.milvus.grpc.LongArray;
import io.milvus.grpc.ScalarField;
import io.milvus.grpc.StringArray;
import io.milvus.grpc.UpsertRequest;
import io.milvus.grpc.VectorField;
import io.sluice.engine.error.EngineException.InvalidRequest;
import io.sluice.engine.schema.Column;
import io.sluice.engine.schema.FieldSchema;
import io.sluice.engine.schema.RowBatch;
import io.sluice.engine.search.OutputColumn;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;

/** Columns off the wire, in every form that clients send, and back. */
class ColumnReaderTest {
    private static RowBatch read(InsertRequest request) {
        return ColumnReader.read(IncomingRows.MARSHALLER.parse(new ByteArrayInputStream(request.toByteArray())));
    }

    private static Column column(RowBatch batch, String name) {
        return Objects.requireNonNull(batch.columns().get(name));
    }

    private static InsertRequest request(int rows, FieldData... fields) {
        return InsertRequest.newBuilder()
                .setDbName("d")
                .setCollectionName("c")
                .setPartitionName("p")
                .addAllFieldsData(List.of(fields))
                .setNumRows(rows)
                .setSchemaTimestamp(-5)
                .build();
    }

    private static FieldData.Builder field(String name, DataType type) {
        return FieldData.newBuilder().setFieldName(name).setType(type);
    }

    private static FieldData longs(List<Boolean> valid, Long... values) {
        return field("x", DataType.Int64)
                .setScalars(ScalarField.newBuilder()
                        .setLongData(LongArray.newBuilder().addAllData(List.of(values))))
                .addAllValidData(valid)
                .build();
    }

    @Test
    void header_ofInsertAndUpsert_isRead() {
        IncomingRows insert = IncomingRows.MARSHALLER.parse(new ByteArrayInputStream(
                request(3).toBuilder().setNamespace("n").build().toByteArray()));
        assertThat(insert).isEqualTo(new IncomingRows("d", "c", "p", List.of(), 3, -5, false, true, List.of()));
        UpsertRequest upsert =
                UpsertRequest.newBuilder().setNumRows(1).setPartialUpdate(true).build();
        assertThat(IncomingRows.MARSHALLER
                        .parse(new ByteArrayInputStream(upsert.toByteArray()))
                        .partialUpdate())
                .isTrue();
    }

    @RepeatedTest(20)
    void vectors_anyBits_arriveAsTheyWereSent(RepetitionInfo repetition) {
        Random random = new Random(repetition.getCurrentRepetition());
        int dimension = 1 + random.nextInt(300);
        int rows = random.nextInt(50);
        FloatArray.Builder sent = FloatArray.newBuilder();
        for (int i = 0; i < rows * dimension; i++) {
            sent.addData(Float.intBitsToFloat(random.nextInt()));
        }
        FieldData field = field("v", DataType.FloatVector)
                .setVectors(VectorField.newBuilder().setDim(dimension).setFloatVector(sent))
                .build();

        Column.FloatVectors read = (Column.FloatVectors) column(read(request(rows, field)), "v");

        assertThat(read.dimension()).isEqualTo(dimension);
        assertThat(read.values()).hasSize(rows * dimension);
        for (int i = 0; i < rows * dimension; i++) {
            assertThat(Float.floatToRawIntBits(read.values()[i])).isEqualTo(Float.floatToRawIntBits(sent.getData(i)));
        }
    }

    @Test
    void vectors_unpackedAndInPieces_areJoined() throws IOException {
        byte[] floats = bytes(out -> {
            out.writeFloat(1, 1f);
            out.writeByteArray(1, new byte[] {0, 0, 0, 64, 0, 0, 64, 64}); // 2 and 3, packed
            out.writeFloat(1, 4f);
        });
        byte[] vectors = bytes(out -> {
            out.writeInt64(1, 2);
            out.writeByteArray(2, floats);
        });
        byte[] field = bytes(out -> {
            out.writeString(2, "v");
            out.writeByteArray(4, vectors);
        });
        byte[] request = bytes(out -> {
            out.writeByteArray(5, field);
            out.writeUInt32(7, 2);
        });

        RowBatch batch = ColumnReader.read(IncomingRows.MARSHALLER.parse(new ByteArrayInputStream(request)));

        assertThat(((Column.FloatVectors) column(batch, "v")).values()).containsExactly(1f, 2f, 3f, 4f);
    }

    private interface Writing {
        void to(CodedOutputStream out) throws IOException;
    }

    private static byte[] bytes(Writing writing) throws IOException {
        var bytes = new ByteArrayOutputStream();
        CodedOutputStream out = CodedOutputStream.newInstance(bytes);
        writing.to(out);
        out.flush();
        return bytes.toByteArray();
    }

    @RepeatedTest(50)
    void bytes_cutOrChanged_areRefusedOrReadButNeverWorse(RepetitionInfo repetition) {
        Random random = new Random(repetition.getCurrentRepetition());
        byte[] whole = request(2, longs(List.of(true, false), 7L), longs(List.of(), 1L, 2L))
                .toByteArray();
        byte[] damaged = Arrays.copyOf(whole, random.nextInt(whole.length + 1));
        for (int i = 0; i < 3 && damaged.length > 0; i++) {
            damaged[random.nextInt(damaged.length)] ^= (byte) (1 << random.nextInt(8));
        }
        try {
            ColumnReader.read(IncomingRows.MARSHALLER.parse(new ByteArrayInputStream(damaged)));
        } catch (InvalidRequest | StatusRuntimeException refused) {
            assertThat(refused.getMessage()).isNotBlank();
        }
    }

    @Test
    void nulls_compressedAndInFullLength_areTheSame() {
        BitSet second = new BitSet();
        second.set(1);
        for (FieldData sent :
                List.of(longs(List.of(true, false, true), 7L, 9L), longs(List.of(true, false, true), 7L, 0L, 9L))) {
            Column.Longs read = (Column.Longs) column(read(request(3, sent)), "x");
            assertThat(read.values()).containsExactly(7, 0, 9);
            assertThat(read.nulls()).isEqualTo(second);
        }
        assertThat(column(read(request(2, longs(List.of(true, true), 7L, 9L))), "x")
                        .nulls())
                .isNull();
    }

    @Test
    void nulls_thatDoNotFitTheRows_areRefused() {
        assertThatThrownBy(() -> read(request(3, longs(List.of(true, false), 7L))))
                .isInstanceOf(InvalidRequest.class)
                .hasMessageContaining("valid_data(2) of field(x)");
        assertThatThrownBy(() -> read(request(3, longs(List.of(true, false, true), 7L))))
                .isInstanceOf(InvalidRequest.class)
                .hasMessageContaining("the num_rows (1) of field (x) is not equal to passed num_rows (3)");
    }

    @Test
    void columns_twiceOrEmpty_areRefused() {
        assertThatThrownBy(() -> read(request(1, longs(List.of(), 1L), longs(List.of(), 2L))))
                .hasMessageStartingWith("duplicated field x found");
        assertThatThrownBy(() -> read(request(1, field("x", DataType.Int64).build())))
                .hasMessageContaining("field x has no data");
        assertThatThrownBy(() -> read(request(
                        1,
                        field("x", DataType.BinaryVector)
                                .setVectors(VectorField.newBuilder().setBinaryVector(ByteString.copyFromUtf8("a")))
                                .build())))
                .hasMessageContaining("vectors of type BinaryVector are not supported yet: field=x");
    }

    @Test
    void dynamicColumn_withoutAName_isMeta() {
        FieldData meta = FieldData.newBuilder()
                .setType(DataType.JSON)
                .setIsDynamic(true)
                .setScalars(ScalarField.newBuilder()
                        .setJsonData(JSONArray.newBuilder().addData(ByteString.copyFromUtf8("{}"))))
                .build();
        assertThat(read(request(1, meta)).columns()).containsOnlyKeys("$meta");
    }

    @Test
    void arrays_withAnEmptyRow_keepTheirPlaces() {
        ArrayArray arrays = ArrayArray.newBuilder()
                .addData(ScalarField.newBuilder()
                        .setIntData(IntArray.newBuilder().addData(1).addData(2)))
                .addData(ScalarField.newBuilder())
                .addData(ScalarField.newBuilder()
                        .setIntData(IntArray.newBuilder().addData(3)))
                .build();
        FieldData field = field("a", DataType.Array)
                .setScalars(ScalarField.newBuilder().setArrayData(arrays))
                .build();

        Column.Arrays read = (Column.Arrays) column(read(request(3, field)), "a");

        assertThat(read.offsets()).containsExactly(0, 2, 2, 3);
        assertThat(((Column.Ints) read.elements()).values()).containsExactly(1, 2, 3);
    }

    @Test
    void arrays_ofTwoKinds_areRefused() {
        ArrayArray arrays = ArrayArray.newBuilder()
                .addData(ScalarField.newBuilder()
                        .setIntData(IntArray.newBuilder().addData(1)))
                .addData(ScalarField.newBuilder()
                        .setBoolData(BoolArray.newBuilder().addData(true)))
                .build();
        FieldData field = field("a", DataType.Array)
                .setScalars(ScalarField.newBuilder().setArrayData(arrays))
                .build();
        assertThatThrownBy(() -> read(request(2, field)))
                .hasMessageContaining("elements of one array field have different types: field=a, row=1");
    }

    @Test
    void texts_withNullsAndUmlauts_comeBackAsTheyWent() {
        FieldData sent = field("s", DataType.VarChar)
                .setScalars(ScalarField.newBuilder()
                        .setStringData(StringArray.newBuilder().addData("für").addData("")))
                .addAllValidData(List.of(true, false, true))
                .build();
        Column read = column(read(request(3, sent)), "s");
        FieldSchema schema = FieldSchema.varChar("s", 10).asNullable();

        FieldData back =
                ColumnWriter.write(List.of(new OutputColumn(schema, read))).getFirst();

        assertThat(back.getScalars().getStringData().getDataList()).containsExactly("für", "", "");
        assertThat(back.getValidDataList()).containsExactly(true, false, true);
    }

    private static FieldData vectors(List<Boolean> valid, int dimension, Float... values) {
        return field("v", DataType.FloatVector)
                .setVectors(VectorField.newBuilder()
                        .setDim(dimension)
                        .setFloatVector(FloatArray.newBuilder().addAllData(List.of(values))))
                .addAllValidData(valid)
                .build();
    }

    @Test
    void nullVectors_compressedAndInFullLength_areTheSameAndComeBackCompressed() {
        BitSet second = new BitSet();
        second.set(1);
        List<Boolean> valid = List.of(true, false, true);
        for (FieldData sent : List.of(vectors(valid, 2, 1f, 2f, 5f, 6f), vectors(valid, 2, 1f, 2f, 0f, 0f, 5f, 6f))) {
            Column.FloatVectors read = (Column.FloatVectors) column(read(request(3, sent)), "v");
            assertThat(read.values()).containsExactly(1f, 2f, 0f, 0f, 5f, 6f);
            assertThat(read.nulls()).isEqualTo(second);
            FieldData back = ColumnWriter.write(List.of(
                            new OutputColumn(FieldSchema.floatVector("v", 2).asNullable(), read)))
                    .getFirst();
            assertThat(back.getVectors().getFloatVector().getDataList()).containsExactly(1f, 2f, 5f, 6f);
            assertThat(back.getVectors().getDim()).isEqualTo(2);
            assertThat(back.getValidDataList()).isEqualTo(valid);
        }
        assertThat(column(read(request(1, vectors(List.of(true), 2, 1f, 2f))), "v")
                        .nulls())
                .isNull();
    }

    @Test
    void nullVectors_allOfThem_areAColumnThatWasNotSent() {
        List<Boolean> none = List.of(false, false);
        FieldData noDimension =
                field("v", DataType.FloatVector).addAllValidData(none).build();
        for (FieldData sent : List.of(vectors(none, 2), vectors(none, 0), noDimension)) {
            assertThat(read(request(2, sent)).columns()).isEmpty();
            assertThatThrownBy(() -> read(request(2, sent, sent))).hasMessageStartingWith("duplicated field v found");
        }
    }

    @Test
    void nullVectors_thatDoNotFitTheRows_areRefused() {
        assertThatThrownBy(() -> read(request(3, vectors(List.of(true, false), 2, 1f, 2f))))
                .isInstanceOf(InvalidRequest.class)
                .hasMessageContaining("valid_data(2) of field(v)");
        assertThatThrownBy(() -> read(request(3, vectors(List.of(true, false, true), 2, 1f, 2f))))
                .isInstanceOf(InvalidRequest.class)
                .hasMessageContaining("the num_rows (1) of field (v) is not equal to passed num_rows (3)");
        Float[] wide = new Float[1 << 20];
        Arrays.fill(wide, 1f);
        List<Boolean> oneOfMany = new ArrayList<>(Collections.nCopies(300, false));
        oneOfMany.set(7, true);
        assertThatThrownBy(() -> read(request(300, vectors(oneOfMany, 1 << 20, wide))))
                .isInstanceOf(InvalidRequest.class)
                .hasMessageContaining("field data is too large: field=v");
    }

    @Test
    void results_withoutRows_haveTheirTypedPart() {
        FieldData empty = ColumnWriter.write(List.of(new OutputColumn(
                        FieldSchema.of("x", io.sluice.engine.schema.DataType.INT64),
                        new Column.Longs(new long[0], null))))
                .getFirst();
        assertThat(empty.getScalars().getDataCase()).isEqualTo(ScalarField.DataCase.LONG_DATA);
    }
}
