package io.sluice.engine.search;

import io.sluice.engine.collection.ReadView;
import io.sluice.engine.filter.Filter;
import java.util.Map;
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
        filter.describeUnloaded(view.loadedFields()).ifPresent(refusal -> {
            throw refusal;
        });
    }
}
