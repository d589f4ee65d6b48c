package io.sluice.engine.load;

import io.sluice.engine.error.EngineException.Holder;
import io.sluice.engine.memory.MemoryBudget;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * What a load would take, from the catalog alone; nothing is read. Immutable.
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

    /** @param bytes of all its parts, loaded or not */
    public record PartitionEstimate(String partition, long bytes, List<SegmentEstimate> segments) {}

    /** @param bytes of all its parts, loaded or not */
    public record SegmentEstimate(long segmentId, long rowCount, long bytes, List<PartEstimate> parts) {}

    /**
     * @param name of the field, or of the index
     * @param kind {@code field} or {@code index}
     * @param bytes in the account: whole pages
     * @param loaded whether it is in memory already and costs nothing
     */
    public record PartEstimate(String name, String kind, long bytes, boolean loaded) {}

    /**
     * Prices a load the way the load itself would be admitted.
     *
     * @param wanted every part that the goal wants, loaded or not; partitions and segments keep the order of their
     *     first part
     * @param missing those of {@code wanted} that are not in memory: what {@link LoadTarget#missingParts} answers
     */
    public static LoadEstimate of(
            String database,
            String collection,
            List<PartSource> wanted,
            Collection<PartSource> missing,
            MemoryBudget budget) {
        Set<PartSource> missingParts = Set.copyOf(missing);
        long needBytes =
                missingParts.stream().mapToLong(LoadPlan::accountedBytes).sum();
        var partitions = groups(wanted, PartSource::partition).entrySet().stream()
                .map(partition -> partition(partition.getKey(), partition.getValue(), missingParts))
                .toList();
        long freeBytes = budget.freeBytes();
        return new LoadEstimate(
                database,
                collection,
                needBytes,
                freeBytes,
                budget.limitBytes(),
                needBytes <= freeBytes,
                partitions,
                budget.holders());
    }

    private static PartitionEstimate partition(String name, List<PartSource> parts, Set<PartSource> missing) {
        var segments = groups(parts, PartSource::segmentId).values().stream()
                .map(segment -> segment(segment, missing))
                .toList();
        return new PartitionEstimate(name, accountedBytes(parts), segments);
    }

    private static SegmentEstimate segment(List<PartSource> parts, Set<PartSource> missing) {
        PartSource first = parts.getFirst();
        var estimates =
                parts.stream().map(part -> part(part, !missing.contains(part))).toList();
        return new SegmentEstimate(first.segmentId(), first.rowCount(), accountedBytes(parts), estimates);
    }

    private static PartEstimate part(PartSource part, boolean loaded) {
        String kind = part.indexId() == 0 ? "field" : "index";
        String prefix = kind + " "; // as in "field word"
        String name = part.name().startsWith(prefix) ? part.name().substring(prefix.length()) : part.name();
        return new PartEstimate(name, kind, LoadPlan.accountedBytes(part), loaded);
    }

    private static long accountedBytes(List<PartSource> parts) {
        return parts.stream().mapToLong(LoadPlan::accountedBytes).sum();
    }

    private static <K> Map<K, List<PartSource>> groups(List<PartSource> parts, Function<PartSource, K> key) {
        return parts.stream().collect(Collectors.groupingBy(key, LinkedHashMap::new, Collectors.toList()));
    }
}
