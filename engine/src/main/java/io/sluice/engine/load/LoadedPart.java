package io.sluice.engine.load;

import io.sluice.engine.memory.Lease;
import io.sluice.engine.segment.PartLayout;

/**
 * A part in memory, checked. Whoever has it owns {@code ownerLease} and closes it.
 *
 * @param ownerLease the bytes of the part
 */
public record LoadedPart(PartSource source, PartLayout layout, Lease ownerLease) {}
