package io.sluice.api.nativehttp;

import io.sluice.engine.load.MultiplexedEvent;
import io.sluice.engine.load.OperationEvent;
import java.util.EnumMap;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.CacheControl;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Event streams as responses: opening, events, heartbeats, clean end. Thread-safe.
 *
 * <p>One timer serves all streams. A subscriber asks for events as fast as its connection takes them and never holds up
 * the operation or another subscriber.
 */
final class EventStreams {
    private static final Logger LOG = LoggerFactory.getLogger(EventStreams.class);
    private static final byte[] END = new byte[0];
    private static final int PREFETCH = 1;

    private final NativeHttpOptions options;
    private final Flux<Long> heartbeats;
    private final Map<StreamFormat, EventFrames> frames = new EnumMap<>(StreamFormat.class);

    EventStreams(NativeHttpOptions options) {
        this.options = options;
        this.heartbeats = Flux.interval(options.heartbeatEvery())
                .onBackpressureDrop()
                .share()
                .onBackpressureDrop(); // per subscriber: a stalled connection does not stop the timer of the others
        for (StreamFormat format : StreamFormat.values()) {
            frames.put(format, new EventFrames(format));
        }
    }

    /** How a subscriber wants its stream. */
    record Style(StreamFormat format, boolean namedHeartbeat) {}

    Flux<byte[]> operation(Flux<OperationEvent> events, Style style) {
        EventFrames encoder = framesOf(style);
        return stream(events.map(event -> encoder.frame(event, () -> NativeMapper.event(event))), style);
    }

    Flux<byte[]> everything(Flux<MultiplexedEvent> events, Style style) {
        EventFrames encoder = framesOf(style);
        return stream(events.map(event -> encoder.frame(event, () -> NativeMapper.event(event))), style);
    }

    private Flux<byte[]> stream(Flux<byte[]> events, Style style) {
        byte[] beat = framesOf(style).heartbeat(style.namedHeartbeat());
        Flux<byte[]> untilClosing = events.takeUntilOther(options.closing())
                .onErrorResume(EventStreams::logged)
                .concatWithValues(END);
        return Flux.merge(PREFETCH, untilClosing, heartbeats.map(_ -> beat))
                .takeWhile(frame -> frame != END)
                .startWith(framesOf(style).opening(options.retry()));
    }

    /** The status is sent already: the client connects again with its last id and is told then. */
    private static Flux<byte[]> logged(Throwable error) {
        LOG.warn("an event stream ended early: {}", error.toString());
        return Flux.empty();
    }

    private EventFrames framesOf(Style style) {
        EventFrames encoder = frames.get(style.format());
        assert encoder != null : style;
        return encoder;
    }

    /** The response that carries {@code stream}, each frame flushed at once. */
    static Mono<ServerResponse> respond(ServerResponse.BodyBuilder response, Style style, Flux<byte[]> stream) {
        return response.contentType(style.format().mediaType())
                .cacheControl(CacheControl.noStore())
                .header("X-Accel-Buffering", "no")
                .body((output, _) -> output.writeAndFlushWith(
                        stream.map(frame -> Mono.just(output.bufferFactory().wrap(frame)))));
    }
}
