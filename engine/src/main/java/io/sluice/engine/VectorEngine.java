package io.sluice.engine;

import io.sluice.engine.DatabaseRules.Ddl;
import io.sluice.engine.access.Users;
import io.sluice.engine.catalog.Catalog;
import io.sluice.engine.catalog.UserRecord;
import io.sluice.engine.collection.Collection;
import io.sluice.engine.collection.CollectionIndex;
import io.sluice.engine.collection.Database;
import io.sluice.engine.collection.ReadView;
import io.sluice.engine.collection.SealedFiles;
import io.sluice.engine.compaction.IndexBuilds;
import io.sluice.engine.error.EngineException;
import io.sluice.engine.error.ErrorCode;
import io.sluice.engine.load.LoadEstimate;
import io.sluice.engine.load.LoadRequest;
import io.sluice.engine.load.LoadStatus;
import io.sluice.engine.load.MultiplexedEvent;
import io.sluice.engine.load.OperationEvent;
import io.sluice.engine.load.OperationView;
import io.sluice.engine.load.ReleaseRequest;
import io.sluice.engine.log.LogFolder;
import io.sluice.engine.schema.FieldSchema;
import io.sluice.engine.schema.IndexDefinition;
import io.sluice.engine.schema.NameRules;
import io.sluice.engine.schema.PropertyRules;
import io.sluice.engine.schema.RowBatch;
import io.sluice.engine.search.HybridSearchRequest;
import io.sluice.engine.search.HybridSearcher;
import io.sluice.engine.search.QueryRequest;
import io.sluice.engine.search.QueryResult;
import io.sluice.engine.search.SearchIterators;
import io.sluice.engine.search.SearchRequest;
import io.sluice.engine.search.SearchResult;
import io.sluice.engine.search.Searcher;
import io.sluice.engine.store.SegmentStore;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/**
 * The database, as the faces see it. Thread-safe.
 *
 * <p>Collections are named by database and by name or alias. Every error is an
 * {@link io.sluice.engine.error.EngineException}. Work runs on the engine's own threads; no method blocks its caller, and
 * every answer arrives on a thread that may go on with it.
 */
public final class VectorEngine {
    /** This server is one node; the faces of Milvus, which knows many, call it so. */
    public static final long NODE_ID = 1;

    /** The resource group of what names none; always there. */
    public static final String DEFAULT_RESOURCE_GROUP = ResourceGroups.DEFAULT;

    private static final String ADMIN_ROLE = "admin";

    /** How long the answer to an added field waits for a loaded collection to serve it. */
    private static final Duration FIELD_PATIENCE = Duration.ofSeconds(5);

    private final EngineParts parts;
    private final SearchIterators iterators = new SearchIterators();

    VectorEngine(EngineParts parts) {
        this.parts = parts;
    }

    /**
     * Opens the data folder, replays the log, and goes on with the loads that were wanted.
     *
     * @param catalog closed with the engine
     */
    public static Mono<VectorEngine> open(EngineOptions options, Catalog catalog) {
        return Mono.fromCallable(() -> new VectorEngine(EngineParts.open(options, catalog)))
                .subscribeOn(Schedulers.boundedElastic());
    }

    /** With a store and a log folder of the caller's. */
    static Mono<VectorEngine> open(EngineOptions options, Catalog catalog, SegmentStore store, LogFolder logFolder) {
        return Mono.fromCallable(() -> new VectorEngine(EngineParts.open(options, catalog, store, logFolder)))
                .subscribeOn(Schedulers.boundedElastic());
    }

    /** A hybrid timestamp that no write has and that every later write is after. */
    public Mono<Long> nextTimestamp() {
        return Mono.fromCallable(() -> parts.log().nextTimestamp());
    }

    // Databases

    public Mono<Void> createDatabase(String database, Map<String, String> properties) {
        return parts.threads().ddl(() -> parts.namespace().createDatabase(database, properties));
    }

    /** Either properties to set, or keys to forget; unknown ones are kept. Of an unknown key to forget: nothing. */
    public Mono<Void> alterDatabase(String database, Map<String, String> properties, List<String> deleteKeys) {
        return parts.threads().ddl(() -> parts.alterations().alterDatabase(database, properties, deleteKeys));
    }

    public Mono<List<String>> listDatabases() {
        return parts.threads().ddl(() -> parts.namespace().databaseNames());
    }

