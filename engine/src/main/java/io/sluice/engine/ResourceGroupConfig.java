package io.sluice.engine;

import io.sluice.engine.error.EngineException;
import io.sluice.engine.error.ErrorCode;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What the owner of a resource group wants of it. Immutable.
 *
 * @param requestedNodes it takes from others to have so many
 * @param nodeLimit it gives away what is more
 * @param nodeLabels that a node must have to come in
 */
public record ResourceGroupConfig(
        int requestedNodes,
        int nodeLimit,
        List<String> transferFrom,
        List<String> transferTo,
        Map<String, String> nodeLabels) {
    /** Of a group that is created without a word about it: it asks for nothing and holds nothing. */
    public static final ResourceGroupConfig EMPTY = new ResourceGroupConfig(0, 0, List.of(), List.of(), Map.of());

    public ResourceGroupConfig {
        transferFrom = List.copyOf(transferFrom);
        transferTo = List.copyOf(transferTo);
        nodeLabels = Map.copyOf(nodeLabels);
    }

    /**
     * As a request has it.
     *
     * @param requestedNodes null = not given, which is refused; so is {@code nodeLimit}
     * @throws EngineException.InvalidRequest 303
     */
    public static ResourceGroupConfig of(
            String group,
            @Nullable Integer requestedNodes,
            @Nullable Integer nodeLimit,
            List<String> transferFrom,
            List<String> transferTo,
            Map<String, String> nodeLabels) {
        if (requestedNodes == null || nodeLimit == null) {
            throw illegal(group, "{}", "requests or limits is required");
        }
        var config = new ResourceGroupConfig(requestedNodes, nodeLimit, transferFrom, transferTo, nodeLabels);
        if (requestedNodes < 0 || nodeLimit < 0) {
            throw illegal(group, config, "node num in `requests` or `limits` should not less than 0");
        }
        if (nodeLimit < requestedNodes) {
            throw illegal(group, config, "limits node num should not less than requests node num");
        }
        return config;
    }

    static EngineException.InvalidRequest illegal(String group, Object config, String why) {
        return new EngineException.InvalidRequest(
                ErrorCode.RESOURCE_GROUP_ILLEGAL_CONFIG,
                why + ": resource group illegal config[rg=" + group + "][config=" + config + "]");
    }

    ResourceGroupConfig withRequestedNodes(int nodes) {
        return new ResourceGroupConfig(nodes, nodeLimit, transferFrom, transferTo, nodeLabels);
    }

    ResourceGroupConfig withNodeLimit(int nodes) {
        return new ResourceGroupConfig(requestedNodes, nodes, transferFrom, transferTo, nodeLabels);
    }

    /** As Milvus prints it in its errors. */
    @Override
    public String toString() {
        return "requests:{node_num:" + requestedNodes + "} limits:{node_num:" + nodeLimit + "}"
                + groups(" transfer_from", transferFrom) + groups(" transfer_to", transferTo)
                + (nodeLabels.isEmpty() ? "" : " node_filter:" + nodeLabels);
    }

    private static String groups(String name, List<String> groups) {
        return groups.stream()
                .map(group -> name + ":{resource_group:\"" + group + "\"}")
                .collect(Collectors.joining());
    }
}
