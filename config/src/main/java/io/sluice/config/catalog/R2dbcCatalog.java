package io.sluice.config.catalog;

import io.r2dbc.spi.Row;
import io.sluice.engine.catalog.AliasRecord;
import io.sluice.engine.catalog.Catalog;
import io.sluice.engine.catalog.CatalogSnapshot;
import io.sluice.engine.catalog.CollectionRecord;
import io.sluice.engine.catalog.DatabaseRecord;
import io.sluice.engine.catalog.DeltaRecord;
import io.sluice.engine.catalog.IndexFileRecord;
import io.sluice.engine.catalog.IndexRecord;
import io.sluice.engine.catalog.LoadSpecRecord;
import io.sluice.engine.catalog.PartitionRecord;
import io.sluice.engine.catalog.ReplicaGroupRecord;
import io.sluice.engine.catalog.ResourceGroupRecord;
import io.sluice.engine.catalog.SealCommit;
import io.sluice.engine.catalog.SegmentRecord;
import io.sluice.engine.catalog.UserRecord;
import io.sluice.engine.error.EngineException;
import io.sluice.engine.error.ErrorCode;
import io.sluice.engine.schema.IndexDefinition;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** The catalog in an H2 file. Thread-safe: every change and read is one transaction on the catalog's own thread. */
public final class R2dbcCatalog implements Catalog {
    private final CatalogDatabase database;
    private final ForgottenSpecs forgotten;

    private R2dbcCatalog(CatalogDatabase database, ForgottenSpecs forgotten) {
        this.database = database;
        this.forgotten = forgotten;
    }

    /**
     * Opens the catalog in {@code folder}, which is made when it is missing, and brings it to this version.
     *
     * <p>The caller holds the lock of the data folder. An error {@code Failed} says that the catalog belongs to a newer
     * server, or what is wrong with the file.
     */
    public static Mono<R2dbcCatalog> open(Path folder) {
        return Mono.defer(() -> {
            Path place = folder.toAbsolutePath().normalize();
            ForgottenSpecs forgotten = forgottenIn(place);
            var database = new CatalogDatabase(place);
            return Migrations.apply(database)
                    .doOnSuccess(_ -> database.settleFirst(forgotten::settle)) // by now the tables are of this version
                    .thenReturn(new R2dbcCatalog(database, forgotten))
                    .onErrorResume(failure -> database.close().onErrorComplete().then(Mono.error(failure)));
        });
    }

    private static ForgottenSpecs forgottenIn(Path folder) {
        try {
            Files.createDirectories(folder);
            return ForgottenSpecs.in(folder);
        } catch (IOException failure) {
            throw new EngineException.Failed(
                    ErrorCode.IO_FAILED,
                    "catalog folder cannot be made: folder=" + folder + ", reason=" + failure
                            + ". Make it writable or set SLUICE_DATA to another folder",
                    failure);
        }
    }

    @Override
    public Mono<CatalogSnapshot> readAll() {
        return database.read(
                "read everything",
                session -> Mono.zip(
                        all -> snapshot(List.of(all)),
                        databases(session),
                        collections(session),
                        partitions(session),
                        aliases(session),
                        indexes(session),
                        segments(session),
                        deltas(session),
                        indexFiles(session),
                        loadSpecs(session),
                        users(session),
                        resourceGroups(session),
                        replicaGroups(session)));
    }

    @SuppressWarnings("unchecked") // zip of so many sources has no typed form
    private static CatalogSnapshot snapshot(List<Object> lists) {
        return new CatalogSnapshot(
                (List<DatabaseRecord>) lists.get(0),
                (List<CollectionRecord>) lists.get(1),
                (List<PartitionRecord>) lists.get(2),
                (List<AliasRecord>) lists.get(3),
                (List<IndexRecord>) lists.get(4),
                (List<SegmentRecord>) lists.get(5),
                (List<DeltaRecord>) lists.get(6),
                (List<IndexFileRecord>) lists.get(7),
                (List<LoadSpecRecord>) lists.get(8),
                (List<UserRecord>) lists.get(9),
                (List<ResourceGroupRecord>) lists.get(10),
                (List<ReplicaGroupRecord>) lists.get(11));
    }

    private static <T> Mono<List<T>> list(Session session, String sql, Function<Columns, T> read) {
        Function<Row, T> readRow = row -> read.apply(Columns.of(row));
        return session.query(sql, readRow).collectList().map(List::copyOf);
    }

