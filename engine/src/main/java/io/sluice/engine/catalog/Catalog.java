package io.sluice.engine.catalog;

import reactor.core.publisher.Mono;

/**
 * The records that survive a restart. A port.
 *
 * <p>Every {@code Mono} is one transaction: when it completes, the change survives a power cut. {@code put} inserts or
 * replaces by id; {@code drop} of what is not there is harmless. The engine calls it from one DDL at a time per
 * collection, but from several threads. Errors are {@code EngineException.Failed} with what was tried.
 */
public interface Catalog {
    /** Everything, at start. */
    Mono<CatalogSnapshot> readAll();

    /** Takes {@code count} ids from the one counter and answers the first; an id is never given twice. */
    Mono<Long> takeIds(int count);

    Mono<Void> put(DatabaseRecord database);

    Mono<Void> dropDatabase(long databaseId);

    Mono<Void> put(CollectionRecord collection);

    /** A new collection with its default partition, together. */
    Mono<Void> create(CollectionRecord collection, PartitionRecord defaultPartition);

    /** Removes the collection and everything that refers to it. */
    Mono<Void> dropCollection(long collectionId);

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

    Mono<Void> dropLoadSpec(long collectionId);

    /** New segments and deltas in, replaced ones out, {@code sealedThroughLsn} raised: one transaction. */
    Mono<Void> commit(SealCommit seal);

    Mono<Void> close();
}
