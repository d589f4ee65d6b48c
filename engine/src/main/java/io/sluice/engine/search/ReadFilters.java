package io.sluice.engine.search;

import io.sluice.engine.collection.ReadView;
import io.sluice.engine.error.EngineException;
import io.sluice.engine.filter.Filter;
import io.sluice.engine.schema.FieldSchema;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Filters of requests: parsed, and refused when they read what is not loaded. */
final class ReadFilters {
    private ReadFilters() {}

    /** Null when there is none. */
    static @Nullable Filter parse(String text, Map<String, Object> templates, ReadView view) {
        if (text.isBlank()) {
            return null;
        }
        Filter filter = Filter.parse(text, view.schema(), templates);
        checkLoaded(filter, view);
        return filter;
    }

    static void checkLoaded(Filter filter, ReadView view) {
        Set<Integer> missing = new HashSet<>(filter.fieldIds());
        missing.removeAll(view.loadedFields());
        missing.remove(view.schema().primaryKey().id());
        for (int fieldId : missing) {
            FieldSchema field = view.schema().get(fieldId);
            throw new EngineException.InvalidRequest("field " + field.name() + " is not loaded");
        }
    }
}
