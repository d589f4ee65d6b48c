package io.sluice.engine.schema;

/** Gives the keys of collections with auto id; each one once. Thread-safe. */
@FunctionalInterface
public interface IdSource {
    long nextId();
}
