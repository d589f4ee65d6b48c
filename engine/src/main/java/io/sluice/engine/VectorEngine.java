package io.sluice.engine;

import io.sluice.engine.catalog.Catalog;
import io.sluice.engine.load.LoadEstimate;
import io.sluice.engine.load.LoadRequest;
import io.sluice.engine.load.LoadStatus;
import io.sluice.engine.load.MultiplexedEvent;
import io.sluice.engine.load.OperationEvent;
import io.sluice.engine.load.OperationView;
import io.sluice.engine.load.ReleaseRequest;
import io.sluice.engine.schema.IndexDefinition;
import io.sluice.engine.schema.RowBatch;
import io.sluice.engine.search.QueryRequest;
import io.sluice.engine.search.QueryResult;
import io.sluice.engine.search.SearchRequest;
import io.sluice.engine.search.SearchResult;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * The database, as the faces see it. Thread-safe.
 *
 * <p>Collections are named by database and by name or alias. Every error is an
 * {@link io.sluice.engine.error.EngineException}. Work runs on the engine's own threads; no method blocks its caller.
 */
public final class VectorEngine {
    private VectorEngine() {}

    /** Opens the data folder, replays the log, and goes on with the loads that were wanted. */
    public static Mono<VectorEngine> open(EngineOptions options, Catalog catalog) {
        throw new UnsupportedOperationException();
    }

    // Databases

    public Mono<Void> createDatabase(String database, Map<String, String> properties) {
        throw new UnsupportedOperationException();
    }

    public Mono<List<String>> listDatabases() {
        throw new UnsupportedOperationException();
    }

    public Mono<DatabaseDescription> describeDatabase(String database) {
        throw new UnsupportedOperationException();
    }

    public Mono<Void> dropDatabase(String database) {
        throw new UnsupportedOperationException();
    }

    // Collections

    /** Creating one that exists with an equal schema succeeds. */
    public Mono<Void> createCollection(CreateCollectionRequest request) {
        throw new UnsupportedOperationException();
    }

    public Mono<Boolean> hasCollection(String database, String collection) {
        throw new UnsupportedOperationException();
    }

    public Mono<CollectionDescription> describeCollection(String database, String collection) {
        throw new UnsupportedOperationException();
    }

    /** Names, sorted. */
    public Mono<List<String>> listCollections(String database) {
        throw new UnsupportedOperationException();
    }

    /** Every collection of a database with state, rows and bytes. */
    public Mono<List<CollectionSummary>> summarizeCollections(String database) {
        throw new UnsupportedOperationException();
    }

    /** Rows that are not deleted, as far as it is known without a load. */
    public Mono<Long> countRows(String database, String collection) {
        throw new UnsupportedOperationException();
    }

    public Mono<Void> renameCollection(String database, String collection, String newName, String newDatabase) {
        throw new UnsupportedOperationException();
    }

    /** Dropping what is not there succeeds. */
    public Mono<Void> dropCollection(String database, String collection) {
        throw new UnsupportedOperationException();
    }

    // Partitions

    public Mono<Void> createPartition(String database, String collection, String partition) {
        throw new UnsupportedOperationException();
    }

    public Mono<Void> dropPartition(String database, String collection, String partition) {
        throw new UnsupportedOperationException();
    }

    public Mono<Boolean> hasPartition(String database, String collection, String partition) {
        throw new UnsupportedOperationException();
    }

    /** {@code _default} first, then in the order of creation. */
    public Mono<List<PartitionDescription>> listPartitions(String database, String collection) {
        throw new UnsupportedOperationException();
    }

    // Aliases

    public Mono<Void> createAlias(String database, String collection, String alias) {
        throw new UnsupportedOperationException();
    }

    public Mono<Void> alterAlias(String database, String collection, String alias) {
        throw new UnsupportedOperationException();
    }

    public Mono<Void> dropAlias(String database, String alias) {
        throw new UnsupportedOperationException();
    }

    /** The collection's name. */
    public Mono<String> describeAlias(String database, String alias) {
        throw new UnsupportedOperationException();
    }

