package io.sluice.engine;

import io.sluice.engine.catalog.Catalog;
import io.sluice.engine.catalog.CatalogCalls;
import io.sluice.engine.catalog.CatalogSnapshot;
import io.sluice.engine.catalog.ReplicaGroupRecord;
import io.sluice.engine.catalog.ResourceGroupRecord;
import io.sluice.engine.collection.Collection;
import io.sluice.engine.error.EngineException;
import io.sluice.engine.error.ErrorCode;
import io.sluice.engine.schema.NameRules;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;

/**
 * Milvus's resource groups, told truly by a server that is one node: the groups and what they want, the one that holds
 * the node, and the group each collection was loaded into.
 *
 * <p>After each change the node settles as Milvus's recovery would place it: a group with more than it asks for gives to one
 * that misses a node; one above its limit gives to whom it names, or else to the default group. What is served never
 * moves. Thread-safe; changes wait for the catalog, so they run on {@code ddl} threads.
 */
final class ResourceGroups {
    static final String DEFAULT = "__default_resource_group";

    private static final int DEFAULT_CAPACITY = 1_000_000;
    private static final int MAX_GROUPS = 1_024;
    private static final ResourceGroupConfig DEFAULT_CONFIG = ResourceGroupConfig.EMPTY.withNodeLimit(DEFAULT_CAPACITY);

    private final Catalog catalog;
    private final Predicate<Collection> isLoaded;
    private final ReentrantLock changes = new ReentrantLock();
    private final Map<Long, String> replicaGroups = new ConcurrentHashMap<>(); // where it is not the default
    private volatile Map<String, Group> groups = Map.of(DEFAULT, new Group(DEFAULT, DEFAULT_CONFIG, true));

    private record Group(String name, ResourceGroupConfig config, boolean holdsNode) {
        int nodes() {
            return holdsNode ? 1 : 0;
        }

        /** The node of this server has no labels. */
        boolean mayHoldNode() {
            return config.nodeLimit() > 0 && config.nodeLabels().isEmpty();
        }

        boolean missesNode() {
            return config.requestedNodes() > 0 && mayHoldNode();
        }

        boolean transfersWith(String group) {
            return config.transferFrom().contains(group) || config.transferTo().contains(group);
        }
    }

    /** @param isLoaded whether somebody wants the collection loaded */
    ResourceGroups(Catalog catalog, Predicate<Collection> isLoaded) {
        this.catalog = catalog;
        this.isLoaded = isLoaded;
    }

    void restore(CatalogSnapshot saved) {
        saved.replicaGroups().forEach(record -> replicaGroups.put(record.collectionId(), record.resourceGroup()));
        if (!saved.resourceGroups().isEmpty()) {
            Map<String, Group> restored = new TreeMap<>(groups);
            boolean elsewhere = saved.resourceGroups().stream().anyMatch(ResourceGroupRecord::holdsNode);
            restored.put(DEFAULT, new Group(DEFAULT, DEFAULT_CONFIG, !elsewhere));
            saved.resourceGroups().forEach(record -> restored.put(record.name(), groupOf(record)));
            groups = restored;
        }
    }

    private static Group groupOf(ResourceGroupRecord record) {
        return new Group(
                record.name(),
                new ResourceGroupConfig(
                        record.requestedNodes(),
                        record.nodeLimit(),
                        record.transferFrom(),
                        record.transferTo(),
                        record.nodeLabels()),
                record.holdsNode());
    }

    // Groups

    /** Sorted by name. */
    List<String> names() {
        return groups.keySet().stream().sorted().toList();
    }

    /** Creating one that exists with an equal config succeeds. */
    void create(String name, ResourceGroupConfig config) {
        NameRules.checkResourceGroup(name);
        changes.lock();
        try {
            Group present = groups.get(name);
            if (present != null) {
                if (present.config().equals(config)) {
                    return;
                }
                throw new EngineException.InvalidRequest(
                        ErrorCode.RESOURCE_GROUP_EXISTS,
                        "resource group already exist, but create with different config[rg=" + name
                                + "]. Update it instead");
            }
            if (groups.size() >= MAX_GROUPS) {
                throw new EngineException.InvalidRequest(
                        ErrorCode.RESOURCE_GROUP_LIMIT,
                        "resource group num reach limit[rg=" + name + "][limit=" + MAX_GROUPS + "]. Drop one");
            }
            checkTransfers(name, config);
            Map<String, Group> next = new TreeMap<>(groups);
            next.put(name, new Group(name, config, false));
            settleAndSave(next);
        } finally {
            changes.unlock();
        }
    }

    /** All of them or none. */
    void update(Map<String, ResourceGroupConfig> configs) {
        changes.lock();
        try {
            Map<String, Group> next = new TreeMap<>(groups);
            configs.forEach((name, config) -> {
                Group present = get(name);
                checkTransfers(name, config);
                next.put(name, new Group(name, config, present.holdsNode()));
            });
            settleAndSave(next);
        } finally {
            changes.unlock();
        }
    }

    private void checkTransfers(String name, ResourceGroupConfig config) {
        checkTransfers(name, config, "TransferFrom", config.transferFrom());
        checkTransfers(name, config, "TransferTo", config.transferTo());
    }

