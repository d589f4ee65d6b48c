package io.sluice.engine.load;

import io.sluice.engine.error.EngineException;
import io.sluice.engine.load.OperationEvent.SegmentLoaded;
import io.sluice.engine.load.OperationEvent.Type;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/**
 * What the world sees of a job: its state, its numbers, its events. Hot: it goes on whether or not anybody watches.
 *
 * <p>Thread-safe. Written by its job and by the ticks of the job's clock; each step changes the state and gives the
 * event its number under one lock, and tells the watchers after leaving it. Lock order: operation, then ring.
 */
final class Operation {
    private static final double NANOS_PER_SECOND = 1e9;

    /** What never changes. */
    record Identity(
            String id,
            int attempt,
            OperationKind kind,
            long collectionId,
            String database,
            String collection,
            List<String> partitions,
            List<String> fields) {
        Identity {
            partitions = List.copyOf(partitions);
            fields = List.copyOf(fields);
        }

        /** The collection with its database, for messages and for the account. */
        String fullName() {
            return database + "." + collection;
        }
    }

    private final Identity identity;
    private final LoadClock clock;
    private final EventRing<OperationEvent> ring;
    private final EventRing<MultiplexedEvent> everything;
    private final String serverEpoch;
    private final Instant createdAt;
    private final Sinks.One<OperationView> finished = Sinks.one(); // one writer: the step into a Done state

    // Guarded by this.
    private LoadState state = new LoadState.Queued();
    private int segmentsTotal;
    private int segmentsLoaded;
    private long rowsTotal;
    private long bytesTotal;
    private long bytesLoaded;
    private long bytesFreed;
    private @Nullable Instant startedAt;
    private @Nullable Instant finishedAt;
    private long copyingSinceNanos;
    private long lastByteNanos;
    private long lastMoveNanos; // a byte, or a step
    private boolean movedSinceProgress;
    private @Nullable String stalled;
    private long newestInEverything;

    /** Says {@code queued}; the caller calls {@link #announce} after leaving its locks. */
    Operation(
            Identity identity,
            LoadClock clock,
            int eventsKept,
            EventRing<MultiplexedEvent> everything,
            String serverEpoch) {
        this.identity = identity;
        this.clock = clock;
        this.ring = new EventRing<>(eventsKept);
        this.everything = everything;
        this.serverEpoch = serverEpoch;
        this.createdAt = clock.wall().instant();
        this.lastMoveNanos = clock.nanos().getAsLong();
        synchronized (this) {
            say(Type.QUEUED, null);
        }
    }

    Identity identity() {
        return identity;
    }

    synchronized boolean isOver() {
        return state instanceof LoadState.Done;
    }

    synchronized LoadState state() {
        return state;
    }

    synchronized OperationView view() {
        return view(ring.newest());
    }

    /** Completes with the last view when the operation is over. */
    Mono<OperationView> finished() {
        return finished.asMono();
    }

    // The steps, by the job

    synchronized void planned(LoadPlan plan) {
        segmentsTotal = plan.segments().size();
        rowsTotal = plan.rowCount();
        bytesTotal = plan.totalBytes();
    }

    /** @throws IllegalStateException if there is no such arrow in the drawing of {@link LoadState} */
    void enter(LoadState next) {
        OperationView last;
        synchronized (this) {
            if (!state.mayBecome(next)) {
                throw new IllegalStateException(
                        "operation " + identity.id() + " cannot go from " + state + " to " + next);
            }
            if (!LoadState.isFailure(next)) {
                sayResumedIfStalled();
            }
            state = next;
            stalled = null;
            markTimes(next);
            Type type = said(next);
            if (type != null) {
                say(type, null);
            }
            last = view();
        }
        announce();
        if (next instanceof LoadState.Done) {
            finished.tryEmitValue(last).orThrow();
        }
    }

    private void markTimes(LoadState next) {
        lastMoveNanos = clock.nanos().getAsLong();
        if (startedAt == null) {
            startedAt = clock.wall().instant();
        }
        switch (next) {
            case LoadState.Copying _ -> copyingSinceNanos = lastMoveNanos;
            case LoadState.Releasing releasing -> bytesTotal = releasing.totalBytes();
            case LoadState.Done _ -> finishedAt = clock.wall().instant();
            case LoadState.Queued _, LoadState.Reserving _, LoadState.Publishing _ -> {}
        }
    }

    /** The event that says a state; none for one that another event follows at once. */
    private static @Nullable Type said(LoadState state) {
        return switch (state) {
            case LoadState.Queued _ -> Type.QUEUED;
            case LoadState.Reserving _ -> null;
            case LoadState.Copying _ -> Type.ADMITTED;
            case LoadState.Publishing _ -> Type.PROGRESS;
            case LoadState.Loaded _ -> Type.LOADED;
            case LoadState.Releasing _ -> Type.RELEASING;
            case LoadState.Released _ -> Type.RELEASED;
            case LoadState.Failed _ -> Type.FAILED;
            case LoadState.Cancelled _ -> Type.CANCELLED;
        };
    }

