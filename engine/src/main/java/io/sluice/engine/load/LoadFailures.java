package io.sluice.engine.load;

import io.sluice.engine.error.EngineException;
import io.sluice.engine.error.ErrorCode;

/** Says of a failure where in the load it happened; keeps its code. */
final class LoadFailures {
    private LoadFailures() {}

    /**
     * @param where such as {@code segment=12, field word, chunk=...}
     */
    static EngineException at(String collection, String where, Throwable failure) {
        String text = "load failed: collection=" + collection + ", " + where + ": ";
        return switch (failure) {
            case EngineException.Stopped stopped -> stopped;
            case EngineException.Corrupt corrupt -> new EngineException.Corrupt(text + corrupt.text(), corrupt);
            case EngineException known -> new EngineException.Failed(known.code(), text + known.text(), known);
            default -> new EngineException.Failed(ErrorCode.UNEXPECTED, text + failure, failure);
        };
    }

    /** For what no step has named: an engine error as it is, anything else as unexpected. */
    static EngineException of(String collection, Throwable failure) {
        return failure instanceof EngineException known
                ? known
                : new EngineException.Failed(
                        ErrorCode.UNEXPECTED, "unexpected failure: collection=" + collection + ": " + failure, failure);
    }
}
