package io.sluice.engine.collection;

import io.sluice.engine.load.LoadGoal;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a collection serves at one moment: one reference, swapped whole. Immutable.
 *
 * @param served what can be searched; null = not loaded
 * @param loaded sealed segments in memory, by id
 * @param growing rows that no loaded sealed segment has: each row is in exactly one of the two
 */
record CollectionSnapshot(@Nullable LoadGoal served, Map<Long, LoadedSegment> loaded, List<GrowingRows> growing) {
    static final CollectionSnapshot EMPTY = new CollectionSnapshot(null, Map.of(), List.of());

    CollectionSnapshot {
        loaded = Map.copyOf(loaded);
        growing = List.copyOf(growing);
    }

    boolean serves(long partitionId) {
        return served != null && wants(served, partitionId);
    }

    static boolean wants(LoadGoal goal, long partitionId) {
        return goal.allPartitions() || goal.partitionIds().contains(partitionId);
    }
}
