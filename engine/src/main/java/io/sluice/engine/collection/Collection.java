package io.sluice.engine.collection;

import io.sluice.engine.catalog.CatalogCalls;
import io.sluice.engine.catalog.CollectionRecord;
import io.sluice.engine.catalog.DeltaRecord;
import io.sluice.engine.catalog.IndexFileRecord;
import io.sluice.engine.catalog.LoadSpecRecord;
import io.sluice.engine.catalog.PartRecord;
import io.sluice.engine.catalog.PartitionRecord;
import io.sluice.engine.catalog.SegmentRecord;
import io.sluice.engine.error.EngineException;
import io.sluice.engine.error.ErrorCode;
import io.sluice.engine.error.StopSignal;
import io.sluice.engine.index.IndexSpec;
import io.sluice.engine.load.LoadGoal;
import io.sluice.engine.load.LoadTarget;
import io.sluice.engine.load.LoadedPart;
import io.sluice.engine.load.PartSource;
import io.sluice.engine.load.Retired;
import io.sluice.engine.log.RecordKind;
import io.sluice.engine.memory.Admission;
import io.sluice.engine.memory.Lease;
import io.sluice.engine.memory.MemoryTag;
import io.sluice.engine.memory.Reservation;
import io.sluice.engine.schema.CollectionSchema;
import io.sluice.engine.schema.ColumnBatch;
import io.sluice.engine.schema.FieldSchema;
import io.sluice.engine.schema.Keys;
import io.sluice.engine.segment.DeleteMask;
import io.sluice.engine.segment.Deletes;
import io.sluice.engine.segment.DeltaFile;
import io.sluice.engine.segment.FilledColumn;
import io.sluice.engine.segment.GrowingSegment;
import io.sluice.engine.segment.GrowingView;
import io.sluice.engine.segment.PartFileWriter;
import io.sluice.engine.segment.VisibleRows;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/**
 * One collection: its schema, partitions, indexes and files, the rows that still grow, and what is loaded.
 *
 * <p>Thread-safe. Three parties change it, each under {@link #lock}: the log's writer applies writes, seal and build
 * threads hand over files, load and release jobs publish and unpublish. Readers take no lock: they read
 * {@link #snapshot}, one reference, and lease what it lists; a lease that is refused means that the snapshot is old.
 *
 * <p>Every row is either in a growing segment of the snapshot or in its sealed successor, never in both: publishing the
 * sealed one removes the growing one in the same swap. Until then the growing one serves, however long that takes.
 */
public final class Collection implements LoadTarget {
    private static final long GATE_PATIENCE_SECONDS = 30; // a write waits up to 10 s for room

    private final CollectionRooms rooms;
    private final ReentrantLock lock = new ReentrantLock();

    private volatile CollectionRecord record;
    private volatile String database;
    private volatile CollectionSnapshot snapshot = CollectionSnapshot.EMPTY;
    private volatile @Nullable LoadGoal goal;
    private volatile @Nullable LoadSpecRecord savedSpec; // the goal as the catalog has it
    private volatile long lastAccessMillis;
    private volatile boolean dropped;

    private final Map<Long, Partition> partitions = new LinkedHashMap<>(); // guarded by lock
    private final Map<Long, CollectionIndex> indexes = new LinkedHashMap<>(); // guarded by lock
    private final Map<Long, Long> firstUnsealedLsn = new HashMap<>(); // by partition; guarded by lock
    private final Map<Long, Long> firstSealingLsn = new HashMap<>(); // the same of a seal under way; guarded by lock
    private final ReentrantReadWriteLock schemaGate = new ReentrantReadWriteLock();
    private final Set<StopSignal> reads = ConcurrentHashMap.newKeySet();
    private final ReadHorizon horizon;
    private volatile long purgedThrough; // a read at an older timestamp would miss rows

    public Collection(CollectionRooms rooms, String database, CollectionRecord record) {
        this.rooms = rooms;
        this.horizon = new ReadHorizon(rooms.readRetention(), System::nanoTime);
        this.database = database;
        this.record = record;
    }

    // Who it is

    public CollectionRecord record() {
        return record;
    }

    public CollectionSchema schema() {
        return record.schema();
    }

    @Override
    public long collectionId() {
        return record.id();
    }

    @Override
    public String database() {
        return database;
    }

    @Override
    public String collection() {
        return record.name();
    }

    /** {@code database.collection}: the holder's name in the memory account. */
    public String qualifiedName() {
        return database + "." + record.name();
    }

    /** After a rename or a change of properties was committed. */
    public void update(String newDatabase, CollectionRecord newRecord) {
        database = newDatabase;
        record = newRecord;
    }

    // Schema

    /**
     * Runs a write from reading the schema to its place in the log: the columns of the collection do not change
     * meanwhile. May wait while a field is added.
     */
    public <T> T whileSchemaStays(Supplier<T> write) {
        schemaGate.readLock().lock();
        try {
            return write.get();
        } finally {
            schemaGate.readLock().unlock();
        }
    }

