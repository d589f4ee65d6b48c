package io.sluice.engine.collection;

import io.sluice.engine.catalog.DeltaRecord;
import io.sluice.engine.catalog.PartitionRecord;
import io.sluice.engine.segment.Deletes;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A partition's files and unsealed writes. Guarded by the lock of its collection. */
final class Partition {
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

    /** When {@link #growing} last took rows; for the idle seal. */
    long lastWriteMillis;

    Partition(PartitionRecord record) {
        this.record = record;
    }

    long id() {
        return record.id();
    }

    String name() {
        return record.name();
    }
}
