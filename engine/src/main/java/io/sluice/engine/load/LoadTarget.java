package io.sluice.engine.load;

import java.util.List;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

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

    /** Makes {@code goal} the desired state of this process; null = released. */
    void want(@Nullable LoadGoal goal);

    /**
     * What is wanted now survives a restart when the answer completes.
     *
     * @param operationId who asked
     * @return ends on a thread that must not wait
     */
    Mono<Void> saveGoal(String operationId, int attempt);

    /** Nothing is wanted any more, nor after a restart, when the answer completes. Blocks the subscriber for a moment. */
    Mono<Void> forgetGoal();

    /** The whole desired state at present; null = released. */
    @Nullable
    LoadGoal goal();
}