    public Mono<DatabaseDescription> describeDatabase(String database) {
        return parts.threads().ddl(() -> {
            Database found = parts.namespace().database(database);
            return new DatabaseDescription(
                    found.record().id(),
                    found.name(),
                    found.record().properties(),
                    found.record().createdTimestamp());
        });
    }

    /** Dropping what is not there succeeds; one with collections is refused. */
    public Mono<Void> dropDatabase(String database) {
        return parts.threads().ddl(() -> parts.namespace().dropDatabase(database));
    }

    // Collections

    /** Creating one that exists with an equal schema succeeds. */
    public Mono<Void> createCollection(CreateCollectionRequest request) {
        return parts.threads().ddl(() -> {
            parts.rules().checkDdl(request.database(), Ddl.COLLECTION);
            parts.namespace()
                    .createCollection(
                            request.database(),
                            request.name(),
                            request.schema(),
                            request.consistencyLevel(),
                            request.shardCount(),
                            request.properties());
        });
    }

    public Mono<Boolean> hasCollection(String database, String collection) {
        return parts.threads()
                .ddl(() -> parts.namespace().find(database, collection).isPresent());
    }

    public Mono<CollectionDescription> describeCollection(String database, String collection) {
        return parts.threads().ddl(() -> {
            NameRules.checkCollection(collection);
            return describe(parts.namespace()
                    .find(database, collection)
                    .orElseThrow(() -> new EngineException.NotFound(
                            ErrorCode.COLLECTION_NOT_FOUND,
                            "can't find collection[database="
                                    + parts.namespace().database(database).name() + "][collection=" + collection
                                    + "]")));
        });
    }

    /** By id, in any database. */
    public Mono<CollectionDescription> describeCollection(long collectionId) {
        return parts.threads().ddl(() -> describe(byId(collectionId)));
    }

    private Collection byId(long collectionId) {
        Collection found = parts.namespace().findById(collectionId);
        if (found == null) {
            throw new EngineException.NotFound(
                    ErrorCode.COLLECTION_NOT_FOUND, "collection not found[collection=" + collectionId + "]");
        }
        return found;
    }

    private CollectionDescription describe(Collection collection) {
        var record = collection.record();
        return new CollectionDescription(
                record.id(),
                collection.database(),
                record.name(),
                record.schema(),
                record.consistencyLevel(),
                record.shardCount(),
                collection.partitions().size(),
                parts.namespace().aliasesOf(collection),
                indexes(collection),
                parts.loads().status(collection, List.of()),
                describedProperties(collection),
                record.createdTimestamp(),
                record.updatedTimestamp());
    }

    /** With those that Milvus describes of every collection. */
    private static Map<String, String> describedProperties(Collection collection) {
        Map<String, String> properties = new TreeMap<>();
        properties.put("max_field_id", Integer.toString(collection.schema().maxFieldId()));
        properties.put("namespace.sharding.enabled", "false");
        properties.put(PropertyRules.TIMEZONE, "UTC");
        properties.putAll(collection.record().properties());
        return properties;
    }

    /** Names, sorted. */
    public Mono<List<String>> listCollections(String database) {
        return parts.threads()
                .ddl(() -> parts.namespace().collections(database).stream()
                        .map(Collection::collection)
                        .toList());
    }

    /** Every collection of a database, in the order of {@link #listCollections}. */
    public Mono<List<CollectionDescription>> describeCollections(String database) {
        return parts.threads()
                .ddl(() -> parts.namespace().collections(database).stream()
                        .map(this::describe)
                        .toList());
    }

    /** Every collection of a database with state, rows and bytes. */
    public Mono<List<CollectionSummary>> summarizeCollections(String database) {
        return parts.threads()
                .ddl(() -> parts.namespace().collections(database).stream()
                        .map(collection -> new CollectionSummary(
                                collection.collectionId(),
                                collection.database(),
                                collection.collection(),
                                parts.loads().status(collection, List.of()),
                                collection.rowCount(-1),
                                collection.diskBytes(),
                                collection.loadedBytes(),
                                collection.writeBufferBytes(),
                                collection.segmentCount(),
                                collection.lastAccessMillis()))
                        .toList());
    }

