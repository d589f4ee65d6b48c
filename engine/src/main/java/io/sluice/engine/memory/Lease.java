package io.sluice.engine.memory;

import java.lang.foreign.MemorySegment;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * The right to read (for the owner: to fill) the bytes of one part until closed.
 *
 * <p>Confined to one thread at a time, except {@link #close}, which is safe anywhere and harmless twice. The owner lease
 * comes from {@link Reservation#allocate}; all others from {@link #tryShare}.
 */
public final class Lease implements AutoCloseable {
    private final SegmentArena arena;
    private final String holder;
    private final AtomicBoolean closed = new AtomicBoolean();
    private final @Nullable Throwable birth;

    Lease(SegmentArena arena, String holder) {
        this.arena = arena;
        this.holder = holder;
        this.birth = Boolean.getBoolean("sluice.leaks") ? new Throwable("leased by " + holder) : null;
    }

    /**
     * A view; valid until this lease is closed, never closed by whoever receives it.
     *
     * @throws IllegalStateException if this lease is closed
     */
    public MemorySegment bytes() {
        if (closed.get()) {
            throw new IllegalStateException("lease is closed: " + this);
        }
        return arena.bytes();
    }

    /** One more lease on the same bytes; empty if they are already gone. */
    public Optional<Lease> tryShare(String newHolder) {
        return arena.tryLease(newHolder);
    }

    /** Says that the part can no longer be found: its bytes count as retiring until they are freed. Idempotent. */
    public void retire() {
        arena.retire();
    }

    /** What the part takes from the budget: whole pages. */
    public long reservedBytes() {
        return arena.reservedBytes();
    }

    public PageKind pageKind() {
        return arena.pageKind();
    }

    /** Leases on these bytes, this one included; a snapshot. */
    public int holderCount() {
        return arena.holderCount();
    }

    /** Whether the last lease is closed, the memory is gone, and the account has its bytes back. Forever once true. */
    public boolean isFreed() {
        return arena.isAccountedBack();
    }

    /** The part's name, such as {@code segment 12 field word}. */
    public String name() {
        return arena.name();
    }

    @Override
    public void close() {
        if (leave()) {
            SegmentArena.free(List.of(arena));
        }
    }

    /** Closes many, which is cheaper than one by one: memory that lies together is freed together. */
    public static void closeAll(Collection<Lease> leases) {
        SegmentArena.free(
                leases.stream().filter(Lease::leave).map(lease -> lease.arena).toList());
    }

    /** Answers whether the bytes are to be freed now. */
    private boolean leave() {
        return closed.compareAndSet(false, true) && arena.leave(this);
    }

    @Override
    public String toString() {
        return holder + " on " + arena.name()
                + (birth == null ? "" : ", born at " + java.util.Arrays.toString(birth.getStackTrace()));
    }
}
