package io.sluice.engine.load;

import io.sluice.engine.error.EngineException;
import io.sluice.engine.memory.Admission;
import io.sluice.engine.memory.MemoryBudget;
import io.sluice.engine.memory.MemoryTag;
import io.sluice.engine.memory.Reservation;
import io.sluice.engine.segment.PartLayout;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The memory of a load that is not published: its reservation, and the parts that were allocated from it. Thread-safe.
 *
 * <pre>
 *   empty ──reserve──▶ reserved ──allocate, part by part──▶ full ──handedOver──▶ closed, forever
 *     └───────────────────┴──────────────giveBack────────────┴─────────────────▶ closed
 * </pre>
 *
 * It exists, empty, before anything is asked for, so that whatever ends a load finds here all that there is to give
 * back.
 */
final class StagedParts {
    private final LoadPlan plan;
    private @Nullable Reservation reservation; // guarded by this
    private final Map<PartSource, LoadedPart> parts = new HashMap<>(); // guarded by this
    private boolean closed; // guarded by this

    StagedParts(LoadPlan plan) {
        this.plan = plan;
    }

    /** Asks for the whole plan; when granted, the promise is kept here. */
    synchronized Admission reserve(MemoryBudget budget) {
        checkOpen();
        Admission answer = budget.tryReserve(MemoryTag.LOAD, plan.name(), plan.totalBytes());
        if (answer instanceof Admission.Granted granted) {
            reservation = granted.reservation();
        }
        return answer;
    }

    /** Makes room for a part, to be filled through the owner lease of {@link #part}. */
    synchronized void allocate(PartSource source, PartLayout layout) {
        checkOpen();
        checkSame(source, layout);
        assert reservation != null : "allocated before reserved: " + source;
        var lease = reservation.allocate("segment " + source.segmentId() + " " + source.name(), layout.sizeBytes());
        parts.put(source, new LoadedPart(source, layout, lease));
    }

    /** The plan was admitted by what the catalog says; a file that says otherwise is not the one it means. */
    private static void checkSame(PartSource source, PartLayout layout) {
        if (layout.offsetBytes() != source.part().offsetBytes()
                || layout.sizeBytes() != source.part().sizeBytes()) {
            throw new EngineException.Corrupt("file does not match the catalog: key=" + source.key() + ", catalog="
                    + source.part() + ", file=" + layout + ". Restore the file from a backup");
        }
    }

    synchronized LoadedPart part(PartSource source) {
        LoadedPart part = parts.get(source);
        if (part == null) {
            throw new IllegalStateException(
                    "part is not staged: segment=" + source.segmentId() + ", " + source.name() + ", closed=" + closed);
        }
        return part;
    }

    /** All parts in the order of the plan. They stay ours until {@link #handedOver}. */
    synchronized List<LoadedPart> parts() {
        return plan.segments().stream()
                .flatMap(segment -> segment.parts().stream())
                .map(this::part)
                .toList();
    }

    /** The collection owns the parts now; what was promised beyond them goes back. */
    void handedOver() {
        synchronized (this) {
            parts.clear();
        }
        giveBack();
    }

    /** Frees what was not handed over and answers how many bytes came back. Idempotent. */
    long giveBack() {
        List<LoadedPart> left;
        Reservation promised;
        synchronized (this) {
            closed = true;
            left = List.copyOf(parts.values());
            parts.clear();
            promised = reservation;
            reservation = null;
        }
        long freedBytes = 0;
        for (LoadedPart part : left) {
            freedBytes += part.ownerLease().reservedBytes();
        }
        LoadedPart.closeAll(left);
        if (promised != null) {
            freedBytes += promised.unallocatedBytes();
            promised.close();
        }
        return freedBytes;
    }

    private void checkOpen() {
        if (closed) {
            throw new IllegalStateException("staged parts are closed: " + plan.name());
        }
    }
}
