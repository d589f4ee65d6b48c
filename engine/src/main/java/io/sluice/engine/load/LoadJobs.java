package io.sluice.engine.load;

import io.sluice.engine.error.EngineException;
import io.sluice.engine.error.EngineException.InvalidRequest;
import io.sluice.engine.error.EngineException.NotFound;
import io.sluice.engine.error.EngineException.Stopped;
import io.sluice.engine.error.EngineException.Unavailable;
import io.sluice.engine.error.ErrorCode;
import io.sluice.engine.load.Operation.Identity;
import io.sluice.engine.memory.MemoryBudget;
import io.sluice.engine.store.SegmentStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.core.scheduler.Scheduler;

/**
 * Starts, joins, cancels and remembers the load and release jobs of all collections. Thread-safe.
 *
 * <p>Jobs of one collection take turns; jobs of different collections run side by side. No method blocks: what may
 * block runs on the schedulers' threads.
 */
public final class LoadJobs {
    private static final Logger LOG = LoggerFactory.getLogger(LoadJobs.class);
    private static final int ID_RADIX = 36;
    /** The ring of the multiplexed stream holds as many events as the rings of this many operations. */
    private static final int MULTIPLEXED_OPERATIONS = 16;

    private final LoadOptions options;
    private final String serverEpoch;
    private final JobMeans means;
    private final Operations operations;
    private final EventRing<MultiplexedEvent> everything;
    private final AtomicLong idCounter = new AtomicLong();
    private final String idPrefix;
    private final Disposable ticker;
    private final Reloads reloads;
    private final Set<Job> running = ConcurrentHashMap.newKeySet();
    private final Sinks.Empty<Void> allEnded = Sinks.empty(); // one writer: whoever finds the last lane empty

    private final Object lock = new Object(); // for map operations; locks below it: operation, then ring
    private final Map<Long, JobLane> lanes = new HashMap<>(); // guarded by lock; by collection; none is empty
    private boolean shuttingDown; // guarded by lock

    /** @param serverEpoch marks this start of the server in the ids of the multiplexed events */
    public LoadJobs(
            MemoryBudget budget,
            SegmentStore store,
            LoadSchedulers schedulers,
            LoadOptions options,
            String serverEpoch) {
        this(budget, store, schedulers, options, serverEpoch, LoadClock.system(schedulers.timers()));
    }

    LoadJobs(
            MemoryBudget budget,
            SegmentStore store,
            LoadSchedulers schedulers,
            LoadOptions options,
            String serverEpoch,
            LoadClock clock) {
        this.options = options;
        this.serverEpoch = serverEpoch;
        this.means = JobMeans.of(budget, store, schedulers, options, clock);
        this.operations = new Operations(options.operationsKept());
        this.everything = new EventRing<>(Math.multiplyExact(options.eventsKept(), MULTIPLEXED_OPERATIONS));
        this.idPrefix = Long.toString(clock.wall().millis(), ID_RADIX);
        this.reloads = new Reloads(budget, schedulers.jobs(), this::tryAgain);
        long everyNanos = options.progressInterval().toNanos();
        this.ticker = clock.timers().schedulePeriodically(this::tick, everyNanos, everyNanos, TimeUnit.NANOSECONDS);
    }

    // Load and release

    /**
     * Starts a load towards {@code goal}, or joins the newest one when it has the same goal. Returns at once. A load
     * with another goal and a release that are under way have their turn first: the job waits, {@code queued}. The goal
     * is saved while bytes move; a load that fails or is cancelled puts back the goal that was there before.
     *
     * @param partitions names, for the view; empty = all
     * @param fields names, for the view; empty = all
     * @param deadline the job fails when it is not done by then; null = none
     * @param first where the job begins when its turn is now; may block
     * @throws Unavailable after {@link #shutdown}
     */
    public OperationView load(
            LoadTarget target,
            LoadGoal goal,
            List<String> partitions,
            List<String> fields,
            @Nullable Duration deadline,
            Scheduler first) {
        var identity = identity(freshId(OperationKind.LOAD), 1, OperationKind.LOAD, target, partitions, fields);
        return startOrJoin(target, goal, identity, false, deadline, first);
    }

    /** The same, begun at once on a {@code load-jobs} thread. */
    public OperationView load(
            LoadTarget target,
            LoadGoal goal,
            List<String> partitions,
            List<String> fields,
            @Nullable Duration deadline) {
        return load(
                target, goal, partitions, fields, deadline, means.schedulers().jobs());
    }

