package io.sluice.engine.collection;

import io.sluice.engine.catalog.CatalogCalls;
import io.sluice.engine.catalog.CollectionRecord;
import io.sluice.engine.catalog.DatabaseRecord;
import io.sluice.engine.catalog.IndexRecord;
import io.sluice.engine.error.EngineException;
import io.sluice.engine.error.ErrorCode;
import io.sluice.engine.log.WriteAheadLog;
import io.sluice.engine.schema.CollectionSchema;
import io.sluice.engine.schema.DataType;
import io.sluice.engine.schema.FieldSchema;
import io.sluice.engine.schema.IndexDefinition;
import io.sluice.engine.schema.PropertyRules;
import io.sluice.engine.schema.SchemaRules;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Changes of what exists: properties of databases, collections, fields and indexes, and fields that are added.
 *
 * <p>Thread-safe, under the DDL lock of the {@link Namespace}: catalog first, memory second. Each takes either properties
 * to set or keys to forget, as Milvus does, and the checks come in Milvus's order, with Milvus's texts.
 */
public final class Alterations {
    private static final String BOTH = "cannot provide both DeleteKeys and ExtraParams: invalid parameter";
    private static final int NODES = 1;
    private static final List<String> LEVELS = List.of("Strong", "Session", "Bounded", "Eventually", "Customized");
    private static final List<String> FIELD_OPTIONS = List.of(
            "max_length",
            "max_capacity",
            PropertyRules.MMAP,
            PropertyRules.FIELD_DESCRIPTION,
            PropertyRules.WARMUP,
            PropertyRules.EVICTABLE,
            "warmup.scalarField",
            "warmup.scalarIndex",
            "warmup.vectorField",
            "warmup.vectorIndex");

    private final Namespace namespace;
    private final CollectionRooms rooms;
    private final WriteAheadLog log;
    private final LongSupplier timestamps;

    /** @param timestamps hybrid timestamps for what is changed */
    public Alterations(Namespace namespace, CollectionRooms rooms, WriteAheadLog log, LongSupplier timestamps) {
        this.namespace = namespace;
        this.rooms = rooms;
        this.log = log;
        this.timestamps = timestamps;
    }

    // Databases

    public void alterDatabase(String name, Map<String, String> properties, List<String> deleteKeys) {
        namespace.serially(() -> {
            Database database = namespace.database(name);
            if (properties.isEmpty() && deleteKeys.isEmpty()) {
                throw new EngineException.InvalidRequest(
                        ErrorCode.UNEXPECTED,
                        "alter database with empty properties and delete keys, expected to set either properties or"
                                + " delete keys: database=" + database.name());
            }
            if (!properties.isEmpty() && !deleteKeys.isEmpty()) {
                throw new EngineException.InvalidRequest(
                        ErrorCode.UNEXPECTED,
                        "alter database cannot modify properties and delete keys at the same time: database="
                                + database.name());
            }
            PropertyRules.checkDatabase(properties);
            DatabaseRecord old = database.record();
            var changed = new DatabaseRecord(
                    old.id(), old.name(), changed(old.properties(), properties, deleteKeys), old.createdTimestamp());
            CatalogCalls.run(rooms.catalog().put(changed));
            database.update(changed);
        });
    }

    private static Map<String, String> changed(
            Map<String, String> old, Map<String, String> properties, List<String> deleteKeys) {
        Map<String, String> changed = new HashMap<>(old);
        changed.putAll(properties);
        deleteKeys.forEach(changed::remove);
        return changed;
    }

    // Collections

