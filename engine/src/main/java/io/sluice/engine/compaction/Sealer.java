package io.sluice.engine.compaction;

import io.sluice.engine.catalog.CatalogCalls;
import io.sluice.engine.catalog.DeltaRecord;
import io.sluice.engine.catalog.PartitionRecord;
import io.sluice.engine.catalog.SealCommit;
import io.sluice.engine.catalog.SegmentRecord;
import io.sluice.engine.collection.Collection;
import io.sluice.engine.collection.CollectionRooms;
import io.sluice.engine.collection.SealTask;
import io.sluice.engine.error.EngineException;
import io.sluice.engine.error.ErrorCode;
import io.sluice.engine.log.WriteAheadLog;
import io.sluice.engine.segment.DeltaFile;
import io.sluice.engine.segment.SegmentWriter;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Turns growing rows and logged deletes into files, one partition at a time, on the thread {@code seal}. Thread-safe.
 *
 * <p>The order of a handover: files written and durable; one catalog commit that names them and raises
 * {@code sealedThroughLsn}; then memory; then the log is cut. A seal that fails is kept and tried again first the next
 * time its partition is sealed: until then its rows go on serving and the log keeps them.
 */
public final class Sealer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Sealer.class);

    /** Deletes stay with the rows they hit, so that pinned reads see the rows: nothing is dropped at seal. */
    private static final long PURGE_NOTHING = 0;

    private final CollectionRooms rooms;
    private final WriteAheadLog log;
    private final Runnable truncateLog;
    private final Consumer<Collection> sealed;
    private final ThreadPoolExecutor thread = new ThreadPoolExecutor(
            1,
            1,
            0,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            Thread.ofPlatform().name("seal").daemon().factory());
    private final Map<Long, SealTask> unfinished = new HashMap<>(); // by partition; confined to the thread

    /**
     * @param truncateLog cuts what is in files off the log
     * @param sealed told after each seal, on the seal thread
     */
    public Sealer(CollectionRooms rooms, WriteAheadLog log, Runnable truncateLog, Consumer<Collection> sealed) {
        this.rooms = rooms;
        this.log = log;
        this.truncateLog = truncateLog;
        this.sealed = sealed;
    }

    /** Seals what a partition has in the log now; completes with the new segment's id, if there is one. */
    public CompletableFuture<Optional<Long>> seal(Collection collection, long partitionId) {
        return CompletableFuture.supplyAsync(() -> sealNow(collection, partitionId), thread);
    }

    /**
     * Empties a collection in one commit: what is in files and what is in the log so far. What comes later stays.
     * Completes with what is to be freed.
     */
    public CompletableFuture<Collection.Truncated> truncate(Collection collection) {
        return CompletableFuture.supplyAsync(() -> truncateNow(collection), thread);
    }

    private record Cut(long lsn, List<SealTask> tasks) {}

    private Collection.Truncated truncateNow(Collection collection) {
        for (PartitionRecord partition : collection.partitions()) {
            SealTask leftOver = unfinished.get(partition.id());
            if (leftOver != null) {
                finish(leftOver);
            }
        }
        Cut cut = log.atBarrier(lsn -> new Cut(lsn, collection.beginTruncate(lsn)))
                .join();
        try {
            CatalogCalls.run(rooms.catalog().truncate(collection.collectionId(), cut.lsn()));
        } catch (RuntimeException failure) {
            cut.tasks().forEach(task -> unfinished.put(task.partitionId(), task)); // they serve on, and seal next time
            throw failure;
        }
        Collection.Truncated truncated = collection.finishTruncate(cut.lsn());
        truncateLog.run();
        LOG.info(
                "truncated {}: {} files go",
                collection.qualifiedName(),
                truncated.files().size());
        return truncated;
    }

    private Optional<Long> sealNow(Collection collection, long partitionId) {
        SealTask leftOver = unfinished.get(partitionId);
        if (leftOver != null) {
            if (collection.isDropped()) {
                unfinished.remove(partitionId);
                return Optional.empty();
            }
            finish(leftOver);
        }
        if (collection.isDropped()) {
            return Optional.empty();
        }
        Optional<SealTask> task =
                log.atBarrier(lsn -> collection.beginSeal(partitionId, lsn)).join();
        return task.flatMap(this::finish);
    }

    private Optional<Long> finish(SealTask task) {
        unfinished.put(task.partitionId(), task);
        Collection collection = task.collection();
        String folder = collection.collectionId() + "/" + task.partitionId() + "/";
        Optional<SegmentRecord> segment = task.rows() == null
                ? Optional.empty()
                : SegmentWriter.seal(
                        rooms.store(),
                        folder + task.segmentId() + ".seg",
                        task.segmentId(),
                        collection.collectionId(),
                        task.partitionId(),
                        collection.schema(),
                        task.rows(),
                        PURGE_NOTHING);
        Optional<DeltaRecord> delta = writeDelta(task, folder);
        CatalogCalls.run(rooms.catalog()
                .commit(new SealCommit(
                        collection.collectionId(),
                        task.partitionId(),
                        task.throughLsn(),
                        segment.map(List::of).orElse(List.of()),
                        delta.map(List::of).orElse(List.of()),
                        List.of(),
                        List.of())));
        collection.finishSeal(task, segment.orElse(null), delta.orElse(null));
        unfinished.remove(task.partitionId());
        collection.freeSealedGrowing();
        truncateLog.run();
        sealed.accept(collection);
        segment.ifPresent(written -> LOG.info(
                "sealed {} rows of {} into segment {} ({} bytes)",
                written.rowCount(),
                collection.qualifiedName(),
                written.id(),
                written.sizeBytes()));
        return segment.map(SegmentRecord::id);
    }

    private Optional<DeltaRecord> writeDelta(SealTask task, String folder) {
        if (task.deletes().isEmpty()) {
            return Optional.empty();
        }
        long id = rooms.ids().next();
        return Optional.of(DeltaFile.write(
                rooms.store(),
                folder + id + ".del",
                id,
                task.collection().collectionId(),
                task.partitionId(),
                task.allDeletes()));
    }

    /** Finishes the seal under way; what waits is left to the log. */
    @Override
    public void close() {
        thread.getQueue().clear();
        thread.shutdown();
        try {
            if (!thread.awaitTermination(30, TimeUnit.SECONDS)) {
                throw new EngineException.Failed(
                        ErrorCode.INTERNAL, "a seal did not end within 30 s; its rows are still in the log", null);
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
