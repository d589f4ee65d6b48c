package io.sluice.engine.collection;

import io.sluice.engine.catalog.AliasRecord;
import io.sluice.engine.catalog.CatalogCalls;
import io.sluice.engine.catalog.CatalogSnapshot;
import io.sluice.engine.catalog.CollectionRecord;
import io.sluice.engine.catalog.DatabaseRecord;
import io.sluice.engine.catalog.IndexRecord;
import io.sluice.engine.catalog.LoadSpecRecord;
import io.sluice.engine.catalog.PartitionRecord;
import io.sluice.engine.error.EngineException;
import io.sluice.engine.error.ErrorCode;
import io.sluice.engine.index.IndexSpec;
import io.sluice.engine.load.LoadGoal;
import io.sluice.engine.schema.CollectionSchema;
import io.sluice.engine.schema.FieldSchema;
import io.sluice.engine.schema.IndexDefinition;
import io.sluice.engine.schema.NameRules;
import io.sluice.engine.schema.PropertyRules;
import io.sluice.engine.schema.SchemaRules;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Every database, collection, partition, alias and index by name, and the changes of them (DDL).
 *
 * <p>Thread-safe. Lookups take no lock. DDL is synchronous, waits for the catalog, and is serial under one lock: catalog
 * first, memory second, so that what is visible is also durable. It runs on plain threads, never on an event loop.
 */
public final class Namespace {
    /** The database of requests that name none; always there. */
    public static final String DEFAULT_DATABASE = "default";

    /** The partition of writes that name none; always there. */
    public static final String DEFAULT_PARTITION = "_default";

    private static final int MAX_DATABASES = 64;
    private static final int MAX_COLLECTIONS = 65_536;
    private static final int MAX_PARTITIONS = 1_024;
    private static final int MAX_SHARDS = 16;

    private final CollectionRooms rooms;
    private final LongSupplier timestamps;
    private final ReentrantLock ddl = new ReentrantLock();
    private final Map<String, Database> databases = new ConcurrentHashMap<>();
    private final Map<Long, Collection> byId = new ConcurrentHashMap<>();

    /** @param timestamps hybrid timestamps for what is created */
    public Namespace(CollectionRooms rooms, LongSupplier timestamps) {
        this.rooms = rooms;
        this.timestamps = timestamps;
    }

    // Start

    /** Drops that were accepted before the restart and whose files are still to delete. */
    public record Unfinished(List<Collection> collections, List<PartitionRecord> partitions) {}

    /** Builds everything from the catalog; creates the default database on the first start. */
    public Unfinished restore(CatalogSnapshot saved) {
        Map<Long, Database> databasesById = new ConcurrentHashMap<>();
        for (DatabaseRecord record : saved.databases()) {
            var database = new Database(record);
            databases.put(record.name(), database);
            databasesById.put(record.id(), database);
        }
        if (!databases.containsKey(DEFAULT_DATABASE)) {
            var record = new DatabaseRecord(rooms.ids().next(), DEFAULT_DATABASE, Map.of(), timestamps.getAsLong());
            CatalogCalls.run(rooms.catalog().put(record));
            databases.put(DEFAULT_DATABASE, new Database(record));
        }
        List<Collection> dropping = new ArrayList<>();
        for (CollectionRecord record : saved.collections()) {
            Database database = Objects.requireNonNull(databasesById.get(record.databaseId()));
            var collection = new Collection(rooms, database.name(), record);
            byId.put(record.id(), collection);
            if (record.dropping()) {
                collection.markDropped();
                dropping.add(collection);
            } else {
                database.collections.put(record.name(), collection);
            }
        }
        List<PartitionRecord> droppingPartitions = new ArrayList<>();
        saved.partitions().stream()
                .sorted(Comparator.comparingLong(PartitionRecord::id))
                .forEach(partition -> {
                    collection(partition.collectionId()).addPartition(partition);
                    if (partition.dropping()) {
                        droppingPartitions.add(partition);
                    }
                });
        for (AliasRecord alias : saved.aliases()) {
            Objects.requireNonNull(databasesById.get(alias.databaseId()))
                    .aliases
                    .put(alias.alias(), collection(alias.collectionId()));
        }
        for (IndexRecord index : saved.indexes()) {
            Collection collection = collection(index.collectionId());
            FieldSchema field = collection.schema().get(index.definition().fieldId());
            collection.addIndex(new CollectionIndex(index, IndexSpec.of(field, index.definition())));
        }
        saved.segments().forEach(segment -> collection(segment.collectionId()).addSealed(segment));
        saved.deltas().forEach(delta -> collection(delta.collectionId()).addDelta(delta));
        Map<Long, Collection> byIndex = new HashMap<>();
        saved.indexes().forEach(index -> byIndex.put(index.definition().id(), collection(index.collectionId())));
        saved.indexFiles()
                .forEach(file ->
                        Objects.requireNonNull(byIndex.get(file.indexId())).addIndexFile(file));
        for (LoadSpecRecord spec : saved.loadSpecs()) {
            collection(spec.collectionId()).restoreGoal(goalOf(spec), spec);
        }
        dropping.forEach(collection -> byId.remove(collection.collectionId()));
        return new Unfinished(dropping, droppingPartitions);
    }

