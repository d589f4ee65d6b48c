package io.sluice.api.rest;

import io.sluice.api.rest.JsonBody.DataParser;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/** The query vectors of a search, streamed from {@code data}. Confined to one thread at a time. */
final class VectorReader {
    private final List<float[]> vectors = new ArrayList<>();
    private float[] elements = new float[128];

    private VectorReader() {}

    /**
     * A list of lists of numbers; the engine checks their lengths.
     *
     * @throws RestRefusal 1801 naming query and element
     */
    static List<float[]> read(JsonBody body) {
        VectorReader reader = new VectorReader();
        return body.readData(reader::readAll, () -> ", query=" + reader.vectors.size());
    }

    private List<float[]> readAll(DataParser parser) {
        JsonParser tokens = parser.tokens();
        if (tokens.nextToken() != JsonToken.START_ARRAY) {
            throw RestRefusal.badJson("data must be a list of vectors, such as [[0.1, 0.2]]");
        }
        for (JsonToken next = tokens.nextToken(); next != JsonToken.END_ARRAY; next = tokens.nextToken()) {
            if (next != JsonToken.START_ARRAY) {
                throw unreadable(parser, "data must be a list of vectors, such as [[0.1, 0.2]]");
            }
            vectors.add(readVector(parser));
        }
        return vectors;
    }

    private float[] readVector(DataParser parser) {
        JsonParser tokens = parser.tokens();
        int count = 0;
        for (JsonToken next = tokens.nextToken(); next != JsonToken.END_ARRAY; next = tokens.nextToken()) {
            if (!next.isNumeric()) {
                throw unreadable(parser, "a vector must be a list of numbers, and this is none: element=" + count);
            }
            float element = tokens.getFloatValue();
            if (!Float.isFinite(element)) {
                throw unreadable(parser, "a vector must be of finite float32 numbers: element=" + count);
            }
            if (count == elements.length) {
                elements = Arrays.copyOf(elements, 2 * count);
            }
            elements[count++] = element;
        }
        return Arrays.copyOf(elements, count);
    }

    private RestRefusal unreadable(DataParser parser, String why) {
        int from = parser.tokenFrom();
        int to = parser.skipValue();
        String value = new String(parser.body(), from, Math.min(to - from, 64), StandardCharsets.UTF_8);
        return RestRefusal.badJson(
                why + (why.contains("=") ? ", " : ": ") + "query=" + vectors.size() + ", value=" + value);
    }
}
