package io.sluice.engine;

import io.sluice.engine.access.Users;
import io.sluice.engine.catalog.Catalog;
import io.sluice.engine.catalog.CatalogCalls;
import io.sluice.engine.catalog.CatalogSnapshot;
import io.sluice.engine.catalog.Ids;
import io.sluice.engine.catalog.LoadSpecRecord;
import io.sluice.engine.catalog.PartitionRecord;
import io.sluice.engine.collection.Alterations;
import io.sluice.engine.collection.Collection;
import io.sluice.engine.collection.CollectionRooms;
import io.sluice.engine.collection.Namespace;
import io.sluice.engine.collection.WriteBuffer;
import io.sluice.engine.compaction.Compactions;
import io.sluice.engine.compaction.IndexBuilds;
import io.sluice.engine.compaction.Sealer;
import io.sluice.engine.load.LoadJobs;
import io.sluice.engine.load.OperationView;
import io.sluice.engine.log.LogFolder;
import io.sluice.engine.log.LogOptions;
import io.sluice.engine.log.WriteAheadLog;
import io.sluice.engine.memory.MemoryBudget;
import io.sluice.engine.store.LocalSegmentStore;
import io.sluice.engine.store.SegmentStore;
import java.util.Comparator;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The rooms of a running engine and the order in which they open and close: written once, here.
 *
 * <p>Open: store, catalog, sweep, log with replay, then background work, then the loads that were wanted. Close: the
 * reverse; the budget last, which says so if a byte is still held.
 */