    /** Sealed and growing rows; deleted ones count until they are merged away. */
    public Mono<Long> countRows(String database, String collection) {
        return parts.threads()
                .ddl(() -> parts.namespace().get(database, collection).rowCount(-1));
    }

    public Mono<Void> renameCollection(String database, String collection, String newName, String newDatabase) {
        return parts.threads()
                .ddl(() -> parts.namespace().renameCollection(database, collection, newName, newDatabase));
    }

    /** Dropping what is not there succeeds. Completes when nobody finds it any more; bytes and files follow. */
    public Mono<Void> dropCollection(String database, String collection) {
        return parts.threads().ddl(() -> {
            parts.rules().checkDdl(database, Ddl.COLLECTION);
            parts.namespace().beginDrop(database, collection).ifPresent(parts.drops()::free);
        });
    }

    /**
     * Removes every entity that was acknowledged before; what is loaded stays loaded. Completes when nobody sees them any
     * more, here or after a restart; files follow. An alias works.
     */
    public Mono<Void> truncateCollection(String database, String collection) {
        return parts.threads().ddlStarting(() -> truncate(parts.namespace().get(database, collection)));
    }

    private CompletableFuture<Void> truncate(Collection collection) {
        return parts.sealer()
                .truncate(collection)
                .thenAccept(truncated -> parts.drops().free(collection, truncated));
    }

    /**
     * Either properties to set, or keys to forget; unknown ones are kept. {@code collection.description},
     * {@code consistency_level} and {@code dynamicfield.enabled} change the collection itself.
     */
    public Mono<Void> alterCollection(
            String database, String collection, Map<String, String> properties, List<String> deleteKeys) {
        return parts.threads()
                .ddl(() -> parts.alterations().alterCollection(database, collection, properties, deleteKeys))
                .flatMap(widened -> widened.map(this::served).orElse(Mono.empty()));
    }

    // Fields

    /**
     * Adds a nullable field. Rows that are there read null, or the default. Completes when a loaded collection of all
     * fields serves the field, or when that takes long: then it is served later, without another request.
     *
     * @param field with id 0
     */
    public Mono<Void> addField(String database, String collection, FieldSchema field) {
        return parts.threads()
                .ddl(() -> parts.alterations().addField(database, collection, field))
                .flatMap(this::served);
    }

    private Mono<Void> served(Collection collection) {
        return parts.threads()
                .ddl(() -> {
                    parts.upkeep().followUp(collection); // if what follows fails, it is tried again
                    return parts.loads().loadAddedField(collection);
                })
                .flatMap(load -> Mono.justOrEmpty(load))
                .flatMap(load -> parts.jobs().finished(load.id()))
                .timeout(FIELD_PATIENCE)
                .onErrorComplete()
                .then();
    }

    /** Either options to set, or keys to forget: {@code max_length}, {@code mmap.enabled}, {@code field.description}. */
    public Mono<Void> alterField(
            String database, String collection, String field, Map<String, String> properties, List<String> deleteKeys) {
        return parts.threads()
                .ddl(() -> parts.alterations().alterField(database, collection, field, properties, deleteKeys));
    }

    // Partitions

    /** Creating one that exists succeeds. */
    public Mono<Void> createPartition(String database, String collection, String partition) {
        return parts.threads().ddl(() -> {
            parts.rules().checkDdl(database, Ddl.PARTITION);
            parts.namespace().createPartition(database, collection, partition);
        });
    }

    /** Dropping what is not there succeeds; a loaded one is refused. */
    public Mono<Void> dropPartition(String database, String collection, String partition) {
        return parts.threads().ddl(() -> {
            parts.rules().checkDdl(database, Ddl.PARTITION);
            Collection of = parts.namespace().get(database, collection);
            parts.namespace()
                    .beginDropPartition(database, collection, partition)
                    .ifPresent(dropped -> parts.drops().free(of, dropped));
        });
    }

    public Mono<Boolean> hasPartition(String database, String collection, String partition) {
        return parts.threads()
                .ddl(() -> parts.namespace()
                        .get(database, collection)
                        .findPartition(partition)
                        .isPresent());
    }

    /** {@code _default} first, then in the order of creation. */
    public Mono<List<PartitionDescription>> listPartitions(String database, String collection) {
        return parts.threads().ddl(() -> {
            Collection found = parts.namespace().get(database, collection);
            return found.partitions().stream()
                    .map(partition -> new PartitionDescription(
                            partition.id(),
                            partition.name(),
                            partition.createdTimestamp(),
                            found.rowCount(partition.id()),
                            parts.loads()
                                    .status(found, List.of(partition.name()))
                                    .progress()))
                    .toList();
        });
    }

