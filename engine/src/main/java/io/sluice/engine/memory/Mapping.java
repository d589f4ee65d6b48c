package io.sluice.engine.memory;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/**
 * The addresses of all that one reservation becomes, in one piece. Thread-safe, but for {@link #next}.
 *
 * <p>Pages and addresses end apart. The pages of a part go back to the system with its last lease, those of neighbours
 * together. The addresses stay until the last part has gone, reading as zeros: to take them away means to close a shared
 * {@link Arena}, which stops every thread of the process for a moment, so it is done once for all parts, by a thread for
 * which nobody waits. From then on any use of an old view is refused.
 *
 * <pre>
 *   OPEN (members &ge; 1: the reservation and its parts) ──last member leaves──▶ CLOSED (members = 0, forever)
 * </pre>
 */
final class Mapping {
    private static final int CLOSED = 0;

    private final Consumer<Arena> closer;
    private final Arena arena;
    private final MemorySegment bytes;
    private final PageKind pageKind;
    private final AtomicInteger members = new AtomicInteger(1); // who makes it is the first
    private long takenBytes; // guarded by the reservation

    /**
     * @param sizeBytes whole pages
     * @param name of the first part, for messages
     * @param closer closes the arena in the end, now or later
     * @throws io.sluice.engine.error.EngineException.Failed if the system gives no memory or no mapping
     */
    Mapping(long sizeBytes, String name, Consumer<Arena> closer) {
        this.closer = closer;
        this.arena = Arena.ofShared();
        try {
            var block = NativeMemory.allocate(arena, sizeBytes, name);
            this.bytes = block.bytes();
            this.pageKind = block.pageKind();
        } catch (Throwable failure) {
            arena.close();
            throw failure;
        }
    }

    /** Where pages and addresses cannot end apart, each part has a mapping of its own, which ends with it. */
    static MappedRange ofOne(long pagesBytes, String name) {
        var mapping = new Mapping(pagesBytes, name, Arena::close);
        MappedRange range = mapping.next(pagesBytes);
        mapping.leave(1);
        return range;
    }

    PageKind pageKind() {
        return pageKind;
    }

    /**
     * The next pages, for a new member. The caller is one, and the only one who calls.
     *
     * @param pagesBytes whole pages
     */
    MappedRange next(long pagesBytes) {
        members.incrementAndGet();
        var range = new MappedRange(this, takenBytes, pagesBytes);
        takenBytes += pagesBytes;
        return range;
    }

    MemorySegment bytes(long offsetBytes, long sizeBytes) {
        return bytes.asSlice(offsetBytes, sizeBytes);
    }

    /** These pages are gone when this returns. Of members that have not left. */
    void giveBackPages(long offsetBytes, long sizeBytes) {
        NativeMemory.giveBackPages(bytes.asSlice(offsetBytes, sizeBytes));
    }

    void leave(int leaving) {
        int left = members.addAndGet(-leaving);
        assert left >= CLOSED : "more left than entered: " + left;
        if (left == CLOSED) {
            closer.accept(arena);
        }
    }
}
