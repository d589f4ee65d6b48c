package io.sluice.engine.load;

import io.sluice.engine.error.EngineException;
import io.sluice.engine.error.ErrorCode;
import io.sluice.engine.memory.Lease;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/**
 * One release: forgets the goal, unpublishes, lets reads finish up to a limit, frees. Not to be stopped, only hurried.
 * Thread-safe.
 */
final class ReleaseJob implements Job {

    private final LoadTarget target;
    private final List<Long> partitionIds;
    private final @Nullable LoadGoal remaining;
    private final Operation operation;
    private final JobMeans means;
    private final Supplier<String> freshLoadId;
    private final Sinks.Empty<Void> hurried = Sinks.empty(); // one writer: the first stop
    private volatile @Nullable Drain drain;

    /**
     * @param partitionIds empty = everything
     * @param remaining the goal afterwards; null = nothing
     * @param freshLoadId an operation id for a goal that is saved in the name of no present load
     */
    ReleaseJob(
            LoadTarget target,
            List<Long> partitionIds,
            @Nullable LoadGoal remaining,
            Operation operation,
            JobMeans means,
            Supplier<String> freshLoadId) {
        this.target = target;
        this.partitionIds = partitionIds.stream().sorted().toList();
        this.remaining = remaining;
        this.operation = operation;
        this.means = means;
        this.freshLoadId = freshLoadId;
    }

    @Override
    public Operation operation() {
        return operation;
    }

    /** Whether a release of these partitions is this one. */
    boolean releases(List<Long> otherPartitionIds) {
        return !operation.isOver()
                && partitionIds.equals(otherPartitionIds.stream().sorted().toList());
    }

    @Nullable
    LoadGoal remaining() {
        return remaining;
    }

    /** Reads that are under way are not waited for any longer. */
    @Override
    public void stop(EngineException why) {
        hurried.tryEmitEmpty(); // answers that it was said before, the second time
    }

    @Override
    public void neverRuns(EngineException why) {
        operation.enter(new LoadState.Failed(why));
    }

    @Override
    public Mono<Void> run() {
        return Mono.defer(this::forget)
                .then(Mono.fromCallable(this::unpublish))
                .flatMap(Drain::run)
                .then(Mono.<Void>fromRunnable(this::sayReleased))
                .onErrorResume(this::sayFailed);
    }

    /** First the catalog, so that a crash from here on leaves the collection released. */
    private Mono<Void> forget() {
        if (remaining == null) {
            return target.forgetGoal();
        }
        LoadGoal before = target.goal();
        target.want(remaining);
        return target.saveGoal(freshLoadId.get(), NO_ATTEMPT_YET)
                .doOnError(_ -> target.want(before))
                .publishOn(means.schedulers().jobs());
    }

    private Drain unpublish() {
        Retired retired = target.unpublish(partitionIds);
        retired.ownerLeases().forEach(Lease::retire);
        operation.enter(new LoadState.Releasing(retired.bytes()));
        var why = new EngineException.Stopped(
                ErrorCode.COLLECTION_NOT_LOADED,
                "collection not loaded[collection=" + operation.identity().collection()
                        + "]: released while reading: operation="
                        + operation.identity().id());
        var made = new Drain(means, retired, operation, why, hurried);
        drain = made;
        return made;
    }

    private void sayReleased() {
        operation.enter(new LoadState.Released(operation.view().bytesFreed()));
    }

    private Mono<Void> sayFailed(Throwable thrown) {
        EngineException failure = LoadFailures.of(operation.identity().fullName(), thrown);
        return Mono.<Void>fromRunnable(() -> operation.enter(new LoadState.Failed(failure)))
                .subscribeOn(means.schedulers().jobs());
    }

    @Override
    public void tick() {
        Drain draining = drain;
        if (draining != null) {
            operation.stallIfIdle(means.options().stallAfter().toNanos(), draining.reasonOfStandstill());
        }
    }
}