    // Aliases

    public Mono<Void> createAlias(String database, String collection, String alias) {
        return parts.threads().ddl(() -> parts.namespace().createAlias(database, collection, alias));
    }

    public Mono<Void> alterAlias(String database, String collection, String alias) {
        return parts.threads().ddl(() -> parts.namespace().alterAlias(database, collection, alias));
    }

    /** Dropping what is not there succeeds. */
    public Mono<Void> dropAlias(String database, String alias) {
        return parts.threads().ddl(() -> parts.namespace().dropAlias(database, alias));
    }

    /** The collection's name. */
    public Mono<String> describeAlias(String database, String alias) {
        return parts.threads()
                .ddl(() -> parts.namespace().describeAlias(database, alias).collection());
    }

    /** @param collection empty = of the whole database */
    public Mono<List<String>> listAliases(String database, String collection) {
        return parts.threads().ddl(() -> parts.namespace().aliases(database, collection));
    }

    // Indexes

    /** @param definition with id 0; name and type may be empty (field name, AUTOINDEX), and the metric (vectors: COSINE) */
    public Mono<Void> createIndex(String database, String collection, String field, IndexDefinition definition) {
        return parts.threads().ddl(() -> {
            parts.rules().checkDdl(database, Ddl.INDEX);
            parts.namespace()
                    .createIndex(database, collection, field, definition)
                    .ifPresent(parts.builds()::schedule);
        });
    }

    /** Empty when there is none. */
    public Mono<List<IndexDescription>> listIndexes(String database, String collection) {
        return parts.threads().ddl(() -> indexes(parts.namespace().get(database, collection)));
    }

    private List<IndexDescription> indexes(Collection collection) {
        List<SealedFiles> sealed = collection.sealedFiles();
        return collection.indexes().stream()
                .map(index -> describe(collection, index, sealed))
                .toList();
    }

    private IndexDescription describe(Collection collection, CollectionIndex index, List<SealedFiles> sealed) {
        long total = 0;
        long built = 0;
        for (SealedFiles files : sealed) {
            total += files.segment().rowCount();
            built += IndexBuilds.isBuilt(index, files) ? files.segment().rowCount() : 0;
        }
        Optional<String> trouble =
                built == total ? Optional.empty() : parts.builds().trouble(index.id());
        return new IndexDescription(
                index.definition(),
                collection.schema().get(index.fieldId()).name(),
                total,
                built,
                total - built,
                built == total ? "Finished" : "InProgress",
                trouble.orElse(""));
    }

    /**
     * Dropping what is not there succeeds. While the collection is loaded, the index of a vector field stays; another one
     * goes, and its bytes follow as a load that frees.
     */
    public Mono<Void> dropIndex(String database, String collection, String indexName) {
        return parts.threads().ddl(() -> {
            parts.rules().checkDdl(database, Ddl.INDEX);
            parts.namespace().dropIndex(database, collection, indexName).ifPresent(dropped -> {
                parts.upkeep().followUp(dropped.collection());
                parts.drops().free(dropped);
            });
        });
    }

    /** Either options to set, or keys to forget; what an index was built with cannot be altered. */
    public Mono<Void> alterIndex(
            String database, String collection, String indexName, Map<String, String> params, List<String> deleteKeys) {
        return parts.threads()
                .ddl(() -> parts.alterations().alterIndex(database, collection, indexName, params, deleteKeys));
    }

    // Writes

    /** @param partition empty = {@code _default} */
    public Mono<WriteResult> insert(String database, String collection, String partition, RowBatch rows) {
        return parts.writes().insert(database, collection, partition, rows);
    }

    /** Replaces entities of the same keys in the same partition. @param partition empty = {@code _default} */
    public Mono<WriteResult> upsert(String database, String collection, String partition, RowBatch rows) {
        return parts.writes().upsert(database, collection, partition, rows);
    }

    /** By key this needs no load; by filter the collection must be loaded. */
    public Mono<WriteResult> delete(DeleteRequest request) {
        return parts.writes().delete(request);
    }

