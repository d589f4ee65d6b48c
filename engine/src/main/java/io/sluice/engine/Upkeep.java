package io.sluice.engine;

import io.sluice.engine.collection.Collection;
import io.sluice.engine.collection.Namespace;
import io.sluice.engine.compaction.Compactions;
import io.sluice.engine.compaction.Sealer;
import io.sluice.engine.log.WriteAheadLog;
import java.util.Comparator;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What happens without being asked for, on the thread {@code upkeep}: idle and large growing rows are sealed, a log that
 * grew too long is shortened, what was sealed, indexed or merged under a loaded collection is loaded, and segments that are
 * too many or too full of deleted rows are merged. Thread-safe.
 */
final class Upkeep implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Upkeep.class);
    private static final long TICK_MILLIS = 500;
    /** Deletes become final as time passes, without a seal. */
    private static final long COMPACTION_MILLIS = 10_000;

    private final Namespace namespace;
    private final Sealer sealer;
    private final WriteAheadLog log;
    private final Loads loads;
    private final Compactions compactions;
    private final EngineOptions options;
    private final Set<Collection> followUps = ConcurrentHashMap.newKeySet();
    private final AtomicBoolean sealingForRoom = new AtomicBoolean();
    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name("upkeep").daemon().factory());

    Upkeep(
            Namespace namespace,
            Sealer sealer,
            WriteAheadLog log,
            Loads loads,
            Compactions compactions,
            EngineOptions options) {
        this.namespace = namespace;
        this.sealer = sealer;
        this.log = log;
        this.loads = loads;
        this.compactions = compactions;
        this.options = options;
    }

    void start() {
        thread.scheduleWithFixedDelay(this::tick, TICK_MILLIS, TICK_MILLIS, TimeUnit.MILLISECONDS);
        thread.scheduleWithFixedDelay(
                () -> guarded(() -> namespace.all().forEach(compactions::consider)),
                COMPACTION_MILLIS,
                COMPACTION_MILLIS,
                TimeUnit.MILLISECONDS);
    }

    /** Something new lies in the store that a loaded collection may want. */
    void followUp(Collection collection) {
        followUps.add(collection);
        try {
            thread.execute(() -> guarded(() -> tryFollowUp(collection)));
        } catch (RejectedExecutionException closing) {
            LOG.debug("no follow-up of {}: the server is shutting down", collection);
        }
    }

    /** Seals the partition with the most growing bytes, unless that is under way. */
    void makeRoom() {
        if (sealingForRoom.compareAndSet(false, true)) {
            Optional<Growing> largest = largest();
            if (largest.isEmpty()) {
                sealingForRoom.set(false);
                return;
            }
            sealer.seal(largest.get().collection(), largest.get().rows().partitionId())
                    .whenComplete((_, _) -> sealingForRoom.set(false));
        }
    }

    private record Growing(Collection collection, Collection.Unsealed rows) {}

    private Optional<Growing> largest() {
        return namespace.all().stream()
                .flatMap(collection -> collection.unsealed().stream().map(rows -> new Growing(collection, rows)))
                .filter(growing -> growing.rows().bytes() > 0)
                .max(Comparator.comparingLong(growing -> growing.rows().bytes()));
    }

    private void tick() {
        guarded(() -> {
            long idleBefore = System.currentTimeMillis() - options.sealAfter().toMillis();
            for (Collection collection : namespace.all()) {
                for (Collection.Unsealed rows : collection.unsealed()) {
                    if (rows.bytes() > options.sealBytes() || rows.lastWriteMillis() < idleBefore) {
                        seal(collection, rows.partitionId());
                    }
                }
            }
            if (log.sizeBytes() > options.logLimitBytes()) {
                namespace
                        .all()
                        .forEach(collection ->
                                collection.unsealed().forEach(rows -> seal(collection, rows.partitionId())));
            }
            followUps.forEach(this::tryFollowUp);
        });
    }

    private void seal(Collection collection, long partitionId) {
        sealer.seal(collection, partitionId).whenComplete((_, failure) -> {
            if (failure != null) {
                LOG.warn("seal of {} failed; its rows stay in the log: {}", collection, failure.toString());
            }
        });
    }

    private void tryFollowUp(Collection collection) {
        if (loads.followUp(collection)) {
            followUps.remove(collection);
        }
    }

    private static void guarded(Runnable work) {
        try {
            work.run();
        } catch (RuntimeException failure) {
            LOG.warn("upkeep failed; it is tried again: {}", failure.toString());
        }
    }

    @Override
    public void close() {
        thread.shutdownNow();
        try {
            if (!thread.awaitTermination(10, TimeUnit.SECONDS)) {
                LOG.warn("upkeep did not end within 10 s");
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
