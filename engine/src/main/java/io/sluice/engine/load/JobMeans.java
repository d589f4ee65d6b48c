package io.sluice.engine.load;

import io.sluice.engine.memory.MemoryBudget;
import io.sluice.engine.store.SegmentStore;

/** What all jobs share and none owns. */
record JobMeans(
        MemoryBudget budget,
        SegmentStore store,
        LoadSchedulers schedulers,
        LoadOptions options,
        LoadClock clock,
        ReadRate readRate,
        BudgetWatch budgetWatch) {

    static JobMeans of(
            MemoryBudget budget, SegmentStore store, LoadSchedulers schedulers, LoadOptions options, LoadClock clock) {
        return new JobMeans(
                budget,
                store,
                schedulers,
                options,
                clock,
                new ReadRate(options.readBytesPerSecond(), clock),
                new BudgetWatch(budget, schedulers.jobs()));
    }
}
