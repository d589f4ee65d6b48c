package io.sluice.engine;

import io.sluice.engine.catalog.CatalogCalls;
import io.sluice.engine.catalog.PartitionRecord;
import io.sluice.engine.collection.Collection;
import io.sluice.engine.collection.CollectionRooms;
import io.sluice.engine.load.LoadJobs;
import io.sluice.engine.load.OperationView;
import io.sluice.engine.memory.Lease;
import java.util.List;
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

    /** Frees what a truncate took away; files go after the load that may still read them. */
    void free(Collection collection, Collection.Truncated truncated) {
        truncated.retired().ownerLeases().forEach(Lease::close);
        Runnable deletion =
                () -> threads.later(() -> guarded("what was in " + collection, () -> delete(truncated.files())));
        jobs.latest(collection.collectionId())
                .filter(operation -> !operation.finished())
                .ifPresentOrElse(
                        running -> jobs.finished(running.id()).toFuture().whenComplete((_, _) -> deletion.run()),
                        deletion);
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
