package io.sluice.engine.catalog;

/**
 * One part (field) of a segment file or the one part of an index file: what a load reads into one arena.
 *
 * @param partId a field id, or 0 for an index
 * @param offsetBytes from the start of the file
 */
public record PartRecord(int partId, long offsetBytes, long sizeBytes) {}
