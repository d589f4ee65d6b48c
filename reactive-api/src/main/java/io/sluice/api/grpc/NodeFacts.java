package io.sluice.api.grpc;

import io.sluice.engine.VectorEngine;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The one node that this server is, in the words that Milvus has for its many. */
final class NodeFacts {
    static final long NODE_ID = VectorEngine.NODE_ID;
    static final String COMPONENT = "standalone";

    private static final String SYSTEM_INFO = "system_info";
    private static final JsonMapper JSON = JsonMapper.shared();

    private NodeFacts() {}

    /** The answer to a metrics request in JSON; empty when it asks for something else than the system. */
    static Optional<String> metrics(String request, String version) {
        return SYSTEM_INFO.equals(metricType(request))
                ? Optional.of(JSON.writeValueAsString(systemInfo(version)))
                : Optional.empty();
    }

    private static String metricType(String request) {
        try {
            JsonNode type = JSON.readTree(request).path("metric_type");
            return type.isString() ? type.asString() : "";
        } catch (JacksonException notJson) {
            return "";
        }
    }

    /** Milvus's shape: nodes with hardware and versions, of which this one plays every role that clients look for. */
    private static Map<String, Object> systemInfo(String version) {
        long startedMillis = ManagementFactory.getRuntimeMXBean().getStartTime();
        Map<String, Object> hardware = Map.of(
                "ip",
                "127.0.0.1",
                "cpu_core_count",
                Runtime.getRuntime().availableProcessors(),
                "memory",
                Runtime.getRuntime().maxMemory(),
                "memory_usage",
                Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory());
        Map<String, Object> system = Map.of(
                "system_version", version,
                "deploy_mode", "STANDALONE",
                "build_version", version);
        return Map.of(
                "nodes_info",
                List.of(
                        node("proxy", startedMillis, hardware, system),
                        node("querynode", startedMillis, hardware, system)));
    }

    private static Map<String, Object> node(
            String type, long startedMillis, Map<String, Object> hardware, Map<String, Object> system) {
        return Map.of(
                "identifier",
                NODE_ID,
                "connected",
                List.of(),
                "infos",
                Map.of(
                        "id",
                        NODE_ID,
                        "name",
                        type + NODE_ID,
                        "type",
                        type,
                        "has_error",
                        false,
                        "error_reason",
                        "",
                        "created_time",
                        Long.toString(startedMillis),
                        "hardware_infos",
                        hardware,
                        "system_info",
                        system));
    }
}