    private void checkTransfers(String name, ResourceGroupConfig config, String way, List<String> others) {
        for (String other : others) {
            if (other.equals(name)) {
                throw ResourceGroupConfig.illegal(
                        name, config, "resource group in `" + way + "` " + name + " should not be itself");
            }
            if (!groups.containsKey(other)) {
                throw ResourceGroupConfig.illegal(
                        name, config, "resource group in `" + way + "` " + other + " not exist");
            }
        }
    }

    /**
     * Dropping what is not there succeeds.
     *
     * @param collections of this server
     */
    void drop(String name, Iterable<Collection> collections) {
        changes.lock();
        try {
            Group present = groups.get(name);
            if (present == null) {
                return;
            }
            for (Collection collection : collections) {
                if (isIn(collection, name)) {
                    throw new EngineException.InvalidRequest("some replicas still loaded in resource group[" + name
                            + "], release it first: invalid parameter[expected=empty resource group]"
                            + "[actual=resource group " + name + " has collection " + collection.collectionId()
                            + " loaded]");
                }
            }
            checkDroppable(present);
            CatalogCalls.run(catalog.dropResourceGroup(name));
            Map<String, Group> next = new TreeMap<>(groups);
            next.remove(name);
            groups = next;
        } finally {
            changes.unlock();
        }
    }

    private void checkDroppable(Group group) {
        String name = group.name();
        if (name.equals(DEFAULT)) {
            throw invalid("default resource group is not deletable", "not default resource group", name);
        }
        if (group.config().nodeLimit() != 0) {
            throw invalid("resource group's limits node num is not 0", "not empty resource group", name);
        }
        for (Group other : groups.values()) {
            if (other.transfersWith(name)) {
                String way = other.config().transferFrom().contains(name) ? "TransferFrom" : "TransferTo";
                throw invalid(
                        "resource group " + name + " is used by " + other.name() + "'s `" + way
                                + "`, remove that configuration first",
                        "not `" + way + "` of resource group",
                        name);
            }
        }
    }

    ResourceGroupDescription describe(String name, Iterable<Collection> collections) {
        Group group = get(name);
        Map<String, Integer> inside = new HashMap<>();
        Map<String, Integer> outside = new HashMap<>();
        for (Collection collection : collections) {
            if (isLoaded.test(collection)) {
                (isIn(collection, name) ? inside : outside).merge(collection.collection(), 1, Integer::sum);
            }
        }
        return new ResourceGroupDescription(
                name,
                name.equals(DEFAULT) ? DEFAULT_CAPACITY : group.config().requestedNodes(),
                group.nodes(),
                inside,
                group.holdsNode() ? Map.of() : inside,
                group.holdsNode() ? outside : Map.of(),
                group.config());
    }

    /** Moves wants, and with them the node where it follows them. */
    void transferNode(String source, String target, int nodes) {
        if (source.equals(target)) {
            throw sameGroup(source);
        }
        if (nodes <= 0) {
            throw new EngineException.InvalidRequest(
                    "invalid parameter[expected=NumNode > 0][actual=invalid NumNode " + nodes + "]");
        }
        changes.lock();
        try {
            Group from = get(source);
            Group to = get(target);
            if (from.nodes() < nodes) {
                throw notEnough(source, from.nodes(), nodes);
            }
            ResourceGroupConfig given =
                    from.config().withRequestedNodes(Math.max(0, from.config().requestedNodes() - nodes));
            if (!source.equals(DEFAULT)) {
                given = given.withNodeLimit(Math.max(0, given.nodeLimit() - nodes));
            }
            ResourceGroupConfig taken =
                    to.config().withRequestedNodes(to.config().requestedNodes() + nodes);
            taken = taken.withNodeLimit(Math.max(taken.nodeLimit(), taken.requestedNodes()));
            Map<String, Group> next = new TreeMap<>(groups);
            next.put(source, new Group(source, given, from.holdsNode()));
            next.put(target, new Group(target, taken, to.holdsNode()));
            settleAndSave(next);
        } finally {
            changes.unlock();
        }
    }

    private void settleAndSave(Map<String, Group> next) {
        String holder = next.values().stream()
                .filter(Group::holdsNode)
                .findFirst()
                .orElseThrow()
                .name();
        String settled = settle(next, holder);
        next.replaceAll((name, group) -> new Group(name, group.config(), name.equals(settled)));
        List<ResourceGroupRecord> changed = new ArrayList<>();
        next.forEach((name, group) -> {
            if (!group.equals(groups.get(name))) {
                changed.add(recordOf(group));
            }
        });
        if (!changed.isEmpty()) {
            CatalogCalls.run(catalog.putResourceGroups(changed));
        }
        groups = next;
    }

