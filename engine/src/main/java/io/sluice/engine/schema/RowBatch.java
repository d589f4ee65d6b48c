package io.sluice.engine.schema;

import java.util.Map;

/**
 * Rows as a client sent them: columns by field name, each with {@code rowCount} rows. A column may be missing (default
 * or null applies); {@code $meta} holds one JSON object per row. Not yet checked: {@link RowRules} does that and turns
 * it into a {@link ColumnBatch}.
 */
public record RowBatch(int rowCount, Map<String, Column> columns) {
    public RowBatch {
        columns = Map.copyOf(columns);
    }
}
