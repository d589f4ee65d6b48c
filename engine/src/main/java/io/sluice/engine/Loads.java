package io.sluice.engine;

import io.sluice.engine.catalog.PartitionRecord;
import io.sluice.engine.collection.Collection;
import io.sluice.engine.collection.Namespace;
import io.sluice.engine.error.EngineException;
import io.sluice.engine.error.ErrorCode;
import io.sluice.engine.load.LoadEstimate;
import io.sluice.engine.load.LoadGoal;
import io.sluice.engine.load.LoadJobs;
import io.sluice.engine.load.LoadRequest;
import io.sluice.engine.load.LoadStatus;
import io.sluice.engine.load.OperationKind;
import io.sluice.engine.load.OperationView;
import io.sluice.engine.load.ReleaseRequest;
import io.sluice.engine.memory.MemoryBudget;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import reactor.core.scheduler.Scheduler;

/**
 * Load and release requests by name: checks them, turns them into goals, and asks the jobs. Thread-safe; may wait for the
 * catalog, so it runs on {@code ddl} threads.
 */
final class Loads {
    /** A follow-up that failed or was cancelled is tried again after this; its growing rows serve meanwhile. */
    private static final Duration FOLLOW_UP_AGAIN_AFTER = Duration.ofSeconds(30);

    private final Namespace namespace;
    private final LoadJobs jobs;
    private final MemoryBudget budget;
    private final ResourceGroups groups;
    private final Map<Long, String> refreshes = new ConcurrentHashMap<>(); // newest refresh operation by collection

    Loads(Namespace namespace, LoadJobs jobs, MemoryBudget budget, ResourceGroups groups) {
        this.namespace = namespace;
        this.jobs = jobs;
        this.budget = budget;
        this.groups = groups;
    }

    /** @param first where the job begins when its turn is now; may block */
    OperationView load(LoadRequest request, Scheduler first) {
        Collection collection = namespace.get(request.database(), request.collection());
        LoadGoal current = wanted(collection);
        LoadRules.Placement placement = placementOf(collection, request);
        LoadGoal goal = LoadRules.goalOf(collection, current, request, placement, groups);
        groups.place(collection, placement.groups(), current == null);
        OperationView operation = jobs.load(
                collection,
                goal,
                partitionNames(collection, goal),
                fieldNames(collection, goal),
                request.deadline(),
                first);
        if (request.refresh()) {
            refreshes.put(collection.collectionId(), operation.id());
        }
        return operation;
    }

    private LoadRules.Placement placementOf(Collection collection, LoadRequest request) {
        return LoadRules.placementOf(
                collection, request, namespace.database(collection.database()).properties());
    }

    private OperationView start(Collection collection, LoadGoal goal) {
        return jobs.load(collection, goal, partitionNames(collection, goal), fieldNames(collection, goal), null);
    }

    private static List<String> fieldNames(Collection collection, LoadGoal goal) {
        return goal.allFields() ? List.of() : LoadRules.namesOf(collection.schema(), goal.fieldIds());
    }

    /** What is wanted when every accepted load and release is done; null = nothing. */
    private @Nullable LoadGoal wanted(Collection collection) {
        return jobs.wanted(collection);
    }

    /** Whether it is loaded, or will be when what was accepted is done. */
    boolean isWanted(Collection collection) {
        return wanted(collection) != null;
    }

    /** Goes on with what the catalog wants loaded. */
    void resume(Collection collection, String operationId, int attempt) {
        LoadGoal goal = collection.goal();
        if (goal != null) {
            jobs.resume(
                    collection,
                    goal,
                    partitionNames(collection, goal),
                    fieldNames(collection, goal),
                    operationId,
                    attempt);
        }
    }

    /** @param first where the job begins when its turn is now; may block */
    OperationView release(ReleaseRequest request, Scheduler first) {
        Collection collection = namespace.get(request.database(), request.collection());
        List<Long> partitions = request.partitions().stream()
                .map(name -> collection.getPartition(name).id())
                .toList();
        LoadGoal left = LoadRules.without(collection, wanted(collection), partitions);
        return jobs.release(collection, left == null ? List.of() : partitions, left, request.partitions(), first);
    }

    /** Frees everything that a dropped collection has in memory; the operation ends when the bytes are back. */
    OperationView releaseDropped(Collection collection) {
        return jobs.release(collection, List.of(), null, List.of());
    }

    LoadEstimate estimate(LoadRequest request) {
        Collection collection = namespace.get(request.database(), request.collection());
        LoadGoal goal =
                LoadRules.goalOf(collection, wanted(collection), request, placementOf(collection, request), groups);
        return LoadEstimate.of(
                collection.database(),
                collection.collection(),
                collection.allParts(goal),
                collection.missingParts(goal),
                budget);
    }

