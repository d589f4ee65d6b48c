package io.sluice.engine.catalog;

import io.sluice.engine.error.EngineException;
import io.sluice.engine.error.ErrorCode;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Queue;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import reactor.core.publisher.Mono;

/**
 * A catalog in memory that keeps the contract of the real one. Thread-safe (one lock).
 *
 * <p>{@link #reopened()} is the restart: a new catalog that sees what this one committed. Faults: {@link #failNext()}.
 */
public final class FakeCatalog implements Catalog {
    private final Disk disk;
    private final Queue<EngineException> faults = new ArrayDeque<>();
    private boolean closed;

    /** What a restart would find. */
    private static final class Disk {
        private CatalogSnapshot records = new CatalogSnapshot(
                List.of(), List.of(), List.of(), List.of(), List.of(), List.of(), List.of(), List.of(), List.of(),
                List.of(), List.of(), List.of());
        private long nextId = 1;
        private int commits;
    }

    public FakeCatalog() {
        this(new Disk());
    }

    private FakeCatalog(Disk disk) {
        this.disk = disk;
    }

    /** The same records, open again; works after {@link #close()} and, as after a crash, without it. */
    public FakeCatalog reopened() {
        return new FakeCatalog(disk);
    }

    /** A copy of the records as they are now, on a disk of its own: what a crash at this moment would leave. */
    public FakeCatalog copied() {
        Disk copy = new Disk();
        synchronized (disk) {
            copy.records = disk.records;
            copy.nextId = disk.nextId;
            copy.commits = disk.commits;
        }
        return new FakeCatalog(copy);
    }

    /** The next change fails and leaves nothing behind. */
    public void failNext() {
        synchronized (disk) {
            faults.add(new EngineException.Failed(
                    ErrorCode.IO_FAILED,
                    "catalog change failed: planted fault. Nothing to do, a test asked for it",
                    null));
        }
    }

    /** How many changes were committed, by this catalog and those it was reopened from. */
    public int commitCount() {
        synchronized (disk) {
            return disk.commits;
        }
    }

    @Override
    public Mono<CatalogSnapshot> readAll() {
        return Mono.fromCallable(() -> {
            synchronized (disk) {
                checkOpen();
                return disk.records;
            }
        });
    }

    @Override
    public Mono<Long> takeIds(int count) {
        if (count < 1) {
            throw new IllegalArgumentException("no ids to take: count=" + count);
        }
        return Mono.fromCallable(() -> {
            synchronized (disk) {
                checkOpen();
                checkFaults();
                long first = disk.nextId;
                disk.nextId += count;
                return first;
            }
        });
    }

    @Override
    public Mono<Void> put(DatabaseRecord database) {
        return change("put database " + database.name(), records -> {
            records.databases.removeIf(other -> other.id() == database.id());
            records.databases.add(database);
        });
    }

    @Override
    public Mono<Void> dropDatabase(long databaseId) {
        return change("drop database " + databaseId, records -> {
            records.databases.removeIf(database -> database.id() == databaseId);
            records.aliases.removeIf(alias -> alias.databaseId() == databaseId);
        });
    }

    @Override
    public Mono<Void> put(CollectionRecord collection) {
        return change("put collection " + collection.name(), records -> records.putCollection(collection));
    }

    @Override
    public Mono<Void> create(CollectionRecord collection, PartitionRecord defaultPartition) {
        return change("create collection " + collection.name(), records -> {
            records.putCollection(collection);
            records.putPartition(defaultPartition);
        });
    }

    @Override
    public Mono<Void> dropCollection(long collectionId) {
        return change("drop collection " + collectionId, records -> {
            records.collections.removeIf(collection -> collection.id() == collectionId);
            records.sweep();
        });
    }

    @Override
    public Mono<Void> put(PartitionRecord partition) {
        return change("put partition " + partition.name(), records -> records.putPartition(partition));
    }

    @Override
    public Mono<Void> dropPartition(long partitionId) {
        return change("drop partition " + partitionId, records -> {
            records.partitions.removeIf(partition -> partition.id() == partitionId);
            records.sweep();
        });
    }

    @Override
    public Mono<Void> put(AliasRecord alias) {
        return change("put alias " + alias.alias(), records -> {
            records.aliases.removeIf(other -> sameKey(other, alias.databaseId(), alias.alias()));
            records.aliases.add(alias);
        });
    }