    /** @return the collection if it has a field more now: {@code $meta} */
    public Optional<Collection> alterCollection(
            String database, String name, Map<String, String> properties, List<String> deleteKeys) {
        if (!properties.isEmpty() && !deleteKeys.isEmpty()) {
            throw new EngineException.InvalidRequest(BOTH);
        }
        Collection collection = namespace.getAny(database, name);
        checkResidency(collection, properties, deleteKeys);
        if (properties.isEmpty() && deleteKeys.isEmpty()) {
            throw new EngineException.InvalidRequest(
                    "The collection properties to alter and keys to delete must not be empty at the same time: no"
                            + " properties or delete keys provided: invalid parameter: collection="
                            + collection.qualifiedName());
        }
        if (deleteKeys.contains(PropertyRules.DYNAMIC_FIELD)) {
            throw new EngineException.InvalidRequest("cannot delete key " + PropertyRules.DYNAMIC_FIELD
                    + ", dynamic field schema could support set to true/false: invalid parameter");
        }
        String dynamic = properties.get(PropertyRules.DYNAMIC_FIELD);
        if (dynamic != null) {
            return alterDynamicField(collection, dynamic, properties);
        }
        namespace.serially(() -> {
            PropertyRules.checkCollection(properties, collection.schema());
            checkReplicas(collection, properties);
            CollectionRecord old = current(collection).record();
            Map<String, String> kept = new HashMap<>(properties);
            String description = kept.remove(PropertyRules.COLLECTION_DESCRIPTION);
            String level = kept.remove(PropertyRules.CONSISTENCY_LEVEL);
            CollectionRecord changed = old.changed(
                    description == null ? old.schema() : old.schema().withDescription(description),
                    level == null ? old.consistencyLevel() : levelOf(level),
                    changed(old.properties(), kept, deleteKeys),
                    timestamps.getAsLong());
            CatalogCalls.run(rooms.catalog().put(changed));
            collection.update(collection.database(), changed);
        });
        return Optional.empty();
    }

    /** A drop may have come in between. */
    private static Collection current(Collection collection) {
        if (collection.isDropped()) {
            throw new EngineException.NotFound(
                    ErrorCode.COLLECTION_NOT_FOUND,
                    "collection not found[database=" + collection.database() + "][collection=" + collection.collection()
                            + "]");
        }
        return collection;
    }

    private static void checkResidency(Collection collection, Map<String, String> properties, List<String> deleteKeys) {
        if (collection.goal() == null) {
            return;
        }
        for (String residency : List.of("mmap", PropertyRules.WARMUP, PropertyRules.EVICTABLE)) {
            if (properties.keySet().stream()
                    .anyMatch(key -> PropertyRules.residencyOf(key).equals(residency))) {
                throw loaded(collection, "can not alter " + residency + " properties if collection loaded");
            }
        }
        for (String key : deleteKeys) {
            String residency = PropertyRules.residencyOf(key);
            if (!residency.isEmpty()) {
                throw loaded(
                        collection,
                        "can not delete " + (residency.equals("mmap") ? residency : key)
                                + " properties if collection loaded");
            }
        }
    }

    private static EngineException loaded(Collection collection, String text) {
        return new EngineException.WrongState(
                ErrorCode.COLLECTION_LOADED,
                text + ": collection already loaded[collection=" + collection.collection() + "]: database="
                        + collection.database() + ". Release the collection first");
    }

    /** A loaded collection would have to follow at once. */
    private static void checkReplicas(Collection collection, Map<String, String> properties) {
        long replicas = PropertyRules.number(properties, PropertyRules.REPLICA_NUMBER);
        if (collection.goal() != null && replicas > NODES) {
            throw new EngineException.WrongState(
                    ErrorCode.SERVICE_RESOURCE_INSUFFICIENT,
                    "call query coordinator UpdateLoadConfig: when load " + replicas
                            + " replica count: service resource insufficient[currentStreamingNode=" + NODES
                            + "][expectedStreamingNode=" + replicas + "]: collection=" + collection.qualifiedName()
                            + ". This server is one node: ask for one replica");
        }
    }

    private static int levelOf(String level) {
        for (int number = 0; number < LEVELS.size(); number++) {
            if (LEVELS.get(number).equalsIgnoreCase(level) || level.equals(Integer.toString(number))) {
                return number;
            }
        }
        throw new EngineException.InvalidRequest(
                "invalid consistency level: " + level + ": invalid parameter. Use one of " + LEVELS);
    }

