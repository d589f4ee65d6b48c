package io.sluice.engine.compaction;

import io.sluice.engine.collection.Collection;
import io.sluice.engine.collection.CollectionRooms;
import io.sluice.engine.collection.PartitionFiles;
import io.sluice.engine.compaction.CompactionStatus.Merge;
import io.sluice.engine.error.EngineException;
import io.sluice.engine.error.ErrorCode;
import io.sluice.engine.error.StopSignal;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Merges small segments and leaves out deleted rows, one merge after the other, on the thread {@code compaction}.
 * Thread-safe.
 *
 * <p>A merge that finds no memory waits and says so. One that fails leaves everything as it was. A merge stops within a
 * second of {@link #close} and starts from scratch after a restart.
 */
public final class Compactions implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Compactions.class);
    private static final long RETRY_MILLIS = 2_000;
    private static final long TIDY_MILLIS = 500;
    private static final Duration AFTER_FAILURE = Duration.ofMinutes(10);
    private static final int KEPT = 1_000;

    private final CollectionRooms rooms;
    private final CompactionOptions options;
    private final LongSupplier applied;
    private final Predicate<Collection> idle;
    private final StopSignal stop = new StopSignal();
    private final SegmentSwap swaps;
    private final Deque<Run> queue = new ArrayDeque<>(); // guarded by this
    private final Map<Collection, Run> automatic = new HashMap<>(); // queued or running; guarded by this
    private final Map<Long, Run> manual = new LinkedHashMap<>() { // newest KEPT; guarded by this
                private static final long serialVersionUID = 1L;

                @Override
                protected boolean removeEldestEntry(Map.Entry<Long, Run> eldest) {
                    return size() > KEPT;
                }
            };
    private final Map<Long, Long> notBefore =
            new ConcurrentHashMap<>(); // by collection, in nanoseconds, after a failure
    private final Set<Collection> untidy = ConcurrentHashMap.newKeySet(); // with files that were merged away
    private final Thread thread;

    /** One compaction of one collection; its mutable fields are guarded by the Compactions. */
    private static final class Run {
        private final long id; // 0 = automatic
        private final Collection collection;
        private final CompactionOrder order;
        private final Deque<CompactionPlan> left;
        private final List<Merge> merges = new ArrayList<>();
        private int completed;
        private int failed;
        private String reason = "";

        Run(long id, Collection collection, CompactionOrder order, List<CompactionPlan> plans) {
            this.id = id;
            this.collection = collection;
            this.order = order;
            this.left = new ArrayDeque<>(plans);
        }
    }

    /** A compaction that was asked for: its id, -1 when there is nothing to do. */
    public record Started(long id, int planCount) {}

    /**
     * @param applied everything up to this timestamp is visible
     * @param idle whether no load of a collection is planned or under way
     * @param replaced told after each merge, on the compaction thread
     */
    public Compactions(
            CollectionRooms rooms,
            IndexBuilds builds,
            CompactionOptions options,
            LongSupplier applied,
            Predicate<Collection> idle,
            Consumer<Collection> replaced) {
        this.rooms = rooms;
        this.options = options;
        this.applied = applied;
        this.idle = idle;
        this.swaps = new SegmentSwap(rooms, builds, this::horizon, stop, collection -> {
            untidy.add(collection);
            replaced.accept(collection);
        });
        this.thread = Thread.ofPlatform().name("compaction").daemon().start(this::work);
    }

    public long targetBytes() {
        return options.targetBytes();
    }

    /** Starts what somebody asked for. */
    public Started compact(Collection collection, CompactionOrder order) {
        List<CompactionPlan> plans = plans(collection, order);
        if (plans.isEmpty()) {
            return new Started(-1, 0);
        }
        var run = new Run(rooms.ids().next(), collection, order, plans);
        synchronized (this) {
            if (stop.isRequested()) {
                throw shuttingDown();
            }
            manual.put(run.id, run);
            queue.addLast(run);
            notifyAll();
        }
        return new Started(run.id, plans.size());
    }

    /** Empty for an id that is not known, or not any more. */
    public synchronized Optional<CompactionStatus> status(long id) {
        return Optional.ofNullable(manual.get(id))
                .map(run -> new CompactionStatus(
                        run.id, run.left.size(), run.completed, run.failed, run.merges, run.reason));
    }

    /** Why the compaction of this collection waits or failed; empty when all is well. */
    public synchronized String trouble(Collection collection) {
        Run run = automatic.get(collection);
        return run == null ? "" : run.reason;
    }

    /** Queues what the collection needs by itself, if it needs anything. Cheap. */
    public void consider(Collection collection) {
        Long pausedUntil = notBefore.get(collection.collectionId());
        if (pausedUntil != null && System.nanoTime() - pausedUntil < 0) {
            return;
        }
        synchronized (this) {
            if (stop.isRequested() || automatic.containsKey(collection)) {
                return;
            }
        }
        var order = new CompactionOrder(CompactionOrder.Kind.AUTOMATIC, options.targetBytes(), 0, List.of());
        List<CompactionPlan> plans = plans(collection, order);
        if (plans.isEmpty()) {
            return;
        }
        var run = new Run(0, collection, order, plans);
        synchronized (this) {
            if (!stop.isRequested() && automatic.putIfAbsent(collection, run) == null) {
                queue.addLast(run);
                notifyAll();
            }
        }
    }

    private List<CompactionPlan> plans(Collection collection, CompactionOrder order) {
        if (collection.isDropped()) {
            return List.of();
        }
        long horizon = horizon(collection);
        var planner = new CompactionPlanner(
                collection.schema(), order, horizon, collection.expiredThrough(horizon), swaps.examined(collection));
        List<CompactionPlan> plans = new ArrayList<>();
        for (PartitionFiles files : collection.partitionFiles()) {
            if (order.partitionId() == 0 || order.partitionId() == files.partitionId()) {
                plans.addAll(planner.plan(files));
            }
        }
        return plans;
    }

    /** No reader can come back to what was deleted up to here. */
    private long horizon(Collection collection) {
        return Math.min(applied.getAsLong(), collection.oldestRead());
    }

    private void work() {
        while (true) {
            Run run = take();
            if (stop.isRequested()) {
                return;
            }
            if (run != null) {
                work(run);
            }
            tidy();
        }
    }

    /** The next run; null when it is time to look for files to delete. */
    private synchronized @org.jspecify.annotations.Nullable Run take() {
        while (queue.isEmpty() && !stop.isRequested()) {
            if (!untidy.isEmpty()) {
                pause(TIDY_MILLIS);
                return queue.pollFirst();
            }
            pause(0);
        }
        return stop.isRequested() ? null : queue.pollFirst();
    }

    private void work(Run run) {
        CompactionPlan plan = firstPlan(run);
        if (!SegmentSwap.isCurrent(run.collection, plan)) {
            planAgain(run);
            return;
        }
        try {
            Optional<Merge> merge = swaps.run(run.collection, plan);
            finished(run, merge, "");
        } catch (EngineException.OutOfBudget shortOfMemory) {
            again(run, shortOfMemory.text());
        } catch (EngineException.Stopped stopped) {
            again(run, stopped.text());
        } catch (RuntimeException failure) {
            failed(run, plan, failure);
        }
    }

    /** Another merge took a segment away since the plan was made. */
    private void planAgain(Run run) {
        List<CompactionPlan> plans = plans(run.collection, run.order);
        synchronized (this) {
            run.left.clear();
            run.left.addAll(plans);
            if (plans.isEmpty()) {
                run.completed++;
            }
            goOn(run);
        }
    }

    private synchronized CompactionPlan firstPlan(Run run) {
        return java.util.Objects.requireNonNull(run.left.peekFirst());
    }

    private synchronized void finished(Run run, Optional<Merge> merge, String reason) {
        run.left.removeFirst();
        run.completed++;
        run.reason = reason;
        merge.ifPresent(run.merges::add);
        goOn(run);
    }

    private void failed(Run run, CompactionPlan plan, RuntimeException failure) {
        boolean dropped = run.collection.isDropped();
        if (!dropped) {
            notBefore.put(run.collection.collectionId(), System.nanoTime() + AFTER_FAILURE.toNanos());
            LOG.warn(
                    "merge failed, the segments stay as they are: collection={}, segments={}",
                    run.collection.qualifiedName(),
                    plan.inputIds(),
                    failure);
        }
        synchronized (this) {
            run.left.removeFirst();
            run.failed++;
            run.reason = String.valueOf(failure.getMessage());
            goOn(run);
        }
    }

    /** Call under the lock. */
    private void goOn(Run run) {
        if (run.left.isEmpty()) {
            automatic.remove(run.collection, run);
        } else {
            queue.addLast(run);
        }
    }

    /** Tries the same merge again later; others go first. */
    private synchronized void again(Run run, String why) {
        if (run.reason.isEmpty() && !stop.isRequested()) {
            LOG.info("merge waits: collection={}, reason={}", run.collection.qualifiedName(), why);
        }
        run.reason = why;
        queue.addLast(run);
        if (!stop.isRequested()) {
            pause(RETRY_MILLIS);
        }
    }

    private synchronized void pause(long millis) {
        try {
            wait(millis);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            stop.request(shuttingDown());
        }
    }

    /** Deletes files that were merged away and that no load can want any more. */
    private void tidy() {
        for (Collection collection : untidy) {
            if (collection.isDropped()) {
                untidy.remove(collection); // its drop deletes them
            } else if (idle.test(collection)) {
                try {
                    collection.takeReplacedFiles().forEach(rooms.store()::delete);
                } catch (EngineException failure) {
                    LOG.warn("merged files were not deleted; the next start does it: {}", failure.text());
                }
                if (!collection.hasReplacedFiles()) {
                    untidy.remove(collection);
                }
            }
        }
    }

    private static EngineException.Stopped shuttingDown() {
        return new EngineException.Stopped(
                ErrorCode.SERVICE_UNAVAILABLE, "the server is shutting down; the merge starts again with it");
    }

    /** Stops the merge under way and waits for its end. */
    @Override
    public void close() {
        stop.request(shuttingDown());
        synchronized (this) {
            queue.clear();
            notifyAll();
        }
        try {
            thread.join(30_000);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
