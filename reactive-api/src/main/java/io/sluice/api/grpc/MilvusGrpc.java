package io.sluice.api.grpc;

import io.grpc.ServerServiceDefinition;
import io.sluice.engine.VectorEngine;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Milvus's service as gRPC serves it. Thread-safe. */
public final class MilvusGrpc {
    private MilvusGrpc() {}

    /**
     * Every call that Sluice knows; gRPC answers the others with UNIMPLEMENTED.
     *
     * @param engine asked at each call; null before it is open and after it began to close: code 1, retriable
     */
    public static ServerServiceDefinition of(
            Supplier<@Nullable VectorEngine> engine, GrpcOptions options, GrpcThreads threads) {
        var verbs = new GrpcVerbs(new EngineDoor(engine), options, threads);
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
}