    /** An unknown collection is {@code NOT_EXIST}, not an error; unknown partitions are errors. */
    LoadStatus status(String database, String name, List<String> partitionNames) {
        Optional<Collection> found = namespace.find(database, name);
        return found.isEmpty()
                ? new LoadStatus(LoadStatus.State.NOT_EXIST, 0, 0, null)
                : status(found.get(), partitionNames);
    }

    LoadStatus status(Collection collection, List<String> partitionNames) {
        List<Long> partitions = partitionNames.stream()
                .map(partition -> collection.getPartition(partition).id())
                .toList();
        Optional<OperationView> latest = jobs.latest(collection.collectionId());
        if (covers(collection.served(), partitions)) {
            return new LoadStatus(LoadStatus.State.LOADED, 100, refreshProgress(collection), null);
        }
        if (latest.isPresent()
                && latest.get().kind() == OperationKind.LOAD
                && !latest.get().finished()
                && (collection.goal() == null || covers(collection.goal(), partitions))) {
            return new LoadStatus(
                    LoadStatus.State.LOADING, Math.min(99, latest.get().percent()), 100, null);
        }
        EngineException failure = latest.filter(operation -> operation.kind() == OperationKind.LOAD)
                .map(OperationView::failure)
                .orElse(null);
        return new LoadStatus(LoadStatus.State.NOT_LOAD, 0, 0, failure);
    }

    private int refreshProgress(Collection collection) {
        String refresh = refreshes.get(collection.collectionId());
        return refresh == null
                        || jobs.find(refresh).map(OperationView::finished).orElse(true)
                ? 100
                : 0;
    }

    private static boolean covers(@Nullable LoadGoal goal, List<Long> partitions) {
        return goal != null && (goal.allPartitions() || goal.partitionIds().containsAll(partitions));
    }

    /** Why a read of this collection cannot be served now: still loading, or not loaded (and why). */
    EngineException whyNotServed(Collection collection, String verb) {
        LoadStatus status = status(collection, List.of());
        if (status.state() == LoadStatus.State.LOADING) {
            return new EngineException.Unavailable(
                    ErrorCode.COLLECTION_NOT_FULLY_LOADED,
                    "failed to " + verb + ": collection not fully loaded[collection=" + collection.collection()
                            + "]: progress=" + status.progress() + ", database=" + collection.database()
                            + ". Try again when the load has finished");
        }
        return collection.notLoaded(verb);
    }

    /**
     * Loads what was sealed or indexed since a loaded collection was loaded, and frees what a dropped index left in memory,
     * through the same pipeline.
     *
     * @return whether nothing is left to do
     */
    boolean followUp(Collection collection) {
        collection.freeSealedGrowing();
        LoadGoal wanted = collection.goal();
        LoadGoal served = collection.served();
        if (wanted == null || collection.isDropped() || served == null) {
            return wanted == null || collection.isDropped();
        }
        LoadGoal goal = collection.withAllFields(wanted);
        if (collection.missingParts(goal).isEmpty()
                && goal.fieldIds().equals(served.fieldIds())
                && !collection.hasForgottenParts()) {
            return true;
        }
        boolean notNow = jobs.latest(collection.collectionId())
                .map(operation -> !operation.finished() || failedLately(operation))
                .orElse(false);
        if (!notNow) {
            start(collection, goal);
        }
        return false;
    }

    /** Loads the field that was added to a loaded collection; empty when it is not loaded, or not with all its fields. */
    Optional<OperationView> loadAddedField(Collection collection) {
        LoadGoal goal = wanted(collection);
        return goal == null || !goal.allFields() || collection.isDropped()
                ? Optional.empty()
                : Optional.of(start(collection, collection.withAllFields(goal)));
    }

    private static boolean failedLately(OperationView operation) {
        Instant finishedAt = operation.finishedAt();
        return operation.failure() != null
                && finishedAt != null
                && finishedAt.plus(FOLLOW_UP_AGAIN_AFTER).isAfter(Instant.now());
    }

    private static List<String> partitionNames(Collection collection, LoadGoal goal) {
        Map<Long, String> names = new LinkedHashMap<>();
        for (PartitionRecord partition : collection.partitions()) {
            names.put(partition.id(), partition.name());
        }
        List<String> wanted = new ArrayList<>();
        goal.partitionIds().stream().map(names::get).filter(Objects::nonNull).forEach(wanted::add);
        return wanted;
    }
}
