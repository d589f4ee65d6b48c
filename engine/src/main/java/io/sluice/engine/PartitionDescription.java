package io.sluice.engine;

public record PartitionDescription(long id, String name, long createdTimestamp, long rowCount, int loadedPercent) {}