    @Override
    public Mono<Void> dropAlias(long databaseId, String alias) {
        return change(
                "drop alias " + alias, records -> records.aliases.removeIf(other -> sameKey(other, databaseId, alias)));
    }

    private static boolean sameKey(AliasRecord alias, long databaseId, String name) {
        return alias.databaseId() == databaseId && alias.alias().equals(name);
    }

    @Override
    public Mono<Void> put(IndexRecord index) {
        return change("put index " + index.definition().name(), records -> {
            records.indexes.removeIf(
                    other -> other.definition().id() == index.definition().id());
            records.indexes.add(index);
        });
    }

    @Override
    public Mono<Void> dropIndex(long indexId) {
        return change("drop index " + indexId, records -> {
            records.indexes.removeIf(index -> index.definition().id() == indexId);
            records.sweep();
        });
    }

    @Override
    public Mono<Void> put(IndexFileRecord indexFile) {
        return change("put index file " + indexFile.key(), records -> {
            records.indexFiles.removeIf(
                    other -> other.indexId() == indexFile.indexId() && other.segmentId() == indexFile.segmentId());
            records.indexFiles.add(indexFile);
        });
    }

    @Override
    public Mono<Void> put(LoadSpecRecord loadSpec) {
        return change("put load spec of collection " + loadSpec.collectionId(), records -> {
            records.loadSpecs.removeIf(other -> other.collectionId() == loadSpec.collectionId());
            records.loadSpecs.add(loadSpec);
        });
    }

    @Override
    public Mono<Void> forget(LoadSpecRecord loadSpec) {
        return change(
                "forget load spec of collection " + loadSpec.collectionId(),
                records -> records.loadSpecs.removeIf(spec -> spec.collectionId() == loadSpec.collectionId()
                        && spec.operationId().equals(loadSpec.operationId())));
    }

    @Override
    public Mono<Void> commit(SealCommit seal) {
        return change("commit segments of partition " + seal.partitionId(), records -> {
            seal.removedSegmentIds().forEach(id -> Draft.require(records.hasSegment(id), "segment " + id));
            seal.removedDeltaIds().forEach(id -> Draft.require(records.hasDelta(id), "delta " + id));
            records.segments.removeIf(segment -> seal.removedSegmentIds().contains(segment.id()));
            records.deltas.removeIf(delta -> seal.removedDeltaIds().contains(delta.id()));
            records.sweep();
            records.segments.addAll(seal.addedSegments());
            records.deltas.addAll(seal.addedDeltas());
            records.indexFiles.addAll(seal.addedIndexFiles());
            records.raise(seal.partitionId(), seal.sealedThroughLsn());
        });
    }

    @Override
    public Mono<Void> truncate(long collectionId, long sealedThroughLsn) {
        return change("truncate collection " + collectionId, records -> {
            records.segments.removeIf(segment -> segment.collectionId() == collectionId);
            records.deltas.removeIf(delta -> delta.collectionId() == collectionId);
            records.sweep();
            records.partitions.stream()
                    .filter(partition -> partition.collectionId() == collectionId)
                    .map(PartitionRecord::id)
                    .toList()
                    .forEach(partitionId -> records.raise(partitionId, sealedThroughLsn));
        });
    }

    @Override
    public Mono<Void> put(UserRecord user) {
        return change("put user " + user.name(), records -> {
            records.users.removeIf(other -> other.name().equals(user.name()));
            records.users.add(user);
        });
    }

    @Override
    public Mono<Void> dropUser(String name) {
        return change(
                "drop user " + name,
                records -> records.users.removeIf(user -> user.name().equals(name)));
    }

    @Override
    public Mono<Void> putResourceGroups(List<ResourceGroupRecord> groups) {
        return change(
                "put resource groups",
                records -> groups.forEach(group -> {
                    records.resourceGroups.removeIf(other -> other.name().equals(group.name()));
                    records.resourceGroups.add(group);
                }));
    }

    @Override
    public Mono<Void> dropResourceGroup(String name) {
        return change(
                "drop resource group " + name,
                records -> records.resourceGroups.removeIf(group -> group.name().equals(name)));
    }

    @Override
    public Mono<Void> put(ReplicaGroupRecord replicaGroup) {
        return change("put replica group of collection " + replicaGroup.collectionId(), records -> {
            records.replicaGroups.removeIf(other -> other.collectionId() == replicaGroup.collectionId());
            records.replicaGroups.add(replicaGroup);
        });
    }

