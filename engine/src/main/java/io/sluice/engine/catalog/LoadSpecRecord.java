package io.sluice.engine.catalog;

import java.util.List;

/**
 * What a collection shall have loaded: the desired state.
 *
 * @param allPartitions a load of the collection: later partitions are loaded too
 * @param partitionIds the partitions of a load by partition; empty when {@code allPartitions}
 * @param fieldIds the loaded fields, {@code $meta} included where it is; empty = all
 * @param skipDynamicField as requested
 * @param operationId of the load that asked for it
 * @param attempt grows when the operation is resumed after a restart
 */
public record LoadSpecRecord(
        long collectionId,
        boolean allPartitions,
        List<Long> partitionIds,
        List<Integer> fieldIds,
        boolean skipDynamicField,
        int replicaNumber,
        boolean lowPriority,
        String operationId,
        int attempt,
        long lastAccessMillis) {
    public LoadSpecRecord {
        partitionIds = List.copyOf(partitionIds);
        fieldIds = List.copyOf(fieldIds);
    }

    public LoadSpecRecord withLastAccess(long millis) {
        return new LoadSpecRecord(
                collectionId,
                allPartitions,
                partitionIds,
                fieldIds,
                skipDynamicField,
                replicaNumber,
                lowPriority,
                operationId,
                attempt,
                millis);
    }
}
