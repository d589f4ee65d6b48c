package io.sluice.app.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ServerTest {
    @TempDir
    Path data;

    private static HttpResponse<String> get(TestServer server, String path) throws Exception {
        return send(HttpRequest.newBuilder(URI.create(server.baseUrl() + path)).build());
    }

    private static HttpResponse<String> post(TestServer server, String path, String json) throws Exception {
        return send(HttpRequest.newBuilder(URI.create(server.baseUrl() + path))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(json))
                .build());
    }

    private static HttpResponse<String> send(HttpRequest request) throws Exception {
        try (HttpClient client = HttpClient.newHttpClient()) {
            return client.send(request, HttpResponse.BodyHandlers.ofString());
        }
    }

    @Test
    void start_freePort_answersOnEveryFace() throws Exception {
        try (TestServer server = TestServer.start()) {
            assertThat(server.port()).isPositive();
            assertThat(get(server, "/health").statusCode()).isEqualTo(200);
            assertThat(post(server, "/v2/vectordb/collections/list", "{}").body())
                    .contains("\"code\":0");
            assertThat(get(server, "/api/v1/memory").body()).contains("\"limitBytes\":" + (1L << 30));
        }
    }

    @Test
    void close_ownFolder_isDeleted() {
        TestServer server = TestServer.start();
        Path folder = server.dataFolder();
        assertThat(folder).isDirectory();

        server.close();
        server.close();

        assertThat(Files.exists(folder)).isFalse();
    }

    @Test
    void restart_sameFolder_findsWhatWasThere() throws Exception {
        try (TestServer server = TestServer.start(data, Map.of())) {
            String create = "{\"collectionName\":\"words\",\"dimension\":4}";
            assertThat(post(server, "/v2/vectordb/collections/create", create).body())
                    .contains("\"code\":0");
        }
        try (TestServer server = TestServer.start(data, Map.of())) {
            assertThat(post(server, "/v2/vectordb/collections/list", "{}").body())
                    .contains("words");
        }
    }
}
