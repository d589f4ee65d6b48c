package io.sluice.engine.segment;

import io.sluice.engine.memory.Lease;
import java.util.List;

/**
 * What one read sees of a growing segment: its slabs in the order of their rows. Confined to one thread at a time,
 * except {@link #close}, which is safe anywhere and harmless twice.
 *
 * @param blocks valid until the leases are closed; slabs without a row of the time are left out
 * @param leases closed with this view; whoever takes them over closes them instead
 */
public record GrowingView(List<VisibleRows> blocks, List<Lease> leases) implements AutoCloseable {
    public GrowingView {
        blocks = List.copyOf(blocks);
        leases = List.copyOf(leases);
    }

    @Override
    public void close() {
        leases.forEach(Lease::close);
    }
}
