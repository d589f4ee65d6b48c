package io.sluice.engine.load;

import java.util.List;

/**
 * The desired state of a collection, resolved to ids. Immutable; equal goals load the same.
 *
 * @param allPartitions a load of the collection, later partitions included
 * @param partitionIds sorted; empty when {@code allPartitions}
 * @param fieldIds sorted, {@code $meta} included where it is loaded; always explicit
 * @param allFields whether the request named no fields, so that later fields are loaded too
 */
public record LoadGoal(
        boolean allPartitions,
        List<Long> partitionIds,
        List<Integer> fieldIds,
        boolean allFields,
        boolean skipDynamicField,
        int replicaNumber,
        boolean lowPriority) {
    public LoadGoal {
        partitionIds = List.copyOf(partitionIds);
        fieldIds = List.copyOf(fieldIds);
    }

    /** @param ids sorted */
    public LoadGoal withFields(List<Integer> ids) {
        return new LoadGoal(allPartitions, partitionIds, ids, allFields, skipDynamicField, replicaNumber, lowPriority);
    }
}