    private LoadGoal goalOf(LoadSpecRecord spec) {
        CollectionSchema schema = collection(spec.collectionId()).schema();
        List<Integer> fields =
                spec.fieldIds().isEmpty() ? loadableFields(schema, spec.skipDynamicField()) : spec.fieldIds();
        return new LoadGoal(
                spec.allPartitions(),
                spec.partitionIds(),
                fields,
                spec.fieldIds().isEmpty(),
                spec.skipDynamicField(),
                spec.replicaNumber(),
                spec.lowPriority());
    }

    /** All fields, {@code $meta} unless it is to be skipped; sorted. */
    public static List<Integer> loadableFields(CollectionSchema schema, boolean skipDynamicField) {
        return schema.fields().stream()
                .filter(field -> !(field.dynamic() && skipDynamicField))
                .map(FieldSchema::id)
                .sorted()
                .toList();
    }

    private Collection collection(long id) {
        return Objects.requireNonNull(byId.get(id), () -> "catalog refers to collection " + id);
    }

    // Lookups

    public @Nullable Collection findById(long collectionId) {
        return byId.get(collectionId);
    }

    public java.util.Collection<Collection> all() {
        return byId.values();
    }

    /** @throws EngineException.NotFound {@code database not found[database=D]} */
    public Database database(String name) {
        Database database = databases.get(name.isEmpty() ? DEFAULT_DATABASE : name);
        if (database == null) {
            throw new EngineException.NotFound(
                    ErrorCode.DATABASE_NOT_FOUND,
                    "database not found[database=" + name + "]: create it first, or name one of " + databaseNames());
        }
        return database;
    }

    public List<String> databaseNames() {
        return databases.values().stream()
                .sorted(Comparator.comparingLong(database -> database.record().id()))
                .map(Database::name)
                .toList();
    }

    /** By name or alias. */
    public Optional<Collection> find(String database, String name) {
        Database in = database(database);
        Collection byName = in.collections.get(name);
        return Optional.ofNullable(byName != null ? byName : in.aliases.get(name));
    }

    /** @throws EngineException.NotFound {@code collection not found[database=D][collection=C]} */
    public Collection get(String database, String name) {
        return find(database, name).orElseThrow(() -> {
            NameRules.checkCollection(name);
            return notFound(database, name);
        });
    }

    /** As {@link #get}, but any name that is not there is just not found. */
    Collection getAny(String database, String name) {
        return find(database, name).orElseThrow(() -> notFound(database, name));
    }

    private EngineException notFound(String database, String name) {
        return new EngineException.NotFound(
                ErrorCode.COLLECTION_NOT_FOUND,
                "collection not found[database=" + database(database).name() + "][collection=" + name + "]");
    }

