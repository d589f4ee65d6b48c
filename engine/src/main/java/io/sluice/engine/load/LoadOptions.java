package io.sluice.engine.load;

import java.time.Duration;

/**
 * @param chunkBytes of one read, a multiple of the 1 MiB checksum block
 * @param readersPerPlan chunks in flight per plan
 * @param readBytesPerSecond over all loads; 0 = no limit
 * @param progressInterval the shortest time between two progress events of an operation
 * @param stallAfter without a byte moving, {@code stalled} is said
 * @param drainLimit how long a release waits for running reads before it stops them
 * @param operationsKept finished operations that can still be asked for
 * @param eventsKept newest events kept per operation for replay
 */
public record LoadOptions(
        int chunkBytes,
        int readersPerPlan,
        long readBytesPerSecond,
        Duration progressInterval,
        Duration stallAfter,
        Duration drainLimit,
        int operationsKept,
        int eventsKept) {
    public static LoadOptions defaults() {
        return new LoadOptions(
                4 << 20, // 4 MiB
                2,
                0,
                Duration.ofMillis(100),
                Duration.ofSeconds(5),
                Duration.ofSeconds(5),
                1_000,
                256);
    }
}
