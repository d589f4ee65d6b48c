package io.sluice.engine.memory;

import org.jspecify.annotations.Nullable;

/**
 * Promised bytes that may become arenas, part by part. Thread-safe.
 *
 * <p>Each {@link #allocate} moves bytes from here into an arena, which gives them back when it is freed; {@link #close}
 * gives back what is left, once.
 */
public final class Reservation implements AutoCloseable {
    private final MemoryBudget budget;
    private final MemoryTag tag;
    private final String holder;
    private long unallocatedBytes; // guarded by this
    private boolean closed; // guarded by this
    private @Nullable Mapping mapping; // guarded by this; of all of it, made with the first arena

    Reservation(MemoryBudget budget, MemoryTag tag, String holder, long sizeBytes) {
        this.budget = budget;
        this.tag = tag;
        this.holder = holder;
        this.unallocatedBytes = sizeBytes;
    }

    /** What {@link #allocate} takes from the reservation for {@code sizeBytes}: whole pages of 4 KiB. */
    public static long roundedBytes(long sizeBytes) {
        return NativeMemory.roundUp(Math.max(sizeBytes, 1), NativeMemory.SMALL_PAGE_BYTES);
    }

    /**
     * Makes memory of {@code sizeBytes}, zeroed, aligned to at least 64 bytes, and hands out its owner lease.
     *
     * @param name of the part, such as {@code segment 12 field word}
     * @throws IllegalStateException if less is left than {@link #roundedBytes} of it, or this is closed
     * @throws io.sluice.engine.error.EngineException.Failed if the system gives no memory or no mapping
     */
    public Lease allocate(String name, long sizeBytes) {
        MappedRange range = take(name, roundedBytes(sizeBytes));
        return new SegmentArena(budget, tag, holder, name, sizeBytes, range).ownerLease();
    }

    public MemoryTag tag() {
        return tag;
    }

    public String holder() {
        return holder;
    }

    /** Bytes that are promised and not yet part of an arena. */
    public synchronized long unallocatedBytes() {
        return unallocatedBytes;
    }

    /** Gives back what was not allocated; arenas live on. Closing twice is harmless. */
    @Override
    public void close() {
        long leftBytes;
        Mapping left;
        synchronized (this) {
            if (closed) {
                return;
            }
            closed = true;
            leftBytes = unallocatedBytes;
            unallocatedBytes = 0;
            left = mapping;
            mapping = null;
        }
        if (left != null) {
            left.leave(1);
        }
        budget.closed(this, leftBytes);
    }

    private synchronized MappedRange take(String name, long takenBytes) {
        if (closed || takenBytes > unallocatedBytes) {
            throw new IllegalStateException("reservation of " + holder + " cannot give " + takenBytes + " bytes to "
                    + name + ": unallocatedBytes=" + unallocatedBytes + ", closed=" + closed);
        }
        if (!NativeMemory.givesBackPages()) {
            MappedRange alone = Mapping.ofOne(takenBytes, name);
            unallocatedBytes -= takenBytes;
            return alone;
        }
        Mapping from = mapping;
        if (from == null) {
            from = new Mapping(unallocatedBytes, name, budget::closeLater);
            mapping = from;
        }
        unallocatedBytes -= takenBytes;
        return from.next(takenBytes);
    }

    @Override
    public String toString() {
        return tag + ":" + holder + " (" + unallocatedBytes() + " bytes unallocated)";
    }
}
