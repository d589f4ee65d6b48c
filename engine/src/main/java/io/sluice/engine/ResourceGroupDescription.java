package io.sluice.engine;

import java.util.Map;

/**
 * @param availableNodes in it now: 1 or 0
 * @param loadedReplicas collections that were loaded into it, by name
 * @param outgoingNodes of those, the ones that a node of another group serves
 * @param incomingNodes collections of other groups that its node serves
 */
public record ResourceGroupDescription(
        String name,
        int capacity,
        int availableNodes,
        Map<String, Integer> loadedReplicas,
        Map<String, Integer> outgoingNodes,
        Map<String, Integer> incomingNodes,
        ResourceGroupConfig config) {}
