package io.sluice.engine;

import io.sluice.engine.collection.Collection;
import io.sluice.engine.collection.CollectionRooms;
import io.sluice.engine.collection.Namespace;
import io.sluice.engine.collection.PreparedWrite;
import io.sluice.engine.collection.ReadView;
import io.sluice.engine.collection.WriteBuffer;
import io.sluice.engine.error.EngineException;
import io.sluice.engine.filter.Filter;
import io.sluice.engine.log.ColumnBatchCodec;
import io.sluice.engine.log.LogPayload;
import io.sluice.engine.log.LogReceipt;
import io.sluice.engine.log.LogRecord;
import io.sluice.engine.log.RecordKind;
import io.sluice.engine.log.WriteAheadLog;
import io.sluice.engine.memory.Reservation;
import io.sluice.engine.schema.CollectionSchema;
import io.sluice.engine.schema.ColumnBatch;
import io.sluice.engine.schema.DataType;
import io.sluice.engine.schema.FieldSchema;
import io.sluice.engine.schema.Keys;
import io.sluice.engine.schema.NameRules;
import io.sluice.engine.schema.PropertyRules;
import io.sluice.engine.schema.RowBatch;
import io.sluice.engine.schema.RowRules;
import io.sluice.engine.schema.UpsertRows;
import io.sluice.engine.search.Searcher;
import io.sluice.engine.segment.GrowingSegment;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/**
 * Inserts, upserts and deletes: checked and encoded on {@code write} threads, then logged, then visible, then
 * acknowledged. Thread-safe.
 */
final class Writes {
    private static final long ALL_PARTITIONS = -1;

    private final Namespace namespace;
    private final CollectionRooms rooms;
    private final WriteBuffer buffer;
    private final WriteAheadLog log;
    private final DatabaseRules rules;
    private final EngineThreads threads;

    Writes(
            Namespace namespace,
            CollectionRooms rooms,
            WriteBuffer buffer,
            WriteAheadLog log,
            DatabaseRules rules,
            EngineThreads threads) {
        this.namespace = namespace;
        this.rooms = rooms;
        this.buffer = buffer;
        this.log = log;
        this.rules = rules;
        this.threads = threads;
    }

    /** A write that is ready for the log. */
    private record Ready(
            Collection collection,
            RecordKind kind,
            long partitionId,
            LogPayload payload,
            PreparedWrite write,
            Keys answer) {}

    Mono<WriteResult> insert(String database, String name, String partition, RowBatch batch) {
        return threads.write(() -> {
                    Collection collection = namespace.get(database, name);
                    rules.checkRows(collection);
                    return collection.whileSchemaStays(() -> insert(collection, partition, batch));
                })
                .flatMap(Writes::acknowledged);
    }

    private CompletableFuture<WriteResult> insert(Collection collection, String partition, RowBatch batch) {
        long partitionId = partitionOf(collection, partition);
        ColumnBatch rows = RowRules.forInsert(schemaFor(collection, batch), batch, rooms.ids()::next);
        return append(ready(collection, RecordKind.INSERT, partitionId, ColumnBatchCodec.encodeRows(rows), rows, null));
    }

    /** Rows may bring keys that the server would give otherwise, when the collection says so. */
    private static CollectionSchema schemaFor(Collection collection, RowBatch batch) {
        CollectionSchema schema = collection.schema();
        FieldSchema key = schema.primaryKey();
        return key.autoId()
                        && batch.columns().containsKey(key.name())
                        && PropertyRules.allowsInsertAutoId(collection.record().properties())
                ? schema.withKeysGiven()
                : schema;
    }

    Mono<WriteResult> upsert(String database, String name, String partition, RowBatch batch) {
        return threads.write(() -> {
                    Collection collection = namespace.get(database, name);
                    rules.checkRows(collection);
                    return collection.whileSchemaStays(() -> upsert(collection, partition, batch));
                })
                .flatMap(Writes::acknowledged);
    }

    private CompletableFuture<WriteResult> upsert(Collection collection, String partition, RowBatch batch) {
        long partitionId = partitionOf(collection, partition);
        UpsertRows upsert = RowRules.forUpsert(schemaFor(collection, batch), batch, rooms.ids()::next);
        return append(ready(
                collection,
                RecordKind.UPSERT,
                partitionId,
                ColumnBatchCodec.encodeUpsert(upsert),
                upsert.rows(),
                upsert.replacedKeys()));
    }

    Mono<WriteResult> delete(DeleteRequest request) {
        return threads.write(() -> {
                    Collection collection = namespace.get(request.database(), request.collection());
                    rules.checkDelete(collection);
                    long partitionId = request.partition().isEmpty()
                            ? ALL_PARTITIONS
                            : partitionOf(collection, request.partition());
                    Keys keys = keysToDelete(collection, request);
                    if (keys.count() == 0) {
                        return CompletableFuture.completedFuture(new WriteResult(keys, 0, log.appliedTimestamp()));
                    }
                    var write = new PreparedWrite(null, keys, null, 0);
                    return append(new Ready(
                            collection,
                            RecordKind.DELETE,
                            partitionId,
                            ColumnBatchCodec.encodeKeys(keys),
                            write,
                            keys));
                })
                .flatMap(Writes::acknowledged);
    }

