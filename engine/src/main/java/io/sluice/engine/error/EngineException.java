package io.sluice.engine.error;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A refusal or failure of the engine: one subtype per decision that a caller can make.
 *
 * <p>The message is a sentence with the values in it and what to do; where Milvus has a text, the message starts with
 * it word for word. Refusals of requests carry no stack trace.
 */
public abstract sealed class EngineException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final ErrorCode code;

    private EngineException(ErrorCode code, String message, @Nullable Throwable cause, boolean withStack) {
        super(message, cause, true, withStack);
        this.code = code;
    }

    public final ErrorCode code() {
        return code;
    }

    public final boolean retriable() {
        return code.retriable();
    }

    /** The text of the refusal; never null. */
    public final String text() {
        return String.valueOf(getMessage());
    }

    /** The request is wrong: change it. */
    public static final class InvalidRequest extends EngineException {
        private static final long serialVersionUID = 1L;

        public InvalidRequest(ErrorCode code, String message) {
            super(code, message, null, false);
        }

        /** With {@link ErrorCode#INVALID_PARAMETER} (1100). */
        public InvalidRequest(String message) {
            this(ErrorCode.INVALID_PARAMETER, message);
        }
    }

    /** What was named does not exist: look elsewhere. */
    public static final class NotFound extends EngineException {
        private static final long serialVersionUID = 1L;

        public NotFound(ErrorCode code, String message) {
            super(code, message, null, false);
        }
    }

    /** The thing exists but is in a state that forbids the request: load it, release it, wait. */
    public static final class WrongState extends EngineException {
        private static final long serialVersionUID = 1L;

        public WrongState(ErrorCode code, String message) {
            super(code, message, null, false);
        }
    }

    /** Who holds off-heap bytes, for a refusal that names them. */
    public record Holder(String name, long bytes) {
        /** As it stands in a sentence. */
        @Override
        public String toString() {
            return name + "=" + bytes;
        }
    }

    /** Not enough off-heap memory: release something, raise the budget, or load less. */
    public static final class OutOfBudget extends EngineException {
        private static final long serialVersionUID = 1L;

        private final long needBytes;
        private final long freeBytes;
        private final long limitBytes;
        private final transient List<Holder> holders;

        public OutOfBudget(String what, long needBytes, long freeBytes, long limitBytes, List<Holder> holders) {
            super(
                    ErrorCode.OUT_OF_MEMORY_BUDGET,
                    "memory limit exceeded[predict(MB)=" + mebibytesUp(needBytes + limitBytes - freeBytes)
                            + "][limit(MB)=" + (limitBytes >> 20) + "]: " + what + " does not fit: needBytes="
                            + needBytes + ", freeBytes=" + freeBytes + ", limitBytes=" + limitBytes + ", holders="
                            + holders + ". Release a collection, load fewer fields, or raise SLUICE_MEMORY_BUDGET",
                    null,
                    false);
            this.needBytes = needBytes;
            this.freeBytes = freeBytes;
            this.limitBytes = limitBytes;
            this.holders = List.copyOf(holders);
        }

        private static long mebibytesUp(long bytes) {
            return (bytes + (1 << 20) - 1) >> 20;
        }

        public long needBytes() {
            return needBytes;
        }

        public long freeBytes() {
            return freeBytes;
        }

        public long limitBytes() {
            return limitBytes;
        }

        public List<Holder> holders() {
            return holders;
        }
    }

    /** A file is damaged, truncated or missing: restore it or drop what it belongs to. */
    public static final class Corrupt extends EngineException {
        private static final long serialVersionUID = 1L;

        public Corrupt(String message) {
            super(ErrorCode.CORRUPT, message, null, true);
        }

        public Corrupt(String message, Throwable cause) {
            super(ErrorCode.CORRUPT, message, cause, true);
        }
    }

    /** The machine failed us (disk full, fsync failed, catalog closed): call an operator. */
    public static final class Failed extends EngineException {
        private static final long serialVersionUID = 1L;

        public Failed(ErrorCode code, String message, @Nullable Throwable cause) {
            super(code, message, cause, true);
        }
    }

    /** Not now: the same request may succeed later. */
    public static final class Unavailable extends EngineException {
        private static final long serialVersionUID = 1L;

        public Unavailable(ErrorCode code, String message) {
            super(code, message, null, false);
        }
    }

    /** Somebody asked to stop: a cancel, a release, a deadline, a shutdown. */
    public static final class Stopped extends EngineException {
        private static final long serialVersionUID = 1L;

        public Stopped(ErrorCode code, String message) {
            super(code, message, null, false);
        }
    }
}
