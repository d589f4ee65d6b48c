package io.sluice.api.rest;

import io.sluice.engine.schema.IndexDefinition;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * One entry of {@code indexParams}. Immutable.
 *
 * @param definition without ids; name, type and metric may be empty
 */
record IndexWire(String field, IndexDefinition definition) {
    private static final String TYPE = "index_type";
    private static final String METRIC = "metric_type";

    static IndexWire of(String field, String name, String type, String metric) {
        return new IndexWire(field, new IndexDefinition(0, name, 0, type, metric, Map.of()));
    }

    static List<IndexWire> listOf(JsonFields fields) {
        return fields.objects("indexParams").stream().map(IndexWire::of).toList();
    }

    /** Type and metric may stand among the {@code params} as well, spelled as gRPC does. */
    private static IndexWire of(JsonFields index) {
        index.require("IndexParam", "fieldName");
        Map<String, String> params = new LinkedHashMap<>(index.object("params").options());
        String typeInParams = params.remove(TYPE);
        String metricInParams = params.remove(METRIC);
        String field = index.text("fieldName", "");
        return new IndexWire(
                field,
                new IndexDefinition(
                        0,
                        index.text("indexName", ""),
                        0,
                        index.text("indexType", typeInParams == null ? "" : typeInParams),
                        index.text("metricType", metricInParams == null ? "" : metricInParams),
                        params));
    }
}
