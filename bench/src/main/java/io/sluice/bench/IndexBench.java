package io.sluice.bench;

import io.sluice.engine.distance.Kernels;
import io.sluice.engine.distance.Metric;
import io.sluice.engine.error.StopSignal;
import io.sluice.engine.index.IndexBuilder;
import io.sluice.engine.index.IndexSpec;
import io.sluice.engine.index.TopK;
import io.sluice.engine.index.VectorIndex;
import io.sluice.engine.memory.Admission;
import io.sluice.engine.memory.Lease;
import io.sluice.engine.memory.MemoryBudget;
import io.sluice.engine.memory.MemoryTag;
import io.sluice.engine.memory.Reservation;
import io.sluice.engine.schema.DataType;
import io.sluice.engine.segment.ColumnView;
import io.sluice.engine.segment.PartDirectory;
import io.sluice.engine.segment.PartFileWriter;
import io.sluice.engine.segment.PartLayout;
import io.sluice.engine.store.LocalSegmentStore;
import io.sluice.engine.testkit.Words;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.management.ManagementFactory;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.IntStream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/**
 * Our graph index beside hnswlib's on the same rows: build time, recall and queries per second of one core.
 *
 * <pre>
 *   IndexBench WORDS_FILE PEER_BINARY WORK_FOLDER [rows=N] [threads=2] [rounds=5] [ef=32,64,128,256,512] [seed=1]
 * </pre>
 *
 * 1,000 random words are held out as queries; both indexes get the others. Rounds alternate: ours, the peer, ours, the
 * peer. Printed are medians and ratios; the machine may be noisy, so only the ratios mean something.
 */
public final class IndexBench {
    private static final int K = 10;
    private static final int QUERY_COUNT = 1_000;
    private static final double[] RECALLS = {0.90, 0.95, 0.99};
    private static final IndexSpec.Hnsw SPEC = new IndexSpec.Hnsw(Metric.COSINE, 16, 200);
    private static final String KEY = "bench/words.idx";
    private static final StopSignal NEVER = new StopSignal();

    private final Path peer;
    private final Path folder;
    private final int threads;
    private final int rounds;
    private final int[] efs;
    private final List<float[]> queries = new ArrayList<>();
    private final ObjectMapper json = new ObjectMapper();

    /** Queries per second and recall of one value of ef, over all rounds. */
    private record Measured(List<Double> queriesPerSecond, double[] recall) {
        Measured() {
            this(new ArrayList<>(), new double[1]);
        }

        double median() {
            List<Double> sorted = queriesPerSecond.stream().sorted().toList();
            return sorted.get(sorted.size() / 2);
        }
    }

    private IndexBench(Path peer, Path folder, Map<String, String> options) {
        this.peer = peer;
        this.folder = folder;
        this.threads = Integer.parseInt(options.getOrDefault("threads", "2"));
        this.rounds = Integer.parseInt(options.getOrDefault("rounds", "5"));
        this.efs = Arrays.stream(options.getOrDefault("ef", "32,64,128,256,512").split(","))
                .mapToInt(Integer::parseInt)
                .toArray();
    }

    public static void main(String[] args) throws Exception {
        Map<String, String> options = new TreeMap<>();
        for (int i = 3; i < args.length; i++) {
            String[] pair = args[i].split("=", 2);
            options.put(pair[0], pair[1]);
        }
        var bench = new IndexBench(Path.of(args[1]), Path.of(args[2]), options);
        Words words = Words.map(Path.of(args[0]));
        int rowCount = Integer.parseInt(options.getOrDefault("rows", "" + (words.count() - QUERY_COUNT)));
        bench.run(words, rowCount, Long.parseLong(options.getOrDefault("seed", "1")));
    }