    public List<Collection> collections(String database) {
        return database(database).collections.values().stream()
                .sorted(Comparator.comparing(Collection::collection))
                .toList();
    }

    public List<String> aliasesOf(Collection collection) {
        return database(collection.database()).aliases.entrySet().stream()
                .filter(alias -> alias.getValue() == collection)
                .map(Map.Entry::getKey)
                .sorted()
                .toList();
    }

    // Databases

    public void createDatabase(String name, Map<String, String> properties) {
        NameRules.checkDatabase(name);
        PropertyRules.checkDatabase(properties);
        serially(() -> {
            if (databases.containsKey(name)) {
                throw new EngineException.InvalidRequest(
                        ErrorCode.UNEXPECTED, "database already exist: " + name + ". Choose another name");
            }
            if (databases.size() >= MAX_DATABASES) {
                throw new EngineException.InvalidRequest(
                        ErrorCode.DATABASE_LIMIT,
                        "exceeded the limit number of database[database=" + name + "][limit=" + MAX_DATABASES + "]");
            }
            var record = new DatabaseRecord(rooms.ids().next(), name, properties, timestamps.getAsLong());
            CatalogCalls.run(rooms.catalog().put(record));
            databases.put(name, new Database(record));
        });
    }

    /** Dropping what is not there succeeds. */
    public void dropDatabase(String name) {
        NameRules.checkDatabase(name);
        serially(() -> {
            Database database = databases.get(name);
            if (database == null) {
                return;
            }
            if (name.equals(DEFAULT_DATABASE)) {
                throw new EngineException.InvalidRequest(
                        ErrorCode.UNEXPECTED, "can not drop default database: it serves requests that name none");
            }
            if (!database.collections.isEmpty()) {
                throw new EngineException.WrongState(
                        ErrorCode.UNEXPECTED,
                        "database:" + name + " not empty, must drop all collections before drop database: it has "
                                + database.collections.keySet().stream()
                                        .sorted()
                                        .toList());
            }
            CatalogCalls.run(rooms.catalog().dropDatabase(database.record().id()));
            databases.remove(name);
        });
    }

    // Collections

    /** Answers the new collection; empty when an equal one exists. */
    public Optional<Collection> createCollection(
            String databaseName,
            String name,
            CollectionSchema requested,
            int consistencyLevel,
            int shardCount,
            Map<String, String> properties) {
        NameRules.checkCollection(name);
        if (shardCount > MAX_SHARDS) {
            throw new EngineException.InvalidRequest("maximum shards's number should be limited to " + MAX_SHARDS
                    + ": collection=" + name + ", shards=" + shardCount);
        }
        SchemaRules.check(requested, name);
        PropertyRules.checkCollection(properties, requested);
        CollectionSchema schema = requested.withIds();
        return serially(() -> {
            Database database = database(databaseName);
            Collection existing = database.collections.get(name);
            if (existing != null) {
                if (sameSchema(existing.schema(), schema)) {
                    return Optional.empty();
                }
                throw new EngineException.InvalidRequest(
                        ErrorCode.UNEXPECTED,
                        "create duplicate collection with different parameters, collection: " + name
                                + ". Drop it first or choose another name");
            }
            if (database.aliases.containsKey(name)) {
                throw nameConflict(database, name);
            }
            long most = PropertyRules.number(database.properties(), PropertyRules.MAX_COLLECTIONS);
            if (database.properties().containsKey(PropertyRules.MAX_COLLECTIONS)
                    && database.collections.size() >= most) {
                throw new EngineException.InvalidRequest(
                        ErrorCode.COLLECTION_LIMIT,
                        "exceeded the limit number of collections[dbName=" + database.name() + "][limit=" + most
                                + "]: see the database's property " + PropertyRules.MAX_COLLECTIONS);
            }
            if (byId.size() >= MAX_COLLECTIONS) {
                throw new EngineException.InvalidRequest(
                        ErrorCode.COLLECTION_LIMIT,
                        "exceeded the limit number of collections[limit=" + MAX_COLLECTIONS + "]");
            }
            long now = timestamps.getAsLong();
            var record = new CollectionRecord(
                    rooms.ids().next(),
                    database.record().id(),
                    name,
                    schema,
                    consistencyLevel,
                    shardCount == 0 ? 1 : shardCount,
                    withTimezone(properties, database),
                    now,
                    now,
                    false);
            var partition = new PartitionRecord(rooms.ids().next(), record.id(), DEFAULT_PARTITION, now, 0, false);
            CatalogCalls.run(rooms.catalog().create(record, partition));
            var collection = new Collection(rooms, database.name(), record);
            collection.addPartition(partition);
            byId.put(record.id(), collection);
            database.collections.put(name, collection);
            return Optional.of(collection);
        });
    }

