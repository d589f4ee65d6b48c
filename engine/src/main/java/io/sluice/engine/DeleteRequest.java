package io.sluice.engine;

import io.sluice.engine.schema.Keys;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * @param partition empty = all
 * @param ids by key; otherwise {@code filter} counts
 */
public record DeleteRequest(
        String database,
        String collection,
        String partition,
        @Nullable Keys ids,
        String filter,
        Map<String, Object> templates) {
    public DeleteRequest {
        templates = Map.copyOf(templates);
    }
}
