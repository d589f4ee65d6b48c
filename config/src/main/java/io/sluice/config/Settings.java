package io.sluice.config;

import io.sluice.engine.EngineOptions;
import io.sluice.engine.compaction.CompactionOptions;
import io.sluice.engine.load.LoadOptions;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.springframework.core.env.ConfigurableEnvironment;

/**
 * Every setting of the server, checked. Immutable.
 *
 * @param port 0 = any free one
 * @param dataFolder absolute
 * @param authentication whether requests must bring credentials
 * @param maxBodyBytes of one request
 * @param maxBodyBytesInFlight of all requests together, at least {@code maxBodyBytes}
 * @param grpcMaxReceiveBytes of one request over gRPC
 * @param grpcMaxSendBytes of one answer over gRPC
 * @param shutdownLimit for running requests when the server stops
 * @param ignoredVariables injected by a cluster, left alone
 */
public record Settings(
        String host,
        int port,
        Path dataFolder,
        long memoryBudgetBytes,
        boolean authentication,
        int maxBodyBytes,
        long maxBodyBytesInFlight,
        int grpcMaxReceiveBytes,
        int grpcMaxSendBytes,
        Duration requestTimeout,
        int searchThreads,
        int indexBuildThreads,
        long sealBytes,
        Duration sealIdle,
        long logLimitBytes,
        LoadOptions load,
        CompactionOptions compaction,
        Duration shutdownLimit,
        List<String> ignoredVariables) {
    private static final double DEFAULT_SHARE = 0.6;
    private static final int BLOCK_BYTES = 1 << 20; // 1 MiB, what a checksum covers
    private static final long MAX_BODY_BYTES = 1L << 30; // 1 GiB: a body is one array in the end
    private static final long MAX_CHUNK_BYTES = 1L << 30; // 1 GiB

    public Settings {
        ignoredVariables = List.copyOf(ignoredVariables);
    }

    /** @throws StartRefused naming the setting, its value, what is allowed and, for an unknown name, the nearest one */
    public static Settings of(ConfigurableEnvironment environment) {
        return of(environment, MachineMemory.ofThisProcess());
    }

    static Settings of(ConfigurableEnvironment environment, MachineMemory machine) {
        SettingValues values = SettingValues.of(environment);
        int cores = Runtime.getRuntime().availableProcessors();
        return new Settings(
                values.text(Setting.HOST),
                values.port(Setting.PORT),
                values.folder(Setting.DATA),
                memoryBudget(values, machine),
                values.flag(Setting.AUTH),
                (int) bytesUpTo(values, Setting.MAX_BODY, MAX_BODY_BYTES, "1MiB to 1GiB"),
                maxBodyInFlight(values),
                (int) bytesUpTo(values, Setting.GRPC_MAX_RECEIVE, MAX_BODY_BYTES, "1MiB to 1GiB"),
                (int) bytesUpTo(values, Setting.GRPC_MAX_SEND, MAX_BODY_BYTES, "1MiB to 1GiB"),
                values.time(Setting.REQUEST_TIMEOUT),
                values.isGiven(Setting.SEARCH_THREADS) ? values.count(Setting.SEARCH_THREADS) : cores,
                values.isGiven(Setting.INDEX_BUILD_THREADS)
                        ? values.count(Setting.INDEX_BUILD_THREADS)
                        : Math.max(1, cores / 2),
                values.bytes(Setting.SEAL_SIZE),
                values.time(Setting.SEAL_IDLE),
                values.bytes(Setting.LOG_LIMIT),
                load(values),
                new CompactionOptions(
                        values.bytes(Setting.COMPACTION_TARGET), values.time(Setting.COMPACTION_RETENTION)),
                values.time(Setting.SHUTDOWN_LIMIT),
                values.ignored());
    }

    private static long memoryBudget(SettingValues values, MachineMemory machine) {
        long beyondHeapBytes = machine.limitBytes() - machine.heapBytes();
        if (!values.isGiven(Setting.MEMORY_BUDGET)) {
            if (beyondHeapBytes <= 0) {
                throw new StartRefused("no memory is left beyond the Java heap: heap="
                        + ByteSize.text(machine.heapBytes()) + ", machine or container="
                        + ByteSize.text(machine.limitBytes()) + ". Lower -Xmx in config/jvm.args");
            }
            return (long) (beyondHeapBytes * DEFAULT_SHARE);
        }
        long budgetBytes = values.bytes(Setting.MEMORY_BUDGET);
        if (budgetBytes > beyondHeapBytes) {
            throw new StartRefused("the memory budget does not fit beside the Java heap: "
                    + Setting.MEMORY_BUDGET.variable() + "=" + ByteSize.text(budgetBytes) + ", heap="
                    + ByteSize.text(machine.heapBytes()) + ", machine or container="
                    + ByteSize.text(machine.limitBytes()) + ". Lower the budget, or -Xmx in config/jvm.args");
        }
        return budgetBytes;
    }

    /** Where only the one is given, the other follows. */
    private static long maxBodyInFlight(SettingValues values) {
        long oneBytes = values.bytes(Setting.MAX_BODY);
        long allBytes = values.bytes(Setting.MAX_BODY_IN_FLIGHT);
        if (allBytes >= oneBytes) {
            return allBytes;
        }
        if (values.isGiven(Setting.MAX_BODY_IN_FLIGHT)) {
            throw values.malformed(Setting.MAX_BODY_IN_FLIGHT, "at least " + Setting.MAX_BODY.variable());
        }
        return oneBytes;
    }

    private static LoadOptions load(SettingValues values) {
        long chunkBytes = bytesUpTo(values, Setting.LOAD_CHUNK, MAX_CHUNK_BYTES, "1MiB to 1GiB, a multiple of 1MiB");
        if (chunkBytes % BLOCK_BYTES != 0) {
            throw values.malformed(Setting.LOAD_CHUNK, "1MiB to 1GiB, a multiple of 1MiB");
        }
        return new LoadOptions(
                (int) chunkBytes,
                values.count(Setting.LOAD_READERS),
                values.rate(Setting.LOAD_READ_RATE),
                values.time(Setting.LOAD_PROGRESS_INTERVAL),
                values.time(Setting.LOAD_STALL_AFTER),
                values.time(Setting.LOAD_DRAIN_LIMIT),
                values.count(Setting.LOAD_OPERATIONS_KEPT),
                values.count(Setting.LOAD_EVENTS_KEPT));
    }

    private static long bytesUpTo(SettingValues values, Setting setting, long mostBytes, String allowed) {
        long bytes = values.bytes(setting);
        if (bytes > mostBytes) {
            throw values.malformed(setting, allowed);
        }
        return bytes;
    }

    /** What the engine gets of them. */
    public EngineOptions engineOptions() {
        return new EngineOptions(
                dataFolder,
                memoryBudgetBytes,
                searchThreads,
                indexBuildThreads,
                sealBytes,
                sealIdle,
                logLimitBytes,
                load,
                compaction);
    }
}