    /** A collection keeps the time zone that its database had when it was created. */
    private static Map<String, String> withTimezone(Map<String, String> properties, Database database) {
        String ofDatabase = database.properties().get(PropertyRules.TIMEZONE);
        if (ofDatabase == null || properties.containsKey(PropertyRules.TIMEZONE)) {
            return properties;
        }
        Map<String, String> more = new HashMap<>(properties);
        more.put(PropertyRules.TIMEZONE, ofDatabase);
        return more;
    }

    private static boolean sameSchema(CollectionSchema one, CollectionSchema other) {
        return one.description().equals(other.description())
                && one.dynamicField() == other.dynamicField()
                && withoutIds(one).equals(withoutIds(other));
    }

    private static List<FieldSchema> withoutIds(CollectionSchema schema) {
        return schema.userFields().stream().map(field -> field.withId(0)).toList();
    }

    public void renameCollection(String databaseName, String oldName, String newName, String newDatabaseName) {
        NameRules.checkCollection(newName);
        serially(() -> {
            Collection collection = getAny(databaseName, oldName);
            Database from = database(databaseName);
            Database to = newDatabaseName.isEmpty() ? from : database(newDatabaseName);
            if (!from.collections.containsKey(oldName)) {
                throw new EngineException.InvalidRequest("unsupported use an alias to rename collection, alias:"
                        + oldName + ". Name the collection itself: " + collection.collection());
            }
            if (to == from && newName.equals(oldName)) {
                throw new EngineException.InvalidRequest(
                        "collection name or database name should be different: invalid parameter: collection=" + oldName
                                + ", database=" + from.name());
            }
            if (to.collections.containsKey(newName)) {
                throw new EngineException.InvalidRequest(
                        ErrorCode.UNEXPECTED,
                        "duplicated new collection name " + newName + " in database " + to.name()
                                + ": choose another name");
            }
            if (to.aliases.containsKey(newName)) {
                throw nameConflict(to, newName);
            }
            if (to != from && !aliasesOf(collection).isEmpty()) {
                throw new EngineException.WrongState(
                        ErrorCode.UNEXPECTED,
                        "fail to rename db name, must drop all aliases of collection " + oldName
                                + " before rename: it has " + aliasesOf(collection));
            }
            CollectionRecord old = collection.record();
            var renamed = new CollectionRecord(
                    old.id(),
                    to.record().id(),
                    newName,
                    old.schema(),
                    old.consistencyLevel(),
                    old.shardCount(),
                    old.properties(),
                    old.createdTimestamp(),
                    timestamps.getAsLong(),
                    old.dropping());
            CatalogCalls.run(rooms.catalog().put(renamed));
            collection.update(to.name(), renamed);
            to.collections.put(newName, collection);
            from.collections.remove(oldName, collection);
        });
    }

