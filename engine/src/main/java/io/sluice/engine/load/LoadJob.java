package io.sluice.engine.load;

import io.sluice.engine.error.EngineException;
import io.sluice.engine.error.ErrorCode;
import io.sluice.engine.memory.Lease;
import java.util.Collections;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/**
 * One load of one collection towards a goal. Hot: runs whether or not anybody watches. Thread-safe.
 *
 * <p>The goal is taken before anything moves and saved while bytes move; nothing is published before it is saved. A load
 * that ends badly restores the goal that was there before; a load that a shutdown ends, or that goes on after a restart,
 * keeps its goal, so that the next start tries again.
 */
final class LoadJob implements Job {
    private static final Logger LOG = LoggerFactory.getLogger(LoadJob.class);

    private final LoadTarget target;
    private final LoadGoal goal;
    private final Operation operation;
    private final boolean resumed;
    private final JobMeans means;
    private final Supplier<String> freshLoadId;
    private final JobStop stop = new JobStop();
    private final Sinks.Empty<Void> hurried = Sinks.empty(); // one writer: the first stop

    private final Disposable.Composite atEnd = Disposables.composite();

    private volatile @Nullable LoadPlan plan;
    private volatile @Nullable LoadPipeline pipeline;

    // Confined to the job's own steps, one after the other.
    private @Nullable LoadGoal goalBefore;
    private boolean goalSaved;
    private Retired replaced = Retired.nothing();

    /**
     * @param resumed after a restart
     * @param freshLoadId an operation id for a goal that is saved in the name of no present load
     */
    LoadJob(
            LoadTarget target,
            LoadGoal goal,
            Operation operation,
            boolean resumed,
            JobMeans means,
            Supplier<String> freshLoadId) {
        this.target = target;
        this.goal = goal;
        this.operation = operation;
        this.resumed = resumed;
        this.means = means;
        this.freshLoadId = freshLoadId;
    }

    @Override
    public Operation operation() {
        return operation;
    }

    LoadTarget target() {
        return target;
    }

    LoadGoal goal() {
        return goal;
    }

    /** Whether it is neither over nor asked to stop: a load of the same goal joins it. */
    boolean isUnderWay() {
        return !operation.isOver() && !stop.isRequested();
    }

    /**
     * Whether it brings parts of these partitions into memory, as far as it is known: before the plan is made, it
     * might.
     */
    boolean mayBring(List<Long> partitionIds) {
        LoadPlan known = plan;
        return known == null || !Collections.disjoint(known.partitionIds(), partitionIds);
    }

    /** Whether it failed for want of memory, with its goal kept: more memory may help. */
    boolean didNotFitAfterRestart() {
        return resumed && operation.state() instanceof LoadState.Failed(EngineException.OutOfBudget _);
    }

    /** A timer that has no sense any more when the job is over. */
    void disposeAtEnd(Disposable timer) {
        atEnd.add(timer);
    }

    @Override
    public void stop(EngineException why) {
        stop.request(why);
        hurried.tryEmitEmpty(); // answers that it was said before, the second time
    }

    @Override
    public void neverRuns(EngineException why) {
        atEnd.dispose();
        operation.enter(end(why));
    }

    @Override
    public Mono<Void> run() {
        return Mono.fromCallable(this::acceptGoal)
                .flatMapMany(LoadPipeline::run)
                .then(Mono.<Void>fromRunnable(this::sayLoaded))
                .onErrorResume(this::endBadly)
                .doFinally(_ -> atEnd.dispose())
                .then(Mono.defer(this::drainReplaced));
    }

    private LoadPipeline acceptGoal() {
        goalBefore = target.goal();
        stop.throwIfRequested();
        var who = operation.identity();
        target.want(goal);
        Mono<Void> saving = target.saveGoal(who.id(), who.attempt()).doOnSuccess(_ -> goalSaved = true);
        var frozen = LoadPlan.of(who.fullName(), target.missingParts(goal));
        operation.planned(frozen);
        plan = frozen;
        operation.enter(new LoadState.Reserving(frozen.totalBytes()));
        int readers = goal.lowPriority() ? 1 : means.options().readersPerPlan();
        var made = new LoadPipeline(means, frozen, operation, stop, readers, saving, this::publish);
        pipeline = made;
        return made;
    }

    private void publish(List<LoadedPart> parts) {
        replaced = target.publish(goal, parts);
        replaced.ownerLeases().forEach(Lease::retire);
    }

    private void sayLoaded() {
        operation.enter(new LoadState.Loaded(operation.view().bytesTotal()));
    }

    /** Every byte is back by now; puts the goal right, then says how it ended. */
    private Mono<Void> endBadly(Throwable thrown) {
        EngineException failure = LoadFailures.of(operation.identity().fullName(), thrown);
        return Mono.defer(() -> restoreGoal(failure))
                .onErrorResume(alsoFailed -> {
                    failure.addSuppressed(alsoFailed);
                    LOG.warn("goal before the load could not be restored: operation={}", operation, alsoFailed);
                    return Mono.empty();
                })
                .then(Mono.<Void>fromRunnable(() -> operation.enter(end(failure)))
                        .subscribeOn(means.schedulers().jobs()));
    }

    private Mono<Void> restoreGoal(EngineException failure) {
        if (!goalSaved) {
            target.want(goalBefore);
            return Mono.empty();
        }
        if (keepsGoal(failure)) {
            return Mono.empty();
        }
        if (goalBefore == null || resumed) {
            return target.forgetGoal();
        }
        target.want(goalBefore);
        return target.saveGoal(freshLoadId.get(), NO_ATTEMPT_YET);
    }

    /** A restart tries again, unless somebody said that the collection shall not be loaded. */
    private boolean keepsGoal(EngineException failure) {
        boolean shutdown =
                failure instanceof EngineException.Stopped && failure.code() == ErrorCode.SERVICE_UNAVAILABLE;
        return shutdown || (resumed && end(failure) instanceof LoadState.Failed);
    }

    /** A deadline is a failure; every other stop is what somebody wanted. */
    private static LoadState.Done end(EngineException failure) {
        boolean wanted = failure instanceof EngineException.Stopped && failure.code() != ErrorCode.DEADLINE_EXCEEDED;
        return wanted ? new LoadState.Cancelled(failure) : new LoadState.Failed(failure);
    }

    /** What the load took the place of; the collection is loaded all the while, and the next job waits for it. */
    private Mono<Void> drainReplaced() {
        var why = new EngineException.Stopped(
                ErrorCode.COLLECTION_NOT_LOADED,
                "collection not loaded[collection=" + operation.identity().collection()
                        + "]: a field was unloaded while reading. Read again");
        return new Drain(means, replaced, operation, why, hurried).run().onErrorComplete(failure -> {
            LOG.warn("load left memory behind: operation={}", operation, failure);
            return true;
        });
    }

    @Override
    public void tick() {
        operation.sayProgressIfMoved();
        switch (operation.state()) {
            case LoadState.Copying _ -> tickWhileCopying();
            case LoadState.Publishing _ ->
                stallIfIdle("publishing: the collection applies deletes and reads every index once for trial");
            case LoadState.Queued _, LoadState.Reserving _, LoadState.Releasing _, LoadState.Done _ -> {}
        }
    }

    private void tickWhileCopying() {
        LoadPipeline running = pipeline;
        String reason = running == null ? null : running.reasonOfStandstill();
        if (reason == null) {
            operation.excuse();
        } else {
            stallIfIdle(reason);
        }
    }

    private void stallIfIdle(String reason) {
        operation.stallIfIdle(means.options().stallAfter().toNanos(), reason);
    }
}
