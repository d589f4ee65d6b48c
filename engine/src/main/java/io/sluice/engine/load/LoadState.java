package io.sluice.engine.load;

import io.sluice.engine.error.EngineException;
import java.util.Locale;

/**
 * Where an operation stands. Immutable; one writer, the job, replaces it.
 *
 * <pre>
 *   load      Queued ─▶ Reserving ─▶ Copying ─▶ Publishing ─▶ Loaded
 *                └──────────┴───────────┴───────────┴───────▶ Failed | Cancelled
 *
 *   release   Queued ─▶ Releasing ─▶ Released
 *                └──────────┴──────▶ Failed
 * </pre>
 */
sealed interface LoadState {
    /** Not over yet. */
    sealed interface Running extends LoadState {}

    /** Over, forever; every byte that had to come back is back. */
    sealed interface Done extends LoadState {}

    /** Waits for the operation before it on the same collection. */
    record Queued() implements Running {}

    /** Asks the budget for the whole plan. No byte has moved. */
    record Reserving(long totalBytes) implements Running {}

    record Copying(long copiedBytes, long totalBytes) implements Running {}

    /** Every byte is in place and checked; the collection takes it over. No longer to be stopped. */
    record Publishing(long totalBytes) implements Running {}

    record Loaded(long totalBytes) implements Done {}

    /** Nobody finds the parts any more; running reads may still hold them. */
    record Releasing(long totalBytes) implements Running {}

    record Released(long freedBytes) implements Done {}

    record Failed(EngineException cause) implements Done {}

    /** Somebody asked to stop: a cancel, a release, a shutdown. */
    record Cancelled(EngineException cause) implements Done {}

    /** 0..100; 100 only when the collection can be searched (or, of a release, is gone). Never falls while running. */
    default int percent() {
        return switch (this) {
            case Queued _, Reserving _, Releasing _, Failed _, Cancelled _ -> 0;
            case Copying(long copied, long total) -> (int) Math.min(99, copied * 100.0 / Math.max(total, 1));
            case Publishing _ -> 99;
            case Loaded _, Released _ -> 100;
        };
    }

    default boolean mayBecome(LoadState next) {
        return switch (this) {
            case Queued _ -> next instanceof Reserving || next instanceof Releasing || isFailure(next);
            case Reserving _ -> next instanceof Copying || isFailure(next);
            case Copying _ -> next instanceof Copying || next instanceof Publishing || isFailure(next);
            case Publishing _ -> next instanceof Loaded || isFailure(next);
            case Releasing _ -> next instanceof Released || next instanceof Failed;
            case Done _ -> false;
        };
    }

    static boolean isFailure(LoadState state) {
        return state instanceof Failed || state instanceof Cancelled;
    }

    /** As the API spells it. */
    default String wireName() {
        return getClass().getSimpleName().toLowerCase(Locale.ROOT);
    }
}
