package io.sluice.engine.load;

import io.sluice.engine.memory.MemoryBudget;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.scheduler.Scheduler;

/**
 * The loads of a restart that did not fit: tried again, oldest first, when memory frees enough for one. Thread-safe.
 *
 * <p>Such a load has failed and said so, but its goal stays saved; whoever asks for another load or for a release of
 * the collection takes it off the list.
 */
final class Reloads implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Reloads.class);

    private final MemoryBudget budget;
    private final Scheduler jobs;
    private final Consumer<LoadJob> tryAgain;
    private final AutoCloseable listening;
    private final AtomicBoolean lookDue = new AtomicBoolean();
    private final Map<Long, LoadJob> waiting = new LinkedHashMap<>(); // guarded by this; by collection

    /** @param tryAgain starts the next attempt of a load; runs on {@code jobs} */
    Reloads(MemoryBudget budget, Scheduler jobs, Consumer<LoadJob> tryAgain) {
        this.budget = budget;
        this.jobs = jobs;
        this.tryAgain = tryAgain;
        this.listening = budget.onFreed(this::freed);
    }

    void add(LoadJob job) {
        synchronized (this) {
            waiting.put(job.operation().identity().collectionId(), job);
        }
        freed(); // what came back between its refusal and now
    }

    synchronized void remove(long collectionId) {
        waiting.remove(collectionId);
    }

    private synchronized boolean isEmpty() {
        return waiting.isEmpty();
    }

    /** On the thread that freed: must be quick. */
    private void freed() {
        if (!isEmpty() && lookDue.compareAndSet(false, true)) {
            jobs.schedule(this::look);
        }
    }

    private void look() {
        lookDue.set(false);
        long freeBytes = budget.freeBytes();
        for (LoadJob job : snapshot()) {
            long needBytes = job.operation().view().bytesTotal();
            if (needBytes <= freeBytes) {
                freeBytes -= needBytes;
                remove(job.operation().identity().collectionId());
                LOG.info("memory is free again, loading: operation={}", job.operation());
                tryAgain.accept(job);
            }
        }
    }

    private synchronized List<LoadJob> snapshot() {
        return List.copyOf(waiting.values());
    }

    @Override
    public void close() {
        synchronized (this) {
            waiting.clear();
        }
        try {
            listening.close();
        } catch (Exception impossible) {
            throw new IllegalStateException("cannot stop listening to the memory budget", impossible);
        }
    }
}
