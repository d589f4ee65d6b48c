package io.sluice.api.nativehttp;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.engine.load.OperationEvent;
import io.sluice.engine.load.OperationEvent.Type;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.reactivestreams.Subscription;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;

class EventStreamsTest {
    private static final EventStreams.Style SSE = new EventStreams.Style(StreamFormat.SSE, false);

    private static Flux<String> texts(EventStreams streams, Flux<OperationEvent> events, EventStreams.Style style) {
        return streams.operation(events, style).map(frame -> new String(frame, StandardCharsets.UTF_8));
    }

    @Test
    void operation_silence_isBrokenByHeartbeats() {
        StepVerifier.withVirtualTime(() -> texts(
                        new EventStreams(NativeHttpOptions.defaults()),
                        Mono.delay(Duration.ofSeconds(40))
                                .map(_ -> Samples.of(Type.LOADED))
                                .flux(),
                        SSE))
                .expectNext("retry: 2000\n\n")
                .expectNoEvent(Duration.ofSeconds(15))
                .expectNext(": heartbeat\n\n")
                .expectNoEvent(Duration.ofSeconds(15))
                .expectNext(": heartbeat\n\n")
                .thenAwait(Duration.ofSeconds(10))
                .assertNext(frame -> assertThat(frame).startsWith("id: op-1a2b:12\nevent: loaded\ndata: {"))
                .verifyComplete();
    }

    @Test
    void operation_namedHeartbeat_isAnEvent() {
        StepVerifier.withVirtualTime(() -> texts(
                        new EventStreams(NativeHttpOptions.defaults()),
                        Flux.never(),
                        new EventStreams.Style(StreamFormat.SSE, true)))
                .expectNextCount(1)
                .thenAwait(Duration.ofSeconds(15))
                .expectNext("event: heartbeat\ndata: {\"event\":\"heartbeat\"}\n\n")
                .thenCancel()
                .verify();
    }

    /** The timer must not wait for a subscriber that does not read. */
    @Test
    void operation_stalledSubscriber_doesNotStopTheOthers() {
        StepVerifier.withVirtualTime(() -> {
                    EventStreams streams = new EventStreams(NativeHttpOptions.defaults());
                    Flux<String> stalled = texts(streams, Flux.never(), SSE);
                    Flux<String> reading = texts(streams, Flux.never(), SSE);
                    return reading.doOnSubscribe(_ -> stalled.subscribe(new StalledSubscriber()));
                })
                .expectNextCount(1)
                .thenAwait(Duration.ofSeconds(15 * 50))
                .expectNextCount(50)
                .thenCancel()
                .verify();
    }

    private static final class StalledSubscriber extends BaseSubscriber<String> {
        @Override
        protected void hookOnSubscribe(Subscription subscription) {
            subscription.request(1);
        }
    }

    @Test
    void frame_sameEvent_isEncodedOnce() {
        EventFrames frames = new EventFrames(StreamFormat.SSE);
        OperationEvent event = Samples.of(Type.PROGRESS);
        byte[] first = frames.frame(event, () -> NativeMapper.event(event));
        byte[] second = frames.frame(event, () -> {
            throw new AssertionError("encoded twice");
        });
        assertThat(second).isSameAs(first);
        OperationEvent other = Samples.of(Type.LOADED);
        assertThat(frames.frame(other, () -> NativeMapper.event(other))).isNotEqualTo(first);
    }
}
