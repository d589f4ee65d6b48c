package io.sluice.api.grpc;

import io.milvus.grpc.JSONArray;
import io.milvus.grpc.TemplateArrayValue;
import io.milvus.grpc.TemplateValue;
import io.sluice.engine.error.EngineException.InvalidRequest;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Values of the placeholders in a filter, as the engine takes them: flags, numbers, texts and lists of these. */
final class Templates {
    private Templates() {}

    static Map<String, Object> values(Map<String, TemplateValue> sent) {
        Map<String, Object> values = new HashMap<>();
        sent.forEach((name, value) -> values.put(name, value(name, value)));
        return values;
    }

    private static Object value(String name, TemplateValue value) {
        return switch (value.getValCase()) {
            case BOOL_VAL -> value.getBoolVal();
            case INT64_VAL -> value.getInt64Val();
            case FLOAT_VAL -> value.getFloatVal();
            case STRING_VAL -> value.getStringVal();
            case ARRAY_VAL -> list(name, value.getArrayVal());
            case VAL_NOT_SET -> throw withoutValue(name);
        };
    }

    private static List<?> list(String name, TemplateArrayValue array) {
        return switch (array.getDataCase()) {
            case BOOL_DATA -> array.getBoolData().getDataList();
            case LONG_DATA -> array.getLongData().getDataList();
            case DOUBLE_DATA -> array.getDoubleData().getDataList();
            case STRING_DATA -> List.copyOf(array.getStringData().getDataList());
            case ARRAY_DATA ->
                array.getArrayData().getDataList().stream()
                        .map(inner -> list(name, inner))
                        .toList();
            case JSON_DATA -> json(name, array.getJsonData());
            case DATA_NOT_SET -> List.of();
        };
    }

    /** A list of mixed values: clients send each as JSON. */
    private static List<Object> json(String name, JSONArray values) {
        return values.getDataList().stream()
                .map(value -> JsonValues.read(name, value.toStringUtf8()))
                .toList();
    }

    private static InvalidRequest withoutValue(String name) {
        return new InvalidRequest("the value of expression template variable name {" + name
                + "} is not found: invalid parameter. Send a value of type bool, number, string or list");
    }
}
