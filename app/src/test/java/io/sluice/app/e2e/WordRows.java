package io.sluice.app.e2e;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.zip.GZIPInputStream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The 10,000 words of the test resources: as insert bodies of 1,000 rows each, and as values. */
final class WordRows {
    static final int ROWS_PER_BODY = 1_000;

    private static final JsonMapper JSON = JsonMapper.builder().build();

    private WordRows() {}

    /** Bodies for {@code entities/insert} and {@code entities/upsert}: rows of {@code id}, {@code word}, {@code vector}. */
    static List<String> insertBodies(String collection) {
        try (var lines = new BufferedReader(
                new InputStreamReader(new GZIPInputStream(resource("/words-10k.jsonl.gz")), StandardCharsets.UTF_8))) {
            return lines.lines()
                    .map(line -> line.replaceFirst(
                            "\"collectionName\":\"words\"", "\"collectionName\":\"" + collection + "\""))
                    .toList();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    /** A row. */
    record Word(long id, String text, float[] vector) {}

    /** All rows, in the order of the bodies. */
    static List<Word> words() {
        List<Word> words = new ArrayList<>();
        for (String body : insertBodies("words")) {
            for (JsonNode row : JSON.readTree(body).path("data")) {
                JsonNode components = row.path("vector");
                float[] vector = new float[components.size()];
                for (int i = 0; i < vector.length; i++) {
                    vector[i] = components.path(i).floatValue();
                }
                words.add(new Word(row.path("id").asLong(), row.path("word").asString(), vector));
            }
        }
        return words;
    }

    private static InputStream resource(String name) {
        return Objects.requireNonNull(WordRows.class.getResourceAsStream(name), name);
    }

    /** Makes a collection of {@code id}, {@code word} and {@code vector} with an index on the vector; not loaded. */
    static void create(Rest rest, String collection, String indexType, String metric) {
        rest.ok("collections/create", """
            {"collectionName": "%s", "schema": {"fields": [
               {"fieldName": "id", "dataType": "Int64", "isPrimary": true},
               {"fieldName": "word", "dataType": "VarChar", "elementTypeParams": {"max_length": 200}},
               {"fieldName": "vector", "dataType": "FloatVector", "elementTypeParams": {"dim": 100}}]}}
            """.formatted(collection));
        rest.ok("indexes/create", """
            {"collectionName": "%s", "indexParams": [{"fieldName": "vector", "indexName": "near",
               "indexType": "%s", "metricType": "%s", "params": %s}]}
            """.formatted(
                        collection,
                        indexType,
                        metric,
                        indexType.equals("HNSW") ? "{\"M\": 16, \"efConstruction\": 200}" : "{}"));
    }

    /** Inserts the first {@code bodies} thousand words. */
    static void insert(Rest rest, String collection, int bodies) {
        for (String body : insertBodies(collection).subList(0, bodies)) {
            rest.ok("entities/insert", body);
        }
    }

    static void flush(Rest rest, String collection) {
        rest.ok("collections/flush", "{\"collectionName\": \"" + collection + "\"}");
    }
}
