package io.sluice.engine.load;

import java.time.Instant;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * One step of an operation. Immutable.
 *
 * @param sequence gapless per operation and attempt, from 1
 * @param view the operation right after the step
 * @param segment of {@code SEGMENT} events: which segment is complete
 */
public record OperationEvent(
        long sequence,
        Type type,
        Instant at,
        OperationView view,
        @Nullable SegmentLoaded segment) {
    public enum Type {
        SNAPSHOT,
        QUEUED,
        ADMITTED,
        SEGMENT,
        PROGRESS,
        STALLED,
        RESUMED,
        LOADED,
        FAILED,
        CANCELLED,
        RELEASING,
        RELEASED,
        EVICTED;

        /** As SSE spells it. */
        public String wireName() {
            return name().toLowerCase(Locale.ROOT);
        }

        public boolean terminal() {
            return this == LOADED || this == FAILED || this == CANCELLED || this == RELEASED;
        }
    }

    public record SegmentLoaded(long segmentId, String partition, long rowCount, long bytes) {}

    /** The SSE id: {@code <operation>:<sequence>}. */
    public String eventId() {
        return view.eventOperationId() + ":" + sequence;
    }
}
