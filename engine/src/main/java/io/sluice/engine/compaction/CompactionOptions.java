package io.sluice.engine.compaction;

import java.time.Duration;

/**
 * @param targetBytes data of a merged segment
 * @param readRetention how long deleted rows stay after the last read that could see them: the longest pause between two
 *     pages of an iterator
 */
public record CompactionOptions(long targetBytes, Duration readRetention) {
    public static CompactionOptions defaults() {
        return new CompactionOptions(512L << 20, Duration.ofMinutes(1)); // 512 MiB
    }
}
