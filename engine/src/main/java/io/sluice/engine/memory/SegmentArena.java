package io.sluice.engine.memory;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The off-heap bytes of one part (a field or an index of a segment), shared by leases. Thread-safe.
 *
 * <pre>
 *   LIVE (holders &ge; 1) ──last lease closed──▶ FREED (holders = 0, forever)
 * </pre>
 */
final class SegmentArena {
    private static final int FREED = 0;
    private static final boolean TRACK_LEASES = Boolean.getBoolean("sluice.leaks");

    private final MemoryBudget budget;
    private final MemoryTag tag;
    private final String holder;
    private final String name;
    private final MappedRange range;
    private final MemorySegment bytes;
    private final AtomicInteger holders = new AtomicInteger(1);
    private final AtomicBoolean retired = new AtomicBoolean();
    private volatile boolean accountedBack;
    private final Set<Lease> openLeases = ConcurrentHashMap.newKeySet(); // filled only when leases are tracked

    /** @param range that becomes this one's */
    SegmentArena(MemoryBudget budget, MemoryTag tag, String holder, String name, long sizeBytes, MappedRange range) {
        this.budget = budget;
        this.tag = tag;
        this.holder = holder;
        this.name = name;
        this.range = range;
        this.bytes = range.bytes(sizeBytes);
        budget.opened(this);
    }

    Lease ownerLease() {
        return track(new Lease(this, holder));
    }

    /** Empty once freed: the caller looks the part up again instead of retrying here. */
    Optional<Lease> tryLease(String leaseHolder) {
        for (int n = holders.get(); n != FREED; n = holders.get()) {
            if (holders.compareAndSet(n, n + 1)) {
                return Optional.of(track(new Lease(this, leaseHolder)));
            }
        }
        return Optional.empty();
    }

    /** Answers whether it was the last one: then the caller frees this. */
    boolean leave(Lease lease) {
        openLeases.remove(lease);
        int left = holders.decrementAndGet();
        assert left >= FREED : "released more often than leased: " + this;
        return left == FREED;
    }

    /** Of arenas that their last lease has left. */
    static void free(List<SegmentArena> arenas) {
        MappedRange.giveBack(arenas.stream().map(arena -> arena.range).toList()); // the memory first,
        for (SegmentArena arena : arenas) {
            arena.budget.freed(
                    arena, arena.retired.get()); // the promise after it: the account is never below the truth
        }
    }

    void retire() {
        if (holders.get() != FREED && retired.compareAndSet(false, true)) {
            budget.retired(this);
        }
    }

    /** Called by the budget when the bytes are free in the account too. */
    void markAccountedBack() {
        accountedBack = true;
    }

    boolean isAccountedBack() {
        return accountedBack;
    }

    MemorySegment bytes() {
        return bytes;
    }

    MemoryTag tag() {
        return tag;
    }

    String holder() {
        return holder;
    }

    String name() {
        return name;
    }

    long reservedBytes() {
        return range.sizeBytes();
    }

    PageKind pageKind() {
        return range.mapping().pageKind();
    }

    int holderCount() {
        return holders.get();
    }

    private Lease track(Lease lease) {
        if (TRACK_LEASES) {
            openLeases.add(lease);
        }
        return lease;
    }

    @Override
    public String toString() {
        return tag + ":" + holder + " " + name + " (" + reservedBytes() + " bytes, holders=" + holders.get()
                + (TRACK_LEASES ? ", leases=" + openLeases : "") + ")";
    }
}