    @Override
    public Mono<Void> dropReplicaGroup(long collectionId) {
        return change(
                "drop replica group of collection " + collectionId,
                records -> records.replicaGroups.removeIf(group -> group.collectionId() == collectionId));
    }

    @Override
    public Mono<Void> close() {
        return Mono.fromRunnable(() -> {
            synchronized (disk) {
                closed = true;
            }
        });
    }

    /** One transaction: all of it or nothing. */
    private Mono<Void> change(String what, Consumer<Draft> edit) {
        return Mono.fromRunnable(() -> {
            synchronized (disk) {
                checkOpen();
                checkFaults();
                Draft draft = new Draft(disk.records);
                try {
                    edit.accept(draft);
                    draft.check();
                } catch (IllegalStateException broken) {
                    throw new EngineException.Failed(
                            ErrorCode.IO_FAILED,
                            "catalog change failed: change=" + what + ", reason=" + broken.getMessage()
                                    + ". Nothing was changed",
                            broken);
                }
                disk.records = draft.snapshot();
                disk.commits++;
            }
        });
    }

    private void checkOpen() {
        if (closed) {
            throw new EngineException.Failed(
                    ErrorCode.IO_FAILED, "catalog is closed: nothing can be read or changed. Open it again", null);
        }
    }

    private void checkFaults() {
        EngineException fault = faults.poll();
        if (fault != null) {
            throw fault;
        }
    }

    /** The records of one transaction before it commits, with the rules that the database would enforce. */
    private static final class Draft {
        private final List<DatabaseRecord> databases;
        private final List<CollectionRecord> collections;
        private final List<PartitionRecord> partitions;
        private final List<AliasRecord> aliases;
        private final List<IndexRecord> indexes;
        private final List<SegmentRecord> segments;
        private final List<DeltaRecord> deltas;
        private final List<IndexFileRecord> indexFiles;
        private final List<LoadSpecRecord> loadSpecs;
        private final List<UserRecord> users;
        private final List<ResourceGroupRecord> resourceGroups;
        private final List<ReplicaGroupRecord> replicaGroups;

        Draft(CatalogSnapshot from) {
            databases = new ArrayList<>(from.databases());
            collections = new ArrayList<>(from.collections());
            partitions = new ArrayList<>(from.partitions());
            aliases = new ArrayList<>(from.aliases());
            indexes = new ArrayList<>(from.indexes());
            segments = new ArrayList<>(from.segments());
            deltas = new ArrayList<>(from.deltas());
            indexFiles = new ArrayList<>(from.indexFiles());
            loadSpecs = new ArrayList<>(from.loadSpecs());
            users = new ArrayList<>(from.users());
            resourceGroups = new ArrayList<>(from.resourceGroups());
            replicaGroups = new ArrayList<>(from.replicaGroups());
        }

        void putCollection(CollectionRecord collection) {
            collections.removeIf(other -> other.id() == collection.id());
            collections.add(collection);
        }

        void putPartition(PartitionRecord partition) {
            long sealedThroughLsn = partition.sealedThroughLsn();
            for (PartitionRecord other : partitions) {
                if (other.id() == partition.id()) {
                    sealedThroughLsn = Math.max(sealedThroughLsn, other.sealedThroughLsn());
                }
            }
            partitions.removeIf(other -> other.id() == partition.id());
            partitions.add(with(partition, sealedThroughLsn));
        }

        void raise(long partitionId, long sealedThroughLsn) {
            if (partitions.stream().noneMatch(partition -> partition.id() == partitionId)) {
                throw new IllegalStateException("no partition " + partitionId);
            }
            UnaryOperator<PartitionRecord> raised = partition -> partition.id() == partitionId
                    ? with(partition, Math.max(sealedThroughLsn, partition.sealedThroughLsn()))
                    : partition;
            partitions.replaceAll(raised);
        }

        private static PartitionRecord with(PartitionRecord partition, long sealedThroughLsn) {
            return new PartitionRecord(
                    partition.id(),
                    partition.collectionId(),
                    partition.name(),
                    partition.createdTimestamp(),
                    sealedThroughLsn,
                    partition.dropping());
        }

        /** Removes what refers to something that is gone. */
        void sweep() {
            partitions.removeIf(partition -> !hasCollection(partition.collectionId()));
            aliases.removeIf(alias -> !hasCollection(alias.collectionId()));
            indexes.removeIf(index -> !hasCollection(index.collectionId()));
            loadSpecs.removeIf(spec -> !hasCollection(spec.collectionId()));
            replicaGroups.removeIf(group -> !hasCollection(group.collectionId()));
            segments.removeIf(segment -> !hasPartition(segment.partitionId()));
            deltas.removeIf(delta -> !hasPartition(delta.partitionId()));
            indexFiles.removeIf(file -> !hasIndex(file.indexId()) || !hasSegment(file.segmentId()));
        }

