package io.sluice.api.grpc;

import io.milvus.grpc.IndexState;
import io.sluice.engine.IndexDescription;
import io.sluice.engine.schema.IndexDefinition;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Index definitions to and from lists of key and value.
 *
 * <p>Clients send the parameters of an index flat ({@code M=16}), as a JSON object under {@code params}, or both; the
 * object wins. They also read them either way, so both are answered.
 */
final class IndexMapper {
    private static final String TYPE = "index_type";
    private static final String METRIC = "metric_type";
    private static final String PARAMS = "params";

    private IndexMapper() {}

    static IndexDefinition definition(String name, Map<String, String> sent) {
        Map<String, String> params = new LinkedHashMap<>(sent);
        String type = take(params, TYPE);
        String metric = take(params, METRIC);
        params.putAll(JsonValues.members(PARAMS, take(params, PARAMS)));
        return new IndexDefinition(
                0,
                name,
                0,
                type.isEmpty() ? take(params, TYPE) : type,
                metric.isEmpty() ? take(params, METRIC) : metric,
                params);
    }

    private static String take(Map<String, String> params, String key) {
        String value = params.remove(key);
        return value == null ? "" : value;
    }

    static io.milvus.grpc.IndexDescription describe(IndexDescription index) {
        IndexDefinition definition = index.definition();
        var description = io.milvus.grpc.IndexDescription.newBuilder()
                .setIndexName(definition.name())
                .setIndexID(definition.id())
                .setFieldName(index.fieldName())
                .setIndexedRows(index.indexedRows())
                .setTotalRows(index.totalRows())
                .setPendingIndexRows(index.pendingRows())
                .setState(state(index))
                .setIndexStateFailReason(index.failReason())
                .addAllParams(KeyValues.of(definition.params()))
                .addParams(KeyValues.of(TYPE, definition.type()));
        if (!definition.metric().isEmpty()) {
            description.addParams(KeyValues.of(METRIC, definition.metric()));
        }
        if (!definition.params().isEmpty()) {
            description.addParams(KeyValues.of(PARAMS, JsonValues.JSON.writeValueAsString(definition.params())));
        }
        return description.build();
    }

    private static IndexState state(IndexDescription index) {
        return switch (index.state()) {
            case "Finished" -> IndexState.Finished;
            case "Failed" -> IndexState.Failed;
            default -> IndexState.InProgress;
        };
    }
}
