package io.sluice.engine.index;

import io.sluice.engine.distance.Metric;
import io.sluice.engine.schema.FieldSchema;
import io.sluice.engine.schema.IndexDefinition;
import java.util.Map;

/** A checked index definition: what is really built. */
public sealed interface IndexSpec {
    Metric metric();

    /** Exact scan of the vectors; has no file. */
    record Flat(Metric metric) implements IndexSpec {}

    /** A navigable small world graph. */
    record Hnsw(Metric metric, int m, int efConstruction) implements IndexSpec {}

    /**
     * Checks what a user declared for a field.
     *
     * @throws io.sluice.engine.error.EngineException.InvalidRequest with Milvus's text for unknown types, metrics and
     *     parameters out of range
     */
    static IndexSpec of(FieldSchema field, IndexDefinition definition) {
        throw new UnsupportedOperationException();
    }

    /** @throws io.sluice.engine.error.EngineException.InvalidRequest for values that this index cannot use */
    default void checkSearchParams(Map<String, String> params, int limit) {
        throw new UnsupportedOperationException();
    }

    /** Whether a sealed segment of so many rows gets a file; below, an exact scan counts as built. */
    default boolean needsFile(int rowCount) {
        throw new UnsupportedOperationException();
    }
}
