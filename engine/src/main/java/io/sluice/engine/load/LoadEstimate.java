package io.sluice.engine.load;

import io.sluice.engine.error.EngineException.Holder;
import java.util.List;

/**
 * What a load would take, from the catalog alone; nothing is read.
 *
 * @param needBytes that would be added to the account: whole pages, what is loaded already left out
 * @param fits whether {@code needBytes <= freeBytes}
 * @param holders who holds the rest, largest first
 */
public record LoadEstimate(
        String database,
        String collection,
        long needBytes,
        long freeBytes,
        long limitBytes,
        boolean fits,
        List<PartitionEstimate> partitions,
        List<Holder> holders) {
    public LoadEstimate {
        partitions = List.copyOf(partitions);
        holders = List.copyOf(holders);
    }

    public record PartitionEstimate(String partition, long bytes, List<SegmentEstimate> segments) {}

    public record SegmentEstimate(long segmentId, long rowCount, long bytes, List<PartEstimate> parts) {}

    /**
     * @param name of the field, or of the index
     * @param kind {@code field} or {@code index}
     * @param loaded whether it is in memory already and costs nothing
     */
    public record PartEstimate(String name, String kind, long bytes, boolean loaded) {}
}