    @Override
    public Mono<Long> takeIds(int count) {
        if (count < 1) {
            throw new IllegalArgumentException("no ids to take: count=" + count);
        }
        return database.change(
                "take " + count + " ids",
                session -> session.run("UPDATE counters SET next_id = next_id + $1 WHERE name = 'id'", (long) count)
                        .thenMany(session.query(
                                "SELECT next_id FROM counters WHERE name = 'id'",
                                row -> Columns.of(row).longAt(0) - count))
                        .single());
    }

    // Databases

    private static Mono<List<DatabaseRecord>> databases(Session session) {
        return list(
                session,
                "SELECT id, name, properties, created_timestamp FROM databases ORDER BY id",
                row -> new DatabaseRecord(
                        row.longAt(0), row.textAt(1), CatalogJson.readStrings(row.textAt(2)), row.longAt(3)));
    }

    @Override
    public Mono<Void> put(DatabaseRecord record) {
        return change(
                "put database " + record.name(),
                session -> session.run(
                        "MERGE INTO databases (id, name, properties, created_timestamp) KEY (id)"
                                + " VALUES ($1, $2, $3, $4)",
                        record.id(),
                        record.name(),
                        CatalogJson.write(record.properties()),
                        record.createdTimestamp()));
    }

    @Override
    public Mono<Void> dropDatabase(long databaseId) {
        return change(
                "drop database " + databaseId,
                session -> session.run("DELETE FROM aliases WHERE database_id = $1", databaseId)
                        .then(session.run("DELETE FROM databases WHERE id = $1", databaseId)));
    }

    // Collections

    private static Mono<List<CollectionRecord>> collections(Session session) {
        return list(
                session,
                "SELECT id, database_id, name, schema_json, consistency_level, shard_count, properties,"
                        + " created_timestamp, updated_timestamp, dropping FROM collections ORDER BY id",
                row -> new CollectionRecord(
                        row.longAt(0),
                        row.longAt(1),
                        row.textAt(2),
                        CatalogJson.readSchema(row.textAt(3)),
                        row.intAt(4),
                        row.intAt(5),
                        CatalogJson.readStrings(row.textAt(6)),
                        row.longAt(7),
                        row.longAt(8),
                        row.flagAt(9)));
    }

    @Override
    public Mono<Void> put(CollectionRecord record) {
        return change("put collection " + record.name(), session -> put(session, record));
    }

    @Override
    public Mono<Void> create(CollectionRecord collection, PartitionRecord defaultPartition) {
        return change(
                "create collection " + collection.name(),
                session -> put(session, collection).then(put(session, defaultPartition)));
    }

    private static Mono<Long> put(Session session, CollectionRecord record) {
        return session.run(
                "MERGE INTO collections (id, database_id, name, schema_json, consistency_level, shard_count,"
                        + " properties, created_timestamp, updated_timestamp, dropping) KEY (id)"
                        + " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
                record.id(),
                record.databaseId(),
                record.name(),
                CatalogJson.write(record.schema()),
                record.consistencyLevel(),
                record.shardCount(),
                CatalogJson.write(record.properties()),
                record.createdTimestamp(),
                record.updatedTimestamp(),
                record.dropping());
    }

    @Override
    public Mono<Void> dropCollection(long collectionId) {
        return change(
                "drop collection " + collectionId,
                session -> session.run("DELETE FROM collections WHERE id = $1", collectionId));
    }

    // Partitions

    private static Mono<List<PartitionRecord>> partitions(Session session) {
        return list(
                session,
                "SELECT id, collection_id, name, created_timestamp, sealed_through_lsn, dropping FROM partitions"
                        + " ORDER BY id",
                row -> new PartitionRecord(
                        row.longAt(0), row.longAt(1), row.textAt(2), row.longAt(3), row.longAt(4), row.flagAt(5)));
    }

    @Override
    public Mono<Void> put(PartitionRecord record) {
        return change("put partition " + record.name(), session -> put(session, record));
    }

    /** An update first: a seal may have raised the LSN since the caller read the record. */
    private static Mono<Long> put(Session session, PartitionRecord record) {
        Mono<Long> update = session.run(
                "UPDATE partitions SET collection_id = $2, name = $3, created_timestamp = $4,"
                        + " sealed_through_lsn = GREATEST(sealed_through_lsn, $5), dropping = $6 WHERE id = $1",
                values(record));
        Mono<Long> insert = session.run(
                "INSERT INTO partitions (id, collection_id, name, created_timestamp, sealed_through_lsn, dropping)"
                        + " VALUES ($1, $2, $3, $4, $5, $6)",
                values(record));
        return update.flatMap(updated -> updated == 0 ? insert : Mono.just(updated));
    }

