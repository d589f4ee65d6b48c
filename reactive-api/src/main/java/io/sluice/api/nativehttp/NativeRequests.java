package io.sluice.api.nativehttp;

import io.sluice.engine.error.EngineException;
import io.sluice.engine.load.LoadRequest;
import io.sluice.engine.load.OperationKind;
import io.sluice.engine.load.ReleaseRequest;
import java.time.DateTimeException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/**
 * Bodies, query parameters and headers as the engine's requests. Pure functions; everything they refuse is an
 * {@link EngineException.InvalidRequest}. What this face does not know is refused by name, never ignored.
 */
final class NativeRequests {
    static final int MAX_OPERATIONS_LISTED = 1_000;

    private static final int OPERATIONS_LISTED = 100;
    private static final Duration MAX_WAIT = Duration.ofMinutes(10);
    private static final List<String> LOAD_KEYS =
            List.of("partitions", "fields", "skipDynamicField", "priority", "refresh", "deadline");
    private static final List<String> RELEASE_KEYS = List.of("partitions");
    private static final List<String> LIST_PARAMETERS = List.of("state", "kind", "database", "collection", "limit");
    private static final List<String> STATES = List.of(
            "queued", "reserving", "copying", "publishing", "loaded", "failed", "cancelled", "releasing", "released");
    private static final Pattern WAIT = Pattern.compile("(?:^|[,;])\\s*wait\\s*=\\s*\"?(\\d{1,9})\"?\\s*(?=$|[,;])");

    private NativeRequests() {}

    /** @param body JSON; empty = everything with the defaults */
    static LoadRequest load(String database, String collection, byte[] body) {
        JsonNode json = object(body, LOAD_KEYS);
        return new LoadRequest(
                database,
                collection,
                texts(json, "partitions"),
                texts(json, "fields"),
                bool(json, "skipDynamicField"),
                0,
                List.of(),
                isLowPriority(json),
                bool(json, "refresh"),
                deadline(json),
                true);
    }

    static ReleaseRequest release(String database, String collection, byte[] body) {
        return new ReleaseRequest(database, collection, texts(object(body, RELEASE_KEYS), "partitions"));
    }

    static OperationQuery operations(Map<String, List<String>> parameters) {
        checkParameters(parameters, LIST_PARAMETERS);
        Set<String> states = split(parameters, "state");
        for (String state : states) {
            if (!STATES.contains(state)) {
                throw refused("unknown operation state: state=" + state + ". Known states: " + STATES);
            }
        }
        return new OperationQuery(
                states,
                kind(first(parameters, "kind")),
                first(parameters, "database"),
                first(parameters, "collection"),
                limit(first(parameters, "limit")));
    }

    private static @Nullable OperationKind kind(@Nullable String text) {
        if (text == null) {
            return null;
        }
        return switch (text.toLowerCase(Locale.ROOT)) {
            case "load" -> OperationKind.LOAD;
            case "release" -> OperationKind.RELEASE;
            default -> throw refused("unknown operation kind: kind=" + text + ". Known kinds: [load, release]");
        };
    }

    private static int limit(@Nullable String text) {
        if (text == null) {
            return OPERATIONS_LISTED;
        }
        try {
            int limit = Integer.parseInt(text);
            if (limit >= 1 && limit <= MAX_OPERATIONS_LISTED) {
                return limit;
            }
        } catch (NumberFormatException e) {
            // falls through to the refusal, which says more
        }
        throw refused("limit is out of range: limit=" + text + ". Send 1 to " + MAX_OPERATIONS_LISTED);
    }

    /** Refuses parameters that the route does not have. */
    static void checkParameters(Map<String, List<String>> parameters, Collection<String> known) {
        for (String name : parameters.keySet()) {
            if (!known.contains(name)) {
                throw refused("unknown query parameter: name=" + name + ". Known parameters: " + known);
            }
        }
    }

    /** A comma-separated parameter, which may also be repeated. */
    static Set<String> split(Map<String, List<String>> parameters, String name) {
        Set<String> values = new LinkedHashSet<>();
        for (String list : parameters.getOrDefault(name, List.of())) {
            Arrays.stream(list.split(","))
                    .map(String::strip)
                    .filter(value -> !value.isEmpty())
                    .forEach(values::add);
        }
        return values;
    }

