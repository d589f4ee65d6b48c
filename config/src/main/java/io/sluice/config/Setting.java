package io.sluice.config;

import java.util.Locale;

/**
 * The one list of settings. {@code docs/CONFIGURATION.md} has a row for each; a test compares them.
 *
 * <p>A setting has two spellings: {@code sluice.load.read-rate} for property files and the command line, and
 * {@code SLUICE_LOAD_READ_RATE} for the environment.
 */
enum Setting {
    HOST("host", Kind.TEXT, "0.0.0.0", "Address to listen on; `127.0.0.1` = this machine only."),
    PORT("port", Kind.PORT, "19530", "Port for every protocol; `0` = any free port, printed at the start."),
    DATA("data", Kind.FOLDER, "./sluice-data", "Folder of the catalog, the log and the segments; made when missing."),
    MEMORY_BUDGET(
            "memory-budget",
            Kind.BYTES,
            "60 % of what the machine or container has beyond the Java heap",
            "Off-heap bytes that loaded collections, growing rows and index builds may use together."),
    AUTH(
            "auth",
            Kind.SWITCH,
            "off",
            "`on` = every request needs a user and the password, but `/health`. The first user is `root` with the"
                    + " password `Milvus`."),
    MAX_BODY("max-body", Kind.BYTES, "64MiB", "Largest request body; above it the answer is 413 with code 1102."),
    MAX_BODY_IN_FLIGHT(
            "max-body-in-flight",
            Kind.BYTES,
            "256MiB",
            "Bodies of all requests together, which live on the Java heap while they are read; above it code 1807,"
                    + " retriable."),
    GRPC_MAX_RECEIVE(
            "grpc.max-receive",
            Kind.BYTES,
            "64MiB",
            "Largest gRPC request; above it the call ends with RESOURCE_EXHAUSTED."),
    GRPC_MAX_SEND(
            "grpc.max-send",
            Kind.BYTES,
            "256MiB",
            "Largest gRPC answer; above it the call ends with RESOURCE_EXHAUSTED."),
    REQUEST_TIMEOUT("request-timeout", Kind.TIME, "30s", "Of a request that brings no `Request-Timeout` header."),
    SEARCH_THREADS("search-threads", Kind.COUNT, "number of cores", "Threads that run searches and queries."),
    INDEX_BUILD_THREADS("index-build-threads", Kind.COUNT, "half the cores", "Threads of one index build."),
    SEAL_SIZE("seal-size", Kind.BYTES, "512MiB", "A growing segment is sealed above this size."),
    SEAL_IDLE("seal-idle", Kind.TIME, "10m", "Growing rows that nothing was added to for so long are sealed."),
    LOG_LIMIT("log-limit", Kind.BYTES, "1GiB", "Growing rows are sealed when the write-ahead log is larger."),
    COMPACTION_TARGET(
            "compaction.target",
            Kind.BYTES,
            "512MiB",
            "Data of a merged segment; segments below a quarter of it are merged when there are eight of them."),
    COMPACTION_RETENTION(
            "compaction.retention",
            Kind.TIME,
            "1m",
            "How long deleted rows stay after the last read that could see them: the longest pause between two pages"
                    + " of an iterator."),
    LOAD_READ_RATE(
            "load.read-rate",
            Kind.RATE,
            "0",
            "Bytes per second that all loads together may read; `0` = as fast as the disk."),
    LOAD_CHUNK("load.chunk", Kind.BYTES, "4MiB", "Bytes of one read of a load; a multiple of 1MiB."),
    LOAD_READERS("load.readers", Kind.COUNT, "2", "Reads in flight per load."),
    LOAD_PROGRESS_INTERVAL(
            "load.progress-interval", Kind.TIME, "100ms", "Shortest time between two progress events of a load."),
    LOAD_STALL_AFTER("load.stall-after", Kind.TIME, "5s", "A load that moves no byte for so long says `stalled`."),
    LOAD_DRAIN_LIMIT(
            "load.drain-limit", Kind.TIME, "5s", "How long a release waits for running searches before it stops them."),
    LOAD_OPERATIONS_KEPT(
            "load.operations-kept", Kind.COUNT, "1000", "Finished loads and releases that can still be asked for."),
    LOAD_EVENTS_KEPT("load.events-kept", Kind.COUNT, "256", "Newest events kept per operation for replay."),
    SHUTDOWN_LIMIT(
            "shutdown-limit", Kind.TIME, "5s", "How long running requests may take to end when the server stops.");

    /** What a value may look like; the name of the unit and the allowed values, for people. */
    enum Kind {
        TEXT("text", "a host name or an address"),
        SWITCH("switch", "on or off"),
        FOLDER("path", "a path without ';'"),
        PORT("port", "0 to 65535"),
        COUNT("count", "1 to 100000"),
        BYTES("bytes", "1MiB to 8TiB, written like 64KiB, 512MiB, 1.5GiB or as a plain number of bytes"),
        RATE("bytes/s", "0 (no limit) or a size per second, written like 20MiB"),
        TIME("time", "1ms to 24h, written like 100ms, 5s, 10m or 1h");

        private final String unit;
        private final String allowed;

        Kind(String unit, String allowed) {
            this.unit = unit;
            this.allowed = allowed;
        }

        String unit() {
            return unit;
        }

        String allowed() {
            return allowed;
        }
    }

    private final String property;
    private final Kind kind;
    private final String defaultText;
    private final String meaning;

    Setting(String name, Kind kind, String defaultText, String meaning) {
        this.property = "sluice." + name;
        this.kind = kind;
        this.defaultText = defaultText;
        this.meaning = meaning;
    }

    /** As in property files and on the command line: {@code sluice.load.read-rate}. */
    String property() {
        return property;
    }

    /** As in the environment: {@code SLUICE_LOAD_READ_RATE}. */
    String variable() {
        return property.replace('.', '_').replace('-', '_').toUpperCase(Locale.ROOT);
    }

    Kind kind() {
        return kind;
    }

    /** The default as it would be written, or in words where it depends on the machine. */
    String defaultText() {
        return defaultText;
    }

    /** The row of {@code docs/CONFIGURATION.md}. */
    String row() {
        boolean literal = defaultText.indexOf(' ') < 0;
        return "| `" + variable() + "` | `" + property + "` | " + kind.unit + " | "
                + (literal ? "`" + defaultText + "`" : defaultText) + " | " + meaning + " |";
    }
}