    private static Object[] values(PartitionRecord record) {
        return new Object[] {
            record.id(),
            record.collectionId(),
            record.name(),
            record.createdTimestamp(),
            record.sealedThroughLsn(),
            record.dropping()
        };
    }

    @Override
    public Mono<Void> dropPartition(long partitionId) {
        return change(
                "drop partition " + partitionId,
                session -> session.run("DELETE FROM partitions WHERE id = $1", partitionId));
    }

    // Aliases

    private static Mono<List<AliasRecord>> aliases(Session session) {
        return list(
                session,
                "SELECT database_id, alias, collection_id FROM aliases ORDER BY database_id, alias",
                row -> new AliasRecord(row.longAt(0), row.textAt(1), row.longAt(2)));
    }

    @Override
    public Mono<Void> put(AliasRecord record) {
        return change(
                "put alias " + record.alias(),
                session -> session.run(
                        "MERGE INTO aliases (database_id, alias, collection_id) KEY (database_id, alias)"
                                + " VALUES ($1, $2, $3)",
                        record.databaseId(),
                        record.alias(),
                        record.collectionId()));
    }

    @Override
    public Mono<Void> dropAlias(long databaseId, String alias) {
        return change(
                "drop alias " + alias,
                session -> session.run("DELETE FROM aliases WHERE database_id = $1 AND alias = $2", databaseId, alias));
    }

    // Indexes

    private static Mono<List<IndexRecord>> indexes(Session session) {
        return list(
                session,
                "SELECT id, collection_id, name, field_id, index_type, metric, params, created_timestamp FROM indexes"
                        + " ORDER BY id",
                row -> new IndexRecord(
                        row.longAt(1),
                        new IndexDefinition(
                                row.longAt(0),
                                row.textAt(2),
                                row.intAt(3),
                                row.textAt(4),
                                row.textAt(5),
                                CatalogJson.readStrings(row.textAt(6))),
                        row.longAt(7)));
    }

    @Override
    public Mono<Void> put(IndexRecord record) {
        IndexDefinition definition = record.definition();
        return change(
                "put index " + definition.name(),
                session -> session.run(
                        "MERGE INTO indexes (id, collection_id, name, field_id, index_type, metric, params,"
                                + " created_timestamp) KEY (id) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
                        definition.id(),
                        record.collectionId(),
                        definition.name(),
                        definition.fieldId(),
                        definition.type(),
                        definition.metric(),
                        CatalogJson.write(definition.params()),
                        record.createdTimestamp()));
    }

    @Override
    public Mono<Void> dropIndex(long indexId) {
        return change("drop index " + indexId, session -> session.run("DELETE FROM indexes WHERE id = $1", indexId));
    }

    private static Mono<List<IndexFileRecord>> indexFiles(Session session) {
        return list(
                session,
                "SELECT index_id, segment_id, file_key, size_bytes, part FROM index_files"
                        + " ORDER BY index_id, segment_id",
                row -> new IndexFileRecord(
                        row.longAt(0),
                        row.longAt(1),
                        row.textAt(2),
                        row.longAt(3),
                        CatalogJson.readParts(row.textAt(4)).getFirst()));
    }

    @Override
    public Mono<Void> put(IndexFileRecord record) {
        return change("put index file " + record.key(), session -> merge(session, record));
    }

    private static Mono<Long> merge(Session session, IndexFileRecord record) {
        return session.run(
                "MERGE INTO index_files (index_id, segment_id, file_key, size_bytes, part)"
                        + " KEY (index_id, segment_id) VALUES ($1, $2, $3, $4, $5)",
                record.indexId(),
                record.segmentId(),
                record.key(),
                record.sizeBytes(),
                CatalogJson.writeParts(List.of(record.part())));
    }

    // Load specs

    private static Mono<List<LoadSpecRecord>> loadSpecs(Session session) {
        return list(
                session,
                "SELECT collection_id, all_partitions, partition_ids, field_ids, skip_dynamic_field, replica_number,"
                        + " low_priority, operation_id, attempt, last_access_millis FROM load_specs"
                        + " ORDER BY collection_id",
                row -> new LoadSpecRecord(
                        row.longAt(0),
                        row.flagAt(1),
                        CatalogJson.readLongs(row.textAt(2)),
                        CatalogJson.readInts(row.textAt(3)),
                        row.flagAt(4),
                        row.intAt(5),
                        row.flagAt(6),
                        row.textAt(7),
                        row.intAt(8),
                        row.longAt(9)));
    }

