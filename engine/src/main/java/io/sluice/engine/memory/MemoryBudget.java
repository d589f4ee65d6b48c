package io.sluice.engine.memory;

import io.sluice.engine.error.EngineException.Holder;
import java.lang.foreign.Arena;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The off-heap bytes of the process: one limit, one account. Thread-safe.
 *
 * <p>{@code reserved} counts every promised byte, whether it exists yet or not; {@code used} counts the bytes of living
 * arenas, {@code retiring} those of arenas that can no longer be found and wait for their last lease.
 */
public final class MemoryBudget implements AutoCloseable {
    private static final int CLOSER_IDLE_SECONDS = 5;
    private static final int CLOSER_DELAY_MILLIS = 50;

    private final long limitBytes;
    private final AtomicLong reservedBytes = new AtomicLong();
    private final AtomicLong usedBytes = new AtomicLong();
    private final AtomicLong retiringBytes = new AtomicLong();
    private final Map<MemoryTag, AtomicLong> reservedByTag = new EnumMap<>(MemoryTag.class);
    private final Set<Reservation> reservations = ConcurrentHashMap.newKeySet();
    private final Set<SegmentArena> arenas = ConcurrentHashMap.newKeySet();
    private final Set<Runnable> freedListeners = ConcurrentHashMap.newKeySet();
    /** Shut down by {@link #close}; until then its thread ends whenever there is nothing to close. */
    private final ScheduledThreadPoolExecutor closer = new ScheduledThreadPoolExecutor(
            1, Thread.ofPlatform().daemon().name("memory-closer").factory());

    /** @param limitBytes that all reservations together may have */
    public MemoryBudget(long limitBytes) {
        if (limitBytes <= 0) {
            throw new IllegalArgumentException("memory budget must be positive: limitBytes=" + limitBytes);
        }
        this.limitBytes = limitBytes;
        for (MemoryTag tag : MemoryTag.values()) {
            reservedByTag.put(tag, new AtomicLong());
        }
        closer.setKeepAliveTime(CLOSER_IDLE_SECONDS, TimeUnit.SECONDS);
        closer.allowCoreThreadTimeOut(true);
    }

    /**
     * Promises bytes, all or none.
     *
     * @param holder who will hold them, for messages: such as {@code default.words}
     */
    public Admission tryReserve(MemoryTag tag, String holder, long sizeBytes) {
        if (sizeBytes < 0) {
            throw new IllegalArgumentException("cannot reserve sizeBytes=" + sizeBytes + " for " + holder);
        }
        if (sizeBytes > limitBytes) {
            return new Admission.Refused(sizeBytes, limitBytes);
        }
        while (true) {
            // Retiring is read first and written last, so bytes that are about to be freed are never overlooked.
            long retiring = retiringBytes.get();
            long reserved = reservedBytes.get();
            long missing = sizeBytes - (limitBytes - reserved);
            if (missing > 0) {
                return new Admission.Deferred(missing, retiring);
            }
            if (reservedBytes.compareAndSet(reserved, reserved + sizeBytes)) {
                counter(tag).addAndGet(sizeBytes);
                var reservation = new Reservation(this, tag, holder, sizeBytes);
                reservations.add(reservation);
                return new Admission.Granted(reservation);
            }
        }
    }

    public long limitBytes() {
        return limitBytes;
    }

    /** Promised bytes, those of living arenas included. */
    public long reservedBytes() {
        return reservedBytes.get();
    }

    /** Promised bytes of one tag. */
    public long reservedBytes(MemoryTag tag) {
        return counter(tag).get();
    }

    /** Bytes of living arenas. */
    public long usedBytes() {
        return usedBytes.get();
    }

    /** Bytes of arenas that nobody can find any more and that wait for their last lease. */
    public long retiringBytes() {
        return retiringBytes.get();
    }

    public long freeBytes() {
        return limitBytes - reservedBytes.get();
    }

    /** Number of living arenas, each of which is a memory mapping of the process. */
    public int arenaCount() {
        return arenas.size();
    }

    /** Reservations that nobody has closed; 0 when nothing is loaded and nothing is being written or built. */
    int openReservationCount() {
        return reservations.size();
    }

    /** Open leases over all arenas; 0 when nothing is loaded and nobody reads. */
    public int leaseCount() {
        int count = 0;
        for (SegmentArena arena : arenas) {
            count += arena.holderCount();
        }
        return count;
    }

    /** Who holds how much, largest first; for refusals and for the memory page. */
    public List<Holder> holders() {
        Map<String, Long> byHolder = new java.util.HashMap<>();
        for (Reservation reservation : reservations) {
            byHolder.merge(reservation.tag() + ":" + reservation.holder(), reservation.unallocatedBytes(), Long::sum);
        }
        for (SegmentArena arena : arenas) {
            byHolder.merge(arena.tag() + ":" + arena.holder(), arena.reservedBytes(), Long::sum);
        }
        return byHolder.entrySet().stream()
                .filter(entry -> entry.getValue() > 0)
                .map(entry -> new Holder(entry.getKey(), entry.getValue()))
                .sorted(Comparator.comparingLong(Holder::bytes).reversed().thenComparing(Holder::name))
                .toList();
    }

    /** Runs after bytes came back, on the thread that gave them; must be quick. Close the handle to stop. */
    public AutoCloseable onFreed(Runnable listener) {
        freedListeners.add(listener);
        return () -> freedListeners.remove(listener);
    }

    /** Closes an arena without pages, for which nobody waits: a while later, when whoever freed it has answered. */
    void closeLater(Arena arena) {
        try {
            closer.schedule(arena::close, CLOSER_DELAY_MILLIS, TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException budgetIsClosed) {
            arena.close();
        }
    }

    /** @throws IllegalStateException if bytes are still held, naming the holders */
    @Override
    public void close() {
        closer.shutdown();
        if (reservedBytes.get() != 0) {
            throw new IllegalStateException("memory budget closed while bytes are held: reservedBytes="
                    + reservedBytes.get() + ", holders=" + holders() + ", arenas=" + arenas
                    + ". Close every lease and reservation first; -Dsluice.leaks=true records where leases were born");
        }
    }

    void opened(SegmentArena arena) {
        arenas.add(arena);
        usedBytes.addAndGet(arena.reservedBytes());
    }

    void retired(SegmentArena arena) {
        retiringBytes.addAndGet(arena.reservedBytes());
    }

    void freed(SegmentArena arena, boolean wasRetired) {
        arenas.remove(arena);
        usedBytes.addAndGet(-arena.reservedBytes());
        unreserve(arena.tag(), arena.reservedBytes());
        if (wasRetired) {
            retiringBytes.addAndGet(-arena.reservedBytes());
        }
        arena.markAccountedBack();
        tellFreed(arena.reservedBytes());
    }

    void closed(Reservation reservation, long leftBytes) {
        reservations.remove(reservation);
        unreserve(reservation.tag(), leftBytes);
        tellFreed(leftBytes);
    }

    private void unreserve(MemoryTag tag, long sizeBytes) {
        counter(tag).addAndGet(-sizeBytes);
        reservedBytes.addAndGet(-sizeBytes);
    }

    private void tellFreed(long sizeBytes) {
        if (sizeBytes > 0) {
            freedListeners.forEach(Runnable::run);
        }
    }

    private AtomicLong counter(MemoryTag tag) {
        return java.util.Objects.requireNonNull(reservedByTag.get(tag));
    }
}