    /** Marks a collection as dropped: no lookup finds it any more. Its memory and files are the caller's to free. */
    public Optional<Collection> beginDrop(String databaseName, String name) {
        return serially(() -> {
            Database database = database(databaseName);
            Collection collection = database.collections.get(name);
            if (collection == null) {
                if (database.aliases.containsKey(name)) {
                    throw new EngineException.InvalidRequest(
                            ErrorCode.UNEXPECTED,
                            "cannot drop the collection via alias = " + name + ": name the collection itself, "
                                    + Objects.requireNonNull(database.aliases.get(name))
                                            .collection());
                }
                return Optional.empty();
            }
            List<String> aliases = aliasesOf(collection);
            if (!aliases.isEmpty()) {
                throw new EngineException.WrongState(
                        ErrorCode.UNEXPECTED,
                        "unable to drop the collection [" + name + "] because it has associated aliases " + aliases
                                + ", please remove all aliases before dropping the collection");
            }
            CollectionRecord old = collection.record();
            CatalogCalls.run(rooms.catalog()
                    .put(new CollectionRecord(
                            old.id(),
                            old.databaseId(),
                            old.name(),
                            old.schema(),
                            old.consistencyLevel(),
                            old.shardCount(),
                            old.properties(),
                            old.createdTimestamp(),
                            old.updatedTimestamp(),
                            true)));
            collection.markDropped();
            database.collections.remove(name, collection);
            byId.remove(collection.collectionId());
            return Optional.of(collection);
        });
    }

    // Partitions

    public void createPartition(String database, String collectionName, String name) {
        NameRules.checkPartition(name);
        serially(() -> {
            Collection collection = get(database, collectionName);
            if (collection.findPartition(name).isPresent()) {
                return;
            }
            if (collection.partitions().size() >= MAX_PARTITIONS) {
                throw new EngineException.InvalidRequest("maximum partition's number should be limited to "
                        + MAX_PARTITIONS + ": collection " + collection.qualifiedName() + " has that many");
            }
            var record = new PartitionRecord(
                    rooms.ids().next(), collection.collectionId(), name, timestamps.getAsLong(), 0, false);
            CatalogCalls.run(rooms.catalog().put(record));
            collection.addPartition(record);
        });
    }

    /** Marks a partition as dropped; its files are the caller's to free. Empty when there is none. */
    public Optional<PartitionRecord> beginDropPartition(String database, String collectionName, String name) {
        return serially(() -> {
            Collection collection = get(database, collectionName);
            if (name.equals(DEFAULT_PARTITION)) {
                throw new EngineException.InvalidRequest(
                        "default partition cannot be deleted: " + name + " takes writes that name no partition");
            }
            Optional<PartitionRecord> found = collection.findPartition(name);
            if (found.isEmpty()) {
                return Optional.empty();
            }
            LoadGoal goal = collection.goal();
            if (goal != null && CollectionSnapshot.wants(goal, found.get().id())) {
                throw new EngineException.WrongState(
                        ErrorCode.UNEXPECTED,
                        "partition cannot be dropped, partition is loaded, please release it first: partition=" + name
                                + ", collection=" + collection.qualifiedName());
            }
            PartitionRecord old = found.get();
            var dropping = new PartitionRecord(
                    old.id(), old.collectionId(), old.name(), old.createdTimestamp(), old.sealedThroughLsn(), true);
            CatalogCalls.run(rooms.catalog().put(dropping));
            collection.updatePartition(dropping);
            return Optional.of(dropping);
        });
    }

    // Aliases

    public void createAlias(String databaseName, String collectionName, String alias) {
        NameRules.checkAlias(alias);
        serially(() -> {
            Database database = database(databaseName);
            Collection collection = getByName(database, collectionName);
            refuseCollectionName(database, alias);
            Collection current = database.aliases.get(alias);
            if (current != null && current != collection) {
                throw new EngineException.InvalidRequest(
                        ErrorCode.ALIAS_EXISTS,
                        alias + " is alias to another collection: " + current.collection()
                                + ": alias already exist[database=" + database.name() + "][alias=" + alias
                                + "]. Alter the alias instead");
            }
            putAlias(database, alias, collection);
        });
    }