    @Override
    public Mono<Void> put(LoadSpecRecord record) {
        return database.change(
                        "put load spec of collection " + record.collectionId(),
                        "MERGE INTO load_specs (collection_id, all_partitions, partition_ids, field_ids,"
                                + " skip_dynamic_field, replica_number, low_priority, operation_id, attempt,"
                                + " last_access_millis) KEY (collection_id)"
                                + " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
                        record.collectionId(),
                        record.allPartitions(),
                        CatalogJson.write(record.partitionIds()),
                        CatalogJson.write(record.fieldIds()),
                        record.skipDynamicField(),
                        record.replicaNumber(),
                        record.lowPriority(),
                        record.operationId(),
                        record.attempt(),
                        record.lastAccessMillis())
                .then();
    }

    @Override
    public Mono<Void> forget(LoadSpecRecord record) {
        return Mono.fromRunnable(() -> forgotten.add(record));
    }

    // Users and resource groups

    private static Mono<List<UserRecord>> users(Session session) {
        return list(
                session,
                "SELECT name, password_hash, description FROM access_users ORDER BY name",
                row -> new UserRecord(row.textAt(0), row.textAt(1), row.textAt(2)));
    }

    @Override
    public Mono<Void> put(UserRecord record) {
        return change(
                "put user " + record.name(),
                session -> session.run(
                        "MERGE INTO access_users (name, password_hash, description) KEY (name) VALUES ($1, $2, $3)",
                        record.name(),
                        record.passwordHash(),
                        record.description()));
    }

    @Override
    public Mono<Void> dropUser(String name) {
        return change("drop user " + name, session -> session.run("DELETE FROM access_users WHERE name = $1", name));
    }

    private static Mono<List<ResourceGroupRecord>> resourceGroups(Session session) {
        return list(
                session,
                "SELECT name, holds_node, requested_nodes, node_limit, transfer_from, transfer_to, node_labels"
                        + " FROM resource_groups ORDER BY name",
                row -> new ResourceGroupRecord(
                        row.textAt(0),
                        row.flagAt(1),
                        row.intAt(2),
                        row.intAt(3),
                        CatalogJson.readNames(row.textAt(4)),
                        CatalogJson.readNames(row.textAt(5)),
                        CatalogJson.readStrings(row.textAt(6))));
    }

    @Override
    public Mono<Void> putResourceGroups(List<ResourceGroupRecord> groups) {
        return change(
                "put resource groups",
                session -> Flux.fromIterable(groups)
                        .concatMap(group -> put(session, group))
                        .reduce(0L, Long::sum));
    }

    private static Mono<Long> put(Session session, ResourceGroupRecord record) {
        return session.run(
                "MERGE INTO resource_groups (name, holds_node, requested_nodes, node_limit, transfer_from, transfer_to,"
                        + " node_labels) KEY (name) VALUES ($1, $2, $3, $4, $5, $6, $7)",
                record.name(),
                record.holdsNode(),
                record.requestedNodes(),
                record.nodeLimit(),
                CatalogJson.writeNames(record.transferFrom()),
                CatalogJson.writeNames(record.transferTo()),
                CatalogJson.write(record.nodeLabels()));
    }

    @Override
    public Mono<Void> dropResourceGroup(String name) {
        return change(
                "drop resource group " + name,
                session -> session.run("DELETE FROM resource_groups WHERE name = $1", name));
    }

    private static Mono<List<ReplicaGroupRecord>> replicaGroups(Session session) {
        return list(
                session,
                "SELECT collection_id, resource_group FROM replica_groups ORDER BY collection_id",
                row -> new ReplicaGroupRecord(row.longAt(0), row.textAt(1)));
    }

    @Override
    public Mono<Void> put(ReplicaGroupRecord record) {
        return change(
                "put replica group of collection " + record.collectionId(),
                session -> session.run(
                        "MERGE INTO replica_groups (collection_id, resource_group) KEY (collection_id)"
                                + " VALUES ($1, $2)",
                        record.collectionId(),
                        record.resourceGroup()));
    }

    @Override
    public Mono<Void> dropReplicaGroup(long collectionId) {
        return change(
                "drop replica group of collection " + collectionId,
                session -> session.run("DELETE FROM replica_groups WHERE collection_id = $1", collectionId));
    }

    // Segments and deltas

    private static Mono<List<SegmentRecord>> segments(Session session) {
        return list(
                session,
                "SELECT id, collection_id, partition_id, file_key, row_count, size_bytes, min_timestamp,"
                        + " max_timestamp, schema_version, parts, purged_through FROM segments ORDER BY id",
                row -> new SegmentRecord(
                        row.longAt(0),
                        row.longAt(1),
                        row.longAt(2),
                        row.textAt(3),
                        row.intAt(4),
                        row.longAt(5),
                        row.longAt(6),
                        row.longAt(7),
                        row.intAt(8),
                        CatalogJson.readParts(row.textAt(9)),
                        row.longAt(10)));
    }

