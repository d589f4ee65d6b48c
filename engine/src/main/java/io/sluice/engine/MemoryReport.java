package io.sluice.engine;

import io.sluice.engine.error.EngineException.Holder;
import java.util.List;
import java.util.Map;

/**
 * The off-heap account.
 *
 * @param byTag reserved bytes by {@code load}, {@code write-buffer}, {@code index-build}, {@code compaction}, {@code scratch}
 * @param processRssBytes resident set of the process; 0 where the system does not say
 */
public record MemoryReport(
        long limitBytes,
        long usedBytes,
        long reservedBytes,
        long freeBytes,
        long retiringBytes,
        Map<String, Long> byTag,
        List<Holder> holders,
        long processRssBytes,
        List<CollectionMemory> collections) {

    /** @param bytes load bytes in the account: whole pages */
    public record CollectionMemory(
            String database, String collection, long bytes, long writeBufferBytes, List<PartitionMemory> partitions) {}

    public record PartitionMemory(String partition, long bytes, List<SegmentMemory> segments) {}

    public record SegmentMemory(long segmentId, long rowCount, boolean growing, long bytes, List<FieldMemory> fields) {}

    public record FieldMemory(String field, long bytes, List<PartMemory> parts) {}

    /**
     * @param kind {@code raw} or {@code index}
     * @param pages {@code 4KiB} or {@code 2MiB}
     */
    public record PartMemory(String kind, long bytes, String pages) {}
}
