package io.sluice.engine.load;

import java.util.List;

/**
 * What this package needs of a collection. Thread-safe.
 *
 * <p>One job at a time works on a target; {@link LoadJobs} sees to it.
 */
public interface LoadTarget {
    long collectionId();

    String database();

    String collection();

    /** The parts on disk that {@code goal} wants and that are not in memory now. Called once per plan. */
    List<PartSource> missingParts(LoadGoal goal);

    /**
     * Takes over the parts, reads them once for trial, applies deletes, and swaps the snapshot: after this returns,
     * searches see them. Parts in memory that {@code goal} does not want are unpublished in the same swap.
     *
     * <p>On failure nothing is published and every part handed over is closed.
     *
     * @return what was unpublished, retired; the caller drains it
     */
    Retired publish(LoadGoal goal, List<LoadedPart> parts);

    /**
     * Removes parts from the snapshot at once: new readers no longer see them.
     *
     * @param partitionIds empty = everything
     */
    Retired unpublish(List<Long> partitionIds);

    /** Makes {@code goal} the desired state that survives a restart; {@code operationId} is who asked. */
    void saveGoal(LoadGoal goal, String operationId, int attempt);

    /** Forgets the desired state; the collection stays released after a restart. */
    void forgetGoal();

    /** The whole desired state at present; null = released. */
    @org.jspecify.annotations.Nullable
    LoadGoal goal();
}
