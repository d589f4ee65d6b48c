package io.sluice.engine.load;

import io.sluice.engine.memory.Lease;
import io.sluice.engine.segment.PartLayout;
import java.util.Collection;

/**
 * A part in memory, checked. Whoever has it owns {@code ownerLease} and closes it.
 *
 * @param ownerLease the bytes of the part
 */
public record LoadedPart(PartSource source, PartLayout layout, Lease ownerLease) {
    /** Gives up the owner leases: the memory goes, together, unless somebody reads it. */
    public static void closeAll(Collection<LoadedPart> parts) {
        Lease.closeAll(parts.stream().map(LoadedPart::ownerLease).toList());
    }
}
