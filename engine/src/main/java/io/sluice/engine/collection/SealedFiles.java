package io.sluice.engine.collection;

import io.sluice.engine.catalog.IndexFileRecord;
import io.sluice.engine.catalog.SegmentRecord;
import java.util.HashMap;
import java.util.Map;

/**
 * The files of one sealed segment: its data and the indexes built so far. Immutable.
 *
 * @param indexes by index id
 */
public record SealedFiles(SegmentRecord segment, Map<Long, IndexFileRecord> indexes) {
    public SealedFiles {
        indexes = Map.copyOf(indexes);
    }

    SealedFiles withIndex(IndexFileRecord file) {
        Map<Long, IndexFileRecord> more = new HashMap<>(indexes);
        more.put(file.indexId(), file);
        return new SealedFiles(segment, more);
    }

    SealedFiles withoutIndex(long indexId) {
        Map<Long, IndexFileRecord> fewer = new HashMap<>(indexes);
        fewer.remove(indexId);
        return new SealedFiles(segment, fewer);
    }

    long sizeBytes() {
        return segment.sizeBytes()
                + indexes.values().stream()
                        .mapToLong(IndexFileRecord::sizeBytes)
                        .sum();
    }
}