    /**
     * Goes on with a load that a restart interrupted, under its old id. One that fails keeps its goal, for the next
     * start; one that fails because it does not fit is tried again, as the next attempt, when memory frees; one that is
     * cancelled forgets its goal.
     *
     * @param attempt this one's number: one more than what was saved
     */
    public OperationView resume(
            LoadTarget target,
            LoadGoal goal,
            List<String> partitions,
            List<String> fields,
            String operationId,
            int attempt) {
        var identity = identity(operationId, attempt, OperationKind.LOAD, target, partitions, fields);
        return startOrJoin(
                target, goal, identity, true, null, means.schedulers().jobs());
    }

    /** The next attempt of a load that did not fit, if it is still wanted and nothing else is going on. */
    private void tryAgain(LoadJob failed) {
        Identity before = failed.operation().identity();
        LoadTarget target = failed.target();
        if (isIdle(target) && failed.goal().equals(target.goal())) {
            resume(target, failed.goal(), before.partitions(), before.fields(), before.id(), before.attempt() + 1);
        }
    }

    private boolean isIdle(LoadTarget target) {
        synchronized (lock) {
            return !shuttingDown && !lanes.containsKey(target.collectionId());
        }
    }

    private OperationView startOrJoin(
            LoadTarget target,
            LoadGoal goal,
            Identity identity,
            boolean resumed,
            @Nullable Duration deadline,
            Scheduler first) {
        LoadJob job;
        boolean itsTurn;
        synchronized (lock) {
            refuseWhenShuttingDown();
            if (newestJob(target) instanceof LoadJob present
                    && present.isUnderWay()
                    && present.goal().equals(goal)) {
                return present.operation().view();
            }
            job = new LoadJob(target, goal, open(identity), resumed, means, () -> freshId(OperationKind.LOAD));
            itsTurn = enqueue(job);
        }
        job.operation().announce();
        OperationView accepted = job.operation().view();
        if (deadline != null) {
            stopAfter(job, deadline);
        }
        if (itsTurn) {
            start(job, first);
        }
        return accepted;
    }

    /**
     * Releases partitions, or everything when {@code partitionIds} is empty; a running release of the same is joined.
     *
     * <p>A load that is under way or waits is cancelled first, unless what it loads and what is released have nothing
     * to do with each other: then it is waited for. When a load is cancelled of which something remains wanted, a load
     * of {@code remaining} follows the release.
     *
     * @param remaining the desired state afterwards; null = nothing
     * @param partitions names, for the view; empty = all
     * @param first where the job begins when its turn is now; may block
     * @throws Unavailable after {@link #shutdown}
     */
    public OperationView release(
            LoadTarget target,
            List<Long> partitionIds,
            @Nullable LoadGoal remaining,
            List<String> partitions,
            Scheduler first) {
        var identity =
                identity(freshId(OperationKind.RELEASE), 1, OperationKind.RELEASE, target, partitions, List.of());
        ReleaseJob job;
        LoadJob following = null;
        boolean itsTurn;
        List<LoadJob> cancelled;
        synchronized (lock) {
            refuseWhenShuttingDown();
            if (newestJob(target) instanceof ReleaseJob present && present.releases(partitionIds)) {
                return present.operation().view();
            }
            cancelled = loadsInTheWay(target, partitionIds);
            job = new ReleaseJob(
                    target, partitionIds, remaining, open(identity), means, () -> freshId(OperationKind.LOAD));
            itsTurn = enqueue(job);
            if (remaining != null && !cancelled.isEmpty()) {
                following = loadOfRemaining(target, remaining, cancelled.getLast());
                enqueue(following);
            }
        }
        job.operation().announce();
        if (following != null) {
            following.operation().announce();
        }
        var why = new Stopped(
                ErrorCode.COLLECTION_NOT_LOADED,
                "collection not loaded[collection=" + target.collection() + "]: the load was cancelled by a release: "
                        + "operation=" + identity.id());
        OperationView accepted = job.operation().view();
        cancelled.forEach(load -> stop(load, why));
        if (itsTurn) {
            start(job, first);
        }
        return accepted;
    }

    /** The same, begun at once on a {@code load-jobs} thread. */
    public OperationView release(
            LoadTarget target, List<Long> partitionIds, @Nullable LoadGoal remaining, List<String> partitions) {
        return release(
                target, partitionIds, remaining, partitions, means.schedulers().jobs());
    }

