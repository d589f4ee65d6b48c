package io.sluice.engine.collection;

import io.sluice.engine.catalog.DatabaseRecord;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** A database: collections and aliases by name. Thread-safe; changed under the namespace's DDL lock only. */
public final class Database {
    private volatile DatabaseRecord record;
    final Map<String, Collection> collections = new ConcurrentHashMap<>();
    final Map<String, Collection> aliases = new ConcurrentHashMap<>();

    Database(DatabaseRecord record) {
        this.record = record;
    }

    public DatabaseRecord record() {
        return record;
    }

    /** After a change of properties was committed. */
    void update(DatabaseRecord changed) {
        record = changed;
    }

    public Map<String, String> properties() {
        return record.properties();
    }

    public String name() {
        return record.name();
    }
}
