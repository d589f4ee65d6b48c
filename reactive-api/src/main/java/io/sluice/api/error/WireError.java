package io.sluice.api.error;

import io.sluice.engine.error.EngineException;
import io.sluice.engine.error.EngineException.Corrupt;
import io.sluice.engine.error.EngineException.Failed;
import io.sluice.engine.error.EngineException.InvalidRequest;
import io.sluice.engine.error.EngineException.NotFound;
import io.sluice.engine.error.EngineException.OutOfBudget;
import io.sluice.engine.error.EngineException.Stopped;
import io.sluice.engine.error.EngineException.Unavailable;
import io.sluice.engine.error.EngineException.WrongState;
import io.sluice.engine.error.ErrorCode;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeoutException;
import reactor.core.Exceptions;

/**
 * A failure as clients read it. Immutable.
 *
 * @param code Milvus's code; never 0
 * @param legacyCode number of the old {@code error_code} enum; never 0
 * @param text what happened and what to do
 * @param retriable whether the same request may succeed later
 * @param inputError whether the caller is at fault
 * @param httpStatus for faces that speak HTTP properly; Milvus's REST answers 200 nearly always
 * @param expected false for a defect of ours, which belongs in the log
 */
public record WireError(
        int code,
        int legacyCode,
        String text,
        boolean retriable,
        boolean inputError,
        int httpStatus,
        boolean expected) {

    /** Any throwable; what is no {@link EngineException} becomes code 65535, a timeout or a full queue excepted. */
    public static WireError of(Throwable error) {
        return switch (Exceptions.unwrap(error)) {
            case EngineException refusal -> of(refusal);
            case TimeoutException _ -> of(ErrorCode.DEADLINE_EXCEEDED, "request timeout", false, 504, true);
            case RejectedExecutionException _ ->
                of(ErrorCode.RATE_LIMITED, "rate limit exceeded: the server is busy. Try again", false, 429, true);
            case Throwable defect ->
                of(
                        ErrorCode.UNEXPECTED,
                        "unexpected error: " + defect.getClass().getSimpleName() + ": " + defect.getMessage()
                                + ". The server's log has the details",
                        false,
                        500,
                        false);
        };
    }

    private static WireError of(EngineException refusal) {
        ErrorCode code = refusal.code();
        return switch (refusal) {
            case InvalidRequest bad -> of(code, bad.text(), true, code == ErrorCode.TOO_LARGE ? 413 : 400, true);
            case NotFound missing -> of(code, missing.text(), true, 404, true);
            case WrongState state -> of(code, state.text(), false, 409, true);
            case OutOfBudget full -> of(code, full.text(), false, 507, true);
            case Corrupt broken -> of(code, broken.text(), false, 500, true);
            case Failed failed -> of(code, failed.text(), false, 500, true);
            case Unavailable busy -> of(code, busy.text(), false, code == ErrorCode.RATE_LIMITED ? 429 : 503, true);
            case Stopped stopped ->
                of(code, stopped.text(), false, code == ErrorCode.DEADLINE_EXCEEDED ? 504 : 409, true);
        };
    }

    private static WireError of(ErrorCode code, String text, boolean inputError, int httpStatus, boolean expected) {
        return new WireError(code.code(), code.legacyCode(), text, code.retriable(), inputError, httpStatus, expected);
    }
}