    private void run(Words words, int rowCount, long seed) throws Exception {
        System.out.printf(
                Locale.ROOT,
                "rows=%d dimension=%d queries=%d k=%d threads=%d rounds=%d seed=%d vectorised=%s%n",
                rowCount,
                words.dimension(),
                QUERY_COUNT,
                K,
                threads,
                rounds,
                seed,
                Kernels.isVectorized());
        List<Integer> order =
                new ArrayList<>(IntStream.range(0, words.count()).boxed().toList());
        Collections.shuffle(order, new Random(seed));
        order.subList(0, QUERY_COUNT).forEach(word -> queries.add(words.vector(word)));
        List<Integer> rowsOfWords = order.subList(QUERY_COUNT, QUERY_COUNT + rowCount);
        try (var budget = new MemoryBudget(8L << 30);
                Lease rows = rows(words, rowsOfWords, budget);
                var store = LocalSegmentStore.open(folder)) {
            var column = new ColumnView(
                    1, DataType.FLOAT_VECTOR, null, rowCount, words.dimension(), rows.bytes(), null, null, null);
            int[][] truth = truth(column);
            writeForPeer(rows.bytes(), rowCount, words.dimension(), truth);
            build(column, budget, store);
            PartLayout layout;
            try (var file = store.open(KEY)) {
                layout = PartDirectory.read(file, KEY, PartFileWriter.Kind.INDEX, 1)
                        .part(0);
                try (Lease image = allocate(budget, "image", layout.sizeBytes())) {
                    long start = System.nanoTime();
                    file.read(layout.offsetBytes(), image.bytes());
                    VectorIndex index = IndexBuilder.open(SPEC, layout, image.bytes(), column);
                    System.out.printf(
                            Locale.ROOT,
                            "read and opened: %.1f ms, %d bytes%n",
                            (System.nanoTime() - start) / 1e6,
                            layout.sizeBytes());
                    compare(index, truth);
                }
            }
        }
    }

    private Lease rows(Words words, List<Integer> chosen, MemoryBudget budget) {
        long rowBytes = (long) words.dimension() * Float.BYTES;
        Lease lease = allocate(budget, "rows", chosen.size() * rowBytes);
        for (int row = 0; row < chosen.size(); row++) {
            MemorySegment.copy(
                    words.vector(chosen.get(row)),
                    0,
                    lease.bytes(),
                    ColumnView.FLOAT,
                    row * rowBytes,
                    words.dimension());
        }
        return lease;
    }

    private static Lease allocate(MemoryBudget budget, String name, long sizeBytes) {
        var admission = budget.tryReserve(MemoryTag.SCRATCH, "bench", Reservation.roundedBytes(sizeBytes));
        try (var reservation = ((Admission.Granted) admission).reservation()) {
            return reservation.allocate(name, sizeBytes);
        }
    }

    private int[][] truth(ColumnView column) {
        VectorIndex exact = IndexBuilder.exact(Metric.COSINE, column);
        int[][] truth = new int[queries.size()][];
        long start = System.nanoTime();
        for (int q = 0; q < truth.length; q++) {
            truth[q] = search(exact, queries.get(q), Map.of());
        }
        double perQuery = (System.nanoTime() - start) / 1e6 / truth.length;
        System.out.printf(
                Locale.ROOT,
                "exact scan: %.2f ms a query, %.1f ns a row%n",
                perQuery,
                perQuery * 1e6 / column.rowCount());
        return truth;
    }

    private static int[] search(VectorIndex index, float[] query, Map<String, String> params) {
        var top = new TopK(K);
        index.search(query, params, null, top, NEVER);
        top.sort();
        int[] rows = new int[top.size()];
        Arrays.setAll(rows, top::row);
        return rows;
    }

