package io.sluice.engine.schema;

import java.util.Map;

/**
 * An index as the user declared it. Immutable.
 *
 * @param id given by the engine; 0 in a request to create
 * @param name unique in the collection; defaults to the field's name
 * @param type as declared and described, such as {@code AUTOINDEX}, {@code HNSW} or {@code STL_SORT}
 * @param metric {@code L2}, {@code IP}, {@code COSINE}; on a field that is no vector it means nothing and is mostly empty
 * @param params as declared, such as {@code M} and {@code efConstruction}
 */
public record IndexDefinition(
        long id, String name, int fieldId, String type, String metric, Map<String, String> params) {
    public IndexDefinition {
        params = Map.copyOf(params);
    }
}
