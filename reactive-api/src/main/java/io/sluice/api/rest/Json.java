package io.sluice.api.rest;

import java.io.OutputStream;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.StreamWriteFeature;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.json.JsonMapper;

/** The one way to Jackson: strict JSON, fast floats. Thread-safe. */
final class Json {
    private static final JsonFactory FACTORY = JsonFactory.builder()
            .enable(StreamReadFeature.USE_FAST_DOUBLE_PARSER)
            .enable(StreamReadFeature.USE_FAST_BIG_NUMBER_PARSER)
            .enable(StreamWriteFeature.USE_FAST_DOUBLE_WRITER)
            .build();

    /** For small documents; rows and vectors are streamed. */
    static final JsonMapper TREES = JsonMapper.builder(FACTORY).build();

    private Json() {}

    /** Offsets of its locations count from {@code from}. */
    static JsonParser parser(byte[] bytes, int from, int length) {
        return FACTORY.createParser(ObjectReadContext.empty(), bytes, from, length);
    }

    static JsonGenerator generator(OutputStream out) {
        return FACTORY.createGenerator(ObjectWriteContext.empty(), out);
    }

    /** Whether the text is one JSON value and nothing else. */
    static boolean isJson(byte[] text) {
        int first = 0;
        while (first < text.length && text[first] >= 0 && text[first] <= ' ') {
            first++;
        }
        if (first == text.length || "{[\"-0123456789tfn".indexOf(text[first]) < 0) {
            return false;
        }
        try (JsonParser parser = parser(text, 0, text.length)) {
            parser.nextToken();
            parser.skipChildren();
            parser.finishToken();
            return parser.nextToken() == null;
        } catch (JacksonException _) {
            return false;
        }
    }
}
