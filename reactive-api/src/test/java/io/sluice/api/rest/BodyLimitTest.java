package io.sluice.api.rest;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.api.ApiOptions;
import io.sluice.engine.VectorEngine;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.springframework.http.server.reactive.ReactorHttpHandlerAdapter;
import org.springframework.web.reactive.function.server.RouterFunctions;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;
import reactor.netty.DisposableServer;
import reactor.netty.http.server.HttpServer;

/** Bodies over a real connection: the client must see the refusal, and the next request must work. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class BodyLimitTest {
    private static final int LIMIT_BYTES = 1 << 20;

    private final Scheduler json = Schedulers.newBoundedElastic(2, 100, "json");
    private final DisposableServer server = HttpServer.create()
            .host("127.0.0.1")
            .port(0)
            .handle(new ReactorHttpHandlerAdapter(RouterFunctions.toHttpHandler(
                    RestRoutes.of(noEngine(), ApiOptions.defaults(json).withMaxBodyBytes(LIMIT_BYTES)))))
            .bindNow();
    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    @SuppressWarnings("NullAway") // nothing in here gets as far as the engine
    private static VectorEngine noEngine() {
        return null;
    }

    @AfterAll
    void dispose() {
        server.disposeNow();
        json.dispose();
        client.close();
    }

    private HttpResponse<String> insert(BodyPublisher body) throws IOException, InterruptedException {
        URI uri = URI.create("http://127.0.0.1:" + server.port() + "/v2/vectordb/entities/insert");
        return client.send(HttpRequest.newBuilder(uri).POST(body).build(), BodyHandlers.ofString());
    }

    private void assertTooLarge(HttpResponse<String> response) throws IOException, InterruptedException {
        assertThat(response.statusCode()).isEqualTo(413);
        assertThat(response.body()).startsWith("{\"code\":1102,\"message\":\"request body too large: bodyBytes=");
        HttpResponse<String> next = insert(BodyPublishers.ofString("{}"));
        assertThat(next.statusCode()).isEqualTo(200);
        assertThat(next.body()).startsWith("{\"code\":1802,");
    }

    @Test
    void insert_bodyALittleTooLarge_is413AndTheConnectionLives() throws IOException, InterruptedException {
        assertTooLarge(insert(BodyPublishers.ofByteArray(new byte[LIMIT_BYTES + 1])));
    }

    @Test
    void insert_bodyTooLargeInChunks_is413() throws IOException, InterruptedException {
        byte[] chunk = new byte[64 << 10];
        assertTooLarge(insert(BodyPublishers.ofByteArrays(
                IntStream.range(0, 24).mapToObj(_ -> chunk).toList())));
    }

    @Test
    void insert_bodyAtTheLimit_isRead() throws IOException, InterruptedException {
        byte[] body = new byte[LIMIT_BYTES];
        Arrays.fill(body, (byte) ' ');

        HttpResponse<String> response = insert(BodyPublishers.ofByteArray(body));

        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.body()).startsWith("{\"code\":1801,");
    }

    /** Goal: who asks before sending hears the refusal without sending. Method: headers alone, then read the answer. */
    @Test
    void insert_expectContinueWithTooLargeBody_isRefusedBeforeTheBody() throws IOException {
        try (Socket socket = new Socket("127.0.0.1", server.port())) {
            String head = "POST /v2/vectordb/entities/insert HTTP/1.1\r\nHost: x\r\nContent-Length: 10000000\r\n"
                    + "Expect: 100-continue\r\nConnection: close\r\n\r\n";
            socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
            InputStream in = socket.getInputStream();

            String status = new String(in.readNBytes("HTTP/1.1 413".length()), StandardCharsets.US_ASCII);

            assertThat(status).isEqualTo("HTTP/1.1 413");
        }
    }
}
