package io.sluice.engine.segment;

import java.util.Map;
import java.util.Set;

/**
 * A run of rows as columns: a whole sealed segment, or one slab of a growing one. Views only; valid while the leases
 * under it are open.
 *
 * @param columns by field id; only what is loaded. The timestamp column is always there
 */
public record RowBlock(int rowCount, Map<Integer, ColumnView> columns) {
    public RowBlock {
        columns = Map.copyOf(columns);
    }

    public boolean has(int fieldId) {
        return columns.containsKey(fieldId);
    }

    /** @throws IllegalStateException if the field is not loaded; callers check against the load spec first */
    public ColumnView column(int fieldId) {
        ColumnView column = columns.get(fieldId);
        if (column == null) {
            throw new IllegalStateException("field is not loaded: fieldId=" + fieldId + ", loaded=" + fieldIds());
        }
        return column;
    }

    public Set<Integer> fieldIds() {
        return columns.keySet();
    }
}
