package io.sluice.engine.memory;

import java.lang.foreign.MemorySegment;
import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * The pages of one part in the mapping of its reservation.
 *
 * @param sizeBytes whole pages
 */
record MappedRange(Mapping mapping, long offsetBytes, long sizeBytes) {

    /** The first bytes of it. */
    MemorySegment bytes(long wantedBytes) {
        return mapping.bytes(offsetBytes, wantedBytes);
    }

    /** The pages are gone when this returns; neighbours go together, which costs as little as one of them. */
    static void giveBack(List<MappedRange> ranges) {
        Map<Mapping, List<MappedRange>> byMapping = ranges.stream()
                .collect(Collectors.groupingBy(MappedRange::mapping, IdentityHashMap::new, Collectors.toList()));
        byMapping.forEach((mapping, ours) -> {
            ours.sort(Comparator.comparingLong(MappedRange::offsetBytes));
            long from = ours.getFirst().offsetBytes;
            long to = from;
            for (MappedRange range : ours) {
                if (range.offsetBytes != to) {
                    mapping.giveBackPages(from, to - from);
                    from = range.offsetBytes;
                }
                to = range.offsetBytes + range.sizeBytes;
            }
            mapping.giveBackPages(from, to - from);
            mapping.leave(ours.size());
        });
    }
}
