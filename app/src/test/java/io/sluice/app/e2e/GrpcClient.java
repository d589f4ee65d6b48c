package io.sluice.app.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Message;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.MetadataUtils;
import io.milvus.grpc.MilvusServiceGrpc;
import io.milvus.grpc.MilvusServiceGrpc.MilvusServiceBlockingStub;
import io.milvus.grpc.Status;
import java.util.concurrent.TimeUnit;

/**
 * Milvus's gRPC, spoken to a running server over a connection of its own, as the SDKs do. Thread-safe.
 *
 * <p>{@code ok} and {@code refused} read the {@code Status} of any answer, in both its generations.
 */
final class GrpcClient implements AutoCloseable {
    private static final int PATIENCE_SECONDS = 60;
    private static final int LARGEST_ANSWER_BYTES = 1 << 30; // 1 GiB: what is refused, the server refuses

    private final ManagedChannel channel;

    GrpcClient(TestServer server) {
        this(server.port());
    }

    GrpcClient(int port) {
        this.channel = NettyChannelBuilder.forAddress("127.0.0.1", port)
                .usePlaintext()
                .maxInboundMessageSize(LARGEST_ANSWER_BYTES)
                .build();
    }

    ManagedChannel channel() {
        return channel;
    }

    /**
     * For one call, or a few: its patience begins now.
     *
     * @param headers name, value, name, value, ...
     */
    MilvusServiceBlockingStub stub(String... headers) {
        Metadata metadata = new Metadata();
        for (int i = 0; i < headers.length; i += 2) {
            metadata.put(Metadata.Key.of(headers[i], Metadata.ASCII_STRING_MARSHALLER), headers[i + 1]);
        }
        return MilvusServiceGrpc.newBlockingStub(channel)
                .withDeadlineAfter(PATIENCE_SECONDS, TimeUnit.SECONDS)
                .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(metadata));
    }

    /** The same answer, which is a success. */
    static <A extends Message> A ok(A answer) {
        Status status = statusOf(answer);
        assertThat(status.getCode()).as("%s", answer).isZero();
        assertThat(legacyCode(status)).as("%s", answer).isZero();
        return answer;
    }

    /** The reason of a refusal with that code. */
    static String refused(int code, Message answer) {
        Status status = statusOf(answer);
        assertThat(status.getCode()).as("%s", answer).isEqualTo(code);
        assertThat(legacyCode(status)).as("%s", answer).isNotZero();
        return status.getReason();
    }

    @SuppressWarnings("deprecation") // the old code is all that some clients read
    static int legacyCode(Status status) {
        return status.getErrorCodeValue();
    }

    static Status statusOf(Message answer) {
        return answer instanceof Status status
                ? status
                : (Status) answer.getField(answer.getDescriptorForType().findFieldByName("status"));
    }

    @Override
    public void close() {
        channel.shutdownNow();
    }
}
