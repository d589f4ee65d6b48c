package io.sluice.engine;

import io.sluice.engine.error.EngineException;
import io.sluice.engine.error.ErrorCode;
import io.sluice.engine.load.LoadSchedulers;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedTransferQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import reactor.core.publisher.Mono;
import reactor.core.publisher.MonoSink;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/**
 * The engine's threads by role, each pool bounded. Owned by {@link VectorEngine}.
 *
 * <p>Answers leave on Reactor's {@code parallel} threads, so that no caller's code ever runs on the log's writer. Only
 * those of searches and queries leave on the search thread: what is done with them there, such as writing them down for the
 * wire, is work of that search, and one more handover would cost a tenth of a small search. And those of loads and releases
 * leave on the thread that goes on with the job.
 */
final class EngineThreads implements AutoCloseable {
    private static final int QUEUE = 10_000;
    private static final int DDL_THREADS = 4;
    private static final int WRITE_THREADS = 4;

    /** Guesses of passwords take time on purpose: few at a time, and a short line. */
    private static final int ACCESS_THREADS = 2;

    private static final int ACCESS_QUEUE = 200;

    private final Pool search;
    private final Pool write;
    private final Pool ddl;
    private final Pool access;
    private final LoadSchedulers loads = LoadSchedulers.create();

    EngineThreads(int searchThreads) {
        this.search = new Pool("search", searchThreads, QUEUE);
        this.write = new Pool("write", WRITE_THREADS, QUEUE);
        this.ddl = new Pool("ddl", DDL_THREADS, QUEUE);
        this.access = new Pool("access", ACCESS_THREADS, ACCESS_QUEUE);
    }

    /** Runs a search or query, and on the same thread what the caller does with its answer: that must not block. */
    <T> Mono<T> search(Callable<T> work) {
        return answering(search, work);
    }

    /** Prepares a write: checks, encodes, waits for memory. */
    <T> Mono<T> write(Callable<T> work) {
        return on(write, work);
    }

    /** Changes or reads what exists; may wait for the catalog. */
    <T> Mono<T> ddl(Callable<T> work) {
        return on(ddl, work);
    }

    /**
     * Accepts a load or release, and then, on the same thread, what the caller does with the answer, which must not block,
     * and what {@code work} has scheduled on what it is given, which may: nobody waits for the job to begin, and the job not
     * for a thread.
     */
    <T> Mono<T> accept(Function<Scheduler, T> work) {
        return Mono.defer(() -> {
            Queue<Runnable> afterwards = new ArrayDeque<>(); // confined to the thread that works
            return answering(ddl, () -> work.apply(Schedulers.fromExecutor(afterwards::add)), () -> runAll(afterwards));
        });
    }

    private static void runAll(Queue<Runnable> tasks) {
        for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
            task.run();
        }
    }

    Mono<Void> ddl(Runnable work) {
        return on(ddl, () -> {
                    work.run();
                    return true;
                })
                .then();
    }

    /** Starts what goes on elsewhere, such as a seal; whoever stops waiting for it does not stop it. */
    <T> Mono<T> ddlStarting(Callable<CompletableFuture<T>> work) {
        return ddl(work).flatMap(started -> Mono.fromFuture(started, true)).publishOn(Schedulers.parallel());
    }

    /** Hashes a password, which is slow on purpose; may wait for the catalog. */
    <T> Mono<T> access(Callable<T> work) {
        return on(access, work);
    }

    Mono<Void> access(Runnable work) {
        return on(access, () -> {
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

    private static <T> Mono<T> on(Pool pool, Callable<T> work) {
        return answering(pool, work).publishOn(Schedulers.parallel());
    }

    private static <T> Mono<T> answering(Pool pool, Callable<T> work) {
        return answering(pool, work, () -> {});
    }

    private static <T> Mono<T> answering(Pool pool, Callable<T> work, Runnable afterwards) {
        return Mono.create(answer -> {
            try {
                pool.execute(() -> {
                    try {
                        answer(answer, work);
                    } finally {
                        afterwards.run();
                    }
                });
            } catch (RejectedExecutionException full) {
                answer.error(pool.refusal());
            }
        });
    }

    private static <T> void answer(MonoSink<T> answer, Callable<T> work) {
        T result;
        try {
            result = work.call();
        } catch (Throwable failure) {
            answer.error(failure);
            return;
        }
        answer.success(result);
    }

    /**
     * The threads of one role and the bounded line before them. Joining the line takes no lock, because event loops do it;
     * therefore the threads are all there from the start, and the bound is a count beside the queue.
     */
    private static final class Pool {
        private final ThreadPoolExecutor threads;
        private final AtomicInteger waiting = new AtomicInteger();
        private final int line;

        Pool(String role, int count, int line) {
            this.line = line;
            threads = new ThreadPoolExecutor(
                    count,
                    count,
                    0,
                    TimeUnit.SECONDS,
                    new LinkedTransferQueue<>(),
                    Thread.ofPlatform().name(role + "-", 1).daemon().factory());
            threads.prestartAllCoreThreads();
        }

        /** @throws RejectedExecutionException when the line is full, or after the shutdown */
        void execute(Runnable work) {
            try {
                if (waiting.incrementAndGet() > line) {
                    throw new RejectedExecutionException("full");
                }
                threads.execute(() -> {
                    waiting.decrementAndGet();
                    work.run();
                });
            } catch (RejectedExecutionException refused) {
                waiting.decrementAndGet();
                throw refused;
            }
        }

        EngineException refusal() {
            return threads.isShutdown()
                    ? new EngineException.Unavailable(ErrorCode.SERVICE_UNAVAILABLE, "the server is shutting down")
                    : new EngineException.Unavailable(
                            ErrorCode.RATE_LIMITED,
                            "rate limit exceeded: too many requests wait: limit=" + line
                                    + ". Send fewer at a time and try again");
        }
    }

    @Override
    public void close() {
        for (Pool pool : List.of(search, write, ddl, access)) {
            pool.threads.shutdown();
        }
        try {
            for (Pool pool : List.of(search, write, ddl, access)) {
                if (!pool.threads.awaitTermination(10, TimeUnit.SECONDS)) {
                    pool.threads.shutdownNow();
                }
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
