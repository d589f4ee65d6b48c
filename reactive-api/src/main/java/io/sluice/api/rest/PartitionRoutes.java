package io.sluice.api.rest;

import io.sluice.engine.PartitionDescription;
import io.sluice.engine.VectorEngine;
import io.sluice.engine.error.EngineException.NotFound;
import io.sluice.engine.error.ErrorCode;
import java.util.List;
import java.util.Map;
import reactor.core.publisher.Mono;

/** Partitions but for load and release, which {@link LoadRoutes} has. */
final class PartitionRoutes {
    private final VectorEngine engine;

    PartitionRoutes(VectorEngine engine) {
        this.engine = engine;
    }

    Map<String, RestVerb> verbs() {
        return Map.of(
                "list", this::list,
                "has", this::has,
                "create", this::create,
                "drop", this::drop,
                "get_stats", this::stats);
    }

    private Mono<RestReply> list(RestCall call) {
        call.fields().require("CollectionNameReq", "collectionName");
        return engine.listPartitions(call.database(), call.collection())
                .map(partitions -> RestReply.names(
                        partitions.stream().map(PartitionDescription::name).toList()));
    }

    private Mono<RestReply> has(RestCall call) {
        return engine.hasPartition(call.database(), call.collection(), partition(call))
                .map(RestReply::has);
    }

    private Mono<RestReply> create(RestCall call) {
        return engine.createPartition(call.database(), call.collection(), partition(call))
                .thenReturn(RestReply.done());
    }

    private Mono<RestReply> drop(RestCall call) {
        return engine.dropPartition(call.database(), call.collection(), partition(call))
                .thenReturn(RestReply.done());
    }

    private Mono<RestReply> stats(RestCall call) {
        String partition = partition(call);
        return engine.listPartitions(call.database(), call.collection())
                .map(partitions -> RestReply.rowCount(rowCount(partitions, partition)));
    }

    private static long rowCount(List<PartitionDescription> partitions, String name) {
        for (PartitionDescription partition : partitions) {
            if (partition.name().equals(name)) {
                return partition.rowCount();
            }
        }
        throw new NotFound(ErrorCode.PARTITION_NOT_FOUND, "partition not found[partition=" + name + "]");
    }

    private static String partition(RestCall call) {
        call.fields().require("PartitionReq", "collectionName", "partitionName");
        return call.fields().text("partitionName", "");
    }
}
