package io.sluice.engine.log;

/**
 * @param fileSizeBytes a file that has reached this size is followed by a new one
 * @param maxWaitingBytes payload bytes of appends that are not applied yet; above it appends are refused
 * @param maxWaitingRecords appends that are not applied yet; above it appends are refused
 */
public record LogOptions(long fileSizeBytes, long maxWaitingBytes, int maxWaitingRecords) {
    public static LogOptions defaults() {
        return new LogOptions(64L << 20, 256L << 20, 10_000); // 64 MiB, 256 MiB
    }
}
