package io.sluice.engine.catalog;

/** The built index of one segment. */
public record IndexFileRecord(long indexId, long segmentId, String key, long sizeBytes, PartRecord part) {}