    public void alterAlias(String databaseName, String collectionName, String alias) {
        NameRules.checkAlias(alias);
        serially(() -> {
            Database database = database(databaseName);
            Collection collection = database.collections.get(collectionName);
            if (collection == null) {
                NameRules.checkCollection(collectionName);
                throw new EngineException.NotFound(
                        ErrorCode.COLLECTION_NOT_FOUND,
                        "collection not found[collection=" + collectionName + "]: database=" + database.name()
                                + ". An alias is altered to the name of a collection");
            }
            refuseCollectionName(database, alias);
            if (!database.aliases.containsKey(alias)) {
                throw aliasNotFound(database, alias);
            }
            putAlias(database, alias, collection);
        });
    }

    private static Collection getByName(Database database, String name) {
        Collection collection = database.collections.get(name);
        if (collection == null) {
            NameRules.checkCollection(name);
            throw new EngineException.NotFound(
                    ErrorCode.COLLECTION_NOT_FOUND,
                    "collection not found[database=" + database.name() + "][collection=" + name + "]");
        }
        return collection;
    }

    private static void refuseCollectionName(Database database, String alias) {
        if (database.collections.containsKey(alias)) {
            throw nameConflict(database, alias);
        }
    }

    private static EngineException nameConflict(Database database, String name) {
        return new EngineException.InvalidRequest(
                ErrorCode.ALIAS_COLLECTION_NAME_CONFLICT,
                "alias and collection name conflict[database=" + database.name() + "][alias=" + name
                        + "]: choose a name that neither a collection nor an alias has");
    }

    private void putAlias(Database database, String alias, Collection collection) {
        CatalogCalls.run(
                rooms.catalog().put(new AliasRecord(database.record().id(), alias, collection.collectionId())));
        database.aliases.put(alias, collection);
    }

    /** Dropping what is not there succeeds. */
    public void dropAlias(String databaseName, String alias) {
        NameRules.checkAlias(alias);
        serially(() -> {
            Database database = database(databaseName);
            if (database.aliases.containsKey(alias)) {
                CatalogCalls.run(rooms.catalog().dropAlias(database.record().id(), alias));
                database.aliases.remove(alias);
            }
        });
    }

    public Collection describeAlias(String databaseName, String alias) {
        Database database = database(databaseName);
        Collection collection = database.aliases.get(alias);
        if (collection == null) {
            NameRules.checkAlias(alias);
            throw aliasNotFound(database, alias);
        }
        return collection;
    }

    public List<String> aliases(String databaseName, String collectionName) {
        if (!collectionName.isEmpty()) {
            return aliasesOf(get(databaseName, collectionName));
        }
        return database(databaseName).aliases.keySet().stream().sorted().toList();
    }

    private static EngineException aliasNotFound(Database database, String alias) {
        return new EngineException.NotFound(
                ErrorCode.ALIAS_NOT_FOUND, "alias not found[database=" + database.name() + "][alias=" + alias + "]");
    }

    // Indexes

