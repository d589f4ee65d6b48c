package io.sluice.config;

import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicReference;
import org.reactivestreams.Publisher;
import org.springframework.context.SmartLifecycle;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.http.server.reactive.HttpHandler;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.http.server.reactive.ServerHttpResponseDecorator;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;
import reactor.netty.http.server.HttpServerResponse;

/**
 * Ends every streamed response (events, lines of JSON) when the server stops, cleanly, before anything else does.
 *
 * <p>Otherwise a stop would wait for streams that have no end of their own. A streamed response is one that is flushed
 * piece by piece; ordinary responses are left to finish. Thread-safe.
 */
final class OpenStreams implements SmartLifecycle {
    private final Sinks.Empty<Void> stopping = Sinks.empty();
    private volatile boolean running;

    /** The same handler, with streams that end. */
    HttpHandler around(HttpHandler handler) {
        return (request, response) -> handler.handle(request, new EndingResponse(response, stopping.asMono()));
    }

    private static final class EndingResponse extends ServerHttpResponseDecorator {
        private static final int ONE = 1; // frame taken ahead: a slow connection asks for the next when it is ready

        private final Mono<Void> stopping;

        EndingResponse(ServerHttpResponse response, Mono<Void> stopping) {
            super(response);
            this.stopping = stopping;
        }

        @Override
        public Mono<Void> writeAndFlushWith(Publisher<? extends Publisher<? extends DataBuffer>> body) {
            return super.writeAndFlushWith(
                    Flux.from(body).takeUntilOther(stopping).publishOn(eventLoop(), ONE));
        }

        /** Where the connection lives: a stream's last frame and its end then reach the socket in this order, always. */
        private Scheduler eventLoop() {
            HttpServerResponse response = ServerHttpResponseDecorator.getNativeResponse(getDelegate());
            var loop = new AtomicReference<Executor>(Runnable::run);
            response.withConnection(connection -> loop.set(connection.channel().eventLoop()));
            return Schedulers.fromExecutor(Objects.requireNonNull(loop.get()));
        }
    }

    @Override
    public void start() {
        running = true;
    }

    @Override
    public void stop() {
        running = false;
        stopping.tryEmitEmpty();
    }

    @Override
    public boolean isRunning() {
        return running;
    }

    /** The last phase to start is the first to stop: before the web server waits for running requests. */
    @Override
    public int getPhase() {
        return Integer.MAX_VALUE;
    }
}
