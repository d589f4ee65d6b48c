package io.sluice.engine.load;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.engine.error.EngineException;
import io.sluice.engine.memory.MemoryBudget;
import io.sluice.engine.store.FaultyStore;
import io.sluice.engine.store.MemoryStore;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import reactor.test.scheduler.VirtualTimeScheduler;

/**
 * Everything that a test of loads needs, and at its end the audit: no job, no byte, no open file.
 *
 * <p>Files are read and jobs run on real threads; time stands still unless the test moves it.
 */
final class LoadKit implements AutoCloseable {
    /** So long that only a hang takes it. */
    static final Duration PATIENCE = Duration.ofSeconds(30);

    static final int MIB = 1 << 20;
    static final String EPOCH = "e7";

    final MemoryBudget budget;
    final MemoryStore files = new MemoryStore();
    final FaultyStore faults = new FaultyStore(files);
    final HookedStore store = new HookedStore(faults);
    final VirtualTimeScheduler time = VirtualTimeScheduler.create();
    final LoadSchedulers schedulers = new LoadSchedulers(
            Schedulers.newBoundedElastic(4, 1000, "segment-io", 10, true),
            Schedulers.newBoundedElastic(4, 1000, "load-jobs", 10, true),
            Schedulers.newParallel("load-events", 2, true),
            time);
    final LoadOptions options;
    final LoadJobs jobs;
    private boolean isShutDown;
    private final List<FakeTarget> targets = new ArrayList<>();

    LoadKit() {
        this(64L * MIB, options());
    }

    LoadKit(long limitBytes) {
        this(limitBytes, options());
    }

    LoadKit(long limitBytes, LoadOptions options) {
        this.options = options;
        budget = new MemoryBudget(limitBytes);
        var clock = new LoadClock(
                () -> time.now(TimeUnit.NANOSECONDS),
                () -> Instant.ofEpochMilli(1_700_000_000_000L + time.now(TimeUnit.MILLISECONDS)),
                time);
        jobs = new LoadJobs(budget, store, schedulers, options, EPOCH, clock);
    }

    /** Chunks of 1 MiB, so that small parts have several. */
    static LoadOptions options() {
        return options(0, 2, 256);
    }

    static LoadOptions options(long readBytesPerSecond, int readers, int eventsKept) {
        return new LoadOptions(
                MIB,
                readers,
                readBytesPerSecond,
                Duration.ofMillis(100),
                Duration.ofSeconds(5),
                Duration.ofSeconds(5),
                100,
                eventsKept);
    }

    FakeTarget target(String name) {
        var target = new FakeTarget(100 + targets.size(), name, store);
        targets.add(target);
        return target;
    }

    /** Two segments in partitions 1 and 2, with fields of 5 MiB and a few bytes each. */
    FakeTarget words() {
        var random = new Random(7);
        return target("words").segment(11, 1, random, 5 * MIB, 1000).segment(12, 2, random, 5 * MIB, 0);
    }

    static final LoadGoal ALL = FakeTarget.goalOf(0, 1, 2, 3);

    OperationView load(FakeTarget target) {
        return load(target, ALL);
    }

    OperationView load(FakeTarget target, LoadGoal goal) {
        return jobs.load(target, goal, List.of(), List.of(), null);
    }

    OperationView release(FakeTarget target) {
        return jobs.release(target, List.of(), null, List.of());
    }

    OperationView awaitEnd(OperationView operation) {
        return get(jobs.finished(operation.id()));
    }

    OperationView loaded(FakeTarget target) {
        OperationView last = awaitEnd(load(target));
        assertThat(last.state()).as("%s", last).isEqualTo("loaded");
        return last;
    }

    /** All events of an operation but the first, {@code queued}, up to and with its end. */
    List<OperationEvent> eventsToTheEnd(OperationView operation) {
        return get(
                jobs.events(operation.id(), operation.eventOperationId() + ":1").collectList());
    }

    /** Waits until the operation says an event of this type, or has said it. */
    OperationEvent await(OperationView operation, OperationEvent.Type type) {
        return get(jobs.events(operation.id(), operation.eventOperationId() + ":1")
                .filter(event -> event.type() == type)
                .next());
    }

    /** Waits for a value that must come. */
    static <T> T get(Mono<T> mono) {
        return Objects.requireNonNull(mono.block(PATIENCE));
    }

    /** Why an operation failed or was cancelled. */
    static EngineException failureOf(OperationView operation) {
        return Objects.requireNonNull(operation.failure(), operation::toString);
    }

    void pass(Duration duration) {
        time.advanceTimeBy(duration);
    }

    /** Lets time pass in steps, while real threads work, until something is so. */
    void passUntil(BooleanSupplier condition) {
        long giveUpNanos = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("patience").isLessThan(giveUpNanos);
            time.advanceTimeBy(Duration.ofMillis(100));
            Thread.yield();
        }
    }

    /** Waits, while time stands still, until something is so. */
    static void spinUntil(BooleanSupplier condition) {
        long giveUpNanos = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("patience").isLessThan(giveUpNanos);
            Thread.yield();
        }
    }

    void shutdown() {
        isShutDown = true;
        jobs.shutdown().block(PATIENCE);
    }

    /** A place where threads wait until the test lets them go on. */
    static final class Gate {
        private final CountDownLatch reached = new CountDownLatch(1);
        private final CountDownLatch opened = new CountDownLatch(1);

        void pass() {
            reached.countDown();
            await(opened);
        }

        /** Says that a thread came by, and lets it go on. */
        void reach() {
            reached.countDown();
        }

        void awaitReached() {
            await(reached);
        }

        void open() {
            opened.countDown();
        }

        private static void await(CountDownLatch latch) {
            try {
                assertThat(latch.await(PATIENCE.toSeconds(), TimeUnit.SECONDS))
                        .as("gate")
                        .isTrue();
            } catch (InterruptedException interrupted) {
                throw new AssertionError("interrupted at a gate", interrupted);
            }
        }
    }

    @Override
    public void close() {
        if (!isShutDown) {
            List<OperationView> releases = targets.stream().map(this::release).toList();
            releases.forEach(this::awaitEnd);
            shutdown();
        }
        targets.forEach(FakeTarget::closeAll);
        assertThat(faults.openFiles()).as("open files").isZero();
        assertThat(budget.leaseCount()).as("open leases").isZero();
        budget.close();
        assertThat(budget.retiringBytes()).as("retiring bytes").isZero();
        schedulers.disposeGracefully().block(PATIENCE);
    }
}