    /** Seals the growing rows; completes when they are durable as segments. */
    public Mono<FlushResult> flush(String database, String collection) {
        return parts.threads().ddlStarting(() -> {
            parts.rules().checkDdl(database, Ddl.FLUSH);
            return parts.maintenance().flush(parts.namespace().get(database, collection));
        });
    }

    /** Seals the growing rows of these collections; completes when they are durable. @param targets empty = all there are */
    public Mono<FlushAllResult> flushAll(List<FlushTarget> targets) {
        return parts.threads().ddlStarting(() -> {
            List<String> databases = targets.isEmpty()
                    ? parts.namespace().databaseNames()
                    : targets.stream().map(FlushTarget::database).toList();
            databases.forEach(name -> parts.rules().checkDdl(name, Ddl.FLUSH));
            List<Collection> found =
                    targets.stream().flatMap(this::collectionsOf).toList();
            return !targets.isEmpty() && found.isEmpty()
                    ? CompletableFuture.completedFuture(
                            new FlushAllResult(parts.log().appliedTimestamp(), List.of()))
                    : parts.maintenance().flushAll(found);
        });
    }

    private java.util.stream.Stream<Collection> collectionsOf(FlushTarget target) {
        return target.collections().isEmpty()
                ? parts.namespace().collections(target.database()).stream()
                : target.collections().stream().map(name -> parts.namespace().get(target.database(), name));
    }

    /** Whether every write up to a hybrid timestamp, to any collection, is in files. */
    public Mono<Boolean> isAllFlushed(long timestamp) {
        return parts.threads().ddl(() -> parts.maintenance().isAllFlushed(timestamp));
    }

    /** Whether none of these segments grows any more; true of ids that are not known. */
    public Mono<Boolean> isFlushed(List<Long> segmentIds) {
        return parts.threads().ddl(() -> parts.maintenance().isFlushed(segmentIds));
    }

    /**
     * Whether none of these segments grows any more and every write to the collection up to a hybrid timestamp is in files.
     *
     * @param timestamp 0 = only the segments count
     */
    public Mono<Boolean> isFlushed(String database, String collection, List<Long> segmentIds, long timestamp) {
        return parts.threads()
                .ddl(() -> Maintenance.isFlushed(parts.namespace().get(database, collection), segmentIds, timestamp));
    }

    // Compaction, segments

    /** Starts to merge segments and to leave out deleted rows; completes at once. Id -1: there is nothing to do. */
    public Mono<CompactionView> compact(CompactionRequest request) {
        return parts.threads().ddl(() -> {
            Collection collection = parts.maintenance().find(request);
            parts.rules().checkDdl(collection.database(), Ddl.COMPACTION);
            return parts.maintenance().compact(collection, request);
        });
    }

    /** How far a compaction is; one that is not known, or not any more, is completed. */
    public Mono<CompactionView> compaction(long compactionId) {
        return parts.threads().ddl(() -> parts.maintenance().compaction(compactionId));
    }

    /** Segments in files, and those that grow. */
    public Mono<List<SegmentDescription>> storedSegments(String database, String collection) {
        return parts.threads()
                .ddl(() -> Maintenance.storedSegments(parts.namespace().get(database, collection)));
    }

    /** Segments that searches see; none of a collection that is not loaded. */
    public Mono<List<SegmentDescription>> loadedSegments(String database, String collection) {
        return parts.threads()
                .ddl(() -> Maintenance.loadedSegments(parts.namespace().get(database, collection)));
    }

    // Reads

    /**
     * The best hits, or the next batch of an iteration when the request has one. The collection must be loaded. A
     * timestamp pins the state that is read, whatever is written meanwhile.
     */
    public Mono<SearchResult> search(SearchRequest request) {
        return parts.threads().search(() -> {
            Collection collection = parts.namespace().get(request.database(), request.collection());
            try (ReadView view =
                    read(collection, "search", request.partitions(), request.ignoreGrowing(), request.timestamp())) {
                return request.iterator() == null ? Searcher.search(request, view) : iterators.next(request, view);
            }
        });
    }

    /** All searches read one state. The collection must be loaded. */
    public Mono<SearchResult> hybridSearch(HybridSearchRequest request) {
        return parts.threads().search(() -> {
            Collection collection = parts.namespace().get(request.database(), request.collection());
            try (ReadView view =
                    read(collection, "search", request.partitions(), ignoresGrowing(request), request.timestamp())) {
                return HybridSearcher.search(request, view);
            }
        });
    }

