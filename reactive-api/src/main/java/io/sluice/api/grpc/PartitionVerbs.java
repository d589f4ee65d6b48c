package io.sluice.api.grpc;

import io.milvus.grpc.BoolResponse;
import io.milvus.grpc.CreatePartitionRequest;
import io.milvus.grpc.DropPartitionRequest;
import io.milvus.grpc.GetPartitionStatisticsRequest;
import io.milvus.grpc.GetPartitionStatisticsResponse;
import io.milvus.grpc.HasPartitionRequest;
import io.milvus.grpc.MilvusServiceGrpc;
import io.milvus.grpc.ShowPartitionsRequest;
import io.milvus.grpc.ShowPartitionsResponse;
import io.milvus.grpc.ShowType;
import io.milvus.grpc.Status;
import io.sluice.engine.CollectionDescription;
import io.sluice.engine.PartitionDescription;
import io.sluice.engine.error.EngineException.NotFound;
import io.sluice.engine.error.ErrorCode;
import java.util.List;
import reactor.core.publisher.Mono;

/** Partitions but for load and release, which {@link LoadVerbs} has. */
final class PartitionVerbs {
    private static final int LOADED_PERCENT = 100;

    private PartitionVerbs() {}

    static void addTo(GrpcVerbs verbs) {
        verbs.add(MilvusServiceGrpc.getCreatePartitionMethod(), PartitionVerbs::create);
        verbs.add(MilvusServiceGrpc.getDropPartitionMethod(), PartitionVerbs::drop);
        verbs.add(
                MilvusServiceGrpc.getHasPartitionMethod(),
                PartitionVerbs::has,
                status -> BoolResponse.newBuilder().setStatus(status).build());
        verbs.add(
                MilvusServiceGrpc.getShowPartitionsMethod(),
                PartitionVerbs::show,
                status -> ShowPartitionsResponse.newBuilder().setStatus(status).build());
        verbs.add(
                MilvusServiceGrpc.getGetPartitionStatisticsMethod(),
                PartitionVerbs::statistics,
                status -> GetPartitionStatisticsResponse.newBuilder()
                        .setStatus(status)
                        .build());
    }

    private static Mono<Status> create(GrpcCall call, CreatePartitionRequest request) {
        return call.engine()
                .createPartition(
                        call.database(request.getDbName()), request.getCollectionName(), request.getPartitionName())
                .thenReturn(GrpcStatus.OK);
    }

    private static Mono<Status> drop(GrpcCall call, DropPartitionRequest request) {
        return call.engine()
                .dropPartition(
                        call.database(request.getDbName()), request.getCollectionName(), request.getPartitionName())
                .thenReturn(GrpcStatus.OK);
    }

    private static Mono<BoolResponse> has(GrpcCall call, HasPartitionRequest request) {
        return call.engine()
                .hasPartition(
                        call.database(request.getDbName()), request.getCollectionName(), request.getPartitionName())
                .map(there -> BoolResponse.newBuilder()
                        .setStatus(GrpcStatus.OK)
                        .setValue(there)
                        .build());
    }

    /** All of them, the named ones, or those that are loaded. */
    private static Mono<ShowPartitionsResponse> show(GrpcCall call, ShowPartitionsRequest request) {
        return named(call, request)
                .flatMap(name -> call.engine().listPartitions(name.database(), name.collection()))
                .map(partitions -> show(partitions, request));
    }

    private record Name(String database, String collection) {}

    private static Mono<Name> named(GrpcCall call, ShowPartitionsRequest request) {
        if (request.getCollectionName().isEmpty() && request.getCollectionID() != 0) {
            return call.engine().describeCollection(request.getCollectionID()).map(PartitionVerbs::nameOf);
        }
        return Mono.just(new Name(call.database(request.getDbName()), request.getCollectionName()));
    }

    private static Name nameOf(CollectionDescription collection) {
        return new Name(collection.database(), collection.name());
    }

    @SuppressWarnings("deprecation") // clients still send the type and read the percentages
    private static ShowPartitionsResponse show(List<PartitionDescription> partitions, ShowPartitionsRequest request) {
        ShowPartitionsResponse.Builder answer =
                ShowPartitionsResponse.newBuilder().setStatus(GrpcStatus.OK);
        boolean loadedOnly = request.getType() == ShowType.InMemory;
        for (String name : request.getPartitionNamesList()) {
            find(partitions, name);
        }
        for (PartitionDescription partition : partitions) {
            boolean asked = request.getPartitionNamesCount() == 0
                    || request.getPartitionNamesList().contains(partition.name());
            if (asked && (!loadedOnly || partition.loadedPercent() == LOADED_PERCENT)) {
                answer.addPartitionNames(partition.name())
                        .addPartitionIDs(partition.id())
                        .addCreatedTimestamps(partition.createdTimestamp())
                        .addCreatedUtcTimestamps(HybridTime.utcMillis(partition.createdTimestamp()))
                        .addInMemoryPercentages(partition.loadedPercent());
            }
        }
        return answer.build();
    }

    private static Mono<GetPartitionStatisticsResponse> statistics(
            GrpcCall call, GetPartitionStatisticsRequest request) {
        return call.engine()
                .listPartitions(call.database(request.getDbName()), request.getCollectionName())
                .map(partitions -> find(partitions, request.getPartitionName()))
                .map(partition -> GetPartitionStatisticsResponse.newBuilder()
                        .setStatus(GrpcStatus.OK)
                        .addStats(KeyValues.of("row_count", Long.toString(partition.rowCount())))
                        .build());
    }

    private static PartitionDescription find(List<PartitionDescription> partitions, String name) {
        for (PartitionDescription partition : partitions) {
            if (partition.name().equals(name)) {
                return partition;
            }
        }
        throw new NotFound(ErrorCode.PARTITION_NOT_FOUND, "partition not found[partition=" + name + "]");
    }
}
