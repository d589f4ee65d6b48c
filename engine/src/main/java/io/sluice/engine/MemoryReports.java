package io.sluice.engine;

import io.sluice.engine.catalog.PartitionRecord;
import io.sluice.engine.collection.Collection;
import io.sluice.engine.collection.Collection.PartInMemory;
import io.sluice.engine.collection.Namespace;
import io.sluice.engine.memory.MemoryBudget;
import io.sluice.engine.memory.MemoryTag;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Draws the memory tree: collection, partition, segment, field, kind. */
final class MemoryReports {
    private static final Path SELF_STATUS = Path.of("/proc/self/status");

    private MemoryReports() {}

    /** @param database and {@code name}: null = all */
    static MemoryReport of(MemoryBudget budget, Namespace namespace, @Nullable String database, @Nullable String name) {
        List<Collection> shown = new ArrayList<>();
        if (database != null && name != null) {
            shown.add(namespace.get(database, name));
        } else {
            namespace.all().stream()
                    .filter(collection ->
                            database == null || collection.database().equals(database))
                    .sorted(Comparator.comparing(Collection::qualifiedName))
                    .forEach(shown::add);
        }
        Map<String, Long> byTag = new LinkedHashMap<>();
        for (MemoryTag tag : MemoryTag.values()) {
            byTag.put(tag.toString(), budget.reservedBytes(tag));
        }
        return new MemoryReport(
                budget.limitBytes(),
                budget.usedBytes(),
                budget.reservedBytes(),
                budget.freeBytes(),
                budget.retiringBytes(),
                byTag,
                budget.holders(),
                residentBytes(),
                shown.stream().map(MemoryReports::of).toList());
    }

    private static MemoryReport.CollectionMemory of(Collection collection) {
        Map<Long, String> names =
                collection.partitions().stream().collect(Collectors.toMap(PartitionRecord::id, PartitionRecord::name));
        Map<Long, List<PartInMemory>> byPartition = collection.partsInMemory().stream()
                .collect(Collectors.groupingBy(PartInMemory::partitionId, LinkedHashMap::new, Collectors.toList()));
        List<MemoryReport.PartitionMemory> partitions = new ArrayList<>();
        byPartition.forEach((id, parts) -> partitions.add(new MemoryReport.PartitionMemory(
                names.getOrDefault(id, "dropped partition " + id), loadBytes(parts), segments(parts))));
        return new MemoryReport.CollectionMemory(
                collection.database(),
                collection.collection(),
                collection.loadedBytes(),
                collection.writeBufferBytes(),
                partitions);
    }

    private static List<MemoryReport.SegmentMemory> segments(List<PartInMemory> parts) {
        List<MemoryReport.SegmentMemory> segments = new ArrayList<>();
        parts.stream()
                .collect(Collectors.groupingBy(PartInMemory::segmentId, LinkedHashMap::new, Collectors.toList()))
                .forEach((id, of) -> segments.add(new MemoryReport.SegmentMemory(
                        id, of.getFirst().rowCount(), of.getFirst().growing(), bytes(of), fields(of))));
        return segments;
    }

    private static List<MemoryReport.FieldMemory> fields(List<PartInMemory> parts) {
        List<MemoryReport.FieldMemory> fields = new ArrayList<>();
        parts.stream()
                .collect(Collectors.groupingBy(PartInMemory::field, java.util.TreeMap::new, Collectors.toList()))
                .forEach((field, of) -> fields.add(new MemoryReport.FieldMemory(
                        field,
                        bytes(of),
                        of.stream()
                                .map(part -> new MemoryReport.PartMemory(part.kind(), part.bytes(), part.pages()))
                                .toList())));
        return fields;
    }

    private static long bytes(List<PartInMemory> parts) {
        return parts.stream().mapToLong(PartInMemory::bytes).sum();
    }

    private static long loadBytes(List<PartInMemory> parts) {
        return parts.stream()
                .filter(part -> !part.growing())
                .mapToLong(PartInMemory::bytes)
                .sum();
    }

    private static long residentBytes() {
        try {
            for (String line : Files.readAllLines(SELF_STATUS)) {
                if (line.startsWith("VmRSS:")) {
                    return Long.parseLong(line.replaceAll("\\D", "")) << 10;
                }
            }
        } catch (IOException | NumberFormatException notSaid) {
            return 0;
        }
        return 0;
    }
}