    private void writeForPeer(MemorySegment rows, int rowCount, int dimension, int[][] truth) throws IOException {
        MemorySegment queryBytes = MemorySegment.ofArray(new byte[queries.size() * dimension * Float.BYTES]);
        for (int q = 0; q < queries.size(); q++) {
            MemorySegment.copy(
                    queries.get(q), 0, queryBytes, ColumnView.FLOAT, (long) q * dimension * Float.BYTES, dimension);
        }
        MemorySegment truthBytes = MemorySegment.ofArray(new byte[truth.length * K * Integer.BYTES]);
        for (int q = 0; q < truth.length; q++) {
            MemorySegment.copy(truth[q], 0, truthBytes, ColumnView.INT, (long) q * K * Integer.BYTES, K);
        }
        writeFile("rows.f32", head(rowCount, dimension), rows);
        writeFile("queries.f32", head(queries.size(), dimension), queryBytes);
        writeFile("truth.i32", truthBytes);
    }

    private static MemorySegment head(int count, int dimension) {
        MemorySegment head = MemorySegment.ofArray(new byte[8]);
        head.set(ColumnView.INT, 0, count);
        head.set(ColumnView.INT, 4, dimension);
        return head;
    }

    private void writeFile(String name, MemorySegment... pieces) throws IOException {
        try (var channel = FileChannel.open(
                folder.resolve(name),
                StandardOpenOption.CREATE,
                StandardOpenOption.TRUNCATE_EXISTING,
                StandardOpenOption.WRITE)) {
            for (MemorySegment piece : pieces) {
                var buffer = piece.asByteBuffer();
                while (buffer.hasRemaining()) {
                    channel.write(buffer);
                }
            }
        }
    }

    private void build(ColumnView column, MemoryBudget budget, LocalSegmentStore store) throws Exception {
        store.delete(KEY);
        double cpuStart = cpuSeconds();
        long start = System.nanoTime();
        try (var out = PartFileWriter.create(store, KEY, PartFileWriter.Kind.INDEX, 1)) {
            IndexBuilder.build(SPEC, column, threads, budget, NEVER, out);
            out.commit();
        }
        double seconds = (System.nanoTime() - start) / 1e9;
        double cpu = cpuSeconds() - cpuStart;
        System.out.printf(
                Locale.ROOT,
                "build ours: %.1f s, cpu %.1f s, working memory %d MiB%n",
                seconds,
                cpu,
                IndexBuilder.workingBytes(SPEC, column.rowCount(), column.dimension()) >> 20);
        if (rounds == 0) {
            return;
        }
        JsonNode peerBuild = runPeer(
                        "build",
                        folder.resolve("rows.f32").toString(),
                        folder.resolve("hnswlib.bin").toString(),
                        "" + threads,
                        "" + SPEC.m(),
                        "" + SPEC.efConstruction())
                .getFirst();
        double peerSeconds = peerBuild.get("seconds").asDouble();
        double peerCpu = peerBuild.get("cpuSeconds").asDouble();
        System.out.printf(
                Locale.ROOT,
                "build hnswlib: %.1f s, cpu %.1f s%nRATIO build speed over hnswlib: wall %.2f, cpu %.2f%n",
                peerSeconds,
                peerCpu,
                peerSeconds / seconds,
                peerCpu / cpu);
    }

    private void compare(VectorIndex index, int[][] truth) throws Exception {
        Map<Integer, Measured> ours = new TreeMap<>();
        Map<Integer, Measured> peers = new TreeMap<>();
        warmUp(index, truth);
        for (int round = 0; round < Math.max(1, rounds); round++) {
            for (int ef : efs) {
                measureOurs(index, truth, ef, ours.computeIfAbsent(ef, e -> new Measured()));
            }
            if (rounds > 0) {
                measurePeer(peers);
            }
        }
        print("ours", ours);
        if (rounds > 0) {
            print("hnswlib", peers);
            for (double recall : RECALLS) {
                double ourRate = rateAt(ours, recall);
                double peerRate = rateAt(peers, recall);
                System.out.printf(
                        Locale.ROOT,
                        "RATIO queries per second of one core at recall %.2f: %.0f / %.0f = %.2f%n",
                        recall,
                        ourRate,
                        peerRate,
                        ourRate / peerRate);
            }
        }
    }