record EngineParts(
        MemoryBudget budget,
        SegmentStore store,
        Catalog catalog,
        CollectionRooms rooms,
        Namespace namespace,
        WriteBuffer buffer,
        WriteAheadLog log,
        Sealer sealer,
        IndexBuilds builds,
        Compactions compactions,
        Maintenance maintenance,
        LoadJobs jobs,
        ResourceGroups groups,
        Loads loads,
        Users users,
        Writes writes,
        Drops drops,
        Alterations alterations,
        DatabaseRules rules,
        Upkeep upkeep,
        EngineThreads threads) {
    private static final Logger LOG = LoggerFactory.getLogger(EngineParts.class);

    /** Blocks: runs on a plain thread. */
    static EngineParts open(EngineOptions options, Catalog catalog) {
        return open(
                options,
                catalog,
                LocalSegmentStore.open(options.dataFolder().resolve("segments")),
                LogFolder.of(options.dataFolder().resolve("log")));
    }

    /** With a store and a log folder of the caller's. */
    static EngineParts open(EngineOptions options, Catalog catalog, SegmentStore store, LogFolder logFolder) {
        var threads = new EngineThreads(options.searchThreads());
        var budget = new MemoryBudget(options.memoryBudgetBytes());
        store.sweepUncommitted();
        var rooms = new CollectionRooms(
                catalog, new Ids(catalog), store, budget, options.compaction().readRetention());

        CatalogSnapshot saved = CatalogCalls.await(catalog.readAll());
        long newest = newestTimestamp(saved);
        AtomicReference<@Nullable WriteAheadLog> logLater = new AtomicReference<>();
        AtomicReference<@Nullable Upkeep> upkeepLater = new AtomicReference<>();
        var namespace = new Namespace(rooms, () -> timestamp(logLater.get(), newest));
        Namespace.Unfinished unfinished = namespace.restore(saved);
        sweep(store, Namespace.namedKeys(saved));

        var buffer = new WriteBuffer(budget, () -> {
            Upkeep upkeep = upkeepLater.get();
            if (upkeep != null) {
                upkeep.makeRoom();
            }
        });
        WriteAheadLog log = WriteAheadLog.open(
                logFolder,
                LogOptions.defaults(),
                (record, attachment) -> Writes.apply(namespace, rooms, buffer, record, attachment),
                newest,
                saved.partitions().stream()
                        .mapToLong(PartitionRecord::sealedThroughLsn)
                        .max()
                        .orElse(0));
        log.replay(record -> Writes.apply(namespace, rooms, buffer, record, null));
        log.start();
        logLater.set(log);
        Runnable truncateLog = () -> log.truncate((collectionId, partitionId, lsn) -> {
            Collection collection = namespace.findById(collectionId);
            return collection == null || collection.isSealed(partitionId, lsn);
        });

        var jobs = new LoadJobs(
                budget,
                store,
                threads.loads(),
                options.load(),
                Long.toString(System.currentTimeMillis(), Character.MAX_RADIX));
        var groups = new ResourceGroups(catalog, collection -> jobs.wanted(collection) != null);
        groups.restore(saved);
        var loads = new Loads(namespace, jobs, budget, groups);
        var users = new Users(catalog);
        users.restore(saved.users());
        var builds = new IndexBuilds(
                rooms,
                options.indexBuildThreads(),
                built -> Objects.requireNonNull(upkeepLater.get()).followUp(built));
        var compactions = new Compactions(
                rooms,
                builds,
                options.compaction(),
                log::appliedTimestamp,
                collection -> jobs.latest(collection.collectionId())
                        .map(OperationView::finished)
                        .orElse(true),
                merged -> Objects.requireNonNull(upkeepLater.get()).followUp(merged));
        var sealer = new Sealer(rooms, log, truncateLog, collection -> {
            builds.schedule(collection);
            compactions.consider(collection);
            Objects.requireNonNull(upkeepLater.get()).followUp(collection);
        });
        var maintenance = new Maintenance(namespace, sealer, log, compactions);
        var upkeep = new Upkeep(namespace, sealer, log, loads, compactions, options);
        upkeepLater.set(upkeep);
        var rules = new DatabaseRules(namespace);
        var writes = new Writes(namespace, rooms, buffer, log, rules, threads);
        var drops = new Drops(rooms, loads, jobs, threads, truncateLog);

        var alterations = new Alterations(namespace, rooms, log, log::nextTimestamp);
        var parts = new EngineParts(
                budget,
                store,
                catalog,
                rooms,
                namespace,
                buffer,
                log,
                sealer,
                builds,
                compactions,
                maintenance,
                jobs,
                groups,
                loads,
                users,
                writes,
                drops,
                alterations,
                rules,
                upkeep,
                threads);
        parts.goOn(saved, unfinished);
        return parts;
    }

    private static long timestamp(@Nullable WriteAheadLog log, long newest) {
        return log == null ? Math.max(newest + 1, System.currentTimeMillis() << 18) : log.nextTimestamp();
    }

    private static long newestTimestamp(CatalogSnapshot saved) {
        long newest = 0;
        for (var collection : saved.collections()) {
            newest = Math.max(newest, collection.updatedTimestamp());
        }
        for (var partition : saved.partitions()) {
            newest = Math.max(newest, partition.createdTimestamp());
        }
        for (var segment : saved.segments()) {
            newest = Math.max(newest, Math.max(segment.purgedThrough(), segment.maxTimestamp()));
        }
        for (var delta : saved.deltas()) {
            newest = Math.max(newest, delta.maxTimestamp());
        }
        return newest;
    }

    /** Files without a catalog row: written by a seal or build that never committed, or left by a drop. */
    private static void sweep(SegmentStore store, Set<String> named) {
        for (String key : store.list()) {
            if (!named.contains(key)) {
                LOG.info("removing {}: the catalog does not name it", key);
                store.delete(key);
            }
        }
    }

    /** Takes up what the last run left: drops, builds, loads by last access. */
    private void goOn(CatalogSnapshot saved, Namespace.Unfinished unfinished) {
        unfinished.collections().forEach(drops::removeFiles);
        for (PartitionRecord partition : unfinished.partitions()) {
            Collection collection = namespace.findById(partition.collectionId());
            if (collection != null) {
                drops.free(collection, partition);
            }
        }
        namespace.all().forEach(builds::schedule);
        upkeep.start();
        saved.loadSpecs().stream()
                .sorted(Comparator.comparingLong(LoadSpecRecord::lastAccessMillis)
                        .reversed())
                .forEach(spec -> {
                    Collection collection = namespace.findById(spec.collectionId());
                    if (collection != null) {
                        loads.resume(collection, spec.operationId(), spec.attempt() + 1);
                    }
                });
    }

    /** After the jobs were shut down. Blocks. */
    void close() {
        upkeep.close();
        builds.close();
        compactions.close();
        sealer.close();
        threads.close();
        log.close();
        namespace.all().forEach(Collection::saveLastAccess);
        namespace.all().forEach(Collection::close);
        buffer.close();
        store.close();
        budget.close();
    }
}
