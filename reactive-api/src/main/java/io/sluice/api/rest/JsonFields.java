package io.sluice.api.rest;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The keys of a JSON object with the types that a verb expects. A key of another type is code 1801; a missing one, a
 * {@code null} and one that nobody asks for are no error. Immutable.
 *
 * @param path of the object in the body for messages; empty for the body itself, otherwise ending with a dot
 */
record JsonFields(ObjectNode node, String path) {
    /** The value, or null when the key is missing or {@code null}. */
    @Nullable
    JsonNode find(String key) {
        JsonNode value = node.get(key);
        return value == null || value.isNull() ? null : value;
    }

    boolean has(String key) {
        return find(key) != null;
    }

    /** Absent, {@code false}, an empty text, list or object: nothing that would have an effect. */
    boolean isBlank(String key) {
        JsonNode value = find(key);
        return value == null
                || (value.isString() && value.asString().isEmpty())
                || (value.isContainer() && value.isEmpty())
                || (value.isBoolean() && !value.asBoolean());
    }

    String text(String key, String otherwise) {
        JsonNode value = find(key);
        if (value == null) {
            return otherwise;
        }
        if (!value.isString()) {
            throw wrongType(key, value, "string");
        }
        return value.asString();
    }

    boolean flag(String key, boolean otherwise) {
        JsonNode value = find(key);
        if (value == null) {
            return otherwise;
        }
        if (value.isString()
                && (value.asString().equalsIgnoreCase("true")
                        || value.asString().equalsIgnoreCase("false"))) {
            return value.asString().equalsIgnoreCase("true");
        }
        if (!value.isBoolean()) {
            throw wrongType(key, value, "bool");
        }
        return value.asBoolean();
    }

    /** A whole number; a text of digits counts, as many clients send options so. */
    int integer(String key, int otherwise) {
        JsonNode value = find(key);
        if (value == null) {
            return otherwise;
        }
        if (value.isIntegralNumber() && value.canConvertToInt()) {
            return value.asInt();
        }
        if (value.isString()) {
            try {
                return Integer.parseInt(value.asString());
            } catch (NumberFormatException _) {
                throw wrongType(key, value, "int32");
            }
        }
        throw wrongType(key, value, "int32");
    }

    /** A whole number of 64 bits; a text of digits counts. */
    long number(String key, long otherwise) {
        JsonNode value = find(key);
        return value == null ? otherwise : number(key, value);
    }

    private long number(String key, JsonNode value) {
        if (value.isIntegralNumber() && value.canConvertToLong()) {
            return value.asLong();
        }
        if (value.isString()) {
            try {
                return Long.parseLong(value.asString());
            } catch (NumberFormatException _) {
                throw wrongType(key, value, "int64");
            }
        }
        throw wrongType(key, value, "int64");
    }

    /** A list of whole numbers of 64 bits; empty when missing. */
    List<Long> numbers(String key) {
        JsonNode value = find(key);
        if (value == null) {
            return List.of();
        }
        if (!value.isArray()) {
            throw wrongType(key, value, "[]int64");
        }
        List<Long> numbers = new ArrayList<>(value.size());
        for (JsonNode element : value) {
            numbers.add(number(key + "[" + numbers.size() + "]", element));
        }
        return numbers;
    }

    /** A list of texts; empty when missing. */
    List<String> texts(String key) {
        JsonNode value = find(key);
        if (value == null) {
            return List.of();
        }
        if (!value.isArray()) {
            throw wrongType(key, value, "[]string");
        }
        List<String> texts = new ArrayList<>(value.size());
        for (JsonNode element : value) {
            if (!element.isString()) {
                throw wrongType(key + "[" + texts.size() + "]", element, "string");
            }
            texts.add(element.asString());
        }
        return texts;
    }

    /** An object; an empty one when missing. */
    JsonFields object(String key) {
        JsonNode value = find(key);
        if (value == null) {
            return new JsonFields(Json.TREES.createObjectNode(), path + key + ".");
        }
        if (!(value instanceof ObjectNode object)) {
            throw wrongType(key, value, "object");
        }
        return new JsonFields(object, path + key + ".");
    }

    /** A list of objects; empty when missing. */
    List<JsonFields> objects(String key) {
        JsonNode value = find(key);
        if (value == null) {
            return List.of();
        }
        if (!value.isArray()) {
            throw wrongType(key, value, "[]object");
        }
        List<JsonFields> objects = new ArrayList<>(value.size());
        for (JsonNode element : value) {
            String place = key + "[" + objects.size() + "]";
            if (!(element instanceof ObjectNode object)) {
                throw wrongType(place, element, "object");
            }
            objects.add(new JsonFields(object, path + place + "."));
        }
        return objects;
    }

    /** Every key with its value as text, as options travel in Milvus; containers keep their JSON. */
    Map<String, String> options() {
        Map<String, String> options = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> option : node.properties()) {
            if (!option.getValue().isNull()) {
                options.put(option.getKey(), optionText(option.getValue()));
            }
        }
        return options;
    }

    static String optionText(JsonNode value) {
        return value.isString() ? value.asString() : value.toString();
    }

    /** Values of filter placeholders: Boolean, Long, Double, String, or a list of them. */
    Map<String, Object> templates() {
        Map<String, Object> templates = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> template : node.properties()) {
            templates.put(template.getKey(), templateValue(template.getKey(), template.getValue()));
        }
        return templates;
    }

    private Object templateValue(String key, JsonNode value) {
        if (value.isBoolean()) {
            return value.asBoolean();
        }
        if (value.isIntegralNumber() && value.canConvertToLong()) {
            return value.asLong();
        }
        if (value.isNumber()) {
            return value.asDouble();
        }
        if (value.isString()) {
            return value.asString();
        }
        if (value.isArray()) {
            List<Object> values = new ArrayList<>(value.size());
            for (JsonNode element : value) {
                values.add(templateValue(key + "[" + values.size() + "]", element));
            }
            return values;
        }
        throw wrongType(key, value, "bool, number, string or list");
    }

    /**
     * Refuses the request, naming all that is missing, when a key is missing, {@code null} or an empty text.
     *
     * @param request the name of the request as Milvus's validator prints it
     */
    void require(String request, String... keys) {
        StringBuilder missing = new StringBuilder();
        for (String key : keys) {
            JsonNode value = find(key);
            if (value == null || (value.isString() && value.asString().isEmpty())) {
                missing.append(missing.isEmpty() ? "" : "\n").append(validatorLine(request, key));
            }
        }
        if (!missing.isEmpty()) {
            throw RestRefusal.missing(missing.toString());
        }
    }

    static String validatorLine(String request, String key) {
        String field = Character.toUpperCase(key.charAt(0)) + key.substring(1);
        return "Key: '" + request + "." + field + "' Error:Field validation for '" + field
                + "' failed on the 'required' tag";
    }

    RestRefusal wrongType(String key, JsonNode value, String expected) {
        String text = value.toString();
        return RestRefusal.badJson("cannot unmarshal " + kind(value) + " into field " + path + key + " of type "
                + expected + ": value=" + (text.length() > 64 ? text.substring(0, 64) + "..." : text));
    }

    private static String kind(JsonNode value) {
        return value.isBoolean()
                ? "bool"
                : value.isNumber() ? "number" : value.isString() ? "string" : value.isArray() ? "array" : "object";
    }
}
