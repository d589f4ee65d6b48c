package io.sluice.engine.compaction;

import io.sluice.engine.catalog.DeltaRecord;
import io.sluice.engine.catalog.PartRecord;
import io.sluice.engine.catalog.SegmentRecord;
import io.sluice.engine.collection.PartitionFiles;
import io.sluice.engine.collection.SealedFiles;
import io.sluice.engine.schema.CollectionSchema;
import io.sluice.engine.schema.DataType;
import io.sluice.engine.schema.FieldSchema;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Decides which segments of a partition are merged. Stateless.
 *
 * <p>Automatic merges are tiered: a segment that is larger than all smaller ones together waits until they have caught up, so
 * that a row is rewritten once per tier and not once per merge. Only segments with the same fields are merged.
 */
final class CompactionPlanner {
    /** So many small segments are worth a merge. */
    static final int SMALL_SEGMENTS = 8;
    /** A segment is small below this part of the target. */
    static final int SMALL_PART = 4;
    /** A segment is rewritten when so many of its rows are deleted. */
    static final double DELETED_SHARE = 0.2;
    /** Rows of a merged segment: some 24 bytes of heap each while they are sorted. */
    static final long MAX_ROWS = 4L << 20;

    private static final int MAX_INPUTS = 128;
    private static final long MAX_VARYING_BYTES = Integer.MAX_VALUE; // offsets are int32

    private final CollectionSchema schema;
    private final CompactionOrder order;
    private final long horizon;
    private final long expiredThrough;
    private final Map<Long, Long> examined;

    /**
     * @param horizon deletes up to here count
     * @param expiredThrough rows up to here have outlived their time; 0 = none has
     * @param examined by segment: deletes up to this timestamp were looked at and were too few
     */
    CompactionPlanner(
            CollectionSchema schema,
            CompactionOrder order,
            long horizon,
            long expiredThrough,
            Map<Long, Long> examined) {
        this.schema = schema;
        this.order = order;
        this.horizon = horizon;
        this.expiredThrough = expiredThrough;
        this.examined = examined;
    }

    List<CompactionPlan> plan(PartitionFiles files) {
        List<SegmentRecord> segments = files.segments().stream()
                .map(SealedFiles::segment)
                .filter(segment ->
                        order.segmentIds().isEmpty() || order.segmentIds().contains(segment.id()))
                .sorted(Comparator.comparingLong(SegmentRecord::id))
                .toList();
        List<CompactionPlan> plans = new ArrayList<>();
        Set<Long> planned = new HashSet<>();
        if (order.kind() != CompactionOrder.Kind.DELETES) {
            for (List<SegmentRecord> alike : byFields(segments)) {
                for (List<SegmentRecord> inputs : merges(alike)) {
                    plans.add(new CompactionPlan(files.partitionId(), inputs, 0));
                    inputs.forEach(input -> planned.add(input.id()));
                }
            }
        }
        for (SegmentRecord segment : segments) {
            if (!planned.contains(segment.id()) && isWorthRewriting(segment, files)) {
                plans.add(new CompactionPlan(files.partitionId(), List.of(segment), leastDeletedShare()));
            }
        }
        return plans;
    }

    private double leastDeletedShare() {
        return order.kind() == CompactionOrder.Kind.AUTOMATIC ? DELETED_SHARE : 0;
    }

    /** Segments whose files have the same fields of the schema. */
    private Iterable<List<SegmentRecord>> byFields(List<SegmentRecord> segments) {
        Set<Integer> known = new HashSet<>();
        schema.fields().forEach(field -> known.add(field.id()));
        Map<Set<Integer>, List<SegmentRecord>> groups = new LinkedHashMap<>();
        for (SegmentRecord segment : segments) {
            Set<Integer> fields = new HashSet<>();
            segment.parts().stream()
                    .map(PartRecord::partId)
                    .filter(known::contains)
                    .forEach(fields::add);
            groups.computeIfAbsent(fields, _ -> new ArrayList<>()).add(segment);
        }
        return groups.values();
    }

    private List<List<SegmentRecord>> merges(List<SegmentRecord> alike) {
        if (order.kind() == CompactionOrder.Kind.AUTOMATIC) {
            List<SegmentRecord> tier = lowestTier(alike);
            return tier.size() < SMALL_SEGMENTS ? List.of() : packed(tier);
        }
        return packed(alike);
    }

    /** The small segments without those that are larger than all smaller ones together. */
    private List<SegmentRecord> lowestTier(List<SegmentRecord> alike) {
        List<SegmentRecord> small = new ArrayList<>(alike.stream()
                .filter(segment -> segment.sizeBytes() < order.targetBytes() / SMALL_PART)
                .sorted(Comparator.comparingLong(SegmentRecord::sizeBytes))
                .toList());
        long sum = small.stream().mapToLong(SegmentRecord::sizeBytes).sum();
        while (small.size() > 1
                && small.getLast().sizeBytes() > sum - small.getLast().sizeBytes()) {
            sum -= small.removeLast().sizeBytes();
        }
        return small.stream()
                .sorted(Comparator.comparingLong(SegmentRecord::id))
                .toList();
    }

    /** Neighbours in age, as many as stay below the target together, at least two. */
    private List<List<SegmentRecord>> packed(List<SegmentRecord> segments) {
        List<List<SegmentRecord>> packs = new ArrayList<>();
        List<SegmentRecord> open = new ArrayList<>();
        for (SegmentRecord segment : segments) {
            open.add(segment);
            if (!fits(open)) {
                open.removeLast();
                addPack(open, packs);
                open = new ArrayList<>(List.of(segment));
            }
        }
        addPack(open, packs);
        return packs;
    }

    private static void addPack(List<SegmentRecord> pack, List<List<SegmentRecord>> packs) {
        if (pack.size() > 1) {
            packs.add(pack);
        }
    }

    private boolean fits(List<SegmentRecord> inputs) {
        long bytes = 0;
        long rows = 0;
        Map<Integer, Long> varying = new HashMap<>();
        for (SegmentRecord input : inputs) {
            bytes += input.sizeBytes();
            rows += input.rowCount();
            for (PartRecord part : input.parts()) {
                if (isVarying(part.partId())) {
                    varying.merge(part.partId(), part.sizeBytes(), Long::sum);
                }
            }
        }
        return inputs.size() <= MAX_INPUTS
                && bytes <= order.targetBytes()
                && rows <= MAX_ROWS
                && varying.values().stream().allMatch(each -> each <= MAX_VARYING_BYTES);
    }

    private boolean isVarying(int fieldId) {
        for (FieldSchema field : schema.fields()) {
            if (field.id() == fieldId) {
                return field.type().isBytes() || field.type() == DataType.ARRAY;
            }
        }
        return false;
    }

    private boolean isWorthRewriting(SegmentRecord segment, PartitionFiles files) {
        boolean automatic = order.kind() == CompactionOrder.Kind.AUTOMATIC;
        if ((automatic ? segment.maxTimestamp() : segment.minTimestamp()) <= expiredThrough) {
            return true;
        }
        long deletes = 0;
        long through = 0;
        for (DeltaRecord delta : files.deltas()) {
            if (delta.maxTimestamp() <= horizon && segment.mayBeHitBy(delta)) {
                deletes += delta.deleteCount();
                through = Math.max(through, delta.maxTimestamp());
            }
        }
        if (through == 0) {
            return false;
        }
        if (!automatic) {
            return true;
        }
        long deletedRows = files.deletedRows().getOrDefault(segment.id(), deletes);
        return deletedRows >= DELETED_SHARE * segment.rowCount() && examined.getOrDefault(segment.id(), 0L) < through;
    }
}
