package io.sluice.api.nativehttp;

import io.sluice.engine.load.OperationKind;
import io.sluice.engine.load.OperationView;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which operations to list. Immutable.
 *
 * @param states empty = all
 * @param kind null = both
 * @param database null = all
 * @param collection null = all
 * @param limit the newest so many
 */
record OperationQuery(
        Set<String> states,
        @Nullable OperationKind kind,
        @Nullable String database,
        @Nullable String collection,
        int limit) {
    boolean passes(OperationView view) {
        return (states.isEmpty() || states.contains(view.state()))
                && (kind == null || kind == view.kind())
                && (database == null || database.equals(view.database()))
                && (collection == null || collection.equals(view.collection()));
    }
}
