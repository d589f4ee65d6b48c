package io.sluice.engine.schema;

import java.util.List;

/**
 * Checked rows: exactly one column per field of the schema, in schema order, with defaults filled in and keys given.
 *
 * @param columns aligned with {@link CollectionSchema#fields()}
 */
public record ColumnBatch(int rowCount, List<Column> columns) {
    public ColumnBatch {
        columns = List.copyOf(columns);
    }
}
