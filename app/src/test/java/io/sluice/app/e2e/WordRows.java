package io.sluice.app.e2e;

import io.sluice.engine.testkit.Words;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.zip.GZIPInputStream;

/** The 10,000 words of the test resources: as insert bodies of 1,000 rows each, and as vectors. */
final class WordRows {
    static final int ROWS_PER_BODY = 1_000;

    private WordRows() {}

    /** Bodies for {@code entities/insert} and {@code entities/upsert}: rows of {@code id}, {@code word}, {@code vector}. */
    static List<String> insertBodies(String collection) {
        try (var lines = new BufferedReader(new InputStreamReader(
                new GZIPInputStream(resource("/words-10k.jsonl.gz")), StandardCharsets.UTF_8))) {
            return lines.lines()
                    .map(line -> line.replaceFirst(
                            "\"collectionName\":\"words\"", "\"collectionName\":\"" + collection + "\""))
                    .toList();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    static Words vectors() {
        try (InputStream in = resource("/words-10k.bin")) {
            return Words.read(in);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    private static InputStream resource(String name) {
        return Objects.requireNonNull(WordRows.class.getResourceAsStream(name), name);
    }

    /** Makes a collection of {@code id}, {@code word} and {@code vector} with an index on the vector; not loaded. */
    static void create(Rest rest, String collection, String indexType, String metric) {
        rest.ok(
                "collections/create",
                """
                {"collectionName": "%s", "schema": {"fields": [
                   {"fieldName": "id", "dataType": "Int64", "isPrimary": true},
                   {"fieldName": "word", "dataType": "VarChar", "elementTypeParams": {"max_length": 200}},
                   {"fieldName": "vector", "dataType": "FloatVector", "elementTypeParams": {"dim": 100}}]}}
                """
                        .formatted(collection));
        rest.ok(
                "indexes/create",
                """
                {"collectionName": "%s", "indexParams": [{"fieldName": "vector", "indexName": "near",
                   "indexType": "%s", "metricType": "%s", "params": %s}]}
                """
                        .formatted(
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
