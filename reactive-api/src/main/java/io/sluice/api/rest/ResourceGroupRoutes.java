package io.sluice.api.rest;

import io.sluice.engine.ResourceGroupConfig;
import io.sluice.engine.ResourceGroupDescription;
import io.sluice.engine.VectorEngine;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import tools.jackson.core.JsonGenerator;

/** Resource groups of the one node. The keys of their config are in snake case, as Milvus has them. */
final class ResourceGroupRoutes {
    private final VectorEngine engine;

    ResourceGroupRoutes(VectorEngine engine) {
        this.engine = engine;
    }

    Map<String, RestVerb> verbs() {
        return Map.of(
                "list", this::list,
                "describe", this::describe,
                "create", this::create,
                "alter", this::alter,
                "drop", this::drop,
                "transfer_replica", this::transferReplica);
    }

    private Mono<RestReply> list(RestCall call) {
        return engine.listResourceGroups()
                .map(names -> RestReply.of(json -> {
                    json.writeStartObject();
                    texts(json, "resource_groups", names);
                    json.writeEndObject();
                }));
    }

    private Mono<RestReply> create(RestCall call) {
        call.fields().require("ResourceGroupReq", "name");
        String name = name(call);
        ResourceGroupConfig config =
                call.fields().has("config") ? config(name, call.fields().object("config")) : ResourceGroupConfig.EMPTY;
        return engine.createResourceGroup(name, config).thenReturn(RestReply.done());
    }

    private Mono<RestReply> alter(RestCall call) {
        call.fields().require("UpdateResourceGroupReq", "resource_groups");
        JsonFields groups = call.fields().object("resource_groups");
        Map<String, ResourceGroupConfig> configs = new LinkedHashMap<>();
        groups.node().propertyNames().forEach(name -> configs.put(name, config(name, groups.object(name))));
        return engine.updateResourceGroups(configs).thenReturn(RestReply.done());
    }

    private static ResourceGroupConfig config(String group, JsonFields config) {
        Map<String, String> labels = new LinkedHashMap<>();
        config.object("node_filter")
                .objects("node_labels")
                .forEach(label -> labels.put(label.text("key", ""), label.text("value", "")));
        return ResourceGroupConfig.of(
                group,
                nodes(config, "requests"),
                nodes(config, "limits"),
                groups(config, "transfer_from"),
                groups(config, "transfer_to"),
                labels);
    }

    private static @Nullable Integer nodes(JsonFields config, String key) {
        return config.has(key) ? config.object(key).integer("node_num", 0) : null;
    }

    private static List<String> groups(JsonFields config, String key) {
        return config.objects(key).stream()
                .map(transfer -> transfer.text("resource_group", ""))
                .toList();
    }

    private Mono<RestReply> drop(RestCall call) {
        call.fields().require("ResourceGroupReq", "name");
        return engine.dropResourceGroup(name(call)).thenReturn(RestReply.done());
    }

    private Mono<RestReply> transferReplica(RestCall call) {
        JsonFields fields = call.fields();
        fields.require("TransferReplicaReq", "sourceRgName", "targetRgName", "collectionName", "replicaNum");
        return engine.transferReplica(
                        fields.text("sourceRgName", ""),
                        fields.text("targetRgName", ""),
                        call.database(),
                        call.collection(),
                        fields.integer("replicaNum", 0))
                .thenReturn(RestReply.done());
    }

    private Mono<RestReply> describe(RestCall call) {
        call.fields().require("ResourceGroupReq", "name");
        return engine.describeResourceGroup(name(call))
                .map(group -> RestReply.of(json -> {
                    json.writeStartObject();
                    json.writeName("resource_group");
                    write(json, call, group);
                    json.writeEndObject();
                }));
    }

    private static void write(JsonGenerator json, RestCall call, ResourceGroupDescription group) {
        json.writeStartObject();
        RestReply.text(json, "name", group.name());
        RestReply.number(json, "capacity", group.capacity());
        RestReply.number(json, "num_available_node", group.availableNodes());
        counts(json, "num_loaded_replica", group.loadedReplicas());
        counts(json, "num_outgoing_node", group.outgoingNodes());
        counts(json, "num_incoming_node", group.incomingNodes());
        json.writeName("config");
        write(json, group.config());
        json.writeName("nodes");
        json.writeStartArray();
        if (group.availableNodes() > 0) {
            json.writeStartObject();
            RestReply.number(json, "node_id", VectorEngine.NODE_ID);
            RestReply.text(json, "address", call.address().toString());
            RestReply.text(json, "hostname", call.address().host());
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeEndObject();
    }

    private static void write(JsonGenerator json, ResourceGroupConfig config) {
        json.writeStartObject();
        limit(json, "requests", config.requestedNodes());
        limit(json, "limits", config.nodeLimit());
        transfers(json, "transfer_from", config.transferFrom());
        transfers(json, "transfer_to", config.transferTo());
        json.writeName("node_filter");
        json.writeStartObject();
        RestReply.options(json, "node_labels", config.nodeLabels());
        json.writeEndObject();
        json.writeEndObject();
    }

    private static void limit(JsonGenerator json, String name, int nodes) {
        json.writeName(name);
        json.writeStartObject();
        RestReply.number(json, "node_num", nodes);
        json.writeEndObject();
    }

    private static void transfers(JsonGenerator json, String name, List<String> groups) {
        json.writeName(name);
        json.writeStartArray();
        for (String group : groups) {
            json.writeStartObject();
            RestReply.text(json, "resource_group", group);
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    private static void counts(JsonGenerator json, String name, Map<String, Integer> counts) {
        json.writeName(name);
        json.writeStartObject();
        counts.forEach((collection, count) -> RestReply.number(json, collection, count));
        json.writeEndObject();
    }

    private static void texts(JsonGenerator json, String name, List<String> texts) {
        json.writeName(name);
        json.writeStartArray();
        texts.forEach(json::writeString);
        json.writeEndArray();
    }

    private static String name(RestCall call) {
        return call.fields().text("name", "");
    }
}