    private Optional<Collection> alterDynamicField(
            Collection collection, String value, Map<String, String> properties) {
        if (!value.equalsIgnoreCase("true") && !value.equalsIgnoreCase("false")) {
            throw new EngineException.InvalidRequest(
                    "invalid dynamic schema property value: " + value + ": invalid parameter. Use true or false");
        }
        if (properties.size() != 1) {
            throw new EngineException.InvalidRequest(
                    "cannot alter dynamic schema with other properties at the same time: invalid parameter: properties="
                            + properties.keySet());
        }
        if (collection.schema().dynamicField() == Boolean.parseBoolean(value)) {
            return Optional.empty();
        }
        if (!Boolean.parseBoolean(value)) {
            throw new EngineException.InvalidRequest(
                    "dynamic schema cannot supported to be disabled: invalid parameter:" + " collection="
                            + collection.qualifiedName());
        }
        collection.whileNobodyWrites(() -> namespace.serially(() -> {
            if (!current(collection).schema().dynamicField()) {
                widen(collection, collection.schema().withDynamicField());
            }
        }));
        return Optional.of(collection);
    }

    // Fields

    /** The rows that are there read null, or the default; a loaded collection of all fields has yet to load it. */
    public Collection addField(String database, String name, FieldSchema field) {
        Collection collection = namespace.get(database, name);
        collection.whileNobodyWrites(() -> namespace.serially(() -> {
            CollectionSchema schema = current(collection).schema();
            SchemaRules.checkAdded(schema, field, collection.collection());
            widen(collection, schema.withAdded(field));
        }));
        return collection;
    }

    private void widen(Collection collection, CollectionSchema wider) {
        CollectionRecord old = collection.record();
        CollectionRecord changed = old.changed(wider, old.consistencyLevel(), old.properties(), timestamps.getAsLong());
        try {
            log.atBarrier(_ -> {
                        collection.addField(
                                changed, () -> CatalogCalls.run(rooms.catalog().put(changed)));
                        return true;
                    })
                    .join();
        } catch (CompletionException failed) {
            if (failed.getCause() instanceof EngineException refusal) {
                throw refusal;
            }
            throw failed;
        }
    }

    public void alterField(
            String database, String name, String fieldName, Map<String, String> properties, List<String> deleteKeys) {
        namespace.serially(() -> {
            Collection collection = namespace.get(database, name);
            Map<String, String> options = new HashMap<>();
            properties.forEach((key, value) -> options.put(spelled(key), value));
            List<String> forgotten =
                    deleteKeys.stream().map(Alterations::spelled).toList();
            checkAlterable(collection, fieldName, options, forgotten);
            FieldSchema field = collection
                    .schema()
                    .find(fieldName)
                    .orElseThrow(() -> new EngineException.InvalidRequest("field " + fieldName
                            + " does not exist in collection " + collection.collection()
                            + ": invalid parameter: fields are "
                            + collection.schema().userFields().stream()
                                    .map(FieldSchema::name)
                                    .toList()));
            checkFits(field, options);
            String description = options.remove(PropertyRules.FIELD_DESCRIPTION);
            FieldSchema changed = field.withTypeParams(changed(field.typeParams(), options, forgotten))
                    .withDescription(description == null ? field.description() : description);
            SchemaRules.checkChanged(changed, collection.collection());
            CollectionRecord old = collection.record();
            CollectionRecord record = old.changed(
                    old.schema().withChanged(changed),
                    old.consistencyLevel(),
                    old.properties(),
                    timestamps.getAsLong());
            CatalogCalls.run(rooms.catalog().put(record));
            collection.update(collection.database(), record);
        });
    }

    /** Some clients write {@code mmap_enabled}. */
    private static String spelled(String key) {
        return key.equals("mmap_enabled") ? PropertyRules.MMAP : key;
    }

    private static void checkAlterable(
            Collection collection, String field, Map<String, String> options, List<String> forgotten) {
        if (options.isEmpty() && forgotten.isEmpty()) {
            throw new EngineException.InvalidRequest(
                    "no properties or delete keys provided: invalid parameter: field=" + field);
        }
        boolean loaded = collection.goal() != null;
        for (String key : options.keySet()) {
            if (!FIELD_OPTIONS.contains(key)) {
                throw new EngineException.InvalidRequest(key
                        + " does not allow update in collection field param: invalid parameter: field=" + field
                        + ". Use one of " + FIELD_OPTIONS);
            }
            if (loaded && key.equals(PropertyRules.MMAP)) {
                throw loaded(collection, "can not alter collection field properties if collection loaded");
            }
            if (loaded && (key.equals(PropertyRules.WARMUP) || key.equals(PropertyRules.EVICTABLE))) {
                throw loaded(collection, "can not alter " + key + " if collection loaded");
            }
        }
        for (String key : forgotten) {
            if (!FIELD_OPTIONS.contains(key) || key.startsWith("max_") || key.equals(PropertyRules.FIELD_DESCRIPTION)) {
                throw new EngineException.InvalidRequest(
                        key + " is not allowed to drop in collection field param: invalid parameter: field=" + field);
            }
            if (loaded && !PropertyRules.residencyOf(key).isEmpty()) {
                throw loaded(collection, "can not drop collection field properties if collection loaded");
            }
        }
    }

