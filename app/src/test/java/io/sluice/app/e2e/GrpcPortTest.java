package io.sluice.app.e2e;

import static io.sluice.app.e2e.GrpcClient.ok;
import static io.sluice.app.e2e.GrpcClient.refused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.grpc.CallOptions;
import io.grpc.MethodDescriptor;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCalls;
import io.milvus.grpc.CollectionSchema;
import io.milvus.grpc.CreateCollectionRequest;
import io.milvus.grpc.CreateDatabaseRequest;
import io.milvus.grpc.DataType;
import io.milvus.grpc.DescribeCollectionRequest;
import io.milvus.grpc.FieldSchema;
import io.milvus.grpc.GetVersionRequest;
import io.milvus.grpc.HasCollectionRequest;
import io.milvus.grpc.InsertRequest;
import io.milvus.grpc.KeyValuePair;
import io.milvus.grpc.ListDatabasesRequest;
import io.milvus.grpc.MilvusServiceGrpc;
import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

/** One port for REST and gRPC: connections, limits, the end of the server. */
class GrpcPortTest {
    private static final byte[] PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] EMPTY_SETTINGS = {0, 0, 0, 4, 0, 0, 0, 0, 0};
    private static final byte[] PING = {0, 0, 8, 6, 0, 0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8};
    private static final int SETTINGS_TYPE = 4;
    private static final int PING_TYPE = 6;
    private static final int GOAWAY_TYPE = 7;
    private static final int ACK = 1;
    private static final int PATIENCE_MILLIS = 60_000;

    private record Frame(int type, int flags) {}

    private static Frame read(DataInputStream in) throws IOException {
        int length = in.readUnsignedShort() << 8 | in.readUnsignedByte();
        Frame frame = new Frame(in.readUnsignedByte(), in.readUnsignedByte());
        in.skipNBytes(Integer.BYTES + length);
        return frame;
    }

    private static Socket connect(TestServer server) throws IOException {
        Socket socket = new Socket("127.0.0.1", server.port());
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(PATIENCE_MILLIS);
        return socket;
    }

    private static void assertServes(GrpcClient client) {
        assertThat(ok(client.stub().getVersion(GetVersionRequest.getDefaultInstance()))
                        .getVersion())
                .isNotEmpty();
    }

    private static Code codeOf(Runnable call) {
        try {
            call.run();
            return Code.OK;
        } catch (StatusRuntimeException ended) {
            return ended.getStatus().getCode();
        }
    }

    @Test
    void port_restAndGrpcAtOnce_bothAreServed() {
        try (TestServer server = TestServer.start();
                GrpcClient client = new GrpcClient(server);
                Rest rest = new Rest(server.baseUrl())) {
            List<CompletableFuture<Void>> both = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                both.add(CompletableFuture.runAsync(() -> assertServes(client)));
                both.add(CompletableFuture.runAsync(() -> rest.ok("databases/list", "{}")));
            }
            CompletableFuture.allOf(both.toArray(CompletableFuture[]::new)).join();
        }
    }

    @Test
    void preface_byteByByte_isAdopted() throws Exception {
        try (TestServer server = TestServer.start();
                Socket socket = connect(server)) {
            for (byte[] part : List.of(PREFACE, EMPTY_SETTINGS, PING)) {
                for (byte each : part) {
                    socket.getOutputStream().write(each);
                }
            }
            DataInputStream in = new DataInputStream(socket.getInputStream());
            assertThat(read(in).type()).isEqualTo(SETTINGS_TYPE);
            Frame frame = read(in);
            while (frame.type() != PING_TYPE) {
                frame = read(in);
            }
            assertThat(frame.flags()).isEqualTo(ACK);
        }
    }

    @Test
    void preface_halfOfItThenClosed_harmsNobody() throws Exception {
        try (TestServer server = TestServer.start();
                GrpcClient client = new GrpcClient(server);
                Rest rest = new Rest(server.baseUrl())) {
            for (int length : new int[] {0, 1, 2, 3, 4, 12, PREFACE.length - 1}) {
                try (Socket socket = connect(server)) {
                    socket.getOutputStream().write(PREFACE, 0, length);
                }
            }
            assertServes(client);
            rest.ok("databases/list", "{}");
        }
    }

    @Test
    void pings_oneAfterTheOtherWithoutACall_neverGetGoaway() throws Exception {
        try (TestServer server = TestServer.start();
                Socket socket = connect(server)) {
            socket.getOutputStream().write(PREFACE);
            socket.getOutputStream().write(EMPTY_SETTINGS);
            DataInputStream in = new DataInputStream(socket.getInputStream());
            for (int i = 0; i < 50; i++) {
                socket.getOutputStream().write(PING);
                Frame frame = read(in);
                while (frame.type() != PING_TYPE) {
                    assertThat(frame.type()).as("after %s pings", i).isNotEqualTo(GOAWAY_TYPE);
                    frame = read(in);
                }
            }
        }
    }

    @Test
    void call_unknownMethod_isUnimplementedAtOnce() {
        try (TestServer server = TestServer.start();
                GrpcClient client = new GrpcClient(server)) {
            MethodDescriptor<GetVersionRequest, io.milvus.grpc.GetVersionResponse> unknown =
                    MilvusServiceGrpc.getGetVersionMethod().toBuilder()
                            .setFullMethodName(MilvusServiceGrpc.SERVICE_NAME + "/NoSuchCall")
                            .build();
            assertThat(codeOf(() -> ClientCalls.blockingUnaryCall(
                            client.channel(), unknown, CallOptions.DEFAULT, GetVersionRequest.getDefaultInstance())))
                    .isEqualTo(Code.UNIMPLEMENTED);
            assertServes(client);
        }
    }

    @Test
    void request_overTheLimit_isRefusedAndTheConnectionGoesOn() {
        try (TestServer server = TestServer.start(Map.of("SLUICE_GRPC_MAX_RECEIVE", "1MiB"));
                GrpcClient client = new GrpcClient(server)) {
            assertServes(client);
            InsertRequest large = InsertRequest.newBuilder()
                    .setCollectionName("words")
                    .addHashKeys(1)
                    .setPartitionNameBytes(ByteString.copyFrom(new byte[2 << 20]))
                    .build();
            assertThatThrownBy(() -> client.stub().insert(large))
                    .isInstanceOfSatisfying(StatusRuntimeException.class, refusal -> {
                        assertThat(refusal.getStatus().getCode()).isEqualTo(Code.RESOURCE_EXHAUSTED);
                        assertThat(refusal.getStatus().getDescription()).contains("exceeds maximum size 1048576");
                    });
            assertServes(client);
        }
    }

    @Test
    void request_smallLargeOrCompressed_isAnsweredTheSame() {
        try (TestServer server = TestServer.start();
                GrpcClient client = new GrpcClient(server)) {
            for (int nameBytes : List.of(1, 1 << 20)) {
                InsertRequest insert = InsertRequest.newBuilder()
                        .setCollectionName("nowhere")
                        .addHashKeys(1)
                        .setPartitionName("p".repeat(nameBytes))
                        .build();
                assertThat(refused(100, client.stub().insert(insert))).startsWith("collection not found");
                assertThat(refused(100, client.stub().withCompression("gzip").insert(insert)))
                        .startsWith("collection not found");
            }
        }
    }

    @Test
    void request_thatIsNoMessage_isInternalAndTheConnectionGoesOn() {
        var bytes = new MethodDescriptor.Marshaller<byte[]>() {
            @Override
            public InputStream stream(byte[] value) {
                return new ByteArrayInputStream(value);
            }

            @Override
            public byte[] parse(InputStream stream) {
                throw new AssertionError("an answer to what is no message");
            }
        };
        MethodDescriptor<byte[], byte[]> insert =
                MilvusServiceGrpc.getInsertMethod().toBuilder(bytes, bytes).build();
        try (TestServer server = TestServer.start();
                GrpcClient client = new GrpcClient(server)) {
            for (int sizeBytes : List.of(100, 1 << 20)) {
                byte[] noMessage = new byte[sizeBytes];
                Arrays.fill(noMessage, (byte) 0xff);
                assertThat(codeOf(() -> ClientCalls.blockingUnaryCall(
                                client.channel(), insert, CallOptions.DEFAULT, noMessage)))
                        .isEqualTo(Code.INTERNAL);
            }
            assertServes(client);
        }
    }

    @Test
    void answer_overTheLimit_isRefusedAndTheConnectionGoesOn() {
        try (TestServer server = TestServer.start(Map.of("SLUICE_GRPC_MAX_SEND", "1MiB"));
                GrpcClient client = new GrpcClient(server)) {
            String half = "x".repeat(700_000);
            CollectionSchema schema = words().toBuilder().setDescription(half).build();
            ok(client.stub()
                    .createCollection(CreateCollectionRequest.newBuilder()
                            .setCollectionName("words")
                            .setSchema(schema.toByteString())
                            .addProperties(
                                    KeyValuePair.newBuilder().setKey("note").setValue(half))
                            .build()));

            assertThatThrownBy(() -> client.stub()
                            .describeCollection(DescribeCollectionRequest.newBuilder()
                                    .setCollectionName("words")
                                    .build()))
                    .isInstanceOfSatisfying(StatusRuntimeException.class, refusal -> {
                        assertThat(refusal.getStatus().getCode()).isEqualTo(Code.RESOURCE_EXHAUSTED);
                        assertThat(refusal.getStatus().getDescription())
                                .contains("vs. 1048576")
                                .contains("SLUICE_GRPC_MAX_SEND");
                    });
            assertServes(client);
        }
    }

    private static CollectionSchema words() {
        return CollectionSchema.newBuilder()
                .setName("words")
                .addFields(FieldSchema.newBuilder()
                        .setName("id")
                        .setDataType(DataType.Int64)
                        .setIsPrimaryKey(true))
                .addFields(FieldSchema.newBuilder()
                        .setName("vector")
                        .setDataType(DataType.FloatVector)
                        .addTypeParams(KeyValuePair.newBuilder().setKey("dim").setValue("4")))
                .build();
    }

    @Test
    void dbnameHeader_namesTheDatabaseOfRequestsThatDoNot() {
        try (TestServer server = TestServer.start();
                GrpcClient client = new GrpcClient(server)) {
            ok(client.stub()
                    .createDatabase(CreateDatabaseRequest.newBuilder()
                            .setDbName("other")
                            .build()));
            ok(client.stub("dbname", "other")
                    .createCollection(CreateCollectionRequest.newBuilder()
                            .setCollectionName("words")
                            .setSchema(words().toByteString())
                            .build()));
            HasCollectionRequest has =
                    HasCollectionRequest.newBuilder().setCollectionName("words").build();
            assertThat(ok(client.stub("dbname", "other").hasCollection(has)).getValue())
                    .isTrue();
            assertThat(ok(client.stub().hasCollection(has)).getValue()).isFalse();
            assertThat(ok(client.stub("dbname", "default")
                                    .hasCollection(
                                            has.toBuilder().setDbName("other").build()))
                            .getValue())
                    .as("the request's own word counts more")
                    .isTrue();
            refused(
                    800,
                    client.stub("dbname", "gone")
                            .createCollection(CreateCollectionRequest.newBuilder()
                                    .setCollectionName("words")
                                    .setSchema(words().toByteString())
                                    .build()));
        }
    }

    /** Goal: a stop never breaks a call off. Method: call without a pause while the server stops. */
    @Test
    void close_withCallsRunning_endsEachCleanly() throws Exception {
        CountDownLatch calling = new CountDownLatch(1);
        TestServer server = TestServer.start();
        try (GrpcClient client = new GrpcClient(server)) {
            CompletableFuture<Code> last = CompletableFuture.supplyAsync(() -> {
                Code code = Code.OK;
                while (code == Code.OK) {
                    code = codeOf(() -> client.stub().listDatabases(ListDatabasesRequest.getDefaultInstance()));
                    calling.countDown();
                }
                return code;
            });
            calling.await();
            server.close();
            assertThat(last.join()).isEqualTo(Code.UNAVAILABLE);
        } finally {
            server.close();
        }
    }

    @Test
    void connections_twoHundredAtOnce_areAllServed() {
        List<GrpcClient> clients = new ArrayList<>();
        try (TestServer server = TestServer.start()) {
            for (int i = 0; i < 200; i++) {
                clients.add(new GrpcClient(server));
            }
            clients.forEach(GrpcPortTest::assertServes);
            clients.forEach(GrpcPortTest::assertServes);
            clients.forEach(GrpcClient::close);
        }
    }
}
