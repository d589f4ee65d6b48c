package io.sluice.engine.collection;

import io.sluice.engine.catalog.Catalog;
import io.sluice.engine.catalog.Ids;
import io.sluice.engine.memory.MemoryBudget;
import io.sluice.engine.store.SegmentStore;

/** What every collection shares. Immutable; owns nothing. */
public record CollectionRooms(Catalog catalog, Ids ids, SegmentStore store, MemoryBudget budget) {}