    private static void checkFits(FieldSchema field, Map<String, String> options) {
        String maxLength = options.get("max_length");
        boolean texts = isVarChar(field.type()) || isVarChar(field.elementType());
        if (maxLength != null && !texts) {
            throw new EngineException.InvalidRequest(field.name()
                    + " can not modify the maxlength for non-string types: invalid parameter: type="
                    + field.type().milvusName());
        }
        if (maxLength != null && isAbove(maxLength, SchemaRules.MAX_VARCHAR_LENGTH)) {
            throw new EngineException.InvalidRequest(maxLength + " exceeds the maximum allowed value "
                    + SchemaRules.MAX_VARCHAR_LENGTH + ": invalid parameter: field=" + field.name());
        }
        if (options.containsKey("max_capacity") && field.type() != DataType.ARRAY) {
            throw new EngineException.InvalidRequest(field.name()
                    + " can not modify the maxcapacity for non-array types: invalid parameter: type="
                    + field.type().milvusName());
        }
    }

    private static boolean isVarChar(@Nullable DataType type) {
        return type == DataType.VARCHAR;
    }

    private static boolean isAbove(String number, long limit) {
        try {
            return Long.parseLong(number) > limit;
        } catch (NumberFormatException malformed) {
            return false; // said by the rules of the schema
        }
    }

    // Indexes

    public void alterIndex(
            String database, String name, String indexName, Map<String, String> params, List<String> deleteKeys) {
        if (!params.isEmpty() && !deleteKeys.isEmpty()) {
            throw new EngineException.InvalidRequest(BOTH);
        }
        namespace.serially(() -> {
            Collection collection = namespace.get(database, name);
            checkIndexOptions(indexName, params, deleteKeys);
            if (collection.goal() != null) {
                throw loaded(collection, "can't alter index on loaded collection, please release the collection first");
            }
            CollectionIndex index = collection.indexes().stream()
                    .filter(candidate -> candidate.definition().name().equals(indexName))
                    .findFirst()
                    .orElseThrow(() -> new EngineException.NotFound(
                            ErrorCode.INDEX_NOT_FOUND,
                            "index not found[indexName=" + indexName + "]: collection=" + collection.qualifiedName()));
            PropertyRules.checkIndex(params);
            IndexDefinition old = index.definition();
            var changed = new IndexRecord(
                    collection.collectionId(),
                    new IndexDefinition(
                            old.id(),
                            old.name(),
                            old.fieldId(),
                            old.type(),
                            old.metric(),
                            changed(old.params(), params, deleteKeys)),
                    index.record().createdTimestamp());
            CatalogCalls.run(rooms.catalog().put(changed));
            collection.addIndex(new CollectionIndex(changed, index.spec()));
        });
    }

    private static void checkIndexOptions(String indexName, Map<String, String> params, List<String> deleteKeys) {
        for (List<String> keys : List.of(List.copyOf(params.keySet()), deleteKeys)) {
            for (String key : keys) {
                if (!PropertyRules.isIndexOption(key)) {
                    throw new EngineException.InvalidRequest(key
                            + " is not configable index param: invalid parameter: index=" + indexName
                            + ". Drop the index and create it again for what it is built with");
                }
            }
        }
        if (indexName.isEmpty()) {
            throw new EngineException.InvalidRequest("index name is empty: invalid parameter");
        }
        if (params.isEmpty() && deleteKeys.isEmpty()) {
            throw new EngineException.InvalidRequest(
                    "no properties or delete keys provided: invalid parameter: index=" + indexName);
        }
    }
}