    /** @param collection empty = of the whole database */
    public Mono<List<String>> listAliases(String database, String collection) {
        throw new UnsupportedOperationException();
    }

    // Indexes

    /** @param definition with id 0; name, type and metric may be empty (field name, AUTOINDEX, COSINE) */
    public Mono<Void> createIndex(
            String database, String collection, String field, IndexDefinition definition) {
        throw new UnsupportedOperationException();
    }

    /** Empty when there is none. */
    public Mono<List<IndexDescription>> listIndexes(String database, String collection) {
        throw new UnsupportedOperationException();
    }

    public Mono<Void> dropIndex(String database, String collection, String indexName) {
        throw new UnsupportedOperationException();
    }

    // Writes

    /** @param partition empty = {@code _default} */
    public Mono<WriteResult> insert(String database, String collection, String partition, RowBatch rows) {
        throw new UnsupportedOperationException();
    }

    /** @param partition empty = {@code _default} */
    public Mono<WriteResult> upsert(String database, String collection, String partition, RowBatch rows) {
        throw new UnsupportedOperationException();
    }

    public Mono<WriteResult> delete(DeleteRequest request) {
        throw new UnsupportedOperationException();
    }

    /** Seals the growing rows; completes when they are durable as segments. */
    public Mono<FlushResult> flush(String database, String collection) {
        throw new UnsupportedOperationException();
    }

    // Reads

    public Mono<SearchResult> search(SearchRequest request) {
        throw new UnsupportedOperationException();
    }

    public Mono<QueryResult> query(QueryRequest request) {
        throw new UnsupportedOperationException();
    }

    // Load and release

    /** Accepts, joins or refuses a load; completes at once, with the operation as it is then. */
    public Mono<OperationView> load(LoadRequest request) {
        throw new UnsupportedOperationException();
    }

    /** Accepts a release; completes at once. Releasing what is not loaded is a finished operation. */
    public Mono<OperationView> release(ReleaseRequest request) {
        throw new UnsupportedOperationException();
    }

    public Mono<LoadEstimate> estimate(LoadRequest request) {
        throw new UnsupportedOperationException();
    }

    /** An unknown collection is a value ({@code NOT_EXIST}); an unknown partition is an error. */
    public Mono<LoadStatus> loadStatus(String database, String collection, List<String> partitions) {
        throw new UnsupportedOperationException();
    }

    /** Newest first. */
    public List<OperationView> operations() {
        throw new UnsupportedOperationException();
    }

    /** Error {@code OPERATION_NOT_FOUND} for an id that is not remembered; so for the next three. */
    public Mono<OperationView> operation(String operationId) {
        throw new UnsupportedOperationException();
    }

    /** Completes with the final view when the operation has ended; a failed one is a value. */
    public Mono<OperationView> finished(String operationId) {
        throw new UnsupportedOperationException();
    }

    public Mono<OperationView> cancel(String operationId) {
        throw new UnsupportedOperationException();
    }

    /** See {@link io.sluice.engine.load.LoadJobs#events(String, String)}. */
    public Flux<OperationEvent> operationEvents(String operationId, @Nullable String afterEventId) {
        throw new UnsupportedOperationException();
    }

    /** See {@link io.sluice.engine.load.LoadJobs#events(String, Set, String)}. */
    public Flux<MultiplexedEvent> events(
            @Nullable String database, Set<String> collections, @Nullable String afterEventId) {
        throw new UnsupportedOperationException();
    }

    /** @param database and {@code collection}: null = all */
    public Mono<MemoryReport> memory(@Nullable String database, @Nullable String collection) {
        throw new UnsupportedOperationException();
    }

    /** Whether the log is replayed and requests are served. */
    public boolean ready() {
        throw new UnsupportedOperationException();
    }

    /** Stop accepting, stop jobs, close collections, wait for leases, close log, store and catalog. */
    public Mono<Void> close() {
        throw new UnsupportedOperationException();
    }
}
