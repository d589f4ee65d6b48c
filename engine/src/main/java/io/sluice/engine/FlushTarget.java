package io.sluice.engine;

import java.util.List;

/** @param collections names; empty = all of the database */
public record FlushTarget(String database, List<String> collections) {
    public FlushTarget {
        collections = List.copyOf(collections);
    }
}
