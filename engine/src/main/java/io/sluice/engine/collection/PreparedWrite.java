package io.sluice.engine.collection;

import io.sluice.engine.memory.Reservation;
import io.sluice.engine.schema.ColumnBatch;
import io.sluice.engine.schema.Keys;
import org.jspecify.annotations.Nullable;

/**
 * A checked write on its way through the log; travels beside its bytes so that nothing is decoded twice.
 *
 * @param rows null for a delete
 * @param keys to delete: of a delete or an upsert; null for an insert
 * @param memory for {@code rows}; whoever applies the write uses it up or closes it
 * @param segmentId for the growing segment that these rows may open
 */
public record PreparedWrite(
        @Nullable ColumnBatch rows,
        @Nullable Keys keys,
        @Nullable Reservation memory,
        long segmentId) {}
