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
import java.nio.file.Files;
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
 *                   [folder=bench/data/work] [calls=10000] [rounds=16] [callers=8] [ef=128] [seed=1]
 * </pre>
 *
 * All words, k = 10, no output fields. The collection is the one of {@link LoadBench}; the server serves a copy of its files.
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
                given.number("calls", 10_000),
                given.number("rounds", 16),
                given.number("callers", 8),
                "" + given.number("ef", 128));
        Path work = given.path("folder", "bench/data/work");
        bench.run(words, work, given.path("jar", "app/target/sluice.jar"), given.path("args", "config/jvm.args"));
    }

    /** In process and over gRPC by turns, so that what else the machine does meets both; each on files of its own. */
    private void run(Words words, Path work, Path jar, Path jvmArgs) throws Exception {
        Path ours = work.resolve("words");
        WordsCollection.open(ours, words).close(); // filled by now
        Path theirs = Files.createTempDirectory(work, "served-");
        try (HttpClient client = HttpClient.newHttpClient()) {
            WordsCollection.copy(ours, theirs);
            try (var collection = WordsCollection.open(ours, words);
                    var server =
                            ServerProcess.start(jar, jvmArgs, theirs, Map.of("SLUICE_MEMORY_BUDGET", "2GiB"), client)) {
                collection.load();
                byTurns(collection, server);
            }
        } finally {
            WordsCollection.deleteAll(theirs);
        }
    }

    private void byTurns(WordsCollection collection, ServerProcess server) throws Exception {
        List<ManagedChannel> channels = Stream.generate(() -> NettyChannelBuilder.forAddress(
                                "127.0.0.1", server.uri("/").getPort())
                        .usePlaintext()
                        .build())
                .limit(callers)
                .toList();
        try {
            List<MilvusServiceBlockingStub> stubs =
                    channels.stream().map(MilvusServiceGrpc::newBlockingStub).toList();
            load(stubs.getFirst());
            var process = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
            var inProcess = new Figures();
            var overGrpc = new Figures();
            var difference = new Figures();
            for (int round = 0; round < rounds; round++) {
                double alone = microsPerCall(
                        process::getProcessCpuTime,
                        (_, call) -> Objects.requireNonNull(
                                collection.engine().search(request(call)).block()));
                double served = microsPerCall(
                        server::cpuNanos,
                        (caller, call) -> check(stubs.get(caller).search(message(call))));
                System.out.printf(
                        Locale.ROOT,
                        "round %d: in process %.1f us of CPU per call, over gRPC %.1f us%n",
                        round,
                        alone,
                        served);
                inProcess.add(alone);
                overGrpc.add(served);
                difference.add(served - alone);
            }
            say(inProcess, overGrpc, difference);
        } finally {
            channels.forEach(ManagedChannel::shutdownNow);
        }
    }

    /** The later half counts: before, both still compile. */
    private void say(Figures inProcess, Figures overGrpc, Figures difference) {
        int counted = (rounds + 1) / 2;
        var findings = new Findings("grpc-search");
        findings.note("inProcessMicros", inProcess.medianOfLast(counted));
        findings.note("serverMicros", overGrpc.medianOfLast(counted));
        findings.atMost("grpcAddsMicrosPerCall", difference.medianOfLast(counted), 80, "us");
        findings.note("serverOverInProcess", overGrpc.medianOfLast(counted) / inProcess.medianOfLast(counted));
        findings.printJson();
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

    private double microsPerCall(CpuClock clock, Caller caller) throws Exception {
        long cpu = clock.nanos();
        try (var threads = Executors.newFixedThreadPool(callers)) {
            for (Future<?> ended : threads.invokeAll(IntStream.range(0, callers)
                    .mapToObj(which -> Executors.callable(() -> callsOf(which, caller)))
                    .toList())) {
                ended.get();
            }
        }
        return (clock.nanos() - cpu) / 1e3 / calls;
    }
}
