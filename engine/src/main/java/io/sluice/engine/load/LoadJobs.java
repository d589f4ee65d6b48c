package io.sluice.engine.load;

import io.sluice.engine.memory.MemoryBudget;
import io.sluice.engine.store.SegmentStore;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/** Starts, joins, cancels and remembers the load and release jobs of all collections. Thread-safe. */
public final class LoadJobs {
    /**
     * @param segmentIo bounded, for blocking reads
     * @param serverEpoch marks this start of the server in the multiplexed event ids
     */
    public LoadJobs(
            MemoryBudget budget, SegmentStore store, Scheduler segmentIo, LoadOptions options, String serverEpoch) {
        throw new UnsupportedOperationException();
    }

    /**
     * Starts a load towards {@code goal}, or joins the running one that has the same goal. Returns at once; never
     * blocks on the load. A running load with another goal is refused ({@code WrongState}), a running release is waited
     * for inside the job.
     *
     * @param deadline null = none
     */
    public OperationView load(
            LoadTarget target, LoadGoal goal, List<String> partitions, List<String> fields, java.time.@Nullable Duration deadline) {
        throw new UnsupportedOperationException();
    }

    /** Goes on with a load that a restart interrupted, under its old id with the next attempt. */
    public OperationView resume(
            LoadTarget target, LoadGoal goal, List<String> partitions, List<String> fields, String operationId, int attempt) {
        throw new UnsupportedOperationException();
    }

    /**
     * Releases partitions, or everything when {@code partitionIds} is empty. A running load of the target is cancelled
     * first. {@code remaining} is the desired state afterwards; null = nothing.
     */
    public OperationView release(
            LoadTarget target, List<Long> partitionIds, @Nullable LoadGoal remaining, List<String> partitions) {
        throw new UnsupportedOperationException();
    }

    /** Cancels a load; of a finished one, answers it as it is. Completes when the bytes are back. */
    public Mono<OperationView> cancel(String operationId) {
        throw new UnsupportedOperationException();
    }

    /** Completes with the final view when the operation has ended (a failed one is a value, not an error). */
    public Mono<OperationView> finished(String operationId) {
        throw new UnsupportedOperationException();
    }

    public Optional<OperationView> find(String operationId) {
        throw new UnsupportedOperationException();
    }

    /** Newest first. */
    public List<OperationView> list() {
        throw new UnsupportedOperationException();
    }

    /** The newest operation of a collection, if it is remembered. */
    public Optional<OperationView> latest(long collectionId) {
        throw new UnsupportedOperationException();
    }

    /**
     * The events of an operation: first a {@code snapshot} unless {@code afterEventId} is in the ring, then what follows
     * it, ending after the terminal event. Empty when {@code afterEventId} is the terminal event.
     *
     * @param afterEventId as {@link OperationEvent#eventId}; null = from now
     */
    public Flux<OperationEvent> events(String operationId, @Nullable String afterEventId) {
        throw new UnsupportedOperationException();
    }

    /**
     * One stream of all operations, without end: snapshots of the running ones first unless {@code afterEventId} is in
     * the ring.
     *
     * @param database null = all
     * @param collections empty = all
     */
    public Flux<MultiplexedEvent> events(
            @Nullable String database, java.util.Set<String> collections, @Nullable String afterEventId) {
        throw new UnsupportedOperationException();
    }

    /** Stops every job and ends every stream; completes when no job holds bytes any more. */
    public Mono<Void> shutdown() {
        throw new UnsupportedOperationException();
    }
}
