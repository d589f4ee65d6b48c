package io.sluice.bench;

import com.sun.management.OperatingSystemMXBean;
import io.sluice.config.catalog.R2dbcCatalog;
import io.sluice.engine.CreateCollectionRequest;
import io.sluice.engine.EngineOptions;
import io.sluice.engine.VectorEngine;
import io.sluice.engine.schema.CollectionSchema;
import io.sluice.engine.schema.Column;
import io.sluice.engine.schema.DataType;
import io.sluice.engine.schema.FieldSchema;
import io.sluice.engine.schema.RowBatch;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * What a written row costs in the engine: batches of float vectors are inserted and sealed, without an index. The peer
 * appends the same bytes to a file and forces each batch to disk.
 *
 * <pre>
 *   InsertBench [folder=bench/data/insert] [dimension=768] [batchRows=1000] [batches=60] [inFlight=4] [warmups=3] [rounds=7]
 * </pre>
 *
 * Printed: CPU time of the whole process per row (user and system, garbage collector and compiler included) and wall
 * time per row, ours and the peer's alternating, and their ratio.
 */
public final class InsertBench {
    private static final String DATABASE = "default";
    private static final String NAME = "rows";
    private static final Duration PATIENCE = Duration.ofMinutes(10);
    private static final long BUDGET_BYTES = 4L << 30; // 4 GiB: growing rows of a round fit into a tenth
    private static final int DISTINCT_BATCHES = 8;
    private static final double TARGET_CPU_MICROS = 25;

    private static final OperatingSystemMXBean SYSTEM =
            (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

    private final Path folder;
    private final int batchRows;
    private final int batches;
    private final int inFlight;
    private final int dimension;
    private final List<float[]> vectors = new ArrayList<>();

    private InsertBench(Arguments given) {
        folder = given.path("folder", "bench/data/insert");
        dimension = given.number("dimension", 768);
        batchRows = given.number("batchRows", 1_000);
        batches = given.number("batches", 60);
        inFlight = given.number("inFlight", 4);
        var random = new Random(1);
        for (int i = 0; i < DISTINCT_BATCHES; i++) {
            float[] values = new float[batchRows * dimension];
            for (int at = 0; at < values.length; at++) {
                values[at] = random.nextFloat() - 0.5f;
            }
            vectors.add(values);
        }
    }

    public static void main(String[] args) throws IOException {
        var given = new Arguments(args, "folder", "dimension", "batchRows", "batches", "inFlight", "warmups", "rounds");
        new InsertBench(given).run(given.number("warmups", 3), given.number("rounds", 7));
    }

    /** Per row. */
    private record Cost(double cpuMicros, double wallMicros) {}

    private interface Work {
        void run() throws IOException;
    }

    private void run(int warmups, int rounds) throws IOException {
        deleteAll(folder);
        Files.createDirectories(folder);
        EngineOptions options = EngineOptions.defaults(folder.resolve("engine"), BUDGET_BYTES);
        VectorEngine engine = get(
                R2dbcCatalog.open(folder.resolve("catalog")).flatMap(catalog -> VectorEngine.open(options, catalog)));
        var oursCpu = new Figures();
        var oursWall = new Figures();
        var peerCpu = new Figures();
        var peerWall = new Figures();
        var ratios = new Figures();
        for (int round = -warmups; round < rounds; round++) {
            Cost ours = insertRound(engine);
            Cost peer = appendRound();
            System.out.printf(
                    Locale.ROOT,
                    "%s: ours %.2f us CPU, %.2f us wall per row; plain append %.2f us CPU, %.2f us wall%n",
                    round < 0 ? "warm-up" : "round " + (round + 1),
                    ours.cpuMicros(),
                    ours.wallMicros(),
                    peer.cpuMicros(),
                    peer.wallMicros());
            if (round >= 0) {
                oursCpu.add(ours.cpuMicros());
                oursWall.add(ours.wallMicros());
                peerCpu.add(peer.cpuMicros());
                peerWall.add(peer.wallMicros());
                ratios.add(ours.cpuMicros() / peer.cpuMicros());
            }
        }
        engine.close().block(PATIENCE);
        deleteAll(folder);
        var findings = new Findings("insert");
        findings.note("dimension", dimension);
        findings.note("batchRows", batchRows);
        findings.note("rowsPerRound", batchRows * batches);
        findings.note("oursWallMicrosPerRow", oursWall.median());
        findings.note("peerCpuMicrosPerRow", peerCpu.median());
        findings.note("peerWallMicrosPerRow", peerWall.median());
        findings.note("cpuRatioToPlainAppend", ratios.median());
        findings.atMost("oursCpuMicrosPerRow", oursCpu.median(), TARGET_CPU_MICROS, "us");
        findings.printJson();
    }

    /** Inserts, seals; the collection is made before and dropped after, outside the measurement. */
    private Cost insertRound(VectorEngine engine) throws IOException {
        var schema = new CollectionSchema(
                "",
                List.of(
                        FieldSchema.of("id", DataType.INT64).asPrimaryKey(false),
                        FieldSchema.floatVector("vector", dimension)),
                false,
                0);
        run(engine.createCollection(new CreateCollectionRequest(DATABASE, NAME, schema, 2, 0, Map.of())));
        Cost cost = measured(() -> {
            run(Flux.range(0, batches)
                    .flatMap(batch -> engine.insert(DATABASE, NAME, "", rows(batch)), inFlight, 1)
                    .then());
            run(engine.flush(DATABASE, NAME));
        });
        run(engine.dropCollection(DATABASE, NAME));
        return cost;
    }

    private RowBatch rows(int batch) {
        long[] ids = new long[batchRows];
        for (int row = 0; row < batchRows; row++) {
            ids[row] = (long) batch * batchRows + row;
        }
        return new RowBatch(
                batchRows,
                Map.of(
                        "id", new Column.Longs(ids, null),
                        "vector", new Column.FloatVectors(vectors.get(batch % DISTINCT_BATCHES), dimension)));
    }

    private Cost appendRound() throws IOException {
        Path file = folder.resolve("plain");
        ByteBuffer bytes = ByteBuffer.allocateDirect(batchRows * (dimension * Float.BYTES + Long.BYTES))
                .order(ByteOrder.LITTLE_ENDIAN);
        Cost cost = measured(() -> {
            try (FileChannel channel =
                    FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
                for (int batch = 0; batch < batches; batch++) {
                    bytes.clear();
                    bytes.asFloatBuffer().put(vectors.get(batch % DISTINCT_BATCHES));
                    while (bytes.hasRemaining()) {
                        channel.write(bytes);
                    }
                    channel.force(false);
                }
            }
        });
        Files.delete(file);
        return cost;
    }

    private Cost measured(Work work) throws IOException {
        long cpuNanos = SYSTEM.getProcessCpuTime();
        long nanos = System.nanoTime();
        work.run();
        double rows = (double) batchRows * batches;
        return new Cost(
                (SYSTEM.getProcessCpuTime() - cpuNanos) / rows / 1_000, (System.nanoTime() - nanos) / rows / 1_000);
    }

    private static void deleteAll(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return;
        }
        try (var files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }

    private static <T> T get(Mono<T> answer) {
        return Objects.requireNonNull(answer.block(PATIENCE));
    }

    private static void run(Mono<?> work) {
        work.block(PATIENCE);
    }
}
