package io.sluice.engine.load;

import io.sluice.engine.memory.Admission;
import io.sluice.engine.memory.MemoryBudget;
import io.sluice.engine.memory.MemoryTag;
import io.sluice.engine.store.SegmentStore;
import io.sluice.engine.store.StoredFile;
import io.sluice.engine.store.StoredFileWriter;
import java.util.List;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Loads and releases of a collection that nobody has, so that the first real ones find their code loaded and compiled. In
 * a room of its own, with its own account, threads and events: nobody sees any of it, and nothing is left of it.
 */
public final class LoadRehearsal {
    private static final long BUDGET_BYTES = 1 << 20;

    private LoadRehearsal() {}

    /** The events of {@code rounds} loads and releases, one after the other, as a watcher of each would see them. */
    public static Flux<OperationEvent> events(int rounds) {
        return Flux.usingWhen(
                Mono.fromSupplier(Room::new),
                room -> Flux.range(0, rounds).concatMap(_ -> room.loadAndRelease(), 0),
                Room::close);
    }

    private static final class Room {
        private final MemoryBudget budget = new MemoryBudget(BUDGET_BYTES);
        private final LoadSchedulers schedulers = LoadSchedulers.create();
        private final LoadJobs jobs =
                new LoadJobs(budget, new NoFiles(), schedulers, LoadOptions.defaults(), "rehearsal");
        private final Nothing target = new Nothing();

        Flux<OperationEvent> loadAndRelease() {
            return Flux.concat(
                    watch(Mono.fromSupplier(() -> jobs.load(target, Nothing.GOAL, List.of(), List.of(), null))),
                    Mono.<OperationEvent>fromRunnable(this::takeMemory),
                    watch(Mono.fromSupplier(() -> jobs.release(target, List.of(), null, List.of()))));
        }

        private Flux<OperationEvent> watch(Mono<OperationView> started) {
            return started.flatMapMany(operation -> jobs.events(operation.id(), null));
        }

        private void takeMemory() {
            if (budget.tryReserve(MemoryTag.LOAD, "rehearsal", BUDGET_BYTES) instanceof Admission.Granted granted) {
                try (var reservation = granted.reservation()) {
                    reservation.allocate("page", 1).close();
                }
            }
        }

        Mono<Void> close() {
            return jobs.shutdown().then(schedulers.disposeGracefully()).then(Mono.fromRunnable(budget::close));
        }
    }

    /** A collection without rows, without a catalog, and without a memory for what was wanted. Immutable. */
    private static final class Nothing implements LoadTarget {
        static final LoadGoal GOAL = new LoadGoal(true, List.of(), List.of(), true, false, 1, false);

        @Override
        public long collectionId() {
            return 0;
        }

        @Override
        public String database() {
            return "default";
        }

        @Override
        public String collection() {
            return "rehearsal";
        }

        @Override
        public List<PartSource> missingParts(LoadGoal wanted) {
            return List.of();
        }

        @Override
        public Retired publish(LoadGoal wanted, List<LoadedPart> parts) {
            return Retired.nothing();
        }

        @Override
        public Retired unpublish(List<Long> partitionIds) {
            return Retired.nothing();
        }

        @Override
        public void want(@Nullable LoadGoal wanted) {}

        @Override
        public Mono<Void> saveGoal(String operationId, int attempt) {
            return Mono.empty();
        }

        @Override
        public Mono<Void> forgetGoal() {
            return Mono.empty();
        }

        @Override
        public @Nullable LoadGoal goal() {
            return null;
        }
    }

    /** Nothing has no parts, so nobody asks. */
    private static final class NoFiles implements SegmentStore {
        @Override
        public StoredFile open(String key) {
            throw new IllegalStateException("the rehearsal has no files: key=" + key);
        }

        @Override
        public StoredFileWriter create(String key) {
            throw new IllegalStateException("the rehearsal has no files: key=" + key);
        }

        @Override
        public void delete(String key) {}

        @Override
        public List<String> list() {
            return List.of();
        }

        @Override
        public void sweepUncommitted() {}

        @Override
        public void close() {}
    }
}
