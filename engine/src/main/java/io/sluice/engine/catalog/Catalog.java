package io.sluice.engine.catalog;

import java.util.List;
import reactor.core.publisher.Mono;

/**
 * The records that survive a restart. A port.
 *
 * <p>Every {@code Mono} is one transaction: when it completes, the change survives a power cut (but see
 * {@link #forget}); when it fails, nothing was changed. Each subscription is a transaction of its own, and none is stopped by a cancel. {@code put} inserts or
 * replaces by id; {@code drop} of what is not there is harmless. The engine calls it from one DDL at a time per
 * collection, but from several threads. Errors are {@code EngineException.Failed} with what was tried.
 *
 * <p>The catalog keeps: names are unique (databases; collections per database and partitions per collection, unless
 * {@code dropping}; indexes per collection), and what a record refers to exists (the collection of a partition, an
 * alias, an index, a load spec, a replica group; the partition of a segment or delta; the index and the segment of an index file).
 * {@code CatalogContract} in the test kit holds every implementation to this.
 */
public interface Catalog {
    /** Everything, at start; each list in the order of its ids. */
    Mono<CatalogSnapshot> readAll();

    /** Takes {@code count} ids from the one counter and answers the first; an id is never given twice. */
    Mono<Long> takeIds(int count);

    Mono<Void> put(DatabaseRecord database);

    /** Removes the database and its aliases; collections are dropped before. */
    Mono<Void> dropDatabase(long databaseId);

    Mono<Void> put(CollectionRecord collection);

    /** A new collection with its default partition, together. */
    Mono<Void> create(CollectionRecord collection, PartitionRecord defaultPartition);

    /** Removes the collection and everything that refers to it. */
    Mono<Void> dropCollection(long collectionId);

    /** Never lowers {@code sealedThroughLsn}. */
    Mono<Void> put(PartitionRecord partition);

    /** Removes the partition with its segments, deltas and index files. */
    Mono<Void> dropPartition(long partitionId);

    Mono<Void> put(AliasRecord alias);

    Mono<Void> dropAlias(long databaseId, String alias);

    Mono<Void> put(IndexRecord index);

    /** Removes the index with its files. */
    Mono<Void> dropIndex(long indexId);

    Mono<Void> put(IndexFileRecord indexFile);

    Mono<Void> put(LoadSpecRecord loadSpec);

    /**
     * Removes a load spec, if it is still the one that this operation asked for. The one change that survives a kill at
     * once and a power cut only after the next other change: a release does not wait for the disk, and one that is
     * forgotten loads a collection that nobody had to lose. May block the subscriber for the time to make a small file.
     */
    Mono<Void> forget(LoadSpecRecord loadSpec);

    /**
     * New segments with their index files and new deltas in, replaced ones out with their index files,
     * {@code sealedThroughLsn} raised: one transaction. Refused when one of those to be replaced is not there.
     */
    Mono<Void> commit(SealCommit seal);

    /**
     * Empties a collection: the segments, deltas and index files of all its partitions go, and their
     * {@code sealedThroughLsn} becomes the one given here, never less than it was: one transaction.
     */
    Mono<Void> truncate(long collectionId, long sealedThroughLsn);

    /** Inserts or replaces by name, as everything of users and resource groups. */
    Mono<Void> put(UserRecord user);

    Mono<Void> dropUser(String name);

    /** Together: a node that leaves one group joins another. */
    Mono<Void> putResourceGroups(List<ResourceGroupRecord> groups);

    Mono<Void> dropResourceGroup(String name);

    /** One per collection; it goes with the collection. */
    Mono<Void> put(ReplicaGroupRecord replicaGroup);

    Mono<Void> dropReplicaGroup(long collectionId);

    /** Everything after it is refused; closing twice is harmless. */
    Mono<Void> close();
}