    /** Until three windows in a row agree within 3 %, or long enough. */
    private void warmUp(VectorIndex index, int[][] truth) {
        double previous = 0;
        int agreed = 0;
        for (int window = 0; window < 20 && agreed < 3; window++) {
            var measured = new Measured();
            measureOurs(index, truth, 128, measured);
            double now = measured.median();
            agreed = Math.abs(now / previous - 1) < 0.03 ? agreed + 1 : 0;
            previous = now;
        }
    }

    private void measureOurs(VectorIndex index, int[][] truth, int ef, Measured into) {
        Map<String, String> params = Map.of("ef", "" + ef);
        int[][] found = new int[truth.length][];
        double start = threadCpuSeconds();
        for (int q = 0; q < truth.length; q++) {
            found[q] = search(index, queries.get(q), params);
        }
        into.queriesPerSecond.add(truth.length / (threadCpuSeconds() - start));
        long right = 0;
        for (int q = 0; q < truth.length; q++) {
            for (int row : found[q]) {
                right += Arrays.stream(truth[q]).filter(wanted -> wanted == row).count();
            }
        }
        into.recall[0] = (double) right / (truth.length * K);
    }

    private void measurePeer(Map<Integer, Measured> into) throws Exception {
        List<String> args = new ArrayList<>(List.of(
                "search",
                folder.resolve("hnswlib.bin").toString(),
                folder.resolve("queries.f32").toString(),
                folder.resolve("truth.i32").toString(),
                "" + K,
                "2"));
        Arrays.stream(efs).forEach(ef -> args.add("" + ef));
        List<JsonNode> lines = runPeer(args.toArray(String[]::new));
        for (JsonNode line : lines.subList(efs.length, lines.size())) { // the first pass warms up
            var measured = into.computeIfAbsent(line.get("ef").asInt(), e -> new Measured());
            measured.queriesPerSecond.add(
                    line.get("queries").asDouble() / line.get("cpuSeconds").asDouble());
            measured.recall[0] = line.get("recall").asDouble();
        }
    }

    private List<JsonNode> runPeer(String... args) throws Exception {
        List<String> command = new ArrayList<>(List.of(peer.toString()));
        command.addAll(List.of(args));
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        List<JsonNode> lines = new ArrayList<>();
        try (var reader = process.inputReader()) {
            reader.lines().forEach(line -> lines.add(json.readTree(line)));
        }
        if (process.waitFor() != 0) {
            throw new IllegalStateException("peer failed: " + command);
        }
        return lines;
    }

    private static void print(String who, Map<Integer, Measured> measured) {
        measured.forEach((ef, at) -> System.out.printf(
                Locale.ROOT,
                "%-8s ef=%-4d recall@%d=%.4f queries/s=%.0f (worst %.0f, best %.0f)%n",
                who,
                ef,
                K,
                at.recall[0],
                at.median(),
                Collections.min(at.queriesPerSecond),
                Collections.max(at.queriesPerSecond)));
    }

    /** Interpolates the logarithm of the rate between the two neighbours in recall; NaN outside the curve. */
    private static double rateAt(Map<Integer, Measured> curve, double recall) {
        Measured below = null;
        for (Measured at : curve.values()) {
            if (at.recall[0] >= recall && below != null) {
                double part = (recall - below.recall[0]) / (at.recall[0] - below.recall[0]);
                return Math.exp(Math.log(below.median()) * (1 - part) + Math.log(at.median()) * part);
            }
            if (at.recall[0] < recall) {
                below = at;
            }
        }
        return Double.NaN;
    }

    private static double threadCpuSeconds() {
        return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() / 1e9;
    }

    private static double cpuSeconds() {
        var system = (com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        return system.getProcessCpuTime() / 1e9;
    }
}
