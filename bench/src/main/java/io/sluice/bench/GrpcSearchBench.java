package io.sluice.bench;

import com.google.protobuf.ByteString;
import com.sun.management.OperatingSystemMXBean;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.milvus.grpc.GetLoadStateRequest;
import io.milvus.grpc.KeyValuePair;
import io.milvus.grpc.LoadCollectionRequest;
import io.milvus.grpc.LoadState;
import io.milvus.grpc.MilvusServiceGrpc;
import io.milvus.grpc.MilvusServiceGrpc.MilvusServiceBlockingStub;
import io.milvus.grpc.PlaceholderGroup;
import io.milvus.grpc.PlaceholderType;
import io.milvus.grpc.PlaceholderValue;
import io.milvus.grpc.SearchResults;
import io.sluice.engine.search.SearchRequest;
import io.sluice.engine.testkit.Words;
import java.lang.management.ManagementFactory;
import java.net.http.HttpClient;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * What the server spends on a search over gRPC beside the same search in process: CPU time per call, by so many callers at a
 * time, each with a connection of its own, that wait for their answers.
 *
 * <pre>
 *   GrpcSearchBench [words=bench/data/words-340k.bin] [jar=app/target/sluice.jar] [args=config/jvm.args]
 *                   [folder=bench/data/work] [calls=20000] [rounds=5] [callers=1] [ef=128] [seed=1]
 * </pre>
 *
 * All words, k = 10, no output fields. The collection is the one of {@link LoadBench}, on the same files.
 */
public final class GrpcSearchBench {
    private static final int K = 10;
    private static final int QUERIES = 1_000;

    private final float[][] queries;
    private final int calls;
    private final int rounds;
    private final int callers;
    private final String ef;

    private GrpcSearchBench(float[][] queries, int calls, int rounds, int callers, String ef) {
        this.queries = queries;
        this.calls = calls;
        this.rounds = rounds;
        this.callers = callers;
        this.ef = ef;
    }

    public static void main(String[] args) throws Exception {
        var given = new Arguments(args, "words", "jar", "args", "folder", "calls", "rounds", "callers", "ef", "seed");
        Words words = Words.map(given.path("words", "bench/data/words-340k.bin"));
        var random = new Random(given.number("seed", 1));
        float[][] queries = new float[QUERIES][];
        for (int i = 0; i < QUERIES; i++) {
            queries[i] = words.vector(random.nextInt(words.count()));
        }
        var bench = new GrpcSearchBench(
                queries,
                given.number("calls", 20_000),
                given.number("rounds", 5),
                given.number("callers", 1),
                "" + given.number("ef", 128));
        Path folder = given.path("folder", "bench/data/work").resolve("words");
        double inProcess = bench.inProcess(folder, words);
        double server = bench.overGrpc(
                given.path("jar", "app/target/sluice.jar"), given.path("args", "config/jvm.args"), folder);
        var findings = new Findings("grpc-search");
        findings.note("inProcessMicros", inProcess);
        findings.note("serverMicros", server);
        findings.atMost("grpcAddsMicrosPerCall", server - inProcess, 80, "us");
        findings.note("serverOverInProcess", server / inProcess);
        findings.printJson();
    }

    private double inProcess(Path folder, Words words) throws Exception {
        try (var collection = WordsCollection.open(folder, words)) {
            collection.load();
            var process = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
            return cheapestRound(
                    "in process",
                    process::getProcessCpuTime,
                    (_, call) -> Objects.requireNonNull(
                            collection.engine().search(request(call)).block()));
        }
    }

    private SearchRequest request(int call) {
        return new SearchRequest(
                WordsCollection.DATABASE,
                WordsCollection.NAME,
                List.of(),
                "vector",
                List.of(queries[call % QUERIES]),
                null,
                K,
                0,
                "",
                Map.of("ef", ef),
                "",
                Map.of(),
                List.of(),
                -1,
                false,
                0);
    }

    private double overGrpc(Path jar, Path jvmArgs, Path folder) throws Exception {
        try (HttpClient client = HttpClient.newHttpClient();
                var server =
                        ServerProcess.start(jar, jvmArgs, folder, Map.of("SLUICE_MEMORY_BUDGET", "4GiB"), client)) {
            List<ManagedChannel> channels = Stream.generate(() -> NettyChannelBuilder.forAddress(
                                    "127.0.0.1", server.uri("/").getPort())
                            .usePlaintext()
                            .build())
                    .limit(callers)
                    .toList();
            try {
                List<MilvusServiceBlockingStub> stubs = channels.stream()
                        .map(MilvusServiceGrpc::newBlockingStub)
                        .toList();
                load(stubs.getFirst());
                return cheapestRound(
                        "over gRPC",
                        server::cpuNanos,
                        (caller, call) -> check(stubs.get(caller).search(message(call))));
            } finally {
                channels.forEach(ManagedChannel::shutdownNow);
            }
        }
    }

    private static void load(MilvusServiceBlockingStub stub) {
        var ignored = stub.loadCollection(LoadCollectionRequest.newBuilder()
                .setCollectionName(WordsCollection.NAME)
                .build());
        GetLoadStateRequest state = GetLoadStateRequest.newBuilder()
                .setCollectionName(WordsCollection.NAME)
                .build();
        while (stub.getLoadState(state).getState() != LoadState.LoadStateLoaded) {
            Pause.millis(20);
        }
    }

    private io.milvus.grpc.SearchRequest message(int call) {
        float[] query = queries[call % QUERIES];
        ByteBuffer bytes = ByteBuffer.allocate(query.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(query);
        PlaceholderGroup group = PlaceholderGroup.newBuilder()
                .addPlaceholders(PlaceholderValue.newBuilder()
                        .setTag("$0")
                        .setType(PlaceholderType.FloatVector)
                        .addValues(ByteString.copyFrom(bytes)))
                .build();
        return io.milvus.grpc.SearchRequest.newBuilder()
                .setCollectionName(WordsCollection.NAME)
                .setPlaceholderGroup(group.toByteString())
                .setNq(1)
                .addSearchParams(pair("anns_field", "vector"))
                .addSearchParams(pair("topk", "" + K))
                .addSearchParams(pair("params", "{\"ef\": " + ef + "}"))
                .build();
    }

    private static KeyValuePair pair(String key, String value) {
        return KeyValuePair.newBuilder().setKey(key).setValue(value).build();
    }

    private static void check(SearchResults results) {
        if (results.getResults().getScoresCount() != K) {
            throw new IllegalStateException("a search failed: " + results.getStatus());
        }
    }

    private void callsOf(int which, Caller caller) {
        for (int call = which; call < calls; call += callers) {
            caller.search(which, call);
        }
    }

    private interface Caller {
        void search(int caller, int call);
    }

    private interface CpuClock {
        long nanos();
    }

    /** Microseconds of CPU per call in the cheapest round; one round before them warms up. */
    private double cheapestRound(String where, CpuClock clock, Caller caller) throws Exception {
        var figures = new Figures();
        for (int round = 0; round <= rounds; round++) {
            long cpu = clock.nanos();
            try (var threads = Executors.newFixedThreadPool(callers)) {
                for (Future<?> ended : threads.invokeAll(IntStream.range(0, callers)
                        .mapToObj(which -> Executors.callable(() -> callsOf(which, caller)))
                        .toList())) {
                    ended.get();
                }
            }
            double micros = (clock.nanos() - cpu) / 1e3 / calls;
            System.out.printf(Locale.ROOT, "%s, round %d: %.1f us of CPU per call%n", where, round, micros);
            if (round > 0) {
                figures.add(micros);
            }
        }
        return figures.smallest();
    }
}