    private static boolean ignoresGrowing(HybridSearchRequest request) {
        return request.searches().stream().allMatch(HybridSearchRequest.AnnSearch::ignoreGrowing);
    }

    /** The collection must be loaded. */
    public Mono<QueryResult> query(QueryRequest request) {
        return parts.threads().search(() -> {
            Collection collection = parts.namespace().get(request.database(), request.collection());
            try (ReadView view =
                    read(collection, "query", request.partitions(), request.ignoreGrowing(), request.timestamp())) {
                return Searcher.query(request, view);
            }
        });
    }

    private ReadView read(
            Collection collection, String verb, List<String> partitions, boolean ignoreGrowing, long timestamp) {
        parts.rules().checkRead(collection);
        try {
            return collection.openRead(verb, partitions, ignoreGrowing, timestamp, parts.log()::appliedTimestamp);
        } catch (EngineException.WrongState refused) {
            if (refused.code() == ErrorCode.COLLECTION_NOT_LOADED) {
                throw parts.loads().whyNotServed(collection, verb);
            }
            throw refused;
        }
    }

    // Load and release

    /** Accepts, joins or refuses a load; completes at once, with the operation as it is then. */
    public Mono<OperationView> load(LoadRequest request) {
        return parts.threads().accept(afterwards -> {
            parts.rules().checkDdl(request.database(), loadDdl(request.partitions()));
            return parts.loads().load(request, afterwards);
        });
    }

    /** Accepts a release; completes at once. Releasing what is not loaded is an operation that ends at once. */
    public Mono<OperationView> release(ReleaseRequest request) {
        return parts.threads().accept(afterwards -> {
            parts.rules().checkDdl(request.database(), loadDdl(request.partitions()));
            return parts.loads().release(request, afterwards);
        });
    }

    private static Ddl loadDdl(List<String> partitions) {
        return partitions.isEmpty() ? Ddl.COLLECTION : Ddl.PARTITION;
    }

    /** What a load would take; moves nothing and changes nothing. */
    public Mono<LoadEstimate> estimate(LoadRequest request) {
        return parts.threads().ddl(() -> parts.loads().estimate(request));
    }

    /** An unknown collection is a value ({@code NOT_EXIST}); an unknown partition is an error. */
    public Mono<LoadStatus> loadStatus(String database, String collection, List<String> partitions) {
        return partitions.isEmpty()
                ? Mono.fromCallable(() -> parts.loads().status(database, collection, partitions))
                : parts.threads().ddl(() -> parts.loads().status(database, collection, partitions)); // looks names up
    }

    // Replicas and resource groups

    /** One of a loaded or loading collection, none of another. */
    public Mono<List<ReplicaDescription>> listReplicas(String database, String collection) {
        return parts.threads().ddl(() -> replicas().of(parts.namespace().get(database, collection)));
    }

    /** By id, in any database. */
    public Mono<List<ReplicaDescription>> listReplicas(long collectionId) {
        return parts.threads().ddl(() -> replicas().of(byId(collectionId)));
    }

    /**
     * Moves loaded segments between nodes, of which there is one: what passes the checks is done already.
     *
     * @param targets empty = any other node
     * @param segments empty = all
     */
    public Mono<Void> balance(
            String database, String collection, long source, List<Long> targets, List<Long> segments) {
        return parts.threads()
                .ddl(() -> replicas().balance(parts.namespace().get(database, collection), source, targets, segments));
    }

    private Replicas replicas() {
        return new Replicas(parts.loads(), parts.groups());
    }

    /** Creating one that exists with an equal config succeeds. */
    public Mono<Void> createResourceGroup(String name, ResourceGroupConfig config) {
        return parts.threads().ddl(() -> parts.groups().create(name, config));
    }

    /** All of them or none. */
    public Mono<Void> updateResourceGroups(Map<String, ResourceGroupConfig> configs) {
        return parts.threads().ddl(() -> parts.groups().update(configs));
    }

    /** Dropping what is not there succeeds. */
    public Mono<Void> dropResourceGroup(String name) {
        return parts.threads()
                .ddl(() -> parts.groups().drop(name, parts.namespace().all()));
    }

    /** Sorted. */
    public Mono<List<String>> listResourceGroups() {
        return parts.threads().ddl(() -> parts.groups().names());
    }

