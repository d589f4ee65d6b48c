package io.sluice.engine.collection;

import io.sluice.engine.catalog.DeltaRecord;
import io.sluice.engine.catalog.PartitionRecord;
import io.sluice.engine.segment.Deletes;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A partition's files and unsealed writes. Guarded by the lock of its collection. */
final class Partition {
    static final long NOTHING = 0;

    PartitionRecord record;

    /** Takes inserts; null until the first row after a seal. */
    @Nullable
    GrowingRows growing;

    /** Logged deletes since the last seal, in log order. */
    List<Deletes> deletes = new ArrayList<>();

    /** Deletes of a seal under way, until its delta file is committed. */
    List<Deletes> sealingDeletes = List.of();

    final Map<Long, SealedFiles> sealed = new LinkedHashMap<>();
    final List<DeltaRecord> deltas = new ArrayList<>();

    /**
     * Which segment has the rows of one that was merged away, or {@link #NOTHING}. Kept while memory or the plan of a load
     * may still have the old one.
     */
    final Map<Long, Long> mergedInto = new HashMap<>();

    /** Segments and deltas that were merged away, whose files the plan of a load may still want. */
    final Map<Long, SealedFiles> replaced = new LinkedHashMap<>();

    final List<DeltaRecord> replacedDeltas = new ArrayList<>();

    /** When {@link #growing} last took rows; for the idle seal. */
    long lastWriteMillis;

    Partition(PartitionRecord record) {
        this.record = record;
    }

    long id() {
        return record.id();
    }

    /** The files of a segment that is sealed, or was until a merge; null when nobody knows it. */
    @Nullable
    SealedFiles filesOf(long segmentId) {
        SealedFiles files = sealed.get(segmentId);
        return files == null ? replaced.get(segmentId) : files;
    }

    /** Whether the rows of a growing segment are in files by now. */
    boolean isSealed(long segmentId) {
        return sealed.containsKey(segmentId) || mergedInto.containsKey(segmentId);
    }

    /** Whether one of {@code present} has the rows of this segment, or no row of it is left. */
    boolean isSuperseded(long segmentId, Set<Long> present) {
        for (Long at = mergedInto.get(segmentId); at != null; at = mergedInto.get(at)) {
            if (at == NOTHING || present.contains(at)) {
                return true;
            }
        }
        return false;
    }

    /** Forgets merges that neither memory nor a plan knows the inputs of; the others lead to the newest segment. */
    void forgetMerges(Set<Long> inMemory) {
        Map<Long, Long> left = new HashMap<>();
        for (long segmentId : mergedInto.keySet()) {
            if (inMemory.contains(segmentId)) {
                long newest = segmentId;
                for (Long at = mergedInto.get(newest); at != null; at = mergedInto.get(newest)) {
                    newest = at;
                }
                left.put(segmentId, newest);
            }
        }
        mergedInto.clear();
        mergedInto.putAll(left);
    }

    String name() {
        return record.name();
    }
}