    private List<LoadJob> loadsInTheWay(LoadTarget target, List<Long> partitionIds) {
        JobLane lane = lanes.get(target.collectionId());
        List<LoadJob> inTheWay = new ArrayList<>();
        if (lane != null) {
            for (Job job : lane.all()) {
                if (job instanceof LoadJob load
                        && load.isUnderWay()
                        && (partitionIds.isEmpty() || load.mayBring(partitionIds))) {
                    inTheWay.add(load);
                }
            }
        }
        return inTheWay;
    }

    /** What the release takes from a cancelled load is the partitions it names; the rest was asked for and comes. */
    private LoadJob loadOfRemaining(LoadTarget target, LoadGoal remaining, LoadJob cancelled) {
        var wanted = cancelled.operation().identity();
        var identity = identity(freshId(OperationKind.LOAD), 1, OperationKind.LOAD, target, List.of(), wanted.fields());
        return new LoadJob(target, remaining, open(identity), false, means, () -> freshId(OperationKind.LOAD));
    }

    /** Cancels a load; of a finished one, answers it as it is. Completes when the bytes are back. */
    public Mono<OperationView> cancel(String operationId) {
        return Mono.defer(() -> {
            Operation operation = get(operationId);
            if (operation.isOver()) {
                return Mono.just(operation.view());
            }
            if (operation.identity().kind() == OperationKind.RELEASE) {
                return Mono.error(new InvalidRequest(
                        "a release cannot be cancelled: operation=" + operationId + ". Load the collection again"));
            }
            var why = new Stopped(
                    ErrorCode.CANCELLED,
                    "load was cancelled: collection=" + operation.identity().fullName() + ", operation=" + operationId);
            jobOf(operation).ifPresent(job -> stop(job, why));
            return finished(operationId);
        });
    }

    private Optional<Job> jobOf(Operation operation) {
        synchronized (lock) {
            JobLane lane = lanes.get(operation.identity().collectionId());
            return lane == null
                    ? Optional.empty()
                    : lane.all().stream()
                            .filter(job -> job.operation() == operation)
                            .findFirst();
        }
    }

    private void stopAfter(LoadJob job, Duration deadline) {
        var why = new Stopped(
                ErrorCode.DEADLINE_EXCEEDED,
                "load did not end before its deadline: collection="
                        + job.operation().identity().fullName()
                        + ", operation=" + job.operation().identity().id() + ", deadline=" + deadline
                        + ". Load again with more time, or without a deadline");
        Disposable timer =
                means.clock().timers().schedule(() -> stop(job, why), deadline.toMillis(), TimeUnit.MILLISECONDS);
        job.disposeAtEnd(timer);
    }

    // Turns

    private boolean enqueue(Job job) {
        assert Thread.holdsLock(lock);
        operations.add(job.operation());
        reloads.remove(job.operation().identity().collectionId());
        return lanes.computeIfAbsent(job.operation().identity().collectionId(), _ -> new JobLane())
                .add(job);
    }

    private @Nullable Job newestJob(LoadTarget target) {
        assert Thread.holdsLock(lock);
        JobLane lane = lanes.get(target.collectionId());
        return lane == null ? null : lane.newest();
    }

    /** The one place where a job is subscribed to. */
    private void start(Job job, Scheduler first) {
        running.add(job);
        job.run()
                .subscribeOn(first)
                .onErrorResume(failure -> abandon(job, failure))
                .doFinally(_ -> endTurn(job))
                .subscribe();
    }

    /** Not even the failure could be said in the usual way, such as when a scheduler takes no more work. */
    private Mono<Void> abandon(Job job, Throwable failure) {
        LOG.error("job broke: operation={}", job.operation(), failure);
        if (!job.operation().isOver()) {
            var identity = job.operation().identity();
            job.operation().enter(new LoadState.Failed(LoadFailures.of(identity.fullName(), failure)));
        }
        return Mono.empty();
    }

    private void endTurn(Job job) {
        running.remove(job);
        operations.finished(job.operation());
        log(job.operation());
        Job next;
        synchronized (lock) {
            long collectionId = job.operation().identity().collectionId();
            JobLane lane = lanes.get(collectionId);
            assert lane != null : job.operation();
            next = lane.endTurn(job);
            if (lane.isEmpty()) {
                lanes.remove(collectionId, lane);
            }
        }
        if (next != null) {
            start(next, means.schedulers().jobs());
        } else if (job instanceof LoadJob load && load.didNotFitAfterRestart()) {
            reloads.add(load);
        }
        sayIfAllEnded();
    }

