package io.sluice.engine.collection;

import io.sluice.engine.catalog.DeltaRecord;
import java.util.List;
import java.util.Map;

/**
 * The files of one partition at one moment. Immutable.
 *
 * @param deletedRows by segment, of those in memory: how many rows are deleted, by deletes in files or not
 */
public record PartitionFiles(
        long partitionId, List<SealedFiles> segments, List<DeltaRecord> deltas, Map<Long, Long> deletedRows) {
    public PartitionFiles {
        segments = List.copyOf(segments);
        deltas = List.copyOf(deltas);
        deletedRows = Map.copyOf(deletedRows);
    }
}
