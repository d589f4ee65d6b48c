package io.sluice.engine.load;

import io.sluice.engine.memory.MemoryBudget;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import reactor.core.publisher.Flux;
import reactor.core.publisher.FluxSink;
import reactor.core.publisher.Mono;
import reactor.core.publisher.SynchronousSink;
import reactor.core.scheduler.Scheduler;

/**
 * Waits for the account of memory to change, without polling and without holding a thread. Thread-safe.
 *
 * <p>Every reason to look again (bytes came back, a limit passed, somebody asked to stop) goes through one conflated
 * stream, so looks happen one at a time and no look is ever cancelled half-way: what a look takes, it has taken.
 */
final class BudgetWatch {
    private static final int ONE = 1;
    private static final Object LOOK = new Object();

    private final MemoryBudget budget;
    private final Scheduler jobs;

    BudgetWatch(MemoryBudget budget, Scheduler jobs) {
        this.budget = budget;
        this.jobs = jobs;
    }

    /**
     * Looks now and whenever there is reason to, until a look completes or fails its sink.
     *
     * @param alsoWhen each completes when it is a reason to look, or never
     */
    Mono<Void> lookUntilDone(Consumer<SynchronousSink<Void>> look, List<Mono<Void>> alsoWhen) {
        List<Flux<Object>> reasons = new ArrayList<>();
        alsoWhen.forEach(reason -> reasons.add(reason.thenReturn(LOOK).flux()));
        reasons.add(freedBytes()); // last, for it causes the first look: by then the others are listened to
        return Flux.merge(Flux.fromIterable(reasons), reasons.size(), ONE)
                .onBackpressureLatest()
                .publishOn(jobs, ONE) // from here on it is not the thread that freed, asked, or ticked
                .<Void>handle((_, done) -> look.accept(done))
                .then();
    }

    /** One signal at once, then one after bytes were freed, conflated. */
    private Flux<Object> freedBytes() {
        return Flux.create(
                looks -> {
                    AutoCloseable listening = budget.onFreed(() -> looks.next(LOOK));
                    looks.onDispose(() -> stop(listening));
                    looks.next(LOOK);
                },
                FluxSink.OverflowStrategy.LATEST);
    }

    private static void stop(AutoCloseable listening) {
        try {
            listening.close();
        } catch (Exception impossible) {
            throw new IllegalStateException("cannot stop listening to the memory budget", impossible);
        }
    }
}