    private static void log(Operation over) {
        OperationView view = over.view();
        String name = over.identity().fullName();
        long millis = view.startedAt() == null || view.finishedAt() == null
                ? 0
                : Duration.between(view.startedAt(), view.finishedAt()).toMillis();
        switch (over.state()) {
            case LoadState.Loaded(long bytes)
            when bytes == 0 -> LOG.debug("{} had nothing to load ({})", name, view.id());
            case LoadState.Released(long bytes)
            when bytes == 0 -> LOG.debug("{} had nothing to release ({})", name, view.id());
            case LoadState.Loaded(long bytes) ->
                LOG.info("loaded {}: {} bytes in {} ms ({})", name, bytes, millis, view.id());
            case LoadState.Released(long bytes) ->
                LOG.info("released {}: {} bytes in {} ms ({})", name, bytes, millis, view.id());
            case LoadState.Cancelled(EngineException cause) -> LOG.info("{} is cancelled: {}", view.id(), cause.text());
            case LoadState.Failed(EngineException cause) -> LOG.warn("{} failed: {}", view.id(), cause.text());
            case LoadState.Running _ -> LOG.error("job ended without a word: operation={}", over);
        }
    }

    /** A job that runs is asked; one that waits is over at once, for it holds nothing. */
    private void stop(Job job, EngineException why) {
        job.stop(why);
        boolean waited;
        synchronized (lock) {
            JobLane lane = lanes.get(job.operation().identity().collectionId());
            waited = lane != null && lane.removeWaiting(job);
        }
        if (waited) {
            job.neverRuns(why);
            operations.finished(job.operation());
            sayIfAllEnded();
        }
    }

    private void tick() {
        for (Job job : running) {
            try {
                job.tick();
            } catch (RuntimeException failure) {
                LOG.error("tick failed: operation={}", job.operation(), failure);
            }
        }
    }

    private void refuseWhenShuttingDown() {
        assert Thread.holdsLock(lock);
        if (shuttingDown) {
            throw new Unavailable(ErrorCode.SERVICE_UNAVAILABLE, "server is shutting down. Ask again when it is back");
        }
    }

    // Operations

    /** Completes with the final view when the operation has ended (a failed one is a value, not an error). */
    public Mono<OperationView> finished(String operationId) {
        return Mono.defer(() -> get(operationId).finished())
                .publishOn(means.schedulers().events()); // the waiter is not on the job's thread
    }

    public Optional<OperationView> find(String operationId) {
        return operations.find(operationId).map(Operation::view);
    }

    /** Newest first. */
    public List<OperationView> list() {
        return operations.all().reversed().stream().map(Operation::view).toList();
    }

    /** The newest operation of a collection, if it is remembered. */
    public Optional<OperationView> latest(long collectionId) {
        return operations.latest(collectionId).map(Operation::view);
    }

    /** The desired state of a collection when all that is under way or waits is done; null = released. */
    public @Nullable LoadGoal wanted(LoadTarget target) {
        Job newest;
        synchronized (lock) {
            newest = newestJob(target);
        }
        return switch (newest) {
            case LoadJob load when load.isUnderWay() -> load.goal();
            case ReleaseJob release when !release.operation().isOver() -> release.remaining();
            case null, default -> target.goal();
        };
    }

    private Operation get(String operationId) {
        return operations
                .find(operationId)
                .orElseThrow(() -> new NotFound(
                        ErrorCode.OPERATION_NOT_FOUND,
                        "operation not found: operation=" + operationId + ". The newest " + options.operationsKept()
                                + " finished ones are kept"));
    }

    private Operation open(Identity identity) {
        return new Operation(identity, means.clock(), options.eventsKept(), everything, serverEpoch);
    }

    private static Identity identity(
            String id,
            int attempt,
            OperationKind kind,
            LoadTarget target,
            List<String> partitions,
            List<String> fields) {
        return new Identity(
                id, attempt, kind, target.collectionId(), target.database(), target.collection(), partitions, fields);
    }

    /** Unique over restarts: by the millisecond of this start. */
    private String freshId(OperationKind kind) {
        String name = kind == OperationKind.LOAD ? "load-" : "release-";
        return name + idPrefix + "-" + idCounter.incrementAndGet();
    }

    // Events