    /** The group that holds the node once every group has what it can have. */
    private static String settle(Map<String, Group> groups, String holder) {
        Group now = groups.getOrDefault(holder, new Group(DEFAULT, DEFAULT_CONFIG, true));
        boolean mustGive = !now.mayHoldNode();
        if (mustGive || now.config().requestedNodes() == 0) {
            Optional<Group> needy = groups.values().stream()
                    .filter(group -> !group.name().equals(holder) && group.missesNode())
                    .max(Comparator.comparing((Group group) ->
                                    group.config().transferFrom().contains(holder))
                            .thenComparing(group -> group.config().requestedNodes())
                            .thenComparing(Group::name, Comparator.reverseOrder()));
            if (needy.isPresent()) {
                return needy.get().name();
            }
        }
        if (!mustGive) {
            return holder;
        }
        return now.config().transferTo().stream()
                .filter(name -> groups.containsKey(name)
                        && groups.getOrDefault(name, now).mayHoldNode())
                .findFirst()
                .orElse(DEFAULT);
    }

    private static ResourceGroupRecord recordOf(Group group) {
        ResourceGroupConfig config = group.config();
        return new ResourceGroupRecord(
                group.name(),
                group.holdsNode(),
                config.requestedNodes(),
                config.nodeLimit(),
                config.transferFrom(),
                config.transferTo(),
                config.nodeLabels());
    }

    private Group get(String name) {
        Group group = groups.get(name);
        if (group == null) {
            throw notFound("", name);
        }
        return group;
    }

    // Replicas

    /** The group that a collection is loaded into, or would be. */
    String groupOf(Collection collection) {
        return replicaGroups.getOrDefault(collection.collectionId(), DEFAULT);
    }

    private boolean isIn(Collection collection, String group) {
        return isLoaded.test(collection) && groupOf(collection).equals(group);
    }

    /** Of a load: the groups it names must be there. */
    void checkExist(List<String> named) {
        named.forEach(this::get);
    }

    /** Of the first load of a collection: it goes where the node is. @param named empty = the default group */
    void checkHoldNode(List<String> named) {
        for (String name : named.isEmpty() ? List.of(DEFAULT) : named) {
            if (get(name).nodes() == 0) {
                throw notEnough(name, 0, 1);
            }
        }
    }

    /** Remembers the group of a load that was accepted; naming none changes nothing of what is loaded. */
    void place(Collection collection, List<String> named, boolean first) {
        if (first || !named.isEmpty()) {
            place(collection, named.isEmpty() ? DEFAULT : named.getFirst());
        }
    }

    private void place(Collection collection, String group) {
        if (group.equals(groupOf(collection))) {
            return;
        }
        if (group.equals(DEFAULT)) {
            CatalogCalls.run(catalog.dropReplicaGroup(collection.collectionId()));
            replicaGroups.remove(collection.collectionId());
        } else {
            CatalogCalls.run(catalog.put(new ReplicaGroupRecord(collection.collectionId(), group)));
            replicaGroups.put(collection.collectionId(), group);
        }
    }

    /** Nothing moves: there is one node. What changes is the group that the replica counts for. */
    void transferReplica(String source, String target, Collection collection, long replicas) {
        if (!groups.containsKey(source)) {
            throw notFound("the source resource group[" + source + "] doesn't exist: ", source);
        }
        if (!groups.containsKey(target)) {
            throw notFound("the target resource group[" + target + "] doesn't exist: ", target);
        }
        if (source.equals(target)) {
            throw sameGroup(source);
        }
        if (replicas <= 0) {
            throw new EngineException.InvalidRequest(
                    "invalid parameter[expected=NumReplica > 0][actual=invalid NumReplica " + replicas + "]");
        }
        if (!isLoaded.test(collection)) {
            throw new EngineException.InvalidRequest("invalid parameter[expected=Collection not loaded]"
                    + "[actual=collectionID " + collection.collectionId() + "]. Load it first");
        }
        int found = groupOf(collection).equals(source) ? 1 : 0;
        if (found < replicas) {
            throw new EngineException.InvalidRequest(
                    "invalid parameter[expected=NumReplica not greater than the number of replica in source resource"
                            + " group][actual=only found [" + found + "] replicas of collection ["
                            + collection.collectionId() + "] in source resource group [" + source + "]]");
        }
        if (get(target).nodes() == 0) {
            throw notEnough(target, 0, 1);
        }
        place(collection, target);
    }

    // Refusals

    private static EngineException notFound(String prefix, String group) {
        return new EngineException.NotFound(
                ErrorCode.RESOURCE_GROUP_NOT_FOUND,
                prefix + "resource group not found[rg=" + group + "]. Create it first");
    }

    private static EngineException notEnough(String group, int current, int expected) {
        return new EngineException.WrongState(
                ErrorCode.RESOURCE_GROUP_NODE_NOT_ENOUGH,
                "resource group node not enough[rg=" + group + "][currentNodeNum=" + current + "][expectedNodeNum="
                        + expected + "]: this server is one node, and it is in the group " + DEFAULT
                        + " or in one that requests it");
    }

    private static EngineException sameGroup(String group) {
        return new EngineException.InvalidRequest("source resource group and target resource group should not be the"
                + " same, resource group: " + group + ": invalid parameter");
    }

    private static EngineException invalid(String why, String expected, String actual) {
        return new EngineException.InvalidRequest(
                why + ": invalid parameter[expected=" + expected + "][actual=" + actual + "]");
    }
}
