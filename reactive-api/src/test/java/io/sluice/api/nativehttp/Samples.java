package io.sluice.api.nativehttp;

import io.sluice.engine.error.EngineException;
import io.sluice.engine.error.EngineException.Holder;
import io.sluice.engine.error.ErrorCode;
import io.sluice.engine.load.OperationEvent;
import io.sluice.engine.load.OperationEvent.Type;
import io.sluice.engine.load.OperationKind;
import io.sluice.engine.load.OperationView;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One load and one release as they would be seen: the events of docs/EVENTS.md. */
final class Samples {
    static final Instant START = Instant.parse("2026-12-01T09:30:00Z");
    private static final long TOTAL = 536_870_912;

    private Samples() {}

    static OperationView load(
            String state, int copied, long sequence, @Nullable EngineException failure, @Nullable String stalled) {
        boolean finished = failure != null || state.equals("loaded");
        boolean planned = !state.equals("queued");
        long bytes = TOTAL * copied / 100;
        return new OperationView(
                "op-1a2b",
                1,
                OperationKind.LOAD,
                "default",
                "articles",
                List.of(),
                List.of("id", "vector"),
                state,
                failure == null ? copied : 0,
                bytes,
                planned ? TOTAL : 0,
                copied / 50,
                planned ? 2 : 0,
                planned ? 200_000 : 0,
                copied == 0 ? 0 : 1_073_741_824,
                copied == 0 || finished ? null : (100 - copied) / 200.0,
                START,
                planned ? START.plusMillis(2) : null,
                finished ? START.plusMillis(520) : null,
                failure == null ? 0 : bytes,
                failure,
                stalled,
                sequence);
    }

    static OperationView release(String state, long sequence) {
        boolean finished = state.equals("released");
        return new OperationView(
                "op-3c4d",
                1,
                OperationKind.RELEASE,
                "default",
                "articles",
                List.of(),
                List.of(),
                state,
                finished ? 100 : 0,
                0,
                TOTAL,
                0,
                2,
                200_000,
                0,
                null,
                START,
                START,
                finished ? START.plusMillis(4) : null,
                finished ? TOTAL : 0,
                null,
                null,
                sequence);
    }

    static OperationEvent event(Type type, OperationView view) {
        OperationEvent.SegmentLoaded segment =
                type == Type.SEGMENT ? new OperationEvent.SegmentLoaded(447, "_default", 100_000, 268_435_456) : null;
        return new OperationEvent(view.lastSequence(), type, START.plusMillis(10 * view.lastSequence()), view, segment);
    }

    static EngineException outOfBudget() {
        return new EngineException.OutOfBudget(
                "collection articles",
                TOTAL,
                134_217_728,
                1_073_741_824,
                List.of(new Holder("default.images", 805_306_368)));
    }

    /** One of each type, in the order of the enum. */
    static OperationEvent of(Type type) {
        return switch (type) {
            case SNAPSHOT -> event(type, load("copying", 40, 7, null, null));
            case QUEUED -> event(type, load("queued", 0, 1, null, null));
            case ADMITTED -> event(type, load("copying", 0, 2, null, null));
            case SEGMENT -> event(type, load("copying", 50, 8, null, null));
            case PROGRESS -> event(type, load("copying", 45, 6, null, null));
            case STALLED ->
                event(type, load("copying", 45, 9, null, "slow read: no byte for 5 s, segment=448, part=field vector"));
            case RESUMED -> event(type, load("copying", 46, 10, null, null));
            case LOADED -> event(type, load("loaded", 100, 12, null, null));
            case FAILED -> event(type, load("failed", 0, 3, outOfBudget(), null));
            case CANCELLED ->
                event(
                        type,
                        load(
                                "cancelled",
                                45,
                                11,
                                new EngineException.Stopped(ErrorCode.CANCELLED, "load cancelled: operation=op-1a2b"),
                                null));
            case RELEASING -> event(type, release("releasing", 2));
            case RELEASED -> event(type, release("released", 3));
            case EVICTED -> event(type, release("releasing", 4));
        };
    }
}
