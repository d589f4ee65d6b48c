package io.sluice.api.nativehttp;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.engine.load.MultiplexedEvent;
import io.sluice.engine.load.OperationEvent.Type;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.http.server.reactive.ReactorHttpHandlerAdapter;
import org.springframework.web.reactive.function.server.RouterFunctions;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Sinks;
import reactor.netty.DisposableServer;
import reactor.netty.http.client.HttpClient;
import reactor.netty.http.server.HttpServer;
import reactor.test.StepVerifier;

/** Event streams over a real connection: events arrive while the stream is open, and it ends cleanly. */
class NativeServerTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final FakeEngine engine = new FakeEngine();
    private final Sinks.Empty<Void> closing = Sinks.empty();
    private final Sinks.Many<MultiplexedEvent> events = Sinks.many().multicast().onBackpressureBuffer();
    private final DisposableServer server = HttpServer.create()
            .port(0)
            .handle(new ReactorHttpHandlerAdapter(RouterFunctions.toHttpHandler(
                    NativeRoutes.of(engine, NativeHttpOptions.defaults().withClosing(closing.asMono())))))
            .bindNow();

    @AfterEach
    void stop() {
        server.disposeNow();
    }

    private Flux<String> chunks(String accept) {
        return HttpClient.create()
                .port(server.port())
                .headers(headers -> headers.set("Accept", accept))
                .get()
                .uri("/api/v1/events")
                .response((response, body) -> {
                    assertThat(response.status().code()).isEqualTo(200);
                    return body.asString(StandardCharsets.UTF_8);
                });
    }

    @ParameterizedTest
    @ValueSource(strings = {"text/event-stream", "application/x-ndjson"})
    void events_openStream_arriveOneByOneAndEndCleanly(String accept) {
        engine.events = events.asFlux();
        StepVerifier.create(chunks(accept).filter(chunk -> chunk.contains("operation")))
                .then(() -> events.tryEmitNext(new MultiplexedEvent("e", 1, Samples.of(Type.SNAPSHOT))))
                .assertNext(chunk -> assertThat(chunk).contains("e:1"))
                .then(() -> events.tryEmitNext(new MultiplexedEvent("e", 2, Samples.of(Type.LOADED))))
                .assertNext(chunk -> assertThat(chunk).contains("e:2").doesNotContain("e:1"))
                .then(closing::tryEmitEmpty)
                .expectComplete()
                .verify(PATIENCE);
    }

    @Test
    void events_clientGoesAway_unsubscribes() {
        Sinks.Empty<Void> unsubscribed = Sinks.empty();
        engine.events = Flux.concat(
                        Flux.just(new MultiplexedEvent("e", 1, Samples.of(Type.SNAPSHOT))),
                        Flux.<MultiplexedEvent>never())
                .doOnCancel(unsubscribed::tryEmitEmpty);
        StepVerifier.create(chunks("text/event-stream").filter(chunk -> chunk.contains("e:1")))
                .expectNextCount(1)
                .thenCancel()
                .verify(PATIENCE);
        StepVerifier.create(unsubscribed.asMono()).expectComplete().verify(PATIENCE);
    }
}