    /** Null when it is missing or blank. */
    static @Nullable String first(Map<String, List<String>> parameters, String name) {
        List<String> values = parameters.getOrDefault(name, List.of());
        return values.isEmpty() || values.getFirst().isBlank()
                ? null
                : values.getFirst().strip();
    }

    /** What {@code Prefer: wait=N} asks for (RFC 7240), at most ten minutes; malformed preferences are ignored. */
    static Optional<Duration> wait(List<String> preferHeaders) {
        for (String header : preferHeaders) {
            Matcher matcher = WAIT.matcher(header.toLowerCase(Locale.ROOT));
            if (matcher.find()) {
                Duration asked = Duration.ofSeconds(Long.parseLong(matcher.group(1)));
                return Optional.of(asked.compareTo(MAX_WAIT) > 0 ? MAX_WAIT : asked);
            }
        }
        return Optional.empty();
    }

    private static JsonNode object(byte[] body, List<String> known) {
        JsonNode json = parsed(body);
        if (!json.isObject()) {
            throw refused("the body must be a JSON object: found=" + json.getNodeType() + ". Known keys: " + known);
        }
        List<String> unknown = new ArrayList<>(json.propertyNames());
        unknown.removeAll(new HashSet<>(known));
        if (!unknown.isEmpty()) {
            throw refused("unknown key: key=" + String.join(", ", unknown) + ". Known keys: " + known);
        }
        return json;
    }

    private static JsonNode parsed(byte[] body) {
        if (isBlank(body)) {
            return NativeWire.JSON.createObjectNode();
        }
        try {
            return NativeWire.JSON.readTree(body);
        } catch (JacksonException e) {
            var at = e.getLocation();
            throw refused("the body is not JSON: " + e.getOriginalMessage()
                    + (at == null ? "" : ", line=" + at.getLineNr() + ", column=" + at.getColumnNr())
                    + ". Send a JSON object, or no body");
        }
    }

    private static boolean isBlank(byte[] body) {
        for (byte b : body) {
            if (b != ' ' && b != '\n' && b != '\r' && b != '\t') {
                return false;
            }
        }
        return true;
    }

    private static @Nullable JsonNode present(JsonNode json, String key) {
        JsonNode value = json.get(key);
        return value == null || value.isNull() ? null : value;
    }

    private static List<String> texts(JsonNode json, String key) {
        JsonNode value = present(json, key);
        if (value == null) {
            return List.of();
        }
        List<String> texts = new ArrayList<>();
        if (value.isArray()) {
            for (JsonNode element : value) {
                if (element.isString() && !element.stringValue().isBlank()) {
                    texts.add(element.stringValue());
                }
            }
        }
        if (!value.isArray() || texts.size() != value.size()) {
            throw wrongType(key, "an array of names", value);
        }
        return texts;
    }

    private static boolean bool(JsonNode json, String key) {
        JsonNode value = present(json, key);
        if (value == null) {
            return false;
        }
        if (!value.isBoolean()) {
            throw wrongType(key, "true or false", value);
        }
        return value.booleanValue();
    }

    private static boolean isLowPriority(JsonNode json) {
        JsonNode value = present(json, "priority");
        if (value == null) {
            return false;
        }
        return switch (value.isString() ? value.stringValue().toLowerCase(Locale.ROOT) : "") {
            case "low" -> true;
            case "high" -> false;
            default -> throw wrongType("priority", "\"high\" or \"low\"", value);
        };
    }

    /** Seconds as a number, or an ISO 8601 duration. */
    private static @Nullable Duration deadline(JsonNode json) {
        JsonNode value = present(json, "deadline");
        if (value == null) {
            return null;
        }
        Duration deadline = Duration.ZERO;
        try {
            if (value.isNumber()) {
                deadline = Duration.ofNanos(Math.round(value.doubleValue() * 1e9));
            } else if (value.isString()) {
                deadline = Duration.parse(value.stringValue());
            }
        } catch (DateTimeException e) {
            // stays zero, which is refused
        }
        if (!deadline.isPositive()) {
            throw wrongType("deadline", "seconds above 0, or an ISO 8601 duration such as \"PT30S\"", value);
        }
        return deadline;
    }

    private static EngineException wrongType(String key, String wanted, JsonNode found) {
        return refused("wrong value: key=" + key + ", found=" + found + ". Send " + wanted);
    }

    private static EngineException refused(String message) {
        return new EngineException.InvalidRequest(message);
    }
}
