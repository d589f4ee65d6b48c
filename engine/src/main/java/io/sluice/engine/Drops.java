package io.sluice.engine;

import io.sluice.engine.catalog.CatalogCalls;
import io.sluice.engine.catalog.PartitionRecord;
import io.sluice.engine.collection.Collection;
import io.sluice.engine.collection.CollectionRooms;
import io.sluice.engine.collection.Namespace;
import io.sluice.engine.load.LoadJobs;
import io.sluice.engine.load.OperationView;
import io.sluice.engine.memory.Lease;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The second half of a drop: what nobody finds any more gives back its memory, then its files, then its catalog rows. A
 * crash in between is finished at the next start. Thread-safe.
 */
final class Drops {
    private static final Logger LOG = LoggerFactory.getLogger(Drops.class);

    private final CollectionRooms rooms;
    private final Loads loads;
    private final LoadJobs jobs;
    private final EngineThreads threads;
    private final Runnable truncateLog;

    Drops(CollectionRooms rooms, Loads loads, LoadJobs jobs, EngineThreads threads, Runnable truncateLog) {
        this.rooms = rooms;
        this.loads = loads;
        this.jobs = jobs;
        this.threads = threads;
        this.truncateLog = truncateLog;
    }

    /** Frees a collection that was marked as dropped; files go after the last read has ended. */
    void free(Collection collection) {
        OperationView release = loads.releaseDropped(collection);
        jobs.finished(release.id()).toFuture().whenComplete((_, _) -> threads.later(() -> removeFiles(collection)));
    }

    void removeFiles(Collection collection) {
        guarded(collection.toString(), () -> {
            delete(collection.removeEverything());
            CatalogCalls.run(rooms.catalog().dropCollection(collection.collectionId()));
            truncateLog.run();
        });
    }

    /** Frees a partition that was marked as dropped; it is not loaded. */
    void free(Collection collection, PartitionRecord partition) {
        threads.later(() -> guarded(collection + "/" + partition.name(), () -> {
            delete(collection.removePartition(partition.id()));
            CatalogCalls.run(rooms.catalog().dropPartition(partition.id()));
            truncateLog.run();
        }));
    }

    /** Frees what a truncate took away. */
    void free(Collection collection, Collection.Truncated truncated) {
        truncated.retired().ownerLeases().forEach(Lease::close);
        deleteUnread(collection, "what was in " + collection, truncated.files());
    }

    void free(Namespace.DroppedIndex index) {
        deleteUnread(index.collection(), "index of " + index.collection(), index.keys());
    }

    /** Deletes files that nothing names any more, when no load that was planned with them is under way. */
    private void deleteUnread(Collection collection, String what, List<String> keys) {
        Optional<OperationView> underWay =
                jobs.latest(collection.collectionId()).filter(operation -> !operation.finished());
        Runnable deletion = () -> threads.later(() -> guarded(what, () -> delete(keys)));
        if (underWay.isEmpty()) {
            deletion.run();
        } else {
            jobs.finished(underWay.get().id()).toFuture().whenComplete((_, _) -> deletion.run());
        }
    }

    private void delete(List<String> keys) {
        keys.forEach(rooms.store()::delete);
    }

    private static void guarded(String what, Runnable work) {
        try {
            work.run();
        } catch (RuntimeException failure) {
            LOG.warn("drop of {} is not finished; the next start goes on with it: {}", what, failure.toString());
        }
    }
}