    /**
     * The events of an operation: first a {@code snapshot} unless {@code afterEventId} is in the ring, then what
     * follows it, ending after the terminal event. Empty when {@code afterEventId} is the terminal event.
     *
     * <p>A snapshot has the number of the newest event, so the next event is one more. Only that of a finished
     * operation has the number before: the terminal event follows every first snapshot, once. A subscriber that is so
     * slow that the ring has moved on gets a snapshot in place of what it missed.
     *
     * @param afterEventId as {@link OperationEvent#eventId}; null = from now
     */
    public Flux<OperationEvent> events(String operationId, @Nullable String afterEventId) {
        return Flux.defer(() -> {
            Operation operation = get(operationId);
            var ring = operation.ring();
            long after = numberIn(afterEventId, operation.view().eventOperationId(), ring);
            if (operation.isOver() && after == ring.newest()) {
                return Flux.empty();
            }
            var cursor = new RingCursor<>(ring, after, _ -> {
                OperationEvent snapshot = operation.snapshot();
                return new RingCursor.Snapshot<>(snapshot.sequence(), List.of(snapshot));
            });
            return ring.follow(cursor, means.schedulers().events())
                    .takeUntil(event -> event.type().terminal());
        });
    }

    /**
     * One stream of all operations, until {@link #shutdown}: snapshots of the running ones first unless
     * {@code afterEventId} is in the ring. Every snapshot has the number of the newest event; the next event is one more.
     *
     * @param database null = all
     * @param collections empty = all
     * @param afterEventId as {@link MultiplexedEvent#eventId}; null = from now
     */
    public Flux<MultiplexedEvent> events(
            @Nullable String database, Set<String> collections, @Nullable String afterEventId) {
        return Flux.defer(() -> {
            long after = numberIn(afterEventId, serverEpoch, everything);
            var cursor = new RingCursor<>(everything, after, this::snapshotOfEverything);
            return everything
                    .follow(cursor, means.schedulers().events())
                    .filter(event -> concerns(event.event().view(), database, collections));
        });
    }

    private static boolean concerns(OperationView view, @Nullable String database, Set<String> collections) {
        return (database == null || database.equals(view.database()))
                && (collections.isEmpty() || collections.contains(view.collection()));
    }

    /** Of what runs, and for a subscriber that missed something of what has ended since. */
    private RingCursor.Snapshot<MultiplexedEvent> snapshotOfEverything(long since) {
        long number = everything.newest(); // before the operations are looked at: later steps are said again, not lost
        List<MultiplexedEvent> snapshots = operations.all().stream()
                .filter(operation ->
                        !operation.isOver() || (since != RingCursor.NOWHERE && operation.changedSince(since)))
                .map(operation -> new MultiplexedEvent(serverEpoch, number, operation.snapshot()))
                .toList();
        return new RingCursor.Snapshot<>(number, snapshots);
    }

    /** The number in {@code <stream>:<number>} if the ring can go on from there. */
    private static long numberIn(@Nullable String eventId, String stream, EventRing<?> ring) {
        if (eventId == null || !eventId.startsWith(stream + ":")) {
            return RingCursor.NOWHERE;
        }
        try {
            long number = Long.parseLong(eventId.substring(stream.length() + 1));
            return ring.canResumeAfter(number) ? number : RingCursor.NOWHERE;
        } catch (NumberFormatException notOurs) {
            return RingCursor.NOWHERE;
        }
    }

    // Shutdown

    /**
     * Stops every load (its goal stays saved, so the next start resumes it), hurries every release, and ends every
     * stream; completes when no job holds bytes any more. Idempotent.
     */
    public Mono<Void> shutdown() {
        return Mono.defer(() -> {
            List<Job> jobs;
            synchronized (lock) {
                shuttingDown = true;
                jobs = lanes.values().stream()
                        .flatMap(lane -> lane.all().stream())
                        .toList();
            }
            var why = new Stopped(
                    ErrorCode.SERVICE_UNAVAILABLE,
                    "server is shutting down. Loads that were under way go on after the restart");
            for (Job job : jobs) {
                switch (job) {
                    case LoadJob load -> stop(load, why);
                    case ReleaseJob release -> release.stop(why); // one that waits still gets its turn
                }
            }
            sayIfAllEnded();
            return allEnded.asMono().publishOn(means.schedulers().events());
        });
    }

    private void sayIfAllEnded() {
        synchronized (lock) {
            if (!shuttingDown || !lanes.isEmpty()) {
                return;
            }
        }
        if (!operations.all().stream().allMatch(Operation::isOver)) {
            return; // one that never ran is about to say so
        }
        ticker.dispose();
        reloads.close();
        everything.close();
        allEnded.tryEmitEmpty(); // answers that it was said before, the second time
    }
}
