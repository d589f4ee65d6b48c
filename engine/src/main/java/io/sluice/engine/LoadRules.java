package io.sluice.engine;

import io.sluice.engine.catalog.PartitionRecord;
import io.sluice.engine.collection.Collection;
import io.sluice.engine.collection.CollectionIndex;
import io.sluice.engine.collection.Namespace;
import io.sluice.engine.error.EngineException;
import io.sluice.engine.error.ErrorCode;
import io.sluice.engine.load.LoadGoal;
import io.sluice.engine.load.LoadRequest;
import io.sluice.engine.schema.CollectionSchema;
import io.sluice.engine.schema.FieldSchema;
import io.sluice.engine.schema.PropertyRules;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Which loads are accepted, and what they come to: a request and the present goal become the next goal.
 *
 * <p>The checks come in Milvus's order, with Milvus's texts.
 */
final class LoadRules {
    private static final int NODES = 1;

    private LoadRules() {}

    /**
     * The goal that the request asks for, added to what is wanted already.
     *
     * @param present what is wanted already; null = nothing
     * @param ofDatabase its properties: defaults for what neither the request nor the collection says
     * @throws EngineException as the request deserves; nothing was changed
     */
    static LoadGoal goalOf(
            Collection collection,
            @Nullable LoadGoal present,
            LoadRequest request,
            Placement placement,
            ResourceGroups groups) {
        LoadGoal current = present == null ? null : collection.withAllFields(present);
        CollectionSchema schema = collection.schema();
        List<Integer> fields = fieldsOf(schema, request);
        checkIndexes(collection, fields);
        checkPlacement(collection, placement, groups, current == null);
        if (request.refresh()) {
            return refreshed(collection, current);
        }
        boolean allFields = request.fields().isEmpty();
        if (current != null && !current.fieldIds().equals(fields) && !request.changeFields()) {
            throw new EngineException.InvalidRequest("can't change the load field list for loaded collection: "
                    + "invalid parameter[expected=" + namesOf(schema, current.fieldIds()) + "][actual="
                    + namesOf(schema, fields) + "]: collection=" + collection.qualifiedName()
                    + ". Release the collection first, or use the native API, which loads the difference");
        }
        Set<Long> partitions = new TreeSet<>();
        boolean allPartitions = request.partitions().isEmpty();
        if (!allPartitions) {
            for (String name : request.partitions()) {
                partitions.add(collection.getPartition(name).id());
            }
            if (current != null) {
                allPartitions = current.allPartitions();
                partitions.addAll(current.partitionIds());
            }
        }
        List<Long> ids = allPartitions ? List.of() : List.copyOf(partitions);
        if (current != null
                && current.allPartitions() == allPartitions
                && current.partitionIds().equals(ids)
                && current.fieldIds().equals(fields)) {
            return current; // the same desired state: joined or done, whatever its other options
        }
        return new LoadGoal(
                allPartitions, ids, fields, allFields, request.skipDynamicField(), 1, request.lowPriority());
    }

    private static LoadGoal refreshed(Collection collection, @Nullable LoadGoal current) {
        if (current == null || collection.served() == null) {
            String state = current == null ? "collection not loaded" : "collection not fully loaded";
            throw new EngineException.WrongState(
                    ErrorCode.COLLECTION_NOT_LOADED,
                    state + "[collection=" + collection.collection()
                            + "]: a refresh needs a loaded collection. Load it first");
        }
        return current;
    }

    /** Field ids to load, sorted. */
    private static List<Integer> fieldsOf(CollectionSchema schema, LoadRequest request) {
        if (request.fields().isEmpty()) {
            return Namespace.loadableFields(schema, request.skipDynamicField());
        }
        Set<Integer> ids = new TreeSet<>();
        for (String name : request.fields()) {
            FieldSchema field = schema.find(name)
                    .orElseThrow(() -> new EngineException.InvalidRequest("fail to get field schema by name: "
                            + name + " not found in schema: invalid parameter: fields are "
                            + schema.userFields().stream()
                                    .map(FieldSchema::name)
                                    .toList()));
            ids.add(field.id());
        }
        String list = "load field list [" + String.join(" ", request.fields()) + "] does not contain ";
        FieldSchema key = schema.primaryKey();
        if (!ids.contains(key.id())) {
            throw new EngineException.InvalidRequest(
                    list + "primary key field " + key.name() + ": invalid parameter. Add it to the list");
        }
        if (schema.vectors().stream().noneMatch(vector -> ids.contains(vector.id()))) {
            throw new EngineException.InvalidRequest(list + "vector field: invalid parameter. Add one of "
                    + schema.vectors().stream().map(FieldSchema::name).toList());
        }
        for (FieldSchema field : schema.fields()) {
            if (field.partitionKey() && !ids.contains(field.id())) {
                throw new EngineException.InvalidRequest(
                        list + "partition key field " + field.name() + ": invalid parameter. Add it to the list");
            }
            if (field.clusteringKey() && !ids.contains(field.id())) {
                throw new EngineException.InvalidRequest(
                        list + "clustering key field " + field.name() + ": invalid parameter. Add it to the list");
            }
        }
        if (!request.skipDynamicField()) {
            schema.meta().ifPresent(meta -> ids.add(meta.id()));
        }
        return List.copyOf(ids);
    }

