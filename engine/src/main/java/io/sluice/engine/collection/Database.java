package io.sluice.engine.collection;

import io.sluice.engine.catalog.DatabaseRecord;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** A database: collections and aliases by name. Thread-safe; changed under the namespace's DDL lock only. */
public final class Database {
    private final DatabaseRecord record;
    final Map<String, Collection> collections = new ConcurrentHashMap<>();
    final Map<String, Collection> aliases = new ConcurrentHashMap<>();

    Database(DatabaseRecord record) {
        this.record = record;
    }

    public DatabaseRecord record() {
        return record;
    }

    public String name() {
        return record.name();
    }
}