    private Keys keysToDelete(Collection collection, DeleteRequest request) {
        Keys ids = request.ids();
        if (ids != null) {
            return checkedKeys(collection, ids);
        }
        if (request.filter().isBlank()) {
            throw new EngineException.InvalidRequest(
                    "expr cannot be empty: a delete needs a filter or ids: collection=" + collection.qualifiedName());
        }
        Filter filter = Filter.parse(request.filter(), collection.schema(), request.templates());
        Optional<Keys> byKey = filter.primaryKeys();
        if (byKey.isPresent()) {
            return byKey.get();
        }
        try (ReadView view = collection.openRead(
                "delete",
                request.partition().isEmpty() ? java.util.List.of() : java.util.List.of(request.partition()),
                false,
                0,
                log::appliedTimestamp)) {
            return Searcher.matchingKeys(filter, view);
        }
    }

    private static Keys checkedKeys(Collection collection, Keys ids) {
        FieldSchema key = collection.schema().primaryKey();
        boolean numbers = ids instanceof Keys.LongKeys;
        if (numbers != (key.type() == DataType.INT64)) {
            throw new EngineException.InvalidRequest("ids do not have the type of the primary key: field=" + key.name()
                    + ", type=" + key.type().milvusName() + ", given=" + (numbers ? "Int64" : "VarChar")
                    + ", collection=" + collection.qualifiedName());
        }
        return ids;
    }

    private Ready ready(
            Collection collection,
            RecordKind kind,
            long partitionId,
            LogPayload payload,
            ColumnBatch rows,
            @Nullable Keys replaced) {
        long segmentId = rooms.ids().next();
        GrowingSegment growing = collection.growingFor(partitionId);
        Reservation memory = buffer.admit(collection, growing.reserveBytes(rows), growing.leastReserveBytes(rows));
        var write = new PreparedWrite(rows, replaced, memory, segmentId);
        return new Ready(collection, kind, partitionId, payload, write, RowRules.keysOf(collection.schema(), rows));
    }

    /** On the same thread as everything before it, so that a caller who goes away in between leaves no memory behind. */
    private CompletableFuture<WriteResult> append(Ready ready) {
        return log.append(
                        ready.kind(),
                        ready.collection().collectionId(),
                        ready.partitionId(),
                        ready.collection().schema().version(),
                        ready.payload(),
                        ready.write())
                .whenComplete((_, failure) -> {
                    if (failure != null) {
                        giveBack(ready.write());
                    }
                })
                .thenApply(receipt -> answer(ready, receipt));
    }

    private static Mono<WriteResult> acknowledged(CompletableFuture<WriteResult> written) {
        return Mono.fromFuture(written, true).publishOn(Schedulers.parallel());
    }

    private static void giveBack(PreparedWrite write) {
        Reservation memory = write.memory();
        if (memory != null) {
            memory.close();
        }
    }

    private static WriteResult answer(Ready ready, LogReceipt receipt) {
        return new WriteResult(ready.answer(), ready.answer().count(), receipt.timestamp());
    }

    /** A name that no partition can have is refused as such. */
    private static long partitionOf(Collection collection, String partition) {
        if (partition.isEmpty()) {
            return collection.getPartition(Namespace.DEFAULT_PARTITION).id();
        }
        NameRules.checkPartition(partition);
        return collection.getPartition(partition).id();
    }

    /** Applies a record: of a write of this process, or of the log at start, when there is no attachment. */
    static void apply(
            Namespace namespace,
            CollectionRooms rooms,
            WriteBuffer buffer,
            LogRecord record,
            @Nullable Object attachment) {
        Collection collection = namespace.findById(record.collectionId());
        if (attachment instanceof PreparedWrite write) {
            if (collection == null) {
                giveBack(write);
                return;
            }
            collection.apply(record.kind(), record.partitionId(), record.lsn(), record.timestamp(), write);
        } else if (collection != null && !collection.isSealedBefore(record.partitionId(), record.lsn())) {
            collection.apply(
                    record.kind(),
                    record.partitionId(),
                    record.lsn(),
                    record.timestamp(),
                    replayed(rooms, buffer, collection, record));
        }
    }

    private static PreparedWrite replayed(
            CollectionRooms rooms, WriteBuffer buffer, Collection collection, LogRecord record) {
        return switch (record.kind()) {
            case DELETE ->
                new PreparedWrite(
                        null, ColumnBatchCodec.decodeKeys(record.payload().bytes()), null, 0);
            case INSERT ->
                replayed(
                        rooms,
                        buffer,
                        collection,
                        record,
                        ColumnBatchCodec.decodeRows(record.payload().bytes()),
                        null);
            case UPSERT -> {
                UpsertRows upsert =
                        ColumnBatchCodec.decodeUpsert(record.payload().bytes());
                yield replayed(rooms, buffer, collection, record, upsert.rows(), upsert.replacedKeys());
            }
        };
    }

    private static PreparedWrite replayed(
            CollectionRooms rooms,
            WriteBuffer buffer,
            Collection collection,
            LogRecord record,
            ColumnBatch logged,
            @Nullable Keys keys) {
        ColumnBatch rows = RowRules.widened(collection.schema(), logged);
        long needBytes = collection.growingFor(record.partitionId()).reserveBytes(rows);
        return new PreparedWrite(
                rows,
                keys,
                buffer.admitReplayed(collection, needBytes),
                rooms.ids().next());
    }
}
