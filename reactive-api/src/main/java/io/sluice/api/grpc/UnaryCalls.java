package io.sluice.api.grpc;

import com.google.protobuf.Message;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.sluice.api.auth.Credentials;
import io.sluice.api.auth.Unauthenticated;
import io.sluice.api.error.WireError;
import io.sluice.engine.VectorEngine;
import java.util.concurrent.Executor;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;
import reactor.util.Logger;
import reactor.util.Loggers;

/**
 * Where gRPC and Reactor meet: one request in, one {@code Mono} of an answer out. Thread-safe.
 *
 * <p>A client that cancels, or whose deadline passes, only stops waiting: what was started goes on, and its answer is
 * dropped.
 */
final class UnaryCalls<Q, A extends Message> implements ServerCallHandler<Incoming<Q>, A> {
    private static final int ONE_MESSAGE = 1;
    private static final int ONE_TOO_MANY = 1; // asked for as well, so that a client that sends two is noticed

    private static final Metadata.Key<String> AUTHORIZATION =
            Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);

    private static final Logger LOG = Loggers.getLogger(UnaryCalls.class);

    private final GrpcVerb<Q, A> verb;
    private final Function<io.milvus.grpc.Status, A> refusal;
    private final EngineDoor door;
    private final GrpcOptions options;
    private final GrpcThreads threads;

    UnaryCalls(
            GrpcVerb<Q, A> verb,
            Function<io.milvus.grpc.Status, A> refusal,
            EngineDoor door,
            GrpcOptions options,
            GrpcThreads threads) {
        this.verb = verb;
        this.refusal = refusal;
        this.door = door;
        this.options = options;
        this.threads = threads;
    }

    @Override
    public ServerCall.Listener<Incoming<Q>> startCall(ServerCall<Incoming<Q>, A> call, Metadata headers) {
        call.request(ONE_MESSAGE + ONE_TOO_MANY);
        return new Listening(call, headers);
    }

    /** Confined to one thread at a time, as gRPC promises to its listeners. */
    private final class Listening extends ServerCall.Listener<Incoming<Q>> {
        private final ServerCall<Incoming<Q>, A> call;
        private final Metadata headers;
        private @Nullable Incoming<Q> request;
        private @Nullable Disposable running;
        private final Executor home;
        private boolean refused;

        Listening(ServerCall<Incoming<Q>, A> call, Metadata headers) {
            this.call = call;
            this.headers = headers;
            this.home = threads.home().apply(call.getAttributes().get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR));
        }

        @Override
        public void onMessage(Incoming<Q> message) {
            if (request != null) {
                refused = true;
                request.drop();
                message.drop();
                call.close(Status.INVALID_ARGUMENT.withDescription("two requests in a unary call"), new Metadata());
                return;
            }
            request = message;
        }

        @Override
        public void onHalfClose() {
            Incoming<Q> asked = request;
            if (refused) {
                return;
            }
            if (asked == null) {
                call.close(Status.INVALID_ARGUMENT.withDescription("no request in a unary call"), new Metadata());
                return;
            }
            running = asked.decoded(threads.decoders())
                    .flatMap(this::answer)
                    .onErrorResume(error -> !endsTheCall(error), error -> Mono.just(refusalOf(error)))
                    .subscribe(this::send, this::fail);
        }

        private Mono<A> answer(Q asked) {
            VectorEngine engine = door.get();
            GrpcCall context =
                    new GrpcCall(engine, options, headers, call.getAttributes().get(Grpc.TRANSPORT_ATTR_LOCAL_ADDR));
            if (!options.authentication()) {
                return verb.answer(context, asked);
            }
            return Credentials.ofGrpc(headers.get(AUTHORIZATION))
                    .check(engine::authenticate)
                    .then(Mono.defer(() -> verb.answer(context, asked)));
        }

        /** Whether gRPC's status says it, and not the answer's. */
        private static boolean endsTheCall(Throwable error) {
            return error instanceof Unauthenticated || error instanceof StatusRuntimeException;
        }

        private A refusalOf(Throwable error) {
            WireError wire = WireError.of(error);
            if (!wire.expected()) {
                LOG.error(
                        "a call failed unexpectedly: "
                                + call.getMethodDescriptor().getFullMethodName(),
                        error);
            }
            return refusal.apply(GrpcStatus.of(wire));
        }

        private void send(A answer) {
            int sizeBytes = answer.getSerializedSize();
            if (sizeBytes > options.maxAnswerBytes()) {
                call.close(
                        Status.RESOURCE_EXHAUSTED.withDescription("grpc: trying to send message larger than max ("
                                + sizeBytes + " vs. " + options.maxAnswerBytes()
                                + "). Ask for fewer rows or fields, use an "
                                + "iterator, or raise " + GrpcOptions.MAX_SEND_SETTING),
                        new Metadata());
                return;
            }
            if (sizeBytes <= Incoming.INLINE_BYTES) {
                home.execute(() -> write(answer));
            } else {
                write(answer);
            }
        }

        private void write(A answer) {
            try {
                call.sendHeaders(new Metadata());
                call.sendMessage(answer);
                call.close(Status.OK, new Metadata());
            } catch (RuntimeException defect) {
                fail(defect); // on its own thread nobody else would end the call
            }
        }

        private void fail(Throwable defect) {
            if (defect instanceof Unauthenticated refused) {
                call.close(Status.UNAUTHENTICATED.withDescription(refused.text()), new Metadata());
                return;
            }
            if (defect instanceof StatusRuntimeException noMessage) {
                call.close(noMessage.getStatus(), new Metadata());
                return;
            }
            LOG.error(
                    "an answer could not be sent: " + call.getMethodDescriptor().getFullMethodName(), defect);
            call.close(Status.INTERNAL.withDescription("the answer could not be sent"), new Metadata());
        }

        @Override
        public void onCancel() {
            Disposable waiting = running;
            if (waiting != null) {
                waiting.dispose();
            }
            if (request != null) {
                request.drop();
            }
        }
    }
}
