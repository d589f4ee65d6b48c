package io.sluice.engine;

import java.util.Map;

public record DatabaseDescription(long id, String name, Map<String, String> properties, long createdTimestamp) {}
