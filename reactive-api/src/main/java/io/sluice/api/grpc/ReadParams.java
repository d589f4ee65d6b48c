package io.sluice.api.grpc;

import io.milvus.grpc.KeyValuePair;
import io.sluice.engine.error.EngineException.InvalidRequest;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The options of a search or query as clients send them: pairs of texts, the parameters of the index once more as a JSON
 * object under {@code params}, which wins. Confined to one thread: what is taken is gone.
 */
final class ReadParams {
    private static final String PARAMS = "params";

    private final Map<String, String> left;

    private ReadParams(Map<String, String> left) {
        this.left = left;
    }

    static ReadParams of(List<KeyValuePair> pairs) {
        Map<String, String> all = new LinkedHashMap<>(KeyValues.toMap(pairs));
        String params = all.remove(PARAMS);
        if (params != null) {
            all.putAll(JsonValues.members(PARAMS, params));
        }
        return new ReadParams(all);
    }

    /** Without looking for parameters of an index. */
    static ReadParams ofPairs(List<KeyValuePair> pairs) {
        return new ReadParams(new LinkedHashMap<>(KeyValues.toMap(pairs)));
    }

    String text(String name, String otherwise) {
        String value = left.remove(name);
        return value == null ? otherwise : value;
    }

    /** Python writes {@code True}, others {@code true}. */
    boolean flag(String name) {
        return text(name, "").toLowerCase(Locale.ROOT).equals("true");
    }

    /** @throws InvalidRequest for what is neither true nor false: a misspelt one would answer other rows */
    boolean ignoreGrowing() {
        String value = text("ignore_growing", "false");
        if (!value.equalsIgnoreCase("true") && !value.equalsIgnoreCase("false")) {
            throw new InvalidRequest(
                    "parse ignore growing field failed: ignore_growing=" + value + ". Send true or false");
        }
        return value.equalsIgnoreCase("true");
    }

    /** @throws InvalidRequest {@code N [text] is invalid} when it is no whole number */
    long number(String name, long otherwise) {
        String sent = text(name, "");
        if (sent.isEmpty()) {
            return otherwise;
        }
        String value = sent.strip();
        try {
            return Long.parseLong(value);
        } catch (NumberFormatException noInteger) {
            throw new InvalidRequest(name + " [" + value + "] is invalid: invalid parameter. Send a whole number");
        }
    }

    /**
     * @param none what stands for "no limit"
     * @throws InvalidRequest for a limit that is sent and below 1, {@code none} included
     */
    long limit(long none) {
        boolean sent = !left.getOrDefault("limit", "").isEmpty();
        long limit = number("limit", none);
        if (sent && limit < 1) {
            throw new InvalidRequest(
                    "invalid max query result window, limit [" + limit + "] is invalid, should be greater than 0");
        }
        return limit;
    }

    int smallNumber(String name, int otherwise) {
        long value = number(name, otherwise);
        return Math.clamp(value, Integer.MIN_VALUE, Integer.MAX_VALUE);
    }

    /** Refuses the request when one of these is given a value. */
    void refuse(String... names) {
        for (String name : names) {
            if (!text(name, "").isBlank()) {
                throw CollectionMapper.unsupported("search parameter " + name, "Leave it out");
            }
        }
    }

    /** What nobody took: parameters of the index. */
    Map<String, String> rest() {
        return Map.copyOf(left);
    }
}