    private static void checkIndexes(Collection collection, List<Integer> fields) {
        List<CollectionIndex> indexes = collection.indexes();
        if (indexes.isEmpty()) {
            throw new EngineException.NotFound(
                    ErrorCode.INDEX_NOT_FOUND,
                    "index not found[collection=" + collection.collection()
                            + "]: a load needs an index on each vector field. Create one first");
        }
        Set<Integer> indexed = new HashSet<>();
        indexes.forEach(index -> indexed.add(index.fieldId()));
        List<String> bare = new ArrayList<>();
        for (FieldSchema vector : collection.schema().vectors()) {
            if (fields.contains(vector.id()) && !indexed.contains(vector.id())) {
                bare.add(vector.name());
            }
        }
        if (!bare.isEmpty()) {
            throw new EngineException.InvalidRequest("there is no vector index on field: [" + String.join(" ", bare)
                    + "], please create index firstly: collection=" + collection.qualifiedName());
        }
    }

    /** Where a load goes: how many replicas, at least 1, into which groups; none = the default one. */
    record Placement(long replicas, List<String> groups) {}

    /** What the request says, or else the collection, or else the database. */
    static Placement placementOf(Collection collection, LoadRequest request, Map<String, String> ofDatabase) {
        Map<String, String> ofCollection = collection.record().properties();
        long replicas = request.replicaNumber();
        List<String> groups = request.resourceGroups();
        if (replicas <= 0 && groups.isEmpty()) {
            replicas = PropertyRules.number(ofCollection, PropertyRules.REPLICA_NUMBER);
            groups = PropertyRules.names(ofCollection, PropertyRules.RESOURCE_GROUPS);
        }
        if (replicas <= 0 && groups.isEmpty()) {
            replicas = PropertyRules.number(ofDatabase, PropertyRules.DATABASE_REPLICA_NUMBER);
            groups = PropertyRules.names(ofDatabase, PropertyRules.DATABASE_RESOURCE_GROUPS);
        }
        return new Placement(Math.max(1, replicas), groups);
    }

    private static void checkPlacement(
            Collection collection, Placement placement, ResourceGroups groups, boolean first) {
        long replicas = placement.replicas();
        int named = placement.groups().size();
        if (named > 1 && named != replicas) {
            throw new EngineException.InvalidRequest("resource group num can only be 0, 1 or same as replica number: "
                    + "groups=" + placement.groups() + ", replicaNumber=" + replicas);
        }
        groups.checkExist(placement.groups());
        if (replicas > NODES) {
            throw new EngineException.WrongState(
                    ErrorCode.SERVICE_RESOURCE_INSUFFICIENT,
                    "call query coordinator LoadCollection: when load " + replicas
                            + " replica count: service resource insufficient[currentStreamingNode=" + NODES
                            + "][expectedStreamingNode=" + replicas + "]: collection=" + collection.qualifiedName()
                            + ". This server is one node: ask for one replica");
        }
        if (first) {
            groups.checkHoldNode(placement.groups());
        }
    }

    /**
     * What stays wanted when these partitions are released; null = nothing.
     *
     * @param present what is wanted now; null = nothing
     * @param released empty = everything
     */
    static @Nullable LoadGoal without(Collection collection, @Nullable LoadGoal present, List<Long> released) {
        if (present == null || released.isEmpty()) {
            return null;
        }
        LoadGoal current = collection.withAllFields(present);
        List<Long> wanted = current.allPartitions()
                ? collection.partitions().stream().map(PartitionRecord::id).toList()
                : current.partitionIds();
        List<Long> left =
                wanted.stream().filter(id -> !released.contains(id)).sorted().toList();
        return left.isEmpty()
                ? null
                : new LoadGoal(
                        false,
                        left,
                        current.fieldIds(),
                        current.allFields(),
                        current.skipDynamicField(),
                        current.replicaNumber(),
                        current.lowPriority());
    }

    static List<String> namesOf(CollectionSchema schema, List<Integer> fieldIds) {
        return fieldIds.stream().map(id -> schema.get(id).name()).toList();
    }
}