        void check() {
            unique("database id", databases.stream().map(DatabaseRecord::id).toList());
            unique("database name", databases.stream().map(DatabaseRecord::name).toList());
            unique(
                    "collection name",
                    collections.stream()
                            .filter(collection -> !collection.dropping())
                            .map(collection -> List.of(collection.databaseId(), collection.name()))
                            .toList());
            unique(
                    "partition name",
                    partitions.stream()
                            .filter(partition -> !partition.dropping())
                            .map(partition -> List.of(partition.collectionId(), partition.name()))
                            .toList());
            unique(
                    "index name",
                    indexes.stream()
                            .map(index -> List.of(
                                    index.collectionId(), index.definition().name()))
                            .toList());
            unique("segment id", segments.stream().map(SegmentRecord::id).toList());
            unique("delta id", deltas.stream().map(DeltaRecord::id).toList());
            partitions.forEach(partition -> require(hasCollection(partition.collectionId()), partition));
            aliases.forEach(alias -> require(hasCollection(alias.collectionId()), alias));
            indexes.forEach(index -> require(hasCollection(index.collectionId()), index));
            loadSpecs.forEach(spec -> require(hasCollection(spec.collectionId()), spec));
            replicaGroups.forEach(group -> require(hasCollection(group.collectionId()), group));
            segments.forEach(segment -> require(hasPartition(segment.partitionId()), segment));
            deltas.forEach(delta -> require(hasPartition(delta.partitionId()), delta));
            indexFiles.forEach(file -> require(hasIndex(file.indexId()) && hasSegment(file.segmentId()), file));
        }

        private static void unique(String what, List<?> keys) {
            if (keys.stream().distinct().count() != keys.size()) {
                throw new IllegalStateException(what + " is not unique");
            }
        }

        private static void require(boolean exists, Object record) {
            if (!exists) {
                throw new IllegalStateException("it refers to something that is not there: " + record);
            }
        }

        private boolean hasCollection(long id) {
            return collections.stream().anyMatch(collection -> collection.id() == id);
        }

        private boolean hasPartition(long id) {
            return partitions.stream().anyMatch(partition -> partition.id() == id);
        }

        private boolean hasIndex(long id) {
            return indexes.stream().anyMatch(index -> index.definition().id() == id);
        }

        private boolean hasSegment(long id) {
            return segments.stream().anyMatch(segment -> segment.id() == id);
        }

        private boolean hasDelta(long id) {
            return deltas.stream().anyMatch(delta -> delta.id() == id);
        }

        CatalogSnapshot snapshot() {
            return new CatalogSnapshot(
                    sorted(databases, Comparator.comparingLong(DatabaseRecord::id)),
                    sorted(collections, Comparator.comparingLong(CollectionRecord::id)),
                    sorted(partitions, Comparator.comparingLong(PartitionRecord::id)),
                    sorted(
                            aliases,
                            Comparator.comparingLong(AliasRecord::databaseId).thenComparing(AliasRecord::alias)),
                    sorted(
                            indexes,
                            Comparator.comparingLong(index -> index.definition().id())),
                    sorted(segments, Comparator.comparingLong(SegmentRecord::id)),
                    sorted(deltas, Comparator.comparingLong(DeltaRecord::id)),
                    sorted(
                            indexFiles,
                            Comparator.comparingLong(IndexFileRecord::indexId)
                                    .thenComparing(IndexFileRecord::segmentId)),
                    sorted(loadSpecs, Comparator.comparingLong(LoadSpecRecord::collectionId)),
                    sorted(users, Comparator.comparing(UserRecord::name)),
                    sorted(resourceGroups, Comparator.comparing(ResourceGroupRecord::name)),
                    sorted(replicaGroups, Comparator.comparingLong(ReplicaGroupRecord::collectionId)));
        }

        private static <T> List<T> sorted(List<T> records, Comparator<? super T> order) {
            return records.stream().sorted(order).toList();
        }
    }

    @Override
    public String toString() {
        CatalogSnapshot now;
        synchronized (disk) {
            now = disk.records;
        }
        return "FakeCatalog[" + now + "]";
    }
}
