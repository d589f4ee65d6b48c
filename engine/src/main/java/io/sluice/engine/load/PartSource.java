package io.sluice.engine.load;

import io.sluice.engine.catalog.PartRecord;
import io.sluice.engine.segment.PartFileWriter;

/**
 * One part that a load brings into memory: a field or an index of one sealed segment.
 *
 * @param segmentId the part belongs to
 * @param key of the file in the store
 * @param fileKind segment data or index
 * @param ownerId that the file header must carry
 * @param part where it lies in the file
 * @param indexId 0 for a field
 * @param name for messages: {@code field word} or {@code index vector}
 */
public record PartSource(
        long segmentId,
        long partitionId,
        String partition,
        int rowCount,
        String key,
        PartFileWriter.Kind fileKind,
        long ownerId,
        PartRecord part,
        long indexId,
        String name) {}
