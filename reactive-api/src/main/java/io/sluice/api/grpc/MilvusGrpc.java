package io.sluice.api.grpc;

import io.grpc.MethodDescriptor;
import io.grpc.ServerServiceDefinition;
import io.milvus.grpc.MilvusServiceGrpc;
import io.sluice.engine.VectorEngine;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Milvus's service as gRPC serves it. Thread-safe. */
public final class MilvusGrpc {
    private static final Set<String> CARRY_ROWS = Stream.of(
                    MilvusServiceGrpc.getInsertMethod(),
                    MilvusServiceGrpc.getUpsertMethod(),
                    MilvusServiceGrpc.getDeleteMethod(),
                    MilvusServiceGrpc.getSearchMethod(),
                    MilvusServiceGrpc.getHybridSearchMethod(),
                    MilvusServiceGrpc.getQueryMethod())
            .map(MethodDescriptor::getFullMethodName)
            .collect(Collectors.toUnmodifiableSet());

    private MilvusGrpc() {}

    /**
     * Every call that Sluice knows; gRPC answers the others with UNIMPLEMENTED.
     *
     * @param engine asked at each call; null before it is open and after it began to close: code 1, retriable
     */
    public static ServerServiceDefinition of(Supplier<@Nullable VectorEngine> engine, GrpcOptions options) {
        var verbs = new GrpcVerbs(new EngineDoor(engine), options);
        SystemVerbs.addTo(verbs);
        DatabaseVerbs.addTo(verbs);
        CollectionVerbs.addTo(verbs);
        PartitionVerbs.addTo(verbs);
        AliasVerbs.addTo(verbs);
        IndexVerbs.addTo(verbs);
        AlterationVerbs.addTo(verbs);
        LoadVerbs.addTo(verbs);
        WriteVerbs.addTo(verbs);
        ReadVerbs.addTo(verbs);
        FlushVerbs.addTo(verbs);
        CompactionVerbs.addTo(verbs);
        SegmentVerbs.addTo(verbs);
        ReplicaVerbs.addTo(verbs);
        ResourceGroupVerbs.addTo(verbs);
        CredentialVerbs.addTo(verbs);
        return verbs.build();
    }

    /** Whether requests of this method may be large: they are not to be decoded on an event loop. */
    public static boolean carriesRows(String fullMethodName) {
        return CARRY_ROWS.contains(fullMethodName);
    }
}
