package io.sluice.engine.log;

import org.jspecify.annotations.Nullable;

/**
 * Makes a durable record visible. Called on the thread {@code log-writer} in log order.
 *
 * <p>An exception fails the future of this record only. The record stays in the log and is replayed at the next start.
 */
@FunctionalInterface
public interface LogApplier {
    /** @param attachment what the writer of the record gave to {@link WriteAheadLog#append}, such as the decoded batch */
    void apply(LogRecord record, @Nullable Object attachment);
}
