package io.sluice.engine.load;

import java.util.List;

/** @param partitions by name; empty = the whole collection */
public record ReleaseRequest(String database, String collection, List<String> partitions) {
    public ReleaseRequest {
        partitions = List.copyOf(partitions);
    }
}
