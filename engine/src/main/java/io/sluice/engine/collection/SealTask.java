package io.sluice.engine.collection;

import io.sluice.engine.schema.Keys;
import io.sluice.engine.segment.Deletes;
import io.sluice.engine.segment.GrowingSegment;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The writes of one partition up to a point in the log, on their way into files. Immutable.
 *
 * @param segmentId of {@code rows}, which the sealed segment takes over; 0 when there are no rows
 * @param rows no longer written to, except for deletes; null when only deletes are sealed
 * @param deletes up to {@code throughLsn} since the last seal
 */
public record SealTask(
        Collection collection,
        long partitionId,
        long segmentId,
        @Nullable GrowingSegment rows,
        List<Deletes> deletes,
        long throughLsn) {
    public SealTask {
        deletes = List.copyOf(deletes);
    }

    /** All deletes as one; at least one list of them is there. */
    public Deletes allDeletes() {
        long[] timestamps = deletes.stream()
                .flatMapToLong(part -> Arrays.stream(part.timestamps()))
                .toArray();
        boolean numbers = deletes.getFirst().keys() instanceof Keys.LongKeys;
        Keys keys = numbers
                ? new Keys.LongKeys(deletes.stream()
                        .flatMapToLong(part -> Arrays.stream(((Keys.LongKeys) part.keys()).values()))
                        .toArray())
                : new Keys.StringKeys(deletes.stream()
                        .flatMap(part -> ((Keys.StringKeys) part.keys()).values().stream())
                        .toList());
        return new Deletes(keys, timestamps);
    }
}
