package io.sluice.engine.collection;

import io.sluice.engine.error.EngineException;
import io.sluice.engine.error.ErrorCode;
import io.sluice.engine.memory.Admission;
import io.sluice.engine.memory.MemoryBudget;
import io.sluice.engine.memory.MemoryTag;
import io.sluice.engine.memory.Reservation;
import java.util.concurrent.TimeUnit;

/**
 * Admits growing rows to off-heap memory: a tenth of the budget, shared by all collections. Thread-safe.
 *
 * <p>Above it the largest growing segments are sealed and writers wait; what does not fit after a while is refused with
 * code 8, before anything was logged.
 */
public final class WriteBuffer implements AutoCloseable {
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(10);
    private static final long LOOK_AGAIN_MILLIS = 50;

    private final MemoryBudget budget;
    private final long capBytes;
    private final Runnable pressure;
    private final AutoCloseable freedHandle;

    /** @param pressure asked to seal the largest growing rows; returns at once */
    public WriteBuffer(MemoryBudget budget, Runnable pressure) {
        this.budget = budget;
        this.capBytes = Math.max(budget.limitBytes() / 10, 1);
        this.pressure = pressure;
        this.freedHandle = budget.onFreed(this::wake);
    }

    /**
     * Reserves memory for rows about to be logged; waits while growing rows make room.
     *
     * @param wantedBytes for these rows and some to come: taken when there is room
     * @param needBytes for these rows alone
     * @throws EngineException.InvalidRequest if they could never fit
     * @throws EngineException.Unavailable if there was no room in time
     */
    public Reservation admit(Collection collection, long wantedBytes, long needBytes) {
        if (needBytes > capBytes) {
            throw new EngineException.InvalidRequest(
                    ErrorCode.TOO_LARGE,
                    "the rows of one request are larger than the write buffer: needBytes=" + needBytes + ", capBytes="
                            + capBytes + ". Send fewer rows at a time or raise SLUICE_MEMORY_BUDGET");
        }
        Reservation roomy = tryAdmit(collection, wantedBytes);
        if (roomy != null) {
            return roomy;
        }
        long deadline = System.nanoTime() + PATIENCE_NANOS;
        while (true) {
            Reservation reservation = tryAdmit(collection, needBytes);
            if (reservation != null) {
                return reservation;
            }
            pressure.run();
            if (System.nanoTime() > deadline) {
                throw new EngineException.Unavailable(
                        ErrorCode.RATE_LIMITED,
                        "rate limit exceeded: the write buffer is full: needBytes=" + needBytes + ", usedBytes="
                                + budget.reservedBytes(MemoryTag.WRITE_BUFFER) + ", capBytes=" + capBytes
                                + ". Wait for the seal of growing rows and try again");
            }
            pause();
        }
    }

    private synchronized @org.jspecify.annotations.Nullable Reservation tryAdmit(
            Collection collection, long needBytes) {
        if (budget.reservedBytes(MemoryTag.WRITE_BUFFER) + needBytes > capBytes) {
            return null;
        }
        Admission admission = budget.tryReserve(MemoryTag.WRITE_BUFFER, collection.qualifiedName(), needBytes);
        return switch (admission) {
            case Admission.Granted(Reservation reservation) -> reservation;
            case Admission.Deferred _, Admission.Refused _ -> null;
        };
    }

    /** For replay: what was acknowledged must fit, whatever the cap says. */
    public Reservation admitReplayed(Collection collection, long needBytes) {
        Admission admission = budget.tryReserve(MemoryTag.WRITE_BUFFER, collection.qualifiedName(), needBytes);
        return switch (admission) {
            case Admission.Granted(Reservation reservation) -> reservation;
            case Admission.Deferred _, Admission.Refused _ ->
                throw new EngineException.OutOfBudget(
                        "the log of " + collection.qualifiedName(),
                        needBytes,
                        budget.freeBytes(),
                        budget.limitBytes(),
                        budget.holders());
        };
    }

    private synchronized void pause() {
        try {
            wait(LOOK_AGAIN_MILLIS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new EngineException.Unavailable(
                    ErrorCode.SERVICE_UNAVAILABLE, "the server is shutting down; nothing was written");
        }
    }

    private synchronized void wake() {
        notifyAll();
    }

    @Override
    public void close() {
        try {
            freedHandle.close();
        } catch (Exception impossible) {
            throw new AssertionError(impossible);
        }
    }
}
