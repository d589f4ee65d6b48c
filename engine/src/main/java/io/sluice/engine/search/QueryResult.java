package io.sluice.engine.search;

import java.util.List;

/**
 * Rows as columns.
 *
 * @param outputFields the names as the user asked for them, {@code *} expanded, the key added
 */
public record QueryResult(
        int rowCount, List<OutputColumn> columns, List<String> outputFields, String primaryField, long timestamp) {
    public QueryResult {
        columns = List.copyOf(columns);
        outputFields = List.copyOf(outputFields);
    }
}