    public Mono<ResourceGroupDescription> describeResourceGroup(String name) {
        return parts.threads()
                .ddl(() -> parts.groups().describe(name, parts.namespace().all()));
    }

    public Mono<Void> transferNode(String source, String target, int nodes) {
        return parts.threads().ddl(() -> parts.groups().transferNode(source, target, nodes));
    }

    public Mono<Void> transferReplica(String source, String target, String database, String collection, long replicas) {
        return parts.threads()
                .ddl(() -> parts.groups()
                        .transferReplica(source, target, parts.namespace().get(database, collection), replicas));
    }

    // Users

    public Mono<Void> createUser(String name, String password, String description) {
        return parts.threads().access(() -> parts.users().create(name, password, description));
    }

    /** @param description null = as it is */
    public Mono<Void> changePassword(
            String name, String oldPassword, String newPassword, @Nullable String description) {
        return parts.threads().access(() -> parts.users().changePassword(name, oldPassword, newPassword, description));
    }

    public Mono<Void> describeUser(String name, String description) {
        return parts.threads().ddl(() -> parts.users().describe(name, description));
    }

    /** Dropping what is not there succeeds; {@code root} cannot be dropped. */
    public Mono<Void> dropUser(String name) {
        return parts.threads().ddl(() -> parts.users().drop(name));
    }

    /** Sorted by name. */
    public Mono<List<UserDescription>> listUsers() {
        return parts.threads()
                .ddl(() ->
                        parts.users().all().stream().map(VectorEngine::describe).toList());
    }

    private static UserDescription describe(UserRecord user) {
        boolean root = user.name().equals(Users.ROOT);
        return new UserDescription(user.name(), root ? List.of(ADMIN_ROLE) : List.of(), user.description());
    }

    /** Whether the password is the user's. At once when it was asked before and has not changed since. */
    public Mono<Boolean> authenticate(String name, String password) {
        return Mono.defer(() -> parts.users().recognises(name, password)
                ? Mono.just(true)
                : parts.threads().access(() -> parts.users().verify(name, password)));
    }

    // Operations

    /** Newest first. */
    public List<OperationView> operations() {
        return parts.jobs().list();
    }

    /** Error {@code OPERATION_NOT_FOUND} for an id that is not remembered; so for the next three. */
    public Mono<OperationView> operation(String operationId) {
        return Mono.fromCallable(() -> known(operationId));
    }

    private OperationView known(String operationId) {
        return parts.jobs()
                .find(operationId)
                .orElseThrow(() -> new EngineException.NotFound(
                        ErrorCode.OPERATION_NOT_FOUND,
                        "operation not found: operation=" + operationId + ". Finished ones are kept for a while only"));
    }

    /** Completes with the final view when the operation has ended; a failed one is a value. */
    public Mono<OperationView> finished(String operationId) {
        return parts.jobs().finished(operationId);
    }

    /** Asks a load to stop; completes when its bytes are back. Of a finished operation: its view as it is. */
    public Mono<OperationView> cancel(String operationId) {
        return parts.jobs().cancel(operationId);
    }

    /** See {@link io.sluice.engine.load.LoadJobs#events(String, String)}. */
    public Flux<OperationEvent> operationEvents(String operationId, @Nullable String afterEventId) {
        return parts.jobs().events(operationId, afterEventId);
    }

    /** See {@link io.sluice.engine.load.LoadJobs#events(String, Set, String)}. */
    public Flux<MultiplexedEvent> events(
            @Nullable String database, Set<String> collections, @Nullable String afterEventId) {
        return parts.jobs().events(database, collections, afterEventId);
    }

    /** @param database and {@code collection}: null = all */
    public Mono<MemoryReport> memory(@Nullable String database, @Nullable String collection) {
        return parts.threads().ddl(() -> MemoryReports.of(parts.budget(), parts.namespace(), database, collection));
    }

    /** Stop accepting, stop jobs, close collections, wait for leases, close log, store and catalog. */
    public Mono<Void> close() {
        return Mono.defer(() -> parts.jobs()
                .shutdown()
                .publishOn(Schedulers.boundedElastic())
                .then(Mono.fromRunnable(parts::close))
                .then(parts.threads().loads().disposeGracefully())
                .then(parts.catalog().close()));
    }
}
