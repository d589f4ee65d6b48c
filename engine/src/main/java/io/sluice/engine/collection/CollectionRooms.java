package io.sluice.engine.collection;

import io.sluice.engine.catalog.Catalog;
import io.sluice.engine.catalog.Ids;
import io.sluice.engine.memory.MemoryBudget;
import io.sluice.engine.store.SegmentStore;
import java.time.Duration;

/**
 * What every collection shares. Immutable; owns nothing.
 *
 * @param readRetention how long a timestamp stays readable after the last read at it
 */
public record CollectionRooms(
        Catalog catalog, Ids ids, SegmentStore store, MemoryBudget budget, Duration readRetention) {
    /** With the default retention. */
    public CollectionRooms(Catalog catalog, Ids ids, SegmentStore store, MemoryBudget budget) {
        this(catalog, ids, store, budget, Duration.ofMinutes(1));
    }
}