    private static Mono<List<DeltaRecord>> deltas(Session session) {
        return list(
                session,
                "SELECT id, collection_id, partition_id, file_key, delete_count, size_bytes, min_timestamp,"
                        + " max_timestamp FROM deltas ORDER BY id",
                row -> new DeltaRecord(
                        row.longAt(0),
                        row.longAt(1),
                        row.longAt(2),
                        row.textAt(3),
                        row.intAt(4),
                        row.longAt(5),
                        row.longAt(6),
                        row.longAt(7)));
    }

    @Override
    public Mono<Void> commit(SealCommit seal) {
        return change(
                "commit segments of partition " + seal.partitionId(),
                session -> Flux.concat(steps(session, seal)).then(raise(session, seal)));
    }

    private static List<Mono<Long>> steps(Session session, SealCommit seal) {
        List<Mono<Long>> steps = new ArrayList<>();
        seal.removedSegmentIds().forEach(id -> steps.add(remove(session, "segments", id)));
        seal.removedDeltaIds().forEach(id -> steps.add(remove(session, "deltas", id)));
        seal.addedSegments().forEach(segment -> steps.add(insert(session, segment)));
        seal.addedDeltas().forEach(delta -> steps.add(insert(session, delta)));
        seal.addedIndexFiles().forEach(file -> steps.add(merge(session, file)));
        return steps;
    }

    /** Refuses the commit when there is nothing to remove: somebody else replaced it meanwhile. */
    private static Mono<Long> remove(Session session, String table, long id) {
        return session.run("DELETE FROM " + table + " WHERE id = $1", id)
                .filter(removed -> removed == 1)
                .switchIfEmpty(Mono.error(() -> new EngineException.Failed(
                        ErrorCode.IO_FAILED,
                        "segments cannot be replaced: table=" + table + ", id=" + id
                                + ", reason=it is gone. Nothing was" + " changed. Delete the new files",
                        null)));
    }

    private static Mono<Long> insert(Session session, SegmentRecord record) {
        return session.run(
                "INSERT INTO segments (id, collection_id, partition_id, file_key, row_count, size_bytes,"
                        + " min_timestamp, max_timestamp, schema_version, parts, purged_through)"
                        + " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
                record.id(),
                record.collectionId(),
                record.partitionId(),
                record.key(),
                record.rowCount(),
                record.sizeBytes(),
                record.minTimestamp(),
                record.maxTimestamp(),
                record.schemaVersion(),
                CatalogJson.writeParts(record.parts()),
                record.purgedThrough());
    }

    private static Mono<Long> insert(Session session, DeltaRecord record) {
        return session.run(
                "INSERT INTO deltas (id, collection_id, partition_id, file_key, delete_count, size_bytes,"
                        + " min_timestamp, max_timestamp) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
                record.id(),
                record.collectionId(),
                record.partitionId(),
                record.key(),
                record.deleteCount(),
                record.sizeBytes(),
                record.minTimestamp(),
                record.maxTimestamp());
    }

    private static Mono<Long> raise(Session session, SealCommit seal) {
        return session.run(
                        "UPDATE partitions SET sealed_through_lsn = GREATEST(sealed_through_lsn, $2) WHERE id = $1",
                        seal.partitionId(),
                        seal.sealedThroughLsn())
                .filter(updated -> updated == 1)
                .switchIfEmpty(Mono.error(() -> new EngineException.Failed(
                        ErrorCode.IO_FAILED,
                        "segments cannot be committed: partition=" + seal.partitionId() + ", reason=it is gone."
                                + " Nothing was changed. Delete their files",
                        null)));
    }

    @Override
    public Mono<Void> truncate(long collectionId, long sealedThroughLsn) {
        return change(
                "truncate collection " + collectionId,
                session -> session.run("DELETE FROM segments WHERE collection_id = $1", collectionId)
                        .then(session.run("DELETE FROM deltas WHERE collection_id = $1", collectionId))
                        .then(session.run(
                                "UPDATE partitions SET sealed_through_lsn = GREATEST(sealed_through_lsn, $2)"
                                        + " WHERE collection_id = $1",
                                collectionId,
                                sealedThroughLsn)));
    }

    @Override
    public Mono<Void> close() {
        return database.close();
    }

    private Mono<Void> change(String what, Function<Session, Mono<Long>> work) {
        return database.change(what, work).then();
    }

    @Override
    public String toString() {
        return "R2dbcCatalog[" + database + "]";
    }
}
