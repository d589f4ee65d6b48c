package io.sluice.api.grpc;

import io.milvus.grpc.KeyValuePair;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Milvus's lists of key and value as maps; of a key that comes twice the last value counts. */
final class KeyValues {
    private KeyValues() {}

    static Map<String, String> toMap(List<KeyValuePair> pairs) {
        Map<String, String> map = new LinkedHashMap<>();
        for (KeyValuePair pair : pairs) {
            map.put(pair.getKey(), pair.getValue());
        }
        return map;
    }

    /** Sorted by key, so that answers do not change from one call to the next. */
    static List<KeyValuePair> of(Map<String, String> map) {
        List<KeyValuePair> pairs = new ArrayList<>();
        map.entrySet().stream().sorted(Map.Entry.comparingByKey()).forEach(entry -> pairs.add(pair(entry)));
        return pairs;
    }

    private static KeyValuePair pair(Map.Entry<String, String> entry) {
        return of(entry.getKey(), entry.getValue());
    }

    static KeyValuePair of(String key, String value) {
        return KeyValuePair.newBuilder().setKey(key).setValue(value).build();
    }
}
