package io.sluice.engine.catalog;

import java.util.List;
import java.util.Map;

/**
 * A group of nodes as its owner declared it.
 *
 * @param holdsNode whether the one node of this server is in it; of all groups one holds it
 * @param nodeLabels that a node of this group must have
 */
public record ResourceGroupRecord(
        String name,
        boolean holdsNode,
        int requestedNodes,
        int nodeLimit,
        List<String> transferFrom,
        List<String> transferTo,
        Map<String, String> nodeLabels) {
    public ResourceGroupRecord {
        transferFrom = List.copyOf(transferFrom);
        transferTo = List.copyOf(transferTo);
        nodeLabels = Map.copyOf(nodeLabels);
    }
}
