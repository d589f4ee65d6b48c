package io.sluice.api.rest;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.springframework.util.FastByteArrayOutputStream;
import tools.jackson.core.JsonGenerator;

/** The envelope of an answer, ready to send. Immutable. */
record RestReply(int httpStatus, byte[] json) {
    private static final RestReply DONE =
            new RestReply(200, "{\"code\":0,\"data\":{}}".getBytes(StandardCharsets.UTF_8));
    private static final int OK = 0;

    /** {@code {"code":0,"data":{}}} */
    static RestReply done() {
        return DONE;
    }

    /** @param data writes one value */
    static RestReply of(Consumer<JsonGenerator> data) {
        return of(data, _ -> {});
    }

    /** @param beside writes more keys of the envelope */
    static RestReply of(Consumer<JsonGenerator> data, Consumer<JsonGenerator> beside) {
        FastByteArrayOutputStream out = new FastByteArrayOutputStream(1024);
        try (JsonGenerator json = Json.generator(out)) {
            json.writeStartObject();
            json.writeName("code");
            json.writeNumber(OK);
            json.writeName("data");
            data.accept(json);
            beside.accept(json);
            json.writeEndObject();
        }
        return new RestReply(200, out.toByteArrayUnsafe());
    }

    static RestReply names(List<String> names) {
        return of(json -> {
            json.writeStartArray();
            names.forEach(json::writeString);
            json.writeEndArray();
        });
    }

    static RestReply has(boolean has) {
        return of(json -> {
            json.writeStartObject();
            json.writeName("has");
            json.writeBoolean(has);
            json.writeEndObject();
        });
    }

    static RestReply rowCount(long rows) {
        return of(json -> {
            json.writeStartObject();
            json.writeName("rowCount");
            json.writeNumber(rows);
            json.writeEndObject();
        });
    }

    static RestReply failure(int httpStatus, int code, String message) {
        FastByteArrayOutputStream out = new FastByteArrayOutputStream(256);
        try (JsonGenerator json = Json.generator(out)) {
            json.writeStartObject();
            json.writeName("code");
            json.writeNumber(code);
            text(json, "message", message);
            json.writeEndObject();
        }
        return new RestReply(httpStatus, out.toByteArrayUnsafe());
    }

    static void text(JsonGenerator json, String name, String value) {
        json.writeName(name);
        json.writeString(value);
    }

    static void number(JsonGenerator json, String name, long value) {
        json.writeName(name);
        json.writeNumber(value);
    }

    static void flag(JsonGenerator json, String name, boolean value) {
        json.writeName(name);
        json.writeBoolean(value);
    }

    /** Options as Milvus prints them: a list of {@code {"key", "value"}}, sorted by key. */
    static void options(JsonGenerator json, String name, Map<String, String> options) {
        json.writeName(name);
        json.writeStartArray();
        options.entrySet().stream().sorted(Map.Entry.comparingByKey()).forEach(option -> {
            json.writeStartObject();
            text(json, "key", option.getKey());
            text(json, "value", option.getValue());
            json.writeEndObject();
        });
        json.writeEndArray();
    }
}
