package io.sluice.api.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Detachable;
import io.grpc.KnownLength;
import io.grpc.MethodDescriptor.Marshaller;
import io.milvus.grpc.HasCollectionRequest;
import io.milvus.grpc.MilvusServiceGrpc;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import reactor.test.StepVerifier;

/** Who decodes a request, and that its buffers always come back. */
class IncomingTest {
    private static final Marshaller<Incoming<HasCollectionRequest>> MARSHALLER =
            Incoming.marshaller(MilvusServiceGrpc.getHasCollectionMethod().getRequestMarshaller());

    /** As gRPC hands a message over: its size is known, and it can be kept. Says when its buffers are given back. */
    private static final class Buffers extends ByteArrayInputStream implements KnownLength, Detachable {
        private boolean detached;
        private boolean closed;

        Buffers(byte[] bytes) {
            super(bytes);
        }

        @Override
        public InputStream detach() {
            detached = true;
            return this;
        }

        @Override
        public void close() {
            closed = true;
        }
    }

    private static Buffers message(int nameBytes) {
        return new Buffers(HasCollectionRequest.newBuilder()
                .setCollectionName("x".repeat(nameBytes))
                .build()
                .toByteArray());
    }

    @Test
    void decoded_small_isThereAtOnceAndTheBuffersStayWithGrpc() {
        Buffers buffers = message(1_000);
        Mono<HasCollectionRequest> decoded = MARSHALLER.parse(buffers).decoded(Schedulers.immediate());

        StepVerifier.create(decoded.map(HasCollectionRequest::getCollectionName))
                .expectNext("x".repeat(1_000))
                .verifyComplete();
        assertThat(buffers.detached).isFalse();
    }

    @Test
    void decoded_large_waitsForADecoderAndGivesTheBuffersBack() {
        Buffers buffers = message(100_000);
        Incoming<HasCollectionRequest> incoming = MARSHALLER.parse(buffers);
        assertThat(buffers.detached).isTrue();
        assertThat(buffers.closed).isFalse();

        StepVerifier.create(incoming.decoded(Schedulers.immediate()).map(HasCollectionRequest::getCollectionName))
                .expectNext("x".repeat(100_000))
                .verifyComplete();
        assertThat(buffers.closed).isTrue();
    }

    @Test
    void drop_beforeADecoderCame_givesTheBuffersBackAndThereIsNoMessage() {
        Buffers buffers = message(100_000);
        Incoming<HasCollectionRequest> incoming = MARSHALLER.parse(buffers);
        incoming.drop();
        incoming.drop();

        assertThat(buffers.closed).isTrue();
        StepVerifier.create(incoming.decoded(Schedulers.immediate())).verifyComplete();
    }
}
