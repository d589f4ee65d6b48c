package io.sluice.engine;

import io.sluice.engine.error.EngineException;
import io.sluice.engine.error.ErrorCode;
import io.sluice.engine.load.LoadSchedulers;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/**
 * The engine's threads by role, each pool bounded. Owned by {@link VectorEngine}.
 *
 * <p>Answers leave on {@code reply}, so that no caller's code ever runs on the log's writer or on a search thread for
 * longer than it takes to hand it over.
 */
final class EngineThreads implements AutoCloseable {
    private static final int QUEUE = 10_000;
    private static final int DDL_THREADS = 4;
    private static final int WRITE_THREADS = 4;

    private final ThreadPoolExecutor search;
    private final ThreadPoolExecutor write;
    private final ThreadPoolExecutor ddl;
    private final LoadSchedulers loads = LoadSchedulers.create();

    EngineThreads(int searchThreads) {
        this.search = pool("search", searchThreads);
        this.write = pool("write", WRITE_THREADS);
        this.ddl = pool("ddl", DDL_THREADS);
    }

    /** Runs a search or query. */
    <T> Mono<T> search(Callable<T> work) {
        return on(search, work);
    }

    /** Prepares a write: checks, encodes, waits for memory. */
    <T> Mono<T> write(Callable<T> work) {
        return on(write, work);
    }

    /** Changes or reads what exists; may wait for the catalog. */
    <T> Mono<T> ddl(Callable<T> work) {
        return on(ddl, work);
    }

    Mono<Void> ddl(Runnable work) {
        return on(ddl, () -> {
                    work.run();
                    return true;
                })
                .then();
    }

    /** Runs later, without an answer. */
    void later(Runnable work) {
        ddl.execute(work);
    }

    LoadSchedulers loads() {
        return loads;
    }

    private static <T> Mono<T> on(ThreadPoolExecutor pool, Callable<T> work) {
        return Mono.<T>create(answer -> {
                    try {
                        pool.execute(() -> {
                            try {
                                answer.success(work.call());
                            } catch (Throwable failure) {
                                answer.error(failure);
                            }
                        });
                    } catch (RejectedExecutionException full) {
                        answer.error(
                                pool.isShutdown()
                                        ? new EngineException.Unavailable(
                                                ErrorCode.SERVICE_UNAVAILABLE, "the server is shutting down")
                                        : new EngineException.Unavailable(
                                                ErrorCode.RATE_LIMITED,
                                                "rate limit exceeded: too many requests wait: limit=" + QUEUE
                                                        + ". Send fewer at a time and try again"));
                    }
                })
                .publishOn(Schedulers.parallel());
    }

    private static ThreadPoolExecutor pool(String role, int threads) {
        var pool = new ThreadPoolExecutor(
                threads,
                threads,
                60,
                TimeUnit.SECONDS,
                new ArrayBlockingQueue<>(QUEUE),
                Thread.ofPlatform().name(role + "-", 1).daemon().factory());
        pool.allowCoreThreadTimeOut(true);
        return pool;
    }

    @Override
    public void close() {
        for (ThreadPoolExecutor pool : List.of(search, write, ddl)) {
            pool.shutdown();
        }
        try {
            for (ThreadPoolExecutor pool : List.of(search, write, ddl)) {
                if (!pool.awaitTermination(10, TimeUnit.SECONDS)) {
                    pool.shutdownNow();
                }
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
