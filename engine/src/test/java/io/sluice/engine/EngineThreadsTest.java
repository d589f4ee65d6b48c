package io.sluice.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
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

    @Test
    void accept_whatIsScheduled_runsAfterTheAnswerOnTheSameThread() throws Exception {
        List<String> steps = new CopyOnWriteArrayList<>();
        var ended = new CompletableFuture<String>();
        var answered = threads.accept(first -> {
                    first.schedule(() -> {
                        steps.add("job");
                        ended.complete(Thread.currentThread().getName());
                    });
                    steps.add("accepted");
                    return Thread.currentThread().getName();
                })
                .doOnNext(_ -> steps.add("answered"))
                .toFuture();

        String thread = answered.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        assertThat(ended.get(PATIENCE.toSeconds(), TimeUnit.SECONDS))
                .isEqualTo(thread)
                .startsWith("ddl-");
        assertThat(steps).containsExactly("accepted", "answered", "job");
    }

    /** What was accepted is begun whatever becomes of the answer. */
    @Test
    void accept_thatFailsAfterItScheduled_stillRunsIt() throws Exception {
        var ended = new CompletableFuture<Void>();
        Mono<Object> refused = threads.accept(first -> {
            first.schedule(() -> ended.complete(null));
            throw new IllegalStateException("planted");
        });

        assertThatThrownBy(() -> refused.block(PATIENCE)).hasMessage("planted");
        ended.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }

    @Test
    void accept_whoeverStopsWaiting_doesNotStopTheJob() throws Exception {
        var begun = new CompletableFuture<Void>();
        var goOn = new CompletableFuture<Void>();
        var ended = new CompletableFuture<Void>();
        var waiting = threads.accept(first -> {
                    begun.complete(null);
                    goOn.join();
                    first.schedule(() -> ended.complete(null));
                    return 1;
                })
                .subscribe();
        begun.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        waiting.dispose();
        goOn.complete(null);

        ended.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }
}
