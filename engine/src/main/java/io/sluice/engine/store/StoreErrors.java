package io.sluice.engine.store;

import io.sluice.engine.error.EngineException;
import io.sluice.engine.error.ErrorCode;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;

/** The sentences in which a store says no; the same for every store. */
final class StoreErrors {
    private StoreErrors() {}

    static EngineException.Corrupt missing(String key) {
        return new EngineException.Corrupt(
                "stored file is missing: key=" + key + ". Restore it from a copy, or drop what it belongs to");
    }

    static EngineException.Corrupt tooShort(String key, long offsetBytes, long wantedBytes, long sizeBytes) {
        return new EngineException.Corrupt("stored file ends too early: key=" + key + ", offsetBytes=" + offsetBytes
                + ", wantedBytes=" + wantedBytes + ", sizeBytes=" + sizeBytes
                + ". Restore it from a copy, or drop what it belongs to");
    }

    static EngineException readFailed(String key, long offsetBytes, IOException cause) {
        if (cause instanceof ClosedByInterruptException) {
            return new EngineException.Stopped(
                    ErrorCode.CANCELLED, "read was interrupted: key=" + key + ", offsetBytes=" + offsetBytes);
        }
        return new EngineException.Failed(
                ErrorCode.IO_FAILED,
                "read failed: key=" + key + ", offsetBytes=" + offsetBytes + ", cause=" + cause
                        + ". Check the disk and try again",
                cause);
    }

    static EngineException writeFailed(String key, long positionBytes, IOException cause) {
        if (cause instanceof ClosedByInterruptException) {
            return new EngineException.Stopped(
                    ErrorCode.CANCELLED, "write was interrupted: key=" + key + ", positionBytes=" + positionBytes);
        }
        return new EngineException.Failed(
                ErrorCode.IO_FAILED,
                "write failed: key=" + key + ", positionBytes=" + positionBytes + ", cause=" + cause
                        + ". Free disk space or check the disk, and try again",
                cause);
    }
}
