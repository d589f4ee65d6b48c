package io.sluice.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.milvus.grpc.ConnectRequest;
import io.milvus.grpc.MilvusServiceGrpc;
import io.milvus.grpc.Status;
import io.sluice.engine.error.EngineException;
import io.sluice.engine.error.ErrorCode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.Banner;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.MutablePropertySources;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.http.codec.ServerSentEvent;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.RouterFunctions;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/** The server's life around a stand-in for the engine: before it is ready, while it serves, when it stops. */
class ServerLifecycleTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @TempDir
    Path data;

    private final List<String> steps = new CopyOnWriteArrayList<>();
    private final Sinks.One<Serving> opening = Sinks.one();
    private @Nullable ConfigurableApplicationContext server;

    @AfterEach
    void stop() {
        if (server != null) {
            opening.tryEmitEmpty(); // where a test never opened it
            server.close();
        }
    }

    private ConfigurableApplicationContext start(Map<String, String> settings) {
        Map<String, Object> all = new HashMap<>(Map.of(
                "SLUICE_HOST", "127.0.0.1",
                "SLUICE_PORT", "0",
                "SLUICE_DATA", data.toString(),
                "spring.main.register-shutdown-hook", "false"));
        all.putAll(settings);
        SpringApplication application = new SpringApplication(Object.class);
        application.setWebApplicationType(WebApplicationType.REACTIVE);
        application.setBannerMode(Banner.Mode.OFF);
        application.setLogStartupInfo(false);
        application.addInitializers(new SluiceConfiguration(_ -> opening.asMono()));
        application.setEnvironment(new StandardEnvironment() {
            @Override
            protected void customizePropertySources(MutablePropertySources sources) {
                sources.addFirst(new MapPropertySource("test", all));
            }
        });
        return application.run();
    }

    private void startServing() {
        server = start(Map.of());
        opening.tryEmitValue(new Serving(routes(), null, Mono.fromRunnable(() -> steps.add("engine closed"))))
                .orThrow();
    }

    private RouterFunction<ServerResponse> routes() {
        return RouterFunctions.route()
                .GET("/hello", _ -> ServerResponse.ok().bodyValue("hello"))
                .GET("/events", _ -> ServerResponse.ok().body(events(), ServerSentEvent.class))
                .POST(
                        "/size",
                        request -> request.bodyToMono(byte[].class)
                                .flatMap(body -> ServerResponse.ok().bodyValue(String.valueOf(body.length))))
                .build();
    }

    /** One event, then silence without an end. */
    private Flux<ServerSentEvent<String>> events() {
        return Flux.concat(
                        Flux.just(ServerSentEvent.builder("first")
                                .event("snapshot")
                                .build()),
                        Flux.<ServerSentEvent<String>>never())
                .doOnCancel(() -> steps.add("stream ended"));
    }

    private ConfigurableApplicationContext server() {
        return Objects.requireNonNull(server);
    }

    private int port() {
        return Objects.requireNonNull(((WebServerApplicationContext) server()).getWebServer())
                .getPort();
    }

    private HttpResponse<String> get(String path) throws IOException, InterruptedException {
        try (HttpClient client = HttpClient.newHttpClient()) {
            URI uri = URI.create("http://127.0.0.1:" + port() + path);
            return client.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString());
        }
    }

    @Test
    void health_beforeTheEngineIsOpen_saysStarting() throws Exception {
        server = start(Map.of());

        assertThat(get("/health").statusCode()).isEqualTo(503);
        assertThat(get("/health").body()).contains("\"code\":1").contains("starting");
        assertThat(get("/health").headers().firstValue("Retry-After")).contains("1");
    }

    @Test
    void request_beforeTheEngineIsOpen_getsTheRetriableCodeOfItsFace() throws Exception {
        server = start(Map.of());

        HttpResponse<String> milvus = get("/v2/vectordb/collections/list");
        assertThat(milvus.statusCode()).isEqualTo(200);
        assertThat(milvus.body()).contains("\"code\":1").contains("service not ready");

        HttpResponse<String> own = get("/api/v1/operations");
        assertThat(own.statusCode()).isEqualTo(503);
        assertThat(own.headers().firstValue("Content-Type")).contains("application/problem+json");
        assertThat(own.body()).contains("\"retryable\":true");
    }

    @Test
    void request_onceTheEngineIsOpen_isServed() throws Exception {
        startServing();

        assertThat(get("/health").statusCode()).isEqualTo(200);
        assertThat(get("/health").body()).contains("\"code\":0");
        assertThat(get("/hello").body()).isEqualTo("hello");
        assertThat(get("/nothing").statusCode()).isEqualTo(404);
    }

    @Test
    void opened_engineThatFails_tellsWhoWaits() {
        server = start(Map.of());
        opening.tryEmitError(new EngineException.Failed(ErrorCode.IO_FAILED, "broken: disk=full. Empty it", null));

        assertThatThrownBy(
                        () -> server().getBean(EngineLifecycle.class).opened().block())
                .hasMessageContaining("disk=full");
    }

    /** Goal: a stop never waits for streams. Method: 100 open ones, each must end in order, and before the engine. */
    @Test
    void close_with100OpenStreams_endsThemCleanlyThenClosesTheEngine() throws Exception {
        startServing();
        try (HttpClient client = HttpClient.newHttpClient()) {
            List<CompletableFuture<HttpResponse<InputStream>>> opened = new ArrayList<>();
            URI uri = URI.create("http://127.0.0.1:" + port() + "/events");
            for (int i = 0; i < 100; i++) {
                opened.add(client.sendAsync(
                        HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofInputStream()));
            }
            List<BufferedReader> streams = new ArrayList<>();
            for (var response : opened) {
                var lines =
                        new BufferedReader(new InputStreamReader(response.get().body(), StandardCharsets.UTF_8));
                assertThat(lines.readLine()).isEqualTo("event:snapshot");
                streams.add(lines);
            }

            server().close();

            for (BufferedReader stream : streams) {
                assertThat(stream.lines().toList()).containsExactly("data:first", "");
            }
        }
        assertThat(steps).hasSize(101).last().isEqualTo("engine closed");
        DataFolderLock.take(data).close();
    }

    @Test
    void close_whileTheEngineIsOpening_waitsForItAndClosesIt() {
        server = start(Map.of());
        CompletableFuture<Void> closing = CompletableFuture.runAsync(server()::close);
        opening.tryEmitValue(new Serving(routes(), null, Mono.fromRunnable(() -> steps.add("engine closed"))))
                .orThrow();

        closing.join();

        assertThat(steps).containsExactly("engine closed");
    }

    @Test
    void close_server_endsTheThreadsOfItsSockets() throws Exception {
        Set<Thread> before = socketThreads();
        startServing();
        get("/hello");
        assertThat(startedSince(before)).isNotEmpty();

        server().close();

        assertEnd(startedSince(before));
    }

    private static Set<Thread> startedSince(Set<Thread> before) {
        Set<Thread> started = socketThreads();
        started.removeAll(before);
        return started;
    }

    private static void assertEnd(Set<Thread> threads) throws InterruptedException {
        for (Thread thread : threads) {
            assertThat(thread.join(PATIENCE)).as(thread.getName()).isTrue();
        }
    }

    private static Set<Thread> socketThreads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().matches("(http|grpc)-.*"))
                .collect(Collectors.toSet());
    }

    @Test
    void start_dataFolderInUse_isRefused() {
        startServing();

        assertThatThrownBy(() -> start(Map.of()))
                .rootCause()
                .isInstanceOf(StartRefused.class)
                .hasMessageContaining(data.toString());
    }

    @Test
    void start_portInUse_givesTheLockBack() throws Exception {
        startServing();
        Set<Thread> before = socketThreads();
        Path other = data.resolve("other");

        assertThatThrownBy(
                        () -> start(Map.of("SLUICE_PORT", Integer.toString(port()), "SLUICE_DATA", other.toString())))
                .hasStackTraceContaining("Port " + port() + " is already in use");
        DataFolderLock.take(other).close();
        assertEnd(startedSince(before));
    }

    @Test
    void request_bodyUpToTheLimit_isTaken() throws Exception {
        server = start(Map.of("SLUICE_MAX_BODY", "1MiB"));
        opening.tryEmitValue(new Serving(routes(), null, Mono.empty())).orThrow();
        try (HttpClient client = HttpClient.newHttpClient()) {
            assertThat(post(client, 1 << 20).body()).isEqualTo(Integer.toString(1 << 20));
            assertThat(post(client, (1 << 20) + 1).statusCode()).isNotEqualTo(200);
        }
    }

    private HttpResponse<String> post(HttpClient client, int size) throws Exception {
        return client.send(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port() + "/size"))
                        .POST(HttpRequest.BodyPublishers.ofByteArray(new byte[size]))
                        .timeout(Duration.ofSeconds(30))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    /** The bytes of a request in every split, so that the look at the first ones never swallows or waits for any. */
    @Test
    void connection_requestByteByByte_isServed() throws Exception {
        startServing();
        for (String method : List.of("GET", "PUT", "POST", "PATCH", "P", "PR")) {
            byte[] request = (method + " /hello HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 0\r\n\r\n")
                    .getBytes(StandardCharsets.US_ASCII);
            try (Socket socket = new Socket("127.0.0.1", port())) {
                socket.setTcpNoDelay(true);
                for (byte each : request) {
                    socket.getOutputStream().write(each);
                }
                String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
                assertThat(answer).startsWith("HTTP/1.1 " + (method.equals("GET") ? "200" : "404"));
            }
        }
    }

    @Test
    void grpc_beforeTheEngineIsOpen_getsTheRetriableCodeOfBothGenerations() {
        server = start(Map.of());
        ManagedChannel channel = NettyChannelBuilder.forAddress("127.0.0.1", port())
                .usePlaintext()
                .build();
        try {
            Status status = MilvusServiceGrpc.newBlockingStub(channel)
                    .withDeadlineAfter(30, TimeUnit.SECONDS)
                    .connect(ConnectRequest.getDefaultInstance())
                    .getStatus();

            assertThat(status.getCode()).isEqualTo(1);
            assertThat(legacyCode(status)).isEqualTo(56);
            assertThat(status.getRetriable()).isTrue();
            assertThat(status.getReason()).startsWith("service not ready");
        } finally {
            channel.shutdownNow();
        }
    }

    @SuppressWarnings("deprecation") // the old code is all that some clients read
    private static int legacyCode(Status status) {
        return status.getErrorCodeValue();
    }
}
