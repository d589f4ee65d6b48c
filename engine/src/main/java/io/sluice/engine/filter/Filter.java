package io.sluice.engine.filter;

import io.sluice.engine.schema.CollectionSchema;
import io.sluice.engine.schema.Keys;
import io.sluice.engine.segment.RowBlock;
import io.sluice.engine.segment.RowMask;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A checked filter, ready to run on any block of the collection. Immutable and thread-safe. */
public final class Filter {
    private Filter() {}

    /**
     * Parses and checks an expression.
     *
     * @param text not blank
     * @param templates values of {@code {name}} placeholders: Boolean, Long, Double, String or List of these
     * @throws io.sluice.engine.error.EngineException.InvalidRequest with the position and what was expected
     */
    public static Filter parse(String text, CollectionSchema schema, Map<String, Object> templates) {
        throw new UnsupportedOperationException();
    }

    /** The fields it reads, {@code $meta} included. */
    public Set<Integer> fieldIds() {
        throw new UnsupportedOperationException();
    }

    /** The names of dynamic-field keys it reads. */
    public Set<String> dynamicKeys() {
        throw new UnsupportedOperationException();
    }

    /** The keys, if the whole filter is {@code pk == v} or {@code pk in [...]}: a lookup instead of a scan. */
    public Optional<Keys> primaryKeys() {
        throw new UnsupportedOperationException();
    }

    /**
     * The rows for which the filter is true (unknown is not true).
     *
     * @param among rows to look at; null = all. The answer is a subset of it
     */
    public RowMask evaluate(RowBlock block, @Nullable RowMask among) {
        throw new UnsupportedOperationException();
    }
}
