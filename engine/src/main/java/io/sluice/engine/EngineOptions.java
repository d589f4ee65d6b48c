package io.sluice.engine;

import io.sluice.engine.compaction.CompactionOptions;
import io.sluice.engine.load.LoadOptions;
import java.nio.file.Path;
import java.time.Duration;

/**
 * @param dataFolder holds {@code log/} and {@code segments/}; the catalog is given apart
 * @param memoryBudgetBytes off-heap limit of the process
 * @param searchThreads that run searches and queries
 * @param indexBuildThreads of one index build
 * @param sealBytes a growing segment seals above this
 * @param sealAfter idle growing rows seal after this
 * @param logLimitBytes growing rows seal when the log is larger
 */
public record EngineOptions(
        Path dataFolder,
        long memoryBudgetBytes,
        int searchThreads,
        int indexBuildThreads,
        long sealBytes,
        Duration sealAfter,
        long logLimitBytes,
        LoadOptions load,
        CompactionOptions compaction) {

    public static EngineOptions defaults(Path dataFolder, long memoryBudgetBytes) {
        int cores = Runtime.getRuntime().availableProcessors();
        return new EngineOptions(
                dataFolder,
                memoryBudgetBytes,
                cores,
                Math.max(1, cores / 2),
                512L << 20,
                Duration.ofMinutes(10),
                1L << 30,
                LoadOptions.defaults(),
                CompactionOptions.defaults());
    }
}
