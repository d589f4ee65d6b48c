package io.sluice.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/** Who runs what: a caller's thread never waits for a lock or the catalog. */
class EngineThreadsTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final EngineThreads threads = new EngineThreads(1);

    @AfterEach
    void close() {
        threads.close();
        threads.loads().disposeGracefully().block(PATIENCE);
    }

    @Test
    void ddlStarting_askedFromAnyThread_startsOnADdlThread() {
        var startedOn = new AtomicReference<String>();
        Mono<String> answeredOn = threads.ddlStarting(() -> {
                    startedOn.set(Thread.currentThread().getName());
                    return CompletableFuture.completedFuture(1);
                })
                .map(_ -> Thread.currentThread().getName())
                .subscribeOn(Schedulers.parallel());

        assertThat(answeredOn.block(PATIENCE)).startsWith("parallel-");
        assertThat(startedOn.get()).startsWith("ddl-");
    }

    @Test
    void ddlStarting_whoeverStopsWaiting_doesNotStopTheWork() throws Exception {
        var started = new CompletableFuture<Void>();
        var work = new CompletableFuture<Integer>();
        var waiting = threads.ddlStarting(() -> {
                    started.complete(null);
                    return work;
                })
                .subscribe();
        started.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        waiting.dispose();

        assertThat(work.isCancelled()).isFalse();
    }
}
