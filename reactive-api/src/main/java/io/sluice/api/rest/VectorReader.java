package io.sluice.api.rest;

import io.sluice.api.rest.JsonBody.DataParser;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.databind.JsonNode;

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

    /** The same of a value that is in the tree already. */
    static List<float[]> read(JsonFields fields, String key) {
        JsonNode data = fields.find(key);
        if (data == null || !data.isArray()) {
            throw RestRefusal.badJson(fields.path() + key + " must be a list of vectors, such as [[0.1, 0.2]]");
        }
        List<float[]> vectors = new ArrayList<>(data.size());
        for (JsonNode sent : data) {
            String place = "query=" + vectors.size();
            if (!sent.isArray()) {
                throw RestRefusal.badJson(
                        fields.path() + key + " must be a list of vectors, such as [[0.1, 0.2]]: " + place);
            }
            float[] vector = new float[sent.size()];
            for (int i = 0; i < vector.length; i++) {
                JsonNode element = sent.get(i);
                if (!element.isNumber() || !Float.isFinite((float) element.asDouble())) {
                    throw RestRefusal.badJson(fields.path() + key
                            + ": a vector must be of finite float32 numbers: element=" + i + ", " + place);
                }
                vector[i] = (float) element.asDouble();
            }
            vectors.add(vector);
        }
        return vectors;
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
