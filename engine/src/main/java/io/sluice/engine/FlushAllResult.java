package io.sluice.engine;

import java.util.List;

/** @param timestamp every write to these collections up to this hybrid timestamp is in files */
public record FlushAllResult(long timestamp, List<FlushResult> collections) {
    public FlushAllResult {
        collections = List.copyOf(collections);
    }
}
