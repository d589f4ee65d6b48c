package io.sluice.engine.segment;

import org.jspecify.annotations.Nullable;

/**
 * A block and which of its rows are visible. Views only; valid while the leases under it are open.
 *
 * @param visible null = all
 */
public record VisibleRows(RowBlock rows, @Nullable RowMask visible) {
    /** Number of visible rows. */
    public int count() {
        return visible == null ? rows.rowCount() : visible.cardinality();
    }
}
