package io.sluice.app.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Milvus's REST v2, spoken to a running server as curl would. Thread-safe. */
final class Rest implements AutoCloseable {
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final String baseUrl;

    Rest(String baseUrl) {
        this.baseUrl = baseUrl;
    }

    /** @param headers name, value, name, value, ... */
    HttpResponse<String> send(String verb, String body, String... headers) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(baseUrl + "/v2/vectordb/" + verb))
                .timeout(PATIENCE)
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(body));
        if (headers.length > 0) {
            request.headers(headers);
        }
        try {
            return client.send(request.build(), BodyHandlers.ofString());
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(interrupted);
        }
    }

    /** The whole envelope of an answer with HTTP 200. */
    JsonNode post(String verb, String body, String... headers) {
        HttpResponse<String> response = send(verb, body, headers);
        assertThat(response.statusCode())
                .as("%s %s -> %s", verb, shortened(body), response.body())
                .isEqualTo(200);
        return JSON.readTree(response.body());
    }

    /** {@code data} of a success. */
    JsonNode ok(String verb, String body, String... headers) {
        JsonNode answer = post(verb, body, headers);
        assertThat(answer.path("code").asInt())
                .as("%s %s -> %s", verb, shortened(body), answer)
                .isZero();
        return answer.path("data");
    }

    /** The message of a refusal with that code. */
    String refused(int code, String verb, String body, String... headers) {
        JsonNode answer = post(verb, body, headers);
        assertThat(answer.path("code").asInt())
                .as("%s %s -> %s", verb, shortened(body), answer)
                .isEqualTo(code);
        assertThat(answer.has("data"))
                .as("%s %s -> %s", verb, shortened(body), answer)
                .isFalse();
        return answer.path("message").asString();
    }

    private static String shortened(String body) {
        return body.length() <= 300 ? body : body.substring(0, 300) + "...";
    }

    String loadState(String collection) {
        return ok("collections/get_load_state", "{\"collectionName\": \"" + collection + "\"}")
                .path("loadState")
                .asString();
    }

    /** Asks until the collection is loaded; fails when it is not within a minute. */
    void awaitLoaded(String collection) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        String state = loadState(collection);
        while (!state.equals("LoadStateLoaded")) {
            assertThat(System.nanoTime()).as("%s is %s", collection, state).isLessThan(deadline);
            state = loadState(collection);
        }
    }

    /** {@code collections/load} and wait. */
    void load(String collection) {
        assertThat(ok("collections/load", "{\"collectionName\": \"" + collection + "\"}")
                        .isEmpty())
                .isTrue();
        awaitLoaded(collection);
    }

    void release(String collection) {
        assertThat(ok("collections/release", "{\"collectionName\": \"" + collection + "\"}")
                        .isEmpty())
                .isTrue();
        assertThat(loadState(collection)).isEqualTo("LoadStateNotLoad");
    }

    /** {@code count(*)} of a loaded collection. */
    long count(String collection, String filter) {
        JsonNode rows = ok(
                "entities/query",
                "{\"collectionName\": \"" + collection + "\", \"filter\": \"" + filter
                        + "\", \"outputFields\": [\"count(*)\"]}");
        assertThat(rows.size()).isEqualTo(1);
        return Long.parseLong(rows.get(0).path("count(*)").asString());
    }

    static List<String> texts(JsonNode list) {
        List<String> texts = new ArrayList<>();
        list.forEach(element -> texts.add(element.asString()));
        return texts;
    }

    static List<String> texts(JsonNode rows, String key) {
        List<String> texts = new ArrayList<>();
        rows.forEach(row -> texts.add(row.path(key).asString()));
        return texts;
    }

    @Override
    public void close() {
        client.close();
    }
}
