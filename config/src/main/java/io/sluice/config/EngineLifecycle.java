package io.sluice.config;

import io.sluice.engine.VectorEngine;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.context.SmartLifecycle;
import reactor.core.publisher.Mono;

/**
 * Opens the engine beside the web server's start, and closes it after the web server's end. Thread-safe.
 *
 * <p>The port answers from the first moment ({@link FrontDoor} says "not ready"); whoever starts the server waits on
 * {@link #opened()} and ends the process when it fails. Part of main: it subscribes, and its stop waits.
 */
public final class EngineLifecycle implements SmartLifecycle, DisposableBean {
    /** Below the web server's phases: starts before it, stops after it. */
    private static final int PHASE = 0;

    /** A stop in the middle of a long replay does not wait for its end: whatever was acknowledged is in the log. */
    private static final Duration LONGEST_OPENING = Duration.ofSeconds(5);

    /** The engine bounds its own drain; this is for a disk that hangs. */
    private static final Duration LONGEST_CLOSE = Duration.ofSeconds(30);

    private static final Logger LOG = LoggerFactory.getLogger(EngineLifecycle.class);

    private final Mono<Serving> opened;
    private final AtomicBoolean started = new AtomicBoolean();
    private final AtomicBoolean stopped = new AtomicBoolean();
    private volatile @Nullable Serving serving;

    public EngineLifecycle(Mono<Serving> opening) {
        this.opened = opening.doOnNext(open -> serving = open).cache();
    }

    /** What serves, when it does; an error when it never will. Watching it starts nothing and stops nothing. */
    public Mono<Serving> opened() {
        return opened;
    }

    /** Null before the engine is open and after it began to close. */
    @Nullable
    Serving serving() {
        return stopped.get() ? null : serving;
    }

    /** Null when {@link #serving()} is. */
    @Nullable
    VectorEngine engine() {
        Serving now = serving();
        return now == null ? null : now.engine();
    }

    @Override
    public void start() {
        if (started.compareAndSet(false, true)) {
            opened.subscribe(_ -> {}, failure -> LOG.debug("the engine did not open", failure));
        }
    }

    @Override
    public void stop() {
        if (started.get() && stopped.compareAndSet(false, true)) {
            try {
                opened.timeout(LONGEST_OPENING)
                        .onErrorComplete()
                        .flatMap(Serving::close)
                        .block(LONGEST_CLOSE);
            } catch (RuntimeException failure) {
                LOG.warn("the engine did not close cleanly; every acknowledged write is in its log", failure);
            }
        }
    }

    @Override
    public void destroy() {
        stop();
    }

    @Override
    public boolean isRunning() {
        return started.get() && !stopped.get();
    }

    @Override
    public int getPhase() {
        return PHASE;
    }
}
