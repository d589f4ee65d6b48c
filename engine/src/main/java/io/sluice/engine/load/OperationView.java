package io.sluice.engine.load;

import io.sluice.engine.error.EngineException;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A job as the API shows it, at one moment. Immutable.
 *
 * @param id without the attempt; {@link #eventOperationId} has it
 * @param attempt 1, or more after restarts
 * @param partitions names; empty = all
 * @param fields names; empty = all
 * @param state {@code queued reserving copying publishing loaded failed cancelled releasing released}
 * @param percent by bytes, monotone, 99 until the test read passed, 100 = searchable
 * @param bytesPerSecond average since the first byte; 0 before
 * @param etaSeconds null when unknown
 * @param finishedAt null while it runs
 * @param bytesFreed of a release, or given back by a failed or cancelled load
 * @param failure why it failed or was cancelled
 * @param stalled why no byte moves at present; null when all is well
 * @param lastSequence number of the newest event
 */
public record OperationView(
        String id,
        int attempt,
        OperationKind kind,
        String database,
        String collection,
        List<String> partitions,
        List<String> fields,
        String state,
        int percent,
        long bytesLoaded,
        long bytesTotal,
        int segmentsLoaded,
        int segmentsTotal,
        long rowsTotal,
        long bytesPerSecond,
        @Nullable Double etaSeconds,
        Instant createdAt,
        @Nullable Instant startedAt,
        @Nullable Instant finishedAt,
        long bytesFreed,
        @Nullable EngineException failure,
        @Nullable String stalled,
        long lastSequence) {
    public boolean finished() {
        return finishedAt != null;
    }

    /** The id as events carry it: {@code op} for the first attempt, {@code op.2} for the second. */
    public String eventOperationId() {
        return attempt <= 1 ? id : id + "." + attempt;
    }
}
