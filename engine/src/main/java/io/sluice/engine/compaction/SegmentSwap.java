package io.sluice.engine.compaction;

import io.sluice.engine.catalog.CatalogCalls;
import io.sluice.engine.catalog.DeltaRecord;
import io.sluice.engine.catalog.IndexFileRecord;
import io.sluice.engine.catalog.SealCommit;
import io.sluice.engine.catalog.SegmentRecord;
import io.sluice.engine.collection.Collection;
import io.sluice.engine.collection.CollectionIndex;
import io.sluice.engine.collection.CollectionRooms;
import io.sluice.engine.collection.FileSwap;
import io.sluice.engine.collection.PartitionFiles;
import io.sluice.engine.collection.SealedFiles;
import io.sluice.engine.compaction.CompactionStatus.Merge;
import io.sluice.engine.error.EngineException;
import io.sluice.engine.error.StopSignal;
import io.sluice.engine.memory.Admission;
import io.sluice.engine.memory.MemoryTag;
import io.sluice.engine.memory.Reservation;
import io.sluice.engine.segment.DeltaFile;
import io.sluice.engine.segment.SegmentMerge;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Does one merge: reads, writes the new file and its indexes, and puts them in the place of the old ones. Confined to the
 * compaction thread, but for {@link #examined}.
 *
 * <p>Order: the new segment durable; its indexes durable; one catalog commit that names them and forgets the inputs and the
 * deltas that hit nothing any more; then memory. So a loaded collection goes on with the old segments until the new one is
 * as fast as they were, and a crash at any step leaves either the old or the new, and files without a name at most.
 */
final class SegmentSwap {
    private static final Logger LOG = LoggerFactory.getLogger(SegmentSwap.class);
    private static final long NO_LSN = 0; // the log has nothing to do with it

    private final CollectionRooms rooms;
    private final IndexBuilds builds;
    private final ToLongFunction<Collection> horizon;
    private final StopSignal stop;
    private final Consumer<Collection> replaced;
    private final Map<Long, Long> examinedThrough = new HashMap<>(); // by segment; guarded by this

    /**
     * @param horizon deletes up to this timestamp may be carried out for good
     * @param replaced told after each swap
     */
    SegmentSwap(
            CollectionRooms rooms,
            IndexBuilds builds,
            ToLongFunction<Collection> horizon,
            StopSignal stop,
            Consumer<Collection> replaced) {
        this.rooms = rooms;
        this.builds = builds;
        this.horizon = horizon;
        this.stop = stop;
        this.replaced = replaced;
    }

    /** By segment: up to which timestamp its deletes were looked at and found too few for a rewrite. Thread-safe. */
    synchronized Map<Long, Long> examined(Collection collection) {
        return examinedThrough.isEmpty() ? Map.of() : Map.copyOf(examinedThrough);
    }

    private synchronized void noteExamined(long segmentId, long through) {
        examinedThrough.put(segmentId, through);
    }

    private synchronized void forgetExamined(List<Long> segmentIds) {
        segmentIds.forEach(examinedThrough::remove);
    }

    /**
     * @return what was merged; empty when there was nothing to do after all
     * @throws EngineException.OutOfBudget if memory is short; nothing was changed
     */
    Optional<Merge> run(Collection collection, CompactionPlan plan) {
        Optional<PartitionFiles> present = filesOf(collection, plan.partitionId());
        if (collection.isDropped() || present.isEmpty() || !hasAll(present.get(), plan.inputIds())) {
            return Optional.empty();
        }
        requireRoomToLoad(collection, plan);
        long deletesUpTo = horizon.applyAsLong(collection);
        List<DeltaRecord> purged = present.get().deltas().stream()
                .filter(delta -> delta.maxTimestamp() <= deletesUpTo)
                .toList();
        long through =
                purged.stream().mapToLong(DeltaRecord::maxTimestamp).max().orElse(0);
        Merged merged;
        long purgedThrough;
        try (Reservation memory = reserve(collection, plan);
                var merge = new SegmentMerge(rooms.store(), collection.schema(), plan.inputs(), memory, stop)) {
            for (DeltaRecord delta : purged) {
                if (plan.inputs().stream().anyMatch(input -> input.mayBeHitBy(delta))) {
                    merge.apply(DeltaFile.read(
                            rooms.store(),
                            delta,
                            collection.schema().primaryKey().type()));
                }
            }
            long deletedRows = merge.deletedCount();
            merge.leaveOutOld(collection.expiredThrough(deletesUpTo));
            purgedThrough = merge.deletedCount() > deletedRows ? deletesUpTo : deletedRows > 0 ? through : 0;
            if (plan.inputs().size() == 1 && isNotWorthIt(plan, merge.deletedCount())) {
                leaveAsItIs(collection, plan, merge.deletedCount(), purged, through);
                return Optional.empty();
            }
            merged = write(collection, plan, merge, through);
        }
        return finish(collection, plan, merged, purged, purgedThrough);
    }

    /** What was written, not named by anybody yet. */
    private record Merged(@Nullable SegmentRecord segment, long deletedRows) {
        List<SegmentRecord> segments() {
            return segment == null ? List.of() : List.of(segment);
        }
    }

    private static Optional<PartitionFiles> filesOf(Collection collection, long partitionId) {
        return collection.partitionFiles().stream()
                .filter(files -> files.partitionId() == partitionId)
                .findFirst();
    }

    /** Whether all that the plan wants to replace is still there. */
    static boolean isCurrent(Collection collection, CompactionPlan plan) {
        return !collection.isDropped()
                && filesOf(collection, plan.partitionId())
                        .filter(files -> hasAll(files, plan.inputIds()))
                        .isPresent();
    }

    private static boolean hasAll(PartitionFiles files, List<Long> segmentIds) {
        return files.segments().stream()
                .map(each -> each.segment().id())
                .toList()
                .containsAll(segmentIds);
    }

    private static boolean isNotWorthIt(CompactionPlan plan, long deletedRows) {
        return deletedRows == 0 || deletedRows < plan.leastDeletedShare() * plan.rowCount();
    }

    /** The new segment is loaded beside the old ones: where that cannot be, they stay. */
    private void requireRoomToLoad(Collection collection, CompactionPlan plan) {
        long needBytes = collection.loadedBytes(plan.inputIds());
        if (needBytes > rooms.budget().freeBytes()) {
            throw outOfBudget(
                    "the merged segment of " + collection.qualifiedName() + " beside the old ones", needBytes);
        }
    }

    private Reservation reserve(Collection collection, CompactionPlan plan) {
        long needBytes = SegmentMerge.needBytes(collection.schema(), plan.inputs());
        return switch (rooms.budget().tryReserve(MemoryTag.COMPACTION, collection.qualifiedName(), needBytes)) {
            case Admission.Granted(Reservation reservation) -> reservation;
            case Admission.Deferred _ -> throw outOfBudget("a merge in " + collection.qualifiedName(), needBytes);
            case Admission.Refused(long requestedBytes, long limitBytes) ->
                throw new EngineException.InvalidRequest("a merge needs more memory than there is: needBytes="
                        + requestedBytes + ", limitBytes=" + limitBytes + ", collection=" + collection.qualifiedName()
                        + ", segments=" + plan.inputIds() + ". Raise SLUICE_MEMORY_BUDGET");
        };
    }

    private EngineException.OutOfBudget outOfBudget(String what, long needBytes) {
        return new EngineException.OutOfBudget(
                what,
                needBytes,
                rooms.budget().freeBytes(),
                rooms.budget().limitBytes(),
                rooms.budget().holders());
    }

    /** Remembers that there is nothing to gain; where no row is hit at all, the deltas need not know the segment any more. */
    private void leaveAsItIs(
            Collection collection, CompactionPlan plan, long deletedRows, List<DeltaRecord> purged, long through) {
        SegmentRecord input = plan.inputs().getFirst();
        if (deletedRows == 0 && purged.stream().anyMatch(input::mayBeHitBy)) {
            commit(
                    collection,
                    plan.partitionId(),
                    List.of(),
                    null,
                    List.of(),
                    List.of(input.purged(through)),
                    purged,
                    0);
        } else {
            noteExamined(input.id(), through);
        }
    }

    private Merged write(Collection collection, CompactionPlan plan, SegmentMerge merge, long through) {
        long id = rooms.ids().next();
        String key = collection.collectionId() + "/" + plan.partitionId() + "/" + id + ".seg";
        SegmentRecord written =
                merge.write(key, id).map(segment -> segment.purged(through)).orElse(null);
        return new Merged(written, merge.deletedCount());
    }

    private Optional<Merge> finish(
            Collection collection, CompactionPlan plan, Merged merged, List<DeltaRecord> purged, long purgedThrough) {
        List<IndexFileRecord> indexFiles = List.of();
        SegmentRecord segment = merged.segment();
        if (segment != null) {
            try {
                indexFiles = builds.buildAhead(collection, segment);
            } catch (RuntimeException failure) {
                rooms.store().delete(segment.key());
                throw failure;
            }
        }
        boolean done = commit(
                collection, plan.partitionId(), plan.inputIds(), segment, indexFiles, List.of(), purged, purgedThrough);
        if (!done) {
            return Optional.empty();
        }
        forgetExamined(plan.inputIds());
        LOG.info(
                "merged segments {} of {} into {} ({} rows, {} deleted ones left out)",
                plan.inputIds(),
                collection.qualifiedName(),
                segment == null ? "nothing" : segment.id(),
                segment == null ? 0 : segment.rowCount(),
                merged.deletedRows());
        return Optional.of(new Merge(plan.inputIds(), segment == null ? 0 : segment.id()));
    }

    /** Answers whether the swap took place: not when the collection, partition or a segment went away meanwhile. */
    private boolean commit(
            Collection collection,
            long partitionId,
            List<Long> inputIds,
            @Nullable SegmentRecord merged,
            List<IndexFileRecord> indexFiles,
            List<SegmentRecord> raised,
            List<DeltaRecord> purged,
            long purgedThrough) {
        Optional<PartitionFiles> now = filesOf(collection, partitionId);
        List<SegmentRecord> added = new ArrayList<>(raised);
        if (merged != null) {
            added.add(merged);
        }
        List<IndexFileRecord> files = new ArrayList<>(stillWanted(collection, indexFiles));
        List<Long> removedIds = new ArrayList<>(inputIds);
        raised.forEach(segment -> removedIds.add(segment.id()));
        if (collection.isDropped() || now.isEmpty()) {
            deleteNew(merged, indexFiles);
            return false;
        }
        for (SealedFiles each : now.get().segments()) {
            if (raised.stream()
                    .anyMatch(segment -> segment.id() == each.segment().id())) {
                files.addAll(each.indexes().values());
            }
        }
        List<Long> spent = spentDeltas(now.get(), removedIds, added, purged);
        try {
            CatalogCalls.run(rooms.catalog()
                    .commit(new SealCommit(
                            collection.collectionId(),
                            partitionId,
                            NO_LSN,
                            added,
                            List.of(),
                            removedIds,
                            spent,
                            files)));
        } catch (EngineException.Failed refused) {
            boolean there = !collection.isDropped()
                    && filesOf(collection, partitionId)
                            .filter(left -> hasAll(left, removedIds))
                            .isPresent();
            if (there) {
                throw refused;
            }
            deleteNew(merged, indexFiles);
            return false;
        }
        boolean done = collection.finishSwap(
                new FileSwap(partitionId, inputIds, merged, indexFiles, raised, spent, purgedThrough));
        if (done) {
            builds.schedule(collection); // an index that was created meanwhile
            replaced.accept(collection);
        } else {
            deleteNew(merged, indexFiles);
        }
        return done;
    }

    private static List<IndexFileRecord> stillWanted(Collection collection, List<IndexFileRecord> files) {
        List<Long> known =
                collection.indexes().stream().map(CollectionIndex::id).toList();
        return files.stream().filter(file -> known.contains(file.indexId())).toList();
    }

    private void deleteNew(@Nullable SegmentRecord merged, List<IndexFileRecord> indexFiles) {
        if (merged != null) {
            rooms.store().delete(merged.key());
        }
        indexFiles.forEach(file -> rooms.store().delete(file.key()));
    }

    /** Deltas that hit no row of any segment once {@code added} have taken the place of {@code removedIds}. */
    private static List<Long> spentDeltas(
            PartitionFiles files, List<Long> removedIds, List<SegmentRecord> added, List<DeltaRecord> purged) {
        List<SegmentRecord> left = new ArrayList<>(added);
        files.segments().stream()
                .map(SealedFiles::segment)
                .filter(segment -> !removedIds.contains(segment.id()))
                .forEach(left::add);
        return purged.stream()
                .filter(delta -> left.stream().noneMatch(segment -> segment.mayBeHitBy(delta)))
                .map(DeltaRecord::id)
                .toList();
    }
}
