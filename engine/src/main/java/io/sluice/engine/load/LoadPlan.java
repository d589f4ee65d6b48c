package io.sluice.engine.load;

import io.sluice.engine.memory.Reservation;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import reactor.core.publisher.Flux;

/**
 * What one load brings into memory: segments by parts, in this order, and the bytes they take. Frozen; immutable.
 *
 * <p>An envelope: 10 M rows x 768 x 4 B are 30.7 GB, which is 7,300 chunks of 4 MiB. At 2 GB/s the load takes 15 s: 500
 * chunks per second, of which watchers see 10, so some 150 progress events. The plan itself is one small record per
 * part.
 *
 * @param totalBytes that the budget must admit before the first byte moves: whole pages of every part
 */
record LoadPlan(String name, List<PlannedSegment> segments, long totalBytes, long rowCount) {

    /**
     * @param parts that are missing of it, at least one
     * @param totalBytes whole pages of these parts
     */
    record PlannedSegment(long segmentId, String partition, int rowCount, List<PartSource> parts, long totalBytes) {
        private static PlannedSegment of(List<PartSource> parts) {
            PartSource first = parts.getFirst();
            return new PlannedSegment(
                    first.segmentId(),
                    first.partition(),
                    first.rowCount(),
                    List.copyOf(parts),
                    parts.stream().mapToLong(LoadPlan::accountedBytes).sum());
        }
    }

    /** @param name of the collection with its database, for messages and for the account */
    static LoadPlan of(String name, List<PartSource> parts) {
        Map<Long, List<PartSource>> bySegment = new LinkedHashMap<>();
        for (PartSource part : parts) {
            bySegment.computeIfAbsent(part.segmentId(), _ -> new ArrayList<>()).add(part);
        }
        var segments = bySegment.values().stream().map(PlannedSegment::of).toList();
        return new LoadPlan(
                name,
                segments,
                segments.stream().mapToLong(PlannedSegment::totalBytes).sum(),
                segments.stream().mapToLong(PlannedSegment::rowCount).sum());
    }

    /** What a part takes from the budget: whole pages. */
    static long accountedBytes(PartSource part) {
        return Reservation.roundedBytes(part.part().sizeBytes());
    }

    PlannedSegment segment(long segmentId) {
        return segments.stream()
                .filter(segment -> segment.segmentId() == segmentId)
                .findFirst()
                .orElseThrow();
    }

    /** Parts by the file they lie in: each file is opened once for its directory. Those in no file lie by themselves. */
    List<List<PartSource>> files() {
        Map<String, List<PartSource>> byKey = new LinkedHashMap<>();
        for (PlannedSegment segment : segments) {
            for (PartSource part : segment.parts()) {
                String place = part.filled() == null ? part.key() : part.key() + " filled";
                byKey.computeIfAbsent(place, _ -> new ArrayList<>()).add(part);
            }
        }
        return List.copyOf(byKey.values());
    }

    /**
     * Every chunk of every part, in order; a part without bytes has one chunk of none. Dealt out in turns, one reader's
     * work each.
     *
     * @param longest chunks in a turn
     */
    Flux<List<SegmentChunk>> turns(int chunkBytes, int readers, int longest) {
        return Flux.fromIterable(() -> new Turns<>(chunks(chunkBytes), chunkCount(chunkBytes), readers, longest));
    }

    private int chunkCount(int chunkBytes) {
        return Math.toIntExact(partStream()
                .mapToLong(part -> Math.max(1, Math.ceilDiv(part.part().sizeBytes(), chunkBytes)))
                .sum());
    }

    private Iterator<SegmentChunk> chunks(int chunkBytes) {
        return partStream()
                .flatMap(part -> Stream.iterate(
                        chunkAt(part, 0, chunkBytes),
                        chunk -> chunk.offsetBytes() == 0 || chunk.sizeBytes() > 0,
                        chunk -> chunkAt(part, chunk.offsetBytes() + chunkBytes, chunkBytes)))
                .iterator();
    }

    private static SegmentChunk chunkAt(PartSource part, long offsetBytes, int chunkBytes) {
        long left = part.part().sizeBytes() - offsetBytes;
        return new SegmentChunk(part, offsetBytes, Math.clamp(left, 0, chunkBytes));
    }

    private Stream<PartSource> partStream() {
        return segments.stream().flatMap(segment -> segment.parts().stream());
    }

    Set<Long> partitionIds() {
        Set<Long> ids = new LinkedHashSet<>();
        segments.forEach(segment -> segment.parts().forEach(part -> ids.add(part.partitionId())));
        return ids;
    }
}
