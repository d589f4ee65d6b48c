package io.sluice.api.grpc;

import io.sluice.engine.error.EngineException.InvalidRequest;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The little JSON that hides in texts of the protocol. */
final class JsonValues {
    static final JsonMapper JSON = JsonMapper.shared();

    private JsonValues() {}

    /** The members of an object as texts; numbers and flags as they are written. Nothing for a blank text. */
    static Map<String, String> members(String name, String json) {
        Map<String, String> members = new LinkedHashMap<>();
        if (!json.isBlank()) {
            JsonNode node = parse(name, json);
            if (!node.isObject()) {
                throw malformed(name, json, "it is no object");
            }
            node.propertyStream().forEach(member -> members.put(member.getKey(), text(member.getValue())));
        }
        return members;
    }

    private static String text(JsonNode value) {
        return value.isString() ? value.asString() : value.toString();
    }

    /** A flag, a number, a text, or a list of these. */
    static Object read(String name, String json) {
        return value(name, parse(name, json));
    }

    private static Object value(String name, JsonNode node) {
        if (node.isBoolean()) {
            return node.asBoolean();
        }
        if (node.isIntegralNumber() && node.canConvertToLong()) {
            return node.asLong();
        }
        if (node.isNumber()) {
            return node.asDouble();
        }
        if (node.isString()) {
            return node.asString();
        }
        if (node.isArray()) {
            List<Object> values =
                    node.valueStream().map(element -> value(name, element)).toList();
            return values;
        }
        throw malformed(name, node.toString(), "it is no bool, number, string or list");
    }

    private static JsonNode parse(String name, String json) {
        try {
            return JSON.readTree(json);
        } catch (JacksonException broken) {
            throw malformed(name, json, broken.getOriginalMessage());
        }
    }

    private static InvalidRequest malformed(String name, String json, String why) {
        return new InvalidRequest("parameter " + name + " is not the JSON that is expected: invalid parameter: value="
                + json + ": " + why);
    }
}
