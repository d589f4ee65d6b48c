package io.sluice.app.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The native API under {@code /api/v1}, spoken to a running server as curl would. Thread-safe. */
final class NativeApi implements AutoCloseable {
    static final String SSE = "text/event-stream";
    static final String NDJSON = "application/x-ndjson";

    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String PATIENTLY = "wait=60";

    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final String baseUrl;

    NativeApi(String baseUrl) {
        this.baseUrl = baseUrl;
    }

    /** An answer that is not a stream. */
    record Answer(int status, HttpResponse<String> response, JsonNode json) {
        String header(String name) {
            return response.headers().firstValue(name).orElse("");
        }
    }

    Answer get(String path, String... headers) {
        return answer(request(path, headers).GET());
    }

    /** @param body JSON; empty = none */
    Answer post(String path, String body, String... headers) {
        return answer(request(path, headers).POST(BodyPublishers.ofString(body)));
    }

    private Answer answer(HttpRequest.Builder request) {
        HttpResponse<String> response = send(request, BodyHandlers.ofString());
        String body = response.body();
        return new Answer(response.statusCode(), response, body.isEmpty() ? JSON.missingNode() : JSON.readTree(body));
    }

    /** The JSON of an answer with HTTP 200. */
    JsonNode ok(Answer answer) {
        assertThat(answer.status()).as("%s", answer).isEqualTo(200);
        return answer.json();
    }

    /** The stream that a GET answers. */
    EventStream stream(String path, String... headers) {
        return new EventStream(send(request(path, headers).GET(), BodyHandlers.ofInputStream()));
    }

    /** The stream that a POST answers. */
    EventStream streamOfPost(String path, String body, String... headers) {
        HttpResponse<InputStream> response =
                send(request(path, headers).POST(BodyPublishers.ofString(body)), BodyHandlers.ofInputStream());
        return new EventStream(response);
    }

    private HttpRequest.Builder request(String path, String... headers) {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create(baseUrl + path)).timeout(PATIENCE);
        if (headers.length > 0) {
            request.headers(headers);
        }
        return request;
    }

    private <T> HttpResponse<T> send(HttpRequest.Builder request, BodyHandler<T> handler) {
        try {
            return client.send(request.build(), handler);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(interrupted);
        }
    }

    // Paths and the usual requests

    static String of(String collection, String verb) {
        return "/api/v1/databases/default/collections/" + collection + "/" + verb;
    }

    static String operation(String id) {
        return "/api/v1/operations/" + id;
    }

    /** Loads and waits for the end; answers the finished operation. */
    JsonNode loadAndWait(String collection) {
        return finished(post(of(collection, "load"), "", "Prefer", PATIENTLY));
    }

    /** Releases and waits for the end; answers the finished operation. */
    JsonNode releaseAndWait(String collection) {
        return finished(post(of(collection, "release"), "", "Prefer", PATIENTLY));
    }

    private JsonNode finished(Answer answer) {
        JsonNode operation = ok(answer);
        assertThat(operation.path("finished").asBoolean()).as("%s", operation).isTrue();
        return operation;
    }

    /** The newest operation of a collection. */
    JsonNode newestOperation(String collection) {
        return ok(get("/api/v1/operations?limit=1&collection=" + collection))
                .path("operations")
                .path(0);
    }

    /** Watches an operation until its end; answers the terminal event. */
    Event end(String operationId) {
        try (EventStream stream = stream(operation(operationId) + "/events", "Accept", SSE)) {
            return stream.untilEnd().getLast();
        }
    }

    /** Load bytes in the account, those that still retire included. */
    long loadBytes() {
        return ok(get("/api/v1/memory")).path("byTag").path("load").asLong();
    }

    static List<String> names(List<Event> events) {
        return events.stream().map(Event::name).toList();
    }

    @Override
    public void close() {
        client.shutdownNow();
    }
}
