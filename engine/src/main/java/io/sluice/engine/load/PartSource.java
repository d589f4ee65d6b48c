package io.sluice.engine.load;

import io.sluice.engine.catalog.PartRecord;
import io.sluice.engine.segment.FilledColumn;
import io.sluice.engine.segment.PartFileWriter;
import org.jspecify.annotations.Nullable;

/**
 * One part that a load brings into memory: a field or an index of one sealed segment.
 *
 * <p>A field that was added after the segment was written is in no file: its part is made up, see {@code filled}.
 *
 * @param segmentId the part belongs to
 * @param key of the file in the store
 * @param fileKind segment data or index
 * @param ownerId that the file header must carry
 * @param part where it lies in the file
 * @param indexId 0 for a field
 * @param name for messages: {@code field word} or {@code index vector}
 * @param filled what to fill the memory with instead of reading it; null = it is in the file
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
        String name,
        @Nullable FilledColumn filled) {
    /** A part that is in the file. */
    public PartSource(
            long segmentId,
            long partitionId,
            String partition,
            int rowCount,
            String key,
            PartFileWriter.Kind fileKind,
            long ownerId,
            PartRecord part,
            long indexId,
            String name) {
        this(segmentId, partitionId, partition, rowCount, key, fileKind, ownerId, part, indexId, name, null);
    }
}