    /**
     * Runs what adds a field when every write with the present columns has its place in the log, and before any other
     * write begins.
     *
     * @throws EngineException.Unavailable if writes under way do not end for a long time
     */
    public void whileNobodyWrites(Runnable change) {
        boolean mine;
        try {
            mine = schemaGate.writeLock().tryLock(GATE_PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new EngineException.Unavailable(
                    ErrorCode.SERVICE_UNAVAILABLE, "the server is shutting down; nothing was changed");
        }
        if (!mine) {
            throw new EngineException.Unavailable(
                    ErrorCode.RATE_LIMITED,
                    "writes to " + qualifiedName() + " have been under way for " + GATE_PATIENCE_SECONDS
                            + " s; nothing was changed. Try again");
        }
        try {
            change.run();
        } finally {
            schemaGate.writeLock().unlock();
        }
    }

    /**
     * Adds the last field of {@code changed} to what grows and to what is wanted loaded. Between two records of the log,
     * {@link #whileNobodyWrites}.
     *
     * @param commit makes it durable; what it throws leaves everything as it was
     * @throws EngineException.OutOfBudget if there is no memory for the field of the growing rows
     */
    public void addField(CollectionRecord changed, Runnable commit) {
        locked(() -> {
            FieldSchema field = changed.schema().fields().getLast();
            List<GrowingSegment> growing =
                    snapshot.growing().stream().map(GrowingRows::rows).toList();
            long needBytes =
                    growing.stream().mapToLong(rows -> rows.fillBytes(field)).sum();
            List<GrowingSegment.AddedField> ready = new ArrayList<>();
            try (Reservation memory = reserveGrowing(needBytes)) {
                growing.forEach(rows -> ready.add(rows.prepareField(changed.schema(), memory)));
                commit.run();
                ready.forEach(GrowingSegment.AddedField::apply);
            } finally {
                ready.forEach(GrowingSegment.AddedField::close);
            }
            record = changed; // after the growing rows: who sees the field in the schema finds it there
            LoadGoal wanted = goal;
            if (wanted != null) {
                goal = withAllFields(wanted);
            }
        });
    }

    private Reservation reserveGrowing(long needBytes) {
        Admission admission = rooms.budget().tryReserve(MemoryTag.WRITE_BUFFER, qualifiedName(), needBytes);
        return switch (admission) {
            case Admission.Granted(Reservation reservation) -> reservation;
            case Admission.Deferred _, Admission.Refused _ ->
                throw new EngineException.OutOfBudget(
                        "the new field of the growing rows of " + qualifiedName(),
                        needBytes,
                        rooms.budget().freeBytes(),
                        rooms.budget().limitBytes(),
                        rooms.budget().holders());
        };
    }

    /** A goal of all fields with those that were added since it was made. */
    public LoadGoal withAllFields(LoadGoal wanted) {
        return wanted.allFields()
                ? wanted.withFields(Namespace.loadableFields(schema(), wanted.skipDynamicField()))
                : wanted;
    }

    public boolean isDropped() {
        return dropped;
    }

    public void markDropped() {
        dropped = true;
    }

    // Partitions

    public void addPartition(PartitionRecord partition) {
        locked(() -> partitions.put(partition.id(), new Partition(partition)));
    }

    /** Live partitions in the order of creation. */
    public List<PartitionRecord> partitions() {
        return locked(() -> partitions.values().stream()
                .map(partition -> partition.record)
                .filter(partition -> !partition.dropping())
                .toList());
    }

    public Optional<PartitionRecord> findPartition(String name) {
        return partitions().stream()
                .filter(partition -> partition.name().equals(name))
                .findFirst();
    }

    /** @throws EngineException.NotFound {@code partition not found[partition=P]} */
    public PartitionRecord getPartition(String name) {
        return findPartition(name)
                .orElseThrow(() -> new EngineException.NotFound(
                        ErrorCode.PARTITION_NOT_FOUND,
                        "partition not found[partition=" + name + "]: collection " + qualifiedName() + " has "
                                + partitions().stream()
                                        .map(PartitionRecord::name)
                                        .toList()));
    }

    public void updatePartition(PartitionRecord changed) {
        locked(() -> {
            Partition partition = partitions.get(changed.id());
            if (partition != null) {
                partition.record = changed;
            }
        });
    }

    /** Forgets a dropped partition: its growing rows are freed, its files are answered for deletion. */
    public List<String> removePartition(long partitionId) {
        List<GrowingRows> gone = new ArrayList<>();
        List<String> keys = locked(() -> {
            Partition partition = partitions.remove(partitionId);
            firstUnsealedLsn.remove(partitionId);
            firstSealingLsn.remove(partitionId);
            if (partition == null) {
                return List.of();
            }
            gone.addAll(removeGrowing(rows -> rows.partitionId() == partitionId));
            return filesOf(partition);
        });
        gone.forEach(rows -> rows.rows().close());
        return keys;
    }

    /** Frees all growing rows and answers all files; for a dropped collection. */
    public List<String> removeEverything() {
        List<String> keys = new ArrayList<>();
        for (long partitionId : locked(() -> List.copyOf(partitions.keySet()))) {
            keys.addAll(removePartition(partitionId));
        }
        return keys;
    }

    /** Frees what the collection holds at shutdown: loaded parts and growing rows; the files stay. */
    public void close() {
        List<GrowingRows> growing = new ArrayList<>();
        List<LoadedSegment> loaded = new ArrayList<>();
        locked(() -> {
            growing.addAll(snapshot.growing());
            loaded.addAll(snapshot.loaded().values());
            snapshot = CollectionSnapshot.EMPTY;
            partitions.values().forEach(partition -> partition.growing = null);
        });
        growing.forEach(rows -> rows.rows().close());
        LoadedPart.closeAll(
                loaded.stream().flatMap(segment -> segment.parts().stream()).toList());
        reads.forEach(read -> read.request(
                new EngineException.Stopped(ErrorCode.SERVICE_UNAVAILABLE, "the server is shutting down")));
    }

    // Files, as the catalog has them

    /** At the start. What a merge of an earlier run left out is missing for older reads now as it was then. */
    public void addSealed(SegmentRecord segment) {
        locked(() -> {
            partition(segment.partitionId()).sealed.put(segment.id(), new SealedFiles(segment, Map.of()));
            purgedThrough = Math.max(purgedThrough, segment.purgedThrough());
        });
    }

    public void addDelta(DeltaRecord delta) {
        locked(() -> partition(delta.partitionId()).deltas.add(delta));
    }

    /** Answers whether the segment is still there; if not, the file is nobody's. */
    public boolean addIndexFile(IndexFileRecord file) {
        return locked(() -> {
            for (Partition partition : partitions.values()) {
                SealedFiles files = partition.sealed.get(file.segmentId());
                if (files != null && indexes.containsKey(file.indexId())) {
                    partition.sealed.put(file.segmentId(), files.withIndex(file));
                    return true;
                }
            }
            return false;
        });
    }

    public List<SealedFiles> sealedFiles() {
        return locked(() -> partitions.values().stream()
                .flatMap(partition -> partition.sealed.values().stream())
                .toList());
    }

    // Indexes

    public void addIndex(CollectionIndex index) {
        locked(() -> indexes.put(index.id(), index));
    }

    public List<CollectionIndex> indexes() {
        return locked(() -> List.copyOf(indexes.values()));
    }

    /**
     * Forgets an index; answers its files for deletion. No later load plans its parts; those in memory are
     * {@linkplain #hasForgottenParts forgotten} and go with the next load or release.
     */
    public List<String> removeIndex(long indexId) {
        return locked(() -> {
            indexes.remove(indexId);
            List<String> keys = new ArrayList<>();
            for (Partition partition : partitions.values()) {
                partition.sealed.replaceAll((segmentId, files) -> {
                    IndexFileRecord file = files.indexes().get(indexId);
                    if (file != null) {
                        keys.add(file.key());
                    }
                    return files.withoutIndex(indexId);
                });
            }
            return keys;
        });
    }

    // Writes: applied by the log's writer, in log order

    /** The segment that takes the next rows of a partition, or one like it: to ask what rows would need. */
    public GrowingSegment growingFor(long partitionId) {
        GrowingRows open = locked(() -> {
            Partition partition = partitions.get(partitionId);
            return partition == null ? null : partition.growing;
        });
        return open == null ? new GrowingSegment(0, schema()) : open.rows();
    }

    /**
     * Makes a logged write visible. Skips what is in files already, and partitions that are gone.
     *
     * @param partitionId -1 for a delete from all partitions
     */
    public void apply(RecordKind kind, long partitionId, long lsn, long timestamp, PreparedWrite write) {
        Reservation memory = write.memory();
        try {
            locked(() -> {
                for (Partition partition : targets(partitionId)) {
                    if (lsn > partition.record.sealedThroughLsn()) {
                        apply(kind, partition, lsn, timestamp, write);
                    }
                }
            });
        } finally {
            if (memory != null) {
                memory.close(); // what was not turned into a slab
            }
        }
    }

    private void apply(RecordKind kind, Partition partition, long lsn, long timestamp, PreparedWrite write) {
        Keys keys = write.keys();
        if (keys != null && keys.count() > 0) {
            applyDelete(partition, lsn, timestamp, keys);
        }
        ColumnBatch rows = write.rows();
        if (kind != RecordKind.DELETE && rows != null) {
            Reservation memory = write.memory();
            assert memory != null : "rows come with memory";
            growingOf(partition, write.segmentId()).rows().append(rows, timestamp, memory);
            firstUnsealedLsn.putIfAbsent(partition.id(), lsn);
            partition.lastWriteMillis = System.currentTimeMillis();
        }
    }

    private void applyDelete(Partition partition, long lsn, long timestamp, Keys keys) {
        boolean hasRows = !partition.sealed.isEmpty();
        for (GrowingRows growing : snapshot.growing()) {
            if (growing.partitionId() == partition.id()) {
                growing.rows().delete(keys, timestamp);
                hasRows = true;
            }
        }
        if (!hasRows) {
            return;
        }
        long[] timestamps = new long[keys.count()];
        Arrays.fill(timestamps, timestamp);
        for (LoadedSegment segment : snapshot.loaded().values()) {
            if (segment.record().partitionId() == partition.id()) {
                segment.delete(keys, timestamp);
            }
        }
        partition.deletes.add(new Deletes(keys, timestamps));
        firstUnsealedLsn.putIfAbsent(partition.id(), lsn);
        partition.lastWriteMillis = System.currentTimeMillis();
    }

    private GrowingRows growingOf(Partition partition, long segmentId) {
        GrowingRows open = partition.growing;
        if (open == null) {
            open = new GrowingRows(segmentId, partition.id(), new GrowingSegment(segmentId, schema()));
            partition.growing = open;
            List<GrowingRows> more = new ArrayList<>(snapshot.growing());
            more.add(open);
            snapshot = new CollectionSnapshot(snapshot.served(), snapshot.loaded(), more);
        }
        return open;
    }

    private List<Partition> targets(long partitionId) {
        if (partitionId < 0) {
            return List.copyOf(partitions.values());
        }
        Partition partition = partitions.get(partitionId);
        return partition == null ? List.of() : List.of(partition);
    }

    /** Whether a log record is of no more use: its rows are in files, or there is nothing left of it. */
    public boolean isSealed(long partitionId, long lsn) {
        return locked(() -> {
            for (Partition partition : targets(partitionId)) {
                Long unsealed = firstUnsealedLsn.get(partition.id());
                Long sealing = firstSealingLsn.get(partition.id());
                boolean pending = (unsealed != null && lsn >= unsealed) || (sealing != null && lsn >= sealing);
                if (pending && lsn > partition.record.sealedThroughLsn()) {
                    return false;
                }
            }
            return true;
        });
    }

    /** Whether a replayed record is in files already, in every partition that it concerns. */
    public boolean isSealedBefore(long partitionId, long lsn) {
        return locked(
                () -> targets(partitionId).stream().allMatch(partition -> lsn <= partition.record.sealedThroughLsn()));
    }

    // Seal

    /** Growing rows of a partition, with when they were last written to. */
    public record Unsealed(long partitionId, long bytes, long rowCount, long lastWriteMillis) {}

    /** Partitions with writes that are in the log only. */
    public List<Unsealed> unsealed() {
        return locked(() -> partitions.values().stream()
                .filter(partition -> firstUnsealedLsn.containsKey(partition.id()))
                .map(partition -> new Unsealed(
                        partition.id(),
                        partition.growing == null ? 0 : partition.growing.rows().reservedBytes(),
                        partition.growing == null ? 0 : partition.growing.rows().rowCount(),
                        partition.lastWriteMillis))
                .toList());
    }

    /**
     * Takes a partition's writes up to {@code lsn} out of the way of later ones. Called by the log's writer between two
     * records, by one seal of this partition at a time. Empty when there is nothing to seal.
     */
    public Optional<SealTask> beginSeal(long partitionId, long lsn) {
        return locked(() -> {
            Partition partition = partitions.get(partitionId);
            Long first = firstUnsealedLsn.remove(partitionId);
            if (partition == null || first == null) {
                return Optional.empty();
            }
            firstSealingLsn.put(partitionId, first);
            GrowingRows growing = partition.growing;
            partition.growing = null;
            partition.sealingDeletes = partition.deletes;
            partition.deletes = new ArrayList<>();
            return Optional.of(new SealTask(
                    this,
                    partitionId,
                    growing == null ? 0 : growing.segmentId(),
                    growing == null ? null : growing.rows(),
                    partition.sealingDeletes,
                    lsn));
        });
    }

    /**
     * The catalog has the files: from here on they are the truth. The growing rows go on serving until a load publishes
     * the sealed segment, or until {@link #freeSealedGrowing} finds that nobody wants them.
     */
    public void finishSeal(SealTask task, @Nullable SegmentRecord segment, @Nullable DeltaRecord delta) {
        List<GrowingRows> empty = new ArrayList<>();
        locked(() -> {
            Partition partition = partitions.get(task.partitionId());
            if (partition == null) {
                return;
            }
            partition.record = partition.record.sealedThrough(task.throughLsn());
            firstSealingLsn.remove(task.partitionId());
            partition.sealingDeletes = List.of();
            if (delta != null) {
                partition.deltas.add(delta);
            }
            if (segment != null) {
                partition.sealed.put(segment.id(), new SealedFiles(segment, Map.of()));
            } else if (task.segmentId() != 0) {
                empty.addAll(removeGrowing(rows -> rows.segmentId() == task.segmentId()));
            }
        });
        empty.forEach(rows -> rows.rows().close());
    }

    /** What a truncate took away: files to delete, and owner leases to close. */
    public record Truncated(List<String> files, Retired retired) {}

    /** Takes the writes of every partition up to {@code lsn} out of the way of later ones, as a seal does. */
    public List<SealTask> beginTruncate(long lsn) {
        return locked(() -> List.copyOf(partitions.keySet()).stream()
                .flatMap(partitionId -> beginSeal(partitionId, lsn).stream())
                .toList());
    }

    /**
     * The catalog has no files of this collection any more, and the log is done with up to {@code lsn}: nothing of it is
     * seen from here on. What is loaded stays loaded, and is empty.
     *
     * @return for the caller to delete and close
     */
    public Truncated finishTruncate(long lsn) {
        List<GrowingRows> gone = new ArrayList<>();
        Truncated truncated = locked(() -> {
            List<String> files = new ArrayList<>();
            for (Partition partition : partitions.values()) {
                files.addAll(filesOf(partition));
                partition.sealed.clear();
                partition.deltas.clear();
                partition.replaced.clear();
                partition.replacedDeltas.clear();
                partition.mergedInto.clear();
                partition.sealingDeletes = List.of();
                partition.record = partition.record.sealedThrough(lsn);
                firstSealingLsn.remove(partition.id());
            }
            gone.addAll(removeGrowing(rows -> {
                Partition partition = partitions.get(rows.partitionId());
                return partition == null || partition.growing != rows; // what grows now came later
            }));
            List<Lease> leases = new ArrayList<>();
            snapshot.loaded()
                    .values()
                    .forEach(segment -> segment.parts().forEach(part -> leases.add(part.ownerLease())));
            List<StopSignal> readers = List.copyOf(reads);
            snapshot = new CollectionSnapshot(snapshot.served(), Map.of(), snapshot.growing());
            leases.forEach(Lease::retire);
            return new Truncated(files, new Retired(leases, readers));
        });
        gone.forEach(rows -> rows.rows().close());
        return truncated;
    }

    /** Frees growing rows that are sealed and that no load wants. */
    public void freeSealedGrowing() {
        List<GrowingRows> gone = new ArrayList<>();
        locked(() -> {
            LoadGoal wanted = goal;
            gone.addAll(removeGrowing(rows -> {
                Partition partition = partitions.get(rows.partitionId());
                boolean sealed = partition == null || partition.isSealed(rows.segmentId());
                return sealed && (wanted == null || !CollectionSnapshot.wants(wanted, rows.partitionId()));
            }));
        });
        gone.forEach(rows -> rows.rows().close());
    }

    // Merge: called by the compaction thread

    /** The files of every live partition. */
    public List<PartitionFiles> partitionFiles() {
        return locked(() -> {
            Map<Long, Long> deletedRows = new HashMap<>();
            snapshot.loaded()
                    .forEach((id, segment) ->
                            deletedRows.put(id, segment.deletes().deletedCount()));
            return partitions.values().stream()
                    .filter(partition -> !partition.record.dropping())
                    .map(partition -> new PartitionFiles(
                            partition.id(), List.copyOf(partition.sealed.values()), partition.deltas, deletedRows))
                    .toList();
        });
    }

    /** The oldest timestamp that a reader may still come back to; {@code Long.MAX_VALUE} when there is none. */
    public long oldestRead() {
        return horizon.oldest();
    }

    /** Rows up to the answer are seen by no read at {@code timestamp} or later, as the time to live is now; 0 = all are. */
    public long expiredThrough(long timestamp) {
        return Expiry.of(record.properties(), timestamp).throughTimestamp();
    }

    /** What the loaded parts of these segments take. */
    public long loadedBytes(List<Long> segmentIds) {
        Map<Long, LoadedSegment> loaded = snapshot.loaded();
        return segmentIds.stream()
                .map(loaded::get)
                .filter(java.util.Objects::nonNull)
                .mapToLong(LoadedSegment::reservedBytes)
                .sum();
    }

    /**
     * The catalog has the swap: from here on the new files are the truth. What is loaded of the old ones goes on serving
     * until a load publishes their successor in their place. The old files stay until {@link #takeReplacedFiles}.
     *
     * @return false, with nothing changed, when the partition or one of its segments is gone: the new files are nobody's
     */
    public boolean finishSwap(FileSwap swap) {
        List<Lease> freed = new ArrayList<>();
        List<GrowingRows> gone = new ArrayList<>();
        boolean done = locked(() -> {
            Partition partition = partitions.get(swap.partitionId());
            if (partition == null || !partition.sealed.keySet().containsAll(swap.inputIds())) {
                return false;
            }
            SegmentRecord merged = swap.merged();
            for (long input : swap.inputIds()) {
                partition.replaced.put(input, java.util.Objects.requireNonNull(partition.sealed.remove(input)));
                partition.mergedInto.put(input, merged == null ? Partition.NOTHING : merged.id());
            }
            if (merged != null) {
                Map<Long, IndexFileRecord> built = new HashMap<>();
                swap.indexFiles().stream()
                        .filter(file -> indexes.containsKey(file.indexId()))
                        .forEach(file -> built.put(file.indexId(), file));
                partition.sealed.put(merged.id(), new SealedFiles(merged, built));
            }
            for (SegmentRecord raised : swap.raised()) {
                partition.sealed.computeIfPresent(raised.id(), (_, files) -> new SealedFiles(raised, files.indexes()));
            }
            partition.deltas.removeIf(delta -> {
                boolean removed = swap.removedDeltaIds().contains(delta.id());
                if (removed) {
                    partition.replacedDeltas.add(delta);
                }
                return removed;
            });
            purgedThrough = Math.max(purgedThrough, swap.purgedThrough());
            dropSuperseded(freed, gone);
            return true;
        });
        Lease.closeAll(freed);
        gone.forEach(rows -> rows.rows().close());
        return done;
    }

    /** Takes out of the snapshot what a merge left nothing of. Call under the lock. */
    private void dropSuperseded(List<Lease> freed, List<GrowingRows> gone) {
        Map<Long, LoadedSegment> kept = new HashMap<>(snapshot.loaded());
        removeSuperseded(kept, freed);
        List<GrowingRows> growing = new ArrayList<>();
        for (GrowingRows rows : snapshot.growing()) {
            (isSuperseded(rows.partitionId(), rows.segmentId(), kept.keySet()) ? gone : growing).add(rows);
        }
        snapshot = new CollectionSnapshot(snapshot.served(), kept, growing);
        freed.forEach(Lease::retire);
    }

    /** Removes the segments whose rows another one has. Call under the lock. */
    private void removeSuperseded(Map<Long, LoadedSegment> segments, List<Lease> freed) {
        Set<Long> present = Set.copyOf(segments.keySet());
        segments.values().removeIf(segment -> {
            boolean superseded = isSuperseded(
                    segment.record().partitionId(), segment.record().id(), present);
            if (superseded) {
                segment.parts().forEach(part -> freed.add(part.ownerLease()));
            }
            return superseded;
        });
    }

    private boolean isSuperseded(long partitionId, long segmentId, Set<Long> present) {
        Partition partition = partitions.get(partitionId);
        return partition != null && partition.isSuperseded(segmentId, present);
    }

    public boolean hasReplacedFiles() {
        return locked(() -> partitions.values().stream()
                .anyMatch(partition -> !partition.replaced.isEmpty()
                        || !partition.replacedDeltas.isEmpty()
                        || !partition.mergedInto.isEmpty()));
    }

    /** Files that were merged away, for deletion. Called while no load is planned or under way. */
    public List<String> takeReplacedFiles() {
        return locked(() -> {
            Set<Long> inMemory = new java.util.HashSet<>(snapshot.loaded().keySet());
            snapshot.growing().forEach(rows -> inMemory.add(rows.segmentId()));
            List<String> keys = new ArrayList<>();
            for (Partition partition : partitions.values()) {
                keys.addAll(replacedFilesOf(partition));
                partition.replaced.clear();
                partition.replacedDeltas.clear();
                partition.forgetMerges(inMemory);
            }
            return keys;
        });
    }

    private static List<String> replacedFilesOf(Partition partition) {
        List<String> keys = new ArrayList<>();
        partition.replaced.values().forEach(files -> addKeys(files, keys));
        partition.replacedDeltas.forEach(delta -> keys.add(delta.key()));
        return keys;
    }

    private static void addKeys(SealedFiles files, List<String> keys) {
        keys.add(files.segment().key());
        files.indexes().values().forEach(index -> keys.add(index.key()));
    }

    private List<GrowingRows> removeGrowing(java.util.function.Predicate<GrowingRows> which) {
        List<GrowingRows> gone = snapshot.growing().stream().filter(which).toList();
        if (!gone.isEmpty()) {
            List<GrowingRows> left =
                    snapshot.growing().stream().filter(which.negate()).toList();
            snapshot = new CollectionSnapshot(snapshot.served(), snapshot.loaded(), left);
        }
        return gone;
    }

    // Load and release: called by load jobs, one at a time

    @Override
    public @Nullable LoadGoal goal() {
        return goal;
    }

    /** What can be searched now; null = not loaded. */
    public @Nullable LoadGoal served() {
        return snapshot.served();
    }

    /** After a restart: the goal that the catalog remembers. */
    public void restoreGoal(LoadGoal remembered, LoadSpecRecord record) {
        goal = remembered;
        savedSpec = record;
        lastAccessMillis = record.lastAccessMillis();
    }

    @Override
    public void want(@Nullable LoadGoal wanted) {
        locked(() -> goal = wanted == null ? null : withAllFields(wanted)); // a field may be added at the same time
    }

    @Override
    public Mono<Void> saveGoal(String operationId, int attempt) {
        LoadGoal wanted = Objects.requireNonNull(goal, "nothing is wanted");
        var spec = new LoadSpecRecord(
                collectionId(),
                wanted.allPartitions(),
                wanted.partitionIds(),
                wanted.allFields() ? List.of() : wanted.fieldIds(),
                wanted.skipDynamicField(),
                wanted.replicaNumber(),
                wanted.lowPriority(),
                operationId,
                attempt,
                lastAccessMillis);
        return rooms.catalog().put(spec).doOnSuccess(_ -> savedSpec = spec);
    }

    @Override
    public Mono<Void> forgetGoal() {
        LoadSpecRecord spec = savedSpec;
        Mono<Void> forgotten =
                spec == null || dropped ? Mono.empty() : rooms.catalog().forget(spec);
        return forgotten.doOnSuccess(_ -> {
            savedSpec = null;
            want(null);
        });
    }

    /** Remembers when the collection was last read, so that the next start loads hot collections first. */
    public void saveLastAccess() {
        LoadSpecRecord spec = savedSpec;
        if (spec != null && spec.lastAccessMillis() < lastAccessMillis) {
            CatalogCalls.run(rooms.catalog().put(spec.withLastAccess(lastAccessMillis)));
        }
    }

    @Override
    public List<PartSource> missingParts(LoadGoal wanted) {
        return locked(() -> {
            List<PartSource> missing = new ArrayList<>();
            for (Partition partition : partitions.values()) {
                if (partition.record.dropping() || !CollectionSnapshot.wants(wanted, partition.id())) {
                    continue;
                }
                for (SealedFiles files : partition.sealed.values()) {
                    addMissingParts(wanted, partition, files, missing);
                }
            }
            return missing;
        });
    }

    /** Every part that {@code wanted} names, loaded or not; for estimates. */
    public List<PartSource> allParts(LoadGoal wanted) {
        return locked(() -> {
            List<PartSource> parts = new ArrayList<>();
            for (Partition partition : partitions.values()) {
                if (!partition.record.dropping() && CollectionSnapshot.wants(wanted, partition.id())) {
                    partition.sealed.values().forEach(files -> parts.addAll(partsOf(wanted, partition, files)));
                }
            }
            return parts;
        });
    }

    /** Whether a part is in memory. */
    public boolean isLoaded(PartSource part) {
        LoadedSegment loaded = snapshot.loaded().get(part.segmentId());
        if (loaded == null) {
            return false;
        }
        return part.indexId() == 0
                ? loaded.fields().containsKey(part.part().partId())
                : loaded.indexes().containsKey(part.indexId());
    }

    /** Whether parts of a dropped index are in memory; the next {@link #publish} retires them. */
    public boolean hasForgottenParts() {
        return locked(() -> snapshot.loaded().values().stream()
                .anyMatch(segment ->
                        !indexes.keySet().containsAll(segment.indexes().keySet())));
    }

    private void addMissingParts(LoadGoal wanted, Partition partition, SealedFiles files, List<PartSource> missing) {
        for (PartSource part : partsOf(wanted, partition, files)) {
            if (!isLoaded(part)) {
                missing.add(part);
            }
        }
    }

    private List<PartSource> partsOf(LoadGoal wanted, Partition partition, SealedFiles files) {
        List<PartSource> parts = new ArrayList<>();
        SegmentRecord segment = files.segment();
        for (PartRecord part : segment.parts()) {
            if (isWantedField(wanted, part.partId())) {
                String name = part.partId() == CollectionSchema.TIMESTAMP_FIELD_ID
                        ? "field timestamp"
                        : "field " + schema().get(part.partId()).name();
                parts.add(new PartSource(
                        segment.id(),
                        partition.id(),
                        partition.name(),
                        segment.rowCount(),
                        segment.key(),
                        PartFileWriter.Kind.SEGMENT,
                        segment.id(),
                        part,
                        0,
                        name));
            }
        }
        for (FieldSchema field : schema().fields()) {
            if (isWantedField(wanted, field.id()) && !segment.has(field.id())) {
                var filled = new FilledColumn(field);
                parts.add(new PartSource(
                        segment.id(),
                        partition.id(),
                        partition.name(),
                        segment.rowCount(),
                        segment.key(),
                        PartFileWriter.Kind.SEGMENT,
                        segment.id(),
                        new PartRecord(field.id(), 0, filled.sizeBytes(segment.rowCount())),
                        0,
                        "field " + field.name(),
                        filled));
            }
        }
        for (IndexFileRecord file : files.indexes().values()) {
            CollectionIndex index = indexes.get(file.indexId());
            if (index != null && isWantedField(wanted, index.fieldId())) {
                parts.add(new PartSource(
                        segment.id(),
                        partition.id(),
                        partition.name(),
                        segment.rowCount(),
                        file.key(),
                        PartFileWriter.Kind.INDEX,
                        segment.id(),
                        file.part(),
                        file.indexId(),
                        "index " + index.definition().name()));
            }
        }
        return parts;
    }

    private static boolean isWantedField(LoadGoal wanted, int fieldId) {
        return fieldId == CollectionSchema.TIMESTAMP_FIELD_ID
                || wanted.fieldIds().contains(fieldId);
    }

    @Override
    public Retired publish(LoadGoal wanted, List<LoadedPart> parts) {
        Map<Long, LoadedSegment> fresh;
        Set<Long> appliedDeltas = new java.util.HashSet<>();
        try {
            fresh = open(wanted, parts);
            Map<Long, LoadedSegment.IndexOnField> onFields = locked(this::indexFields);
            for (LoadedSegment segment : fresh.values()) {
                segment.testRead(onFields);
            }
            applyDeltas(fresh, appliedDeltas);
        } catch (Throwable failure) {
            LoadedPart.closeAll(parts);
            throw failure;
        }
        List<GrowingRows> replaced = new ArrayList<>();
        List<Lease> superseded = new ArrayList<>();
        lock.lock();
        try {
            dropTruncated(fresh);
            applyDeltas(fresh, appliedDeltas); // those that a seal committed since; rarely any
            applyUnsealedDeletes(fresh);
            Retired retired = swap(wanted, fresh, replaced, superseded);
            LoadedPart.closeAll(parts.stream()
                    .filter(part -> !snapshot.loaded().containsKey(part.source().segmentId()))
                    .toList());
            return retired;
        } catch (Throwable failure) {
            LoadedPart.closeAll(parts);
            throw failure;
        } finally {
            lock.unlock();
            replaced.forEach(rows -> rows.rows().close());
            Lease.closeAll(superseded); // reads that are under way keep their own leases
        }
    }

    /** Forgets segments that a truncate took away since they were opened. Call under the lock. */
    private void dropTruncated(Map<Long, LoadedSegment> fresh) {
        fresh.values().removeIf(segment -> {
            Partition partition = partitions.get(segment.record().partitionId());
            return partition == null || partition.filesOf(segment.record().id()) == null;
        });
    }

    /** Segments as they will be after the swap, for every segment that gets a new part. */
    private Map<Long, LoadedSegment> open(LoadGoal wanted, List<LoadedPart> parts) {
        return locked(() -> {
            Map<Long, LoadedSegment> fresh = new LinkedHashMap<>();
            Map<Long, List<LoadedPart>> bySegment = new LinkedHashMap<>();
            for (LoadedPart part : parts) {
                bySegment
                        .computeIfAbsent(part.source().segmentId(), _ -> new ArrayList<>())
                        .add(part);
            }
            bySegment.forEach((segmentId, added) -> {
                SealedFiles files =
                        partition(added.getFirst().source().partitionId()).filesOf(segmentId);
                if (files == null) {
                    return; // truncated while it was loaded
                }
                fresh.put(segmentId, merge(wanted, snapshot.loaded().get(segmentId), files.segment(), added));
            });
            return fresh;
        });
    }

    private LoadedSegment merge(
            LoadGoal wanted, @Nullable LoadedSegment old, SegmentRecord segment, List<LoadedPart> added) {
        Map<Integer, LoadedPart> fields = new HashMap<>();
        Map<Long, LoadedPart> indexParts = new HashMap<>();
        if (old != null) {
            old.fields().forEach((fieldId, part) -> {
                if (isWantedField(wanted, fieldId)) {
                    fields.put(fieldId, part);
                }
            });
            old.indexes().forEach((indexId, part) -> {
                CollectionIndex index = indexes.get(indexId);
                if (index != null && isWantedField(wanted, index.fieldId())) {
                    indexParts.put(indexId, part);
                }
            });
        }
        for (LoadedPart part : added) {
            if (part.source().indexId() == 0) {
                fields.put(part.source().part().partId(), part);
            } else {
                indexParts.put(part.source().indexId(), part);
            }
        }
        DeleteMask deletes = old == null ? new DeleteMask(segment.rowCount()) : old.deletes();
        return new LoadedSegment(segment, schema(), fields, indexParts, indexFields(), deletes);
    }

    private Map<Long, LoadedSegment.IndexOnField> indexFields() {
        Map<Long, LoadedSegment.IndexOnField> onFields = new HashMap<>();
        indexes.forEach((id, index) -> onFields.put(id, new LoadedSegment.IndexOnField(index.fieldId(), index.spec())));
        return onFields;
    }

    /** Applies the delta files of each new segment's partition that are not in {@code applied} yet. */
    private void applyDeltas(Map<Long, LoadedSegment> fresh, Set<Long> applied) {
        Map<Long, List<LoadedSegment>> newByPartition = new HashMap<>();
        for (LoadedSegment segment : fresh.values()) {
            if (!snapshot.loaded().containsKey(segment.record().id())) {
                newByPartition
                        .computeIfAbsent(segment.record().partitionId(), _ -> new ArrayList<>())
                        .add(segment);
            }
        }
        for (var entry : newByPartition.entrySet()) {
            List<DeltaRecord> deltas = locked(() -> {
                Partition partition = partition(entry.getKey());
                List<DeltaRecord> all = new ArrayList<>(partition.replacedDeltas);
                all.addAll(partition.deltas);
                return all;
            });
            for (DeltaRecord delta : deltas) {
                List<LoadedSegment> hit = entry.getValue().stream()
                        .filter(segment -> segment.record().mayBeHitBy(delta))
                        .toList();
                if (!hit.isEmpty() && applied.add(delta.id())) {
                    Deletes deletes = DeltaFile.read(
                            rooms.store(), delta, schema().primaryKey().type());
                    hit.forEach(segment -> segment.apply(deletes));
                }
            }
        }
    }

    private void applyUnsealedDeletes(Map<Long, LoadedSegment> fresh) {
        for (LoadedSegment segment : fresh.values()) {
            if (snapshot.loaded().containsKey(segment.record().id())) {
                continue; // shares the mask that the log's writer keeps up to date
            }
            Partition partition = partition(segment.record().partitionId());
            for (Deletes deletes : partition.sealingDeletes) {
                segment.apply(deletes.sorted());
            }
            for (Deletes deletes : partition.deletes) {
                segment.apply(deletes.sorted());
            }
        }
    }

    /** The one swap. Call under the lock. */
    private Retired swap(
            LoadGoal wanted, Map<Long, LoadedSegment> fresh, List<GrowingRows> replaced, List<Lease> superseded) {
        Map<Long, LoadedSegment> next = new HashMap<>();
        List<Lease> retired = new ArrayList<>();
        snapshot.loaded().forEach((segmentId, old) -> {
            LoadedSegment successor = fresh.get(segmentId);
            if (successor == null) {
                successor = merge(wanted, old, old.record(), List.of());
            }
            next.put(segmentId, successor);
            old.partsNotIn(successor).forEach(part -> retired.add(part.ownerLease()));
        });
        next.putAll(fresh);
        removeSuperseded(next, superseded);
        List<GrowingRows> growing = new ArrayList<>();
        for (GrowingRows rows : snapshot.growing()) {
            boolean sealed = next.containsKey(rows.segmentId())
                    || isSuperseded(rows.partitionId(), rows.segmentId(), next.keySet());
            (sealed ? replaced : growing).add(rows);
        }
        List<StopSignal> readers = List.copyOf(reads);
        snapshot = new CollectionSnapshot(wanted, next, growing);
        retired.forEach(Lease::retire);
        superseded.forEach(Lease::retire);
        return new Retired(retired, retired.isEmpty() ? List.of() : readers);
    }

    @Override
    public Retired unpublish(List<Long> partitionIds) {
        Retired retired = locked(() -> {
            Map<Long, LoadedSegment> kept = new HashMap<>();
            List<Lease> leases = new ArrayList<>();
            snapshot.loaded().forEach((segmentId, segment) -> {
                if (partitionIds.isEmpty()
                        || partitionIds.contains(segment.record().partitionId())) {
                    segment.parts().forEach(part -> leases.add(part.ownerLease()));
                } else {
                    kept.put(segmentId, segment);
                }
            });
            LoadGoal left = partitionIds.isEmpty() || snapshot.served() == null ? null : goal;
            List<StopSignal> readers = List.copyOf(reads);
            snapshot = new CollectionSnapshot(left, kept, snapshot.growing());
            leases.forEach(Lease::retire);
            return new Retired(leases, readers);
        });
        freeSealedGrowing();
        return retired;
    }

    // Reads

    /**
     * What a read of these partitions sees now, or as of {@code timestamp}.
     *
     * @param verb {@code search} or {@code query}, for the error text
     * @param partitionNames empty = all that are loaded
     * @param timestamp 0 = {@code watermark}
     * @param watermark everything up to here is applied
     * @throws EngineException.WrongState if the collection or a named partition is not loaded
     * @throws EngineException.InvalidRequest if a named partition does not exist
     */
    public ReadView openRead(
            String verb, List<String> partitionNames, boolean ignoreGrowing, long timestamp, LongSupplier watermark) {
        lastAccessMillis = System.currentTimeMillis();
        List<Long> wanted = readPartitions(partitionNames);
        var stop = new StopSignal();
        reads.add(stop);
        try {
            while (true) {
                // Before the snapshot, never after. What is not applied yet would appear between two reads of one
                // state: a state ends where the present does.
                long applied = watermark.getAsLong();
                long seen = timestamp == 0 ? applied : Math.min(timestamp, applied);
                horizon.note(seen);
                checkNotPurged(timestamp);
                CollectionSnapshot now = snapshot;
                LoadGoal served = now.served();
                if (served == null) {
                    throw notLoaded(verb);
                }
                checkServed(now, partitionNames, wanted);
                Optional<ReadView> view = tryRead(verb, now, served, wanted, ignoreGrowing, seen, timestamp, stop);
                if (view.isPresent()) {
                    return view.get();
                }
            }
        } catch (Throwable failure) {
            reads.remove(stop);
            throw failure;
        }
    }

    private void checkNotPurged(long timestamp) {
        if (timestamp != 0 && timestamp < purgedThrough) {
            throw new EngineException.InvalidRequest("timestamp is too old to read at: timestamp=" + timestamp
                    + ", oldest=" + purgedThrough + ", collection=" + qualifiedName()
                    + ": rows deleted since were merged away. Start the iteration again, and ask for pages at least"
                    + " every "
                    + rooms.readRetention());
        }
    }

    private Optional<ReadView> tryRead(
            String verb,
            CollectionSnapshot now,
            LoadGoal served,
            List<Long> wanted,
            boolean ignoreGrowing,
            long seen,
            long pinned,
            StopSignal stop) {
        List<Lease> leases = new ArrayList<>();
        List<ReadableBlock> blocks = new ArrayList<>();
        Expiry expiry = Expiry.of(record.properties(), pinned);
        for (LoadedSegment segment : now.loaded().values()) {
            if (!wanted.isEmpty() && !wanted.contains(segment.record().partitionId())
                    || expiry.hidesAll(segment.record())) {
                continue;
            }
            Optional<List<Lease>> taken = segment.tryLeases(verb);
            if (taken.isEmpty()) {
                leases.forEach(Lease::close);
                return Optional.empty();
            }
            leases.addAll(taken.get());
            ReadableBlock block = segment.readable(seen);
            if (expiry.concerns(segment.record())) {
                expiry.youngRowsOf(block).ifPresent(blocks::add);
            } else {
                blocks.add(block);
            }
        }
        for (GrowingRows growing : now.growing()) {
            boolean asked =
                    wanted.isEmpty() ? now.serves(growing.partitionId()) : wanted.contains(growing.partitionId());
            if (ignoreGrowing || !asked) {
                continue;
            }
            Optional<GrowingView> view = growing.rows().tryView(seen, verb);
            if (view.isEmpty()) {
                leases.forEach(Lease::close);
                return Optional.empty();
            }
            leases.addAll(view.get().leases());
            for (VisibleRows block : view.get().blocks()) {
                var readable = new ReadableBlock(
                        growing.segmentId(),
                        growing.partitionId(),
                        true,
                        false,
                        block.rows(),
                        block.visible(),
                        Map.of(),
                        Map.of());
                if (expiry.hidesAny()) {
                    expiry.youngRowsOf(readable).ifPresent(blocks::add);
                } else {
                    blocks.add(readable);
                }
            }
        }
        Map<Integer, IndexSpec.Vector> specs = new HashMap<>();
        for (CollectionIndex index : indexes()) {
            if (index.spec() instanceof IndexSpec.Vector spec) {
                specs.put(index.fieldId(), spec);
            }
        }
        return Optional.of(new ReadView(
                database,
                record.name(),
                schema(),
                Set.copyOf(served.fieldIds()),
                specs,
                blocks,
                seen,
                stop,
                leases,
                () -> reads.remove(stop)));
    }

    private List<Long> readPartitions(List<String> names) {
        return names.stream()
                .map(name -> findPartition(name)
                        .orElseThrow(() -> new EngineException.InvalidRequest("partition name " + name
                                + " not found: collection " + qualifiedName() + " has "
                                + partitions().stream()
                                        .map(PartitionRecord::name)
                                        .toList()))
                        .id())
                .toList();
    }

    private void checkServed(CollectionSnapshot now, List<String> names, List<Long> ids) {
        for (int i = 0; i < ids.size(); i++) {
            if (!now.serves(ids.get(i))) {
                throw new EngineException.WrongState(
                        ErrorCode.PARTITION_NOT_LOADED,
                        "partition not loaded[partition=" + names.get(i) + "]: collection " + qualifiedName()
                                + ". Load the partition first");
            }
        }
    }

    /** {@code failed to search: collection not loaded[collection=C]}. */
    public EngineException notLoaded(String verb) {
        return new EngineException.WrongState(
                ErrorCode.COLLECTION_NOT_LOADED,
                "failed to " + verb + ": collection not loaded[collection=" + record.name() + "]: database " + database
                        + ". Load the collection first");
    }

    // Counts

    // Segments, one by one

    /** Sealed segments, and growing ones that are not sealed yet. */
    public List<SegmentFacts> storedSegments() {
        return locked(() -> {
            List<SegmentFacts> facts = new ArrayList<>();
            for (Partition partition : partitions.values()) {
                for (SealedFiles files : partition.sealed.values()) {
                    SegmentRecord segment = files.segment();
                    facts.add(new SegmentFacts(
                            segment.id(), collectionId(), partition.id(), segment.rowCount(), false, 0, "", 0));
                }
                for (GrowingRows rows : snapshot.growing()) {
                    if (rows.partitionId() == partition.id() && !partition.isSealed(rows.segmentId())) {
                        facts.add(growingFacts(rows));
                    }
                }
            }
            return facts;
        });
    }

    /** What searches see now: empty when the collection is not loaded. */
    public List<SegmentFacts> servedSegments() {
        CollectionSnapshot now = snapshot;
        if (now.served() == null) {
            return List.of();
        }
        Map<Long, CollectionIndex> known = locked(() -> Map.copyOf(indexes));
        List<SegmentFacts> facts = new ArrayList<>();
        for (LoadedSegment segment : now.loaded().values()) {
            Optional<CollectionIndex> index = segment.indexes().keySet().stream()
                    .sorted()
                    .map(known::get)
                    .filter(java.util.Objects::nonNull)
                    .findFirst();
            facts.add(new SegmentFacts(
                    segment.record().id(),
                    collectionId(),
                    segment.record().partitionId(),
                    segment.record().rowCount(),
                    false,
                    segment.reservedBytes(),
                    index.map(found -> found.definition().name()).orElse(""),
                    index.map(CollectionIndex::id).orElse(0L)));
        }
        now.growing().stream()
                .filter(rows -> now.serves(rows.partitionId()))
                .forEach(rows -> facts.add(growingFacts(rows)));
        return facts;
    }

    private SegmentFacts growingFacts(GrowingRows rows) {
        return new SegmentFacts(
                rows.segmentId(),
                collectionId(),
                rows.partitionId(),
                rows.rows().rowCount(),
                true,
                rows.rows().reservedBytes(),
                "",
                0);
    }

    /** Whether every write up to {@code timestamp} is in files. */
    public boolean isFlushedThrough(long timestamp) {
        return locked(() -> {
            for (Partition partition : partitions.values()) {
                if (hasUnsealed(partition.deletes, timestamp) || hasUnsealed(partition.sealingDeletes, timestamp)) {
                    return false;
                }
            }
            return snapshot.growing().stream().noneMatch(rows -> {
                Partition partition = partitions.get(rows.partitionId());
                return partition != null
                        && !partition.isSealed(rows.segmentId())
                        && rows.rows().minTimestamp() <= timestamp;
            });
        });
    }

    /** Deletes come in the order of their timestamps. */
    private static boolean hasUnsealed(List<Deletes> deletes, long timestamp) {
        return !deletes.isEmpty() && deletes.getFirst().timestamps()[0] <= timestamp;
    }

    /** Whether one of these is a segment of growing rows that are in no file yet. */
    public boolean isGrowing(List<Long> segmentIds) {
        return storedSegments().stream()
                .anyMatch(segment -> segment.growing() && segmentIds.contains(segment.segmentId()));
    }

    /** Sealed and growing rows of a partition, or of all for -1; deletes are not subtracted before a merge. */
    public long rowCount(long partitionId) {
        return locked(() -> {
            long count = 0;
            for (Partition partition : targets(partitionId)) {
                for (SealedFiles files : partition.sealed.values()) {
                    count += files.segment().rowCount();
                }
                for (GrowingRows growing : snapshot.growing()) {
                    if (growing.partitionId() == partition.id() && !partition.isSealed(growing.segmentId())) {
                        count += growing.rows().rowCount();
                    }
                }
            }
            return count;
        });
    }

    public long diskBytes() {
        return locked(() -> partitions.values().stream()
                .mapToLong(partition -> partition.sealed.values().stream()
                                .mapToLong(SealedFiles::sizeBytes)
                                .sum()
                        + partition.deltas.stream()
                                .mapToLong(DeltaRecord::sizeBytes)
                                .sum())
                .sum());
    }

    /** Load bytes in the account. */
    public long loadedBytes() {
        return snapshot.loaded().values().stream()
                .mapToLong(LoadedSegment::reservedBytes)
                .sum();
    }

    public long writeBufferBytes() {
        return snapshot.growing().stream()
                .mapToLong(growing -> growing.rows().reservedBytes())
                .sum();
    }

    public int segmentCount() {
        return sealedFiles().size() + snapshot.growing().size();
    }

    public long lastAccessMillis() {
        return lastAccessMillis;
    }

    /** A part in memory, for the memory report. */
    public record PartInMemory(
            long partitionId,
            long segmentId,
            boolean growing,
            long rowCount,
            String field,
            String kind,
            long bytes,
            String pages) {}

    public List<PartInMemory> partsInMemory() {
        CollectionSnapshot now = snapshot;
        Map<Long, CollectionIndex> known = locked(() -> Map.copyOf(indexes));
        List<PartInMemory> parts = new ArrayList<>();
        for (LoadedSegment segment : now.loaded().values()) {
            segment.fields()
                    .forEach((fieldId, part) -> parts.add(inMemory(
                            segment,
                            part,
                            fieldId == CollectionSchema.TIMESTAMP_FIELD_ID
                                    ? "$timestamp"
                                    : schema().get(fieldId).name(),
                            "raw")));
            segment.indexes().forEach((indexId, part) -> {
                CollectionIndex index = known.get(indexId);
                String field = index == null
                        ? "dropped index " + indexId
                        : schema().get(index.fieldId()).name();
                parts.add(inMemory(segment, part, field, "index"));
            });
        }
        for (GrowingRows growing : now.growing()) {
            parts.add(new PartInMemory(
                    growing.partitionId(),
                    growing.segmentId(),
                    true,
                    growing.rows().rowCount(),
                    "*",
                    "raw",
                    growing.rows().reservedBytes(),
                    "4KiB"));
        }
        return parts;
    }

    private static PartInMemory inMemory(LoadedSegment segment, LoadedPart part, String field, String kind) {
        return new PartInMemory(
                segment.record().partitionId(),
                segment.record().id(),
                false,
                segment.record().rowCount(),
                field,
                kind,
                part.ownerLease().reservedBytes(),
                switch (part.ownerLease().pageKind()) {
                    case SMALL -> "4KiB";
                    case HUGE -> "2MiB";
                });
    }

    // The lock

    private Partition partition(long partitionId) {
        Partition partition = partitions.get(partitionId);
        if (partition == null) {
            throw new EngineException.NotFound(
                    ErrorCode.PARTITION_NOT_FOUND,
                    "partition not found[partition=" + partitionId + "]: it was dropped from " + qualifiedName());
        }
        return partition;
    }

    private List<String> filesOf(Partition partition) {
        List<String> keys = new ArrayList<>();
        partition.sealed.values().forEach(files -> addKeys(files, keys));
        partition.deltas.forEach(delta -> keys.add(delta.key()));
        keys.addAll(replacedFilesOf(partition));
        return keys;
    }

    private <T> T locked(Supplier<T> action) {
        lock.lock();
        try {
            return action.get();
        } finally {
            lock.unlock();
        }
    }

    private void locked(Runnable action) {
        lock.lock();
        try {
            action.run();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public String toString() {
        return qualifiedName() + "#" + record.id();
    }
}
