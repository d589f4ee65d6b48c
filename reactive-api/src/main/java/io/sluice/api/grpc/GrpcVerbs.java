package io.sluice.api.grpc;

import com.google.protobuf.Message;
import io.grpc.MethodDescriptor;
import io.grpc.ServerServiceDefinition;
import io.milvus.grpc.MilvusServiceGrpc;
import io.milvus.grpc.Status;
import java.util.function.Function;

/** Collects the calls of all verb groups into one service. Confined to one thread. */
final class GrpcVerbs {
    private final ServerServiceDefinition.Builder service =
            ServerServiceDefinition.builder(MilvusServiceGrpc.SERVICE_NAME);
    private final EngineDoor door;
    private final GrpcOptions options;
    private final GrpcThreads threads;

    GrpcVerbs(EngineDoor door, GrpcOptions options, GrpcThreads threads) {
        this.door = door;
        this.options = options;
        this.threads = threads;
    }

    /** @param refusal the answer that carries a failed status */
    <Q, A extends Message> void add(MethodDescriptor<Q, A> method, GrpcVerb<Q, A> verb, Function<Status, A> refusal) {
        MethodDescriptor<Incoming<Q>, A> received = method.toBuilder(
                        Incoming.marshaller(method.getRequestMarshaller()), method.getResponseMarshaller())
                .build();
        service.addMethod(received, new UnaryCalls<>(verb, refusal, door, options, threads));
    }

    /** Of a call whose whole answer is a status. */
    <Q> void add(MethodDescriptor<Q, Status> method, GrpcVerb<Q, Status> verb) {
        add(method, verb, Function.identity());
    }

    ServerServiceDefinition build() {
        return service.build();
    }
}