    /**
     * Bytes are in place and checked.
     *
     * @param complete the segment whose last bytes these were; null = not the last
     */
    void copied(long bytes, @Nullable SegmentLoaded complete) {
        boolean said;
        synchronized (this) {
            bytesLoaded += bytes;
            state = new LoadState.Copying(bytesLoaded, bytesTotal);
            movedSinceProgress = true;
            lastByteNanos = clock.nanos().getAsLong();
            lastMoveNanos = lastByteNanos;
            said = sayResumedIfStalled();
            if (complete != null) {
                segmentsLoaded++;
                say(Type.SEGMENT, complete);
                said = true;
            }
        }
        if (said) {
            announce();
        }
    }

    /** Bytes came back to the budget; of a release, or of a load that ended badly. */
    void freed(long bytes) {
        boolean said;
        synchronized (this) {
            if (state instanceof LoadState.Done) {
                return; // the last word is said
            }
            bytesFreed += bytes;
            lastMoveNanos = clock.nanos().getAsLong();
            said = sayResumedIfStalled();
        }
        if (said) {
            announce();
        }
    }

    /** No byte moves for a reason that is known at once. Saying the same twice says it once. */
    void stall(String reason) {
        stallIfIdle(0, reason);
    }

    // The ticks, by the clock

    /** Conflation at the source: many chunks between two ticks are one {@code progress}. */
    void sayProgressIfMoved() {
        synchronized (this) {
            if (!movedSinceProgress || !(state instanceof LoadState.Copying)) {
                return;
            }
            movedSinceProgress = false;
            say(Type.PROGRESS, null);
        }
        announce();
    }

    /** Says {@code stalled}, once, if nothing moved for so long. */
    void stallIfIdle(long idleNanos, String reason) {
        synchronized (this) {
            boolean idle = clock.nanos().getAsLong() - lastMoveNanos >= idleNanos;
            if (!idle || stalled != null || state instanceof LoadState.Done) {
                return;
            }
            stalled = reason;
            say(Type.STALLED, null);
        }
        announce();
    }

    /** What is going on is slow on purpose. */
    synchronized void excuse() {
        lastMoveNanos = clock.nanos().getAsLong();
    }

    private boolean sayResumedIfStalled() {
        if (stalled == null) {
            return false;
        }
        stalled = null;
        say(Type.RESUMED, null);
        return true;
    }

    // The events

    /** Tells the watchers that there is news. Never under a lock. */
    void announce() {
        ring.announce();
        everything.announce();
    }

    private void say(Type type, @Nullable SegmentLoaded segment) {
        assert Thread.holdsLock(this);
        OperationEvent event = ring.append(
                sequence -> new OperationEvent(sequence, type, clock.wall().instant(), view(sequence), segment));
        newestInEverything = everything
                .append(number -> new MultiplexedEvent(serverEpoch, number, event))
                .number();
    }

    EventRing<OperationEvent> ring() {
        return ring;
    }

    /**
     * The operation as it is, numbered so that the next event is one more. Once the operation is over, the terminal
     * event still follows its snapshot.
     */
    synchronized OperationEvent snapshot() {
        long covered = ring.newest() - (state instanceof LoadState.Done ? 1 : 0);
        return new OperationEvent(covered, Type.SNAPSHOT, clock.wall().instant(), view(), null);
    }

    /** Whether the multiplexed stream has an event of this operation after {@code number}. */
    synchronized boolean changedSince(long number) {
        return newestInEverything > number;
    }

    private OperationView view(long lastSequence) {
        assert Thread.holdsLock(this);
        long bytesPerSecond = bytesPerSecond();
        return new OperationView(
                identity.id(),
                identity.attempt(),
                identity.kind(),
                identity.database(),
                identity.collection(),
                identity.partitions(),
                identity.fields(),
                state.wireName(),
                state.percent(),
                bytesLoaded,
                bytesTotal,
                segmentsLoaded,
                segmentsTotal,
                rowsTotal,
                bytesPerSecond,
                etaSeconds(bytesPerSecond),
                createdAt,
                startedAt,
                finishedAt,
                bytesFreed,
                failure(),
                stalled,
                lastSequence);
    }

    /** Over the time from the admission to the newest byte that came, or to now while more are expected. */
    private long bytesPerSecond() {
        if (bytesLoaded == 0) {
            return 0;
        }
        boolean copying = state instanceof LoadState.Copying;
        long untilNanos = copying ? clock.nanos().getAsLong() : lastByteNanos;
        return (long) (bytesLoaded * NANOS_PER_SECOND / Math.max(1, untilNanos - copyingSinceNanos));
    }

    private @Nullable Double etaSeconds(long bytesPerSecond) {
        boolean known = state instanceof LoadState.Copying && bytesPerSecond > 0;
        return known ? (bytesTotal - bytesLoaded) / (double) bytesPerSecond : null;
    }

    private @Nullable EngineException failure() {
        return switch (state) {
            case LoadState.Failed(EngineException cause) -> cause;
            case LoadState.Cancelled(EngineException cause) -> cause;
            case LoadState.Running _, LoadState.Loaded _, LoadState.Released _ -> null;
        };
    }

    @Override
    public synchronized String toString() {
        return identity.id() + " (" + state + ")";
    }
}