    /** Answers the collection when an index was added; empty when an equal one exists. */
    public Optional<Collection> createIndex(
            String database, String collectionName, String fieldName, IndexDefinition requested) {
        return serially(() -> {
            Collection collection = get(database, collectionName);
            FieldSchema field = collection
                    .schema()
                    .find(fieldName)
                    .orElseThrow(() -> new EngineException.InvalidRequest(
                            ErrorCode.INVALID_PARAMETER,
                            "cannot create index on non-exist field: " + fieldName + ": collection "
                                    + collection.qualifiedName() + " has "
                                    + collection.schema().userFields().stream()
                                            .map(FieldSchema::name)
                                            .toList()));
            String name = requested.name().isEmpty() ? fieldName : requested.name();
            NameRules.checkIndex(name);
            PropertyRules.checkIndex(requested.params());
            var definition = new IndexDefinition(
                    0,
                    name,
                    field.id(),
                    requested.type().isEmpty() ? "AUTOINDEX" : requested.type(),
                    metricOf(field, requested),
                    requested.params());
            IndexSpec spec = IndexSpec.of(field, definition);
            for (CollectionIndex existing : collection.indexes()) {
                boolean sameName = existing.definition().name().equals(name);
                boolean sameField = existing.fieldId() == field.id();
                if (sameName
                        && sameField
                        && existing.spec().equals(spec)
                        && existing.definition().type().equalsIgnoreCase(definition.type())) {
                    return Optional.empty();
                }
                if (sameField) {
                    throw new EngineException.InvalidRequest(
                            ErrorCode.UNEXPECTED,
                            "CreateIndex failed: at most one distinct index is allowed per field: field=" + fieldName
                                    + ", index=" + existing.definition().name() + ". Drop that index first");
                }
                if (sameName) {
                    throw new EngineException.InvalidRequest(
                            ErrorCode.UNEXPECTED,
                            "CreateIndex failed: at most one distinct index is allowed per field: index name " + name
                                    + " is taken by another field. Choose another name");
                }
            }
            var record = new IndexRecord(
                    collection.collectionId(),
                    new IndexDefinition(
                            rooms.ids().next(),
                            name,
                            field.id(),
                            definition.type(),
                            definition.metric(),
                            definition.params()),
                    timestamps.getAsLong());
            CatalogCalls.run(rooms.catalog().put(record));
            collection.addIndex(new CollectionIndex(record, spec));
            return Optional.of(collection);
        });
    }

    /** A vector index has one in any case; for others it means nothing and is kept as it was sent, as Milvus does. */
    private static String metricOf(FieldSchema field, IndexDefinition requested) {
        if (!field.type().isVector()) {
            return requested.metric();
        }
        return requested.metric().isEmpty() ? "COSINE" : requested.metric().toUpperCase(Locale.ROOT);
    }

    /** An index that nobody finds any more, and its files, which nobody but a load under way may still read. */
    public record DroppedIndex(Collection collection, List<String> keys) {}

    /**
     * Dropping what is not there succeeds. While the collection is loaded, or about to be, the index of a vector field
     * stays; another one goes, and the caller frees its memory and then its files.
     */
    public Optional<DroppedIndex> dropIndex(String database, String collectionName, String indexName) {
        return serially(() -> {
            Collection collection = get(database, collectionName);
            Optional<CollectionIndex> found = collection.indexes().stream()
                    .filter(index -> index.definition().name().equals(indexName))
                    .findFirst();
            if (found.isEmpty()) {
                return Optional.empty();
            }
            if (collection.goal() != null && found.get().spec() instanceof IndexSpec.Vector) {
                throw new EngineException.WrongState(
                        ErrorCode.INVALID_PARAMETER,
                        "vector index cannot be dropped on loaded collection: " + collection.collectionId() + ": index="
                                + indexName + ", collection=" + collection.qualifiedName()
                                + ". Release the collection first");
            }
            CatalogCalls.run(rooms.catalog().dropIndex(found.get().id()));
            return Optional.of(new DroppedIndex(
                    collection, collection.removeIndex(found.get().id())));
        });
    }

    // Files that belong to something

    /** Every key that the catalog names; what else lies in the store is nobody's. */
    public static Set<String> namedKeys(CatalogSnapshot saved) {
        Set<String> keys = new HashSet<>();
        saved.segments().forEach(segment -> keys.add(segment.key()));
        saved.deltas().forEach(delta -> keys.add(delta.key()));
        saved.indexFiles().forEach(file -> keys.add(file.key()));
        return keys;
    }

    <T> T serially(java.util.function.Supplier<T> change) {
        ddl.lock();
        try {
            return change.get();
        } finally {
            ddl.unlock();
        }
    }

    void serially(Runnable change) {
        ddl.lock();
        try {
            change.run();
        } finally {
            ddl.unlock();
        }
    }
}
