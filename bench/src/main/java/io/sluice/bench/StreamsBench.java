package io.sluice.bench;

import io.sluice.engine.testkit.Words;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/**
 * The packaged server from outside: how soon it answers, how soon a load's stream says its first event, and how soon and
 * how cleanly it stops with many open streams.
 *
 * <pre>
 *   StreamsBench [words=bench/data/words-340k.bin] [folder=bench/data/work] [jar=app/target/sluice.jar]
 *                [jvmargs=config/jvm.args] [streams=100] [loads=30] [warmups=100] [rounds=5]
 * </pre>
 */
public final class StreamsBench {
    private static final String COLLECTION = "/api/v1/databases/default/collections/words";
    private static final Duration PATIENCE = Duration.ofMinutes(1);
    /** Slow enough that the load is still under way when the server is asked to stop. */
    private static final String SLOW = "8MiB";

    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final ObjectMapper json = new ObjectMapper();
    private final Path jar;
    private final Path jvmArgs;
    private final Path folder;
    private final Path data;
    private final int streamCount;

    private StreamsBench(Path jar, Path jvmArgs, Path folder, int streamCount) {
        this.jar = jar;
        this.jvmArgs = jvmArgs;
        this.folder = folder;
        this.data = folder.resolve("words");
        this.streamCount = streamCount;
    }

    /** Streams that were read to the end, or not. */
    private record Ends(ConcurrentLinkedQueue<Long> clean, ConcurrentLinkedQueue<String> broken) {}

    public static void main(String[] args) throws Exception {
        var given = new Arguments(args, "words", "folder", "jar", "jvmargs", "streams", "loads", "warmups", "rounds");
        Path folder = given.path("folder", "bench/data/work");
        Words words = Words.map(given.path("words", "bench/data/words-340k.bin"));
        WordsCollection.open(folder.resolve("words"), words).close(); // filled by now
        var bench = new StreamsBench(
                given.path("jar", "app/target/sluice.jar"),
                given.path("jvmargs", "config/jvm.args"),
                folder,
                given.number("streams", 100));
        bench.run(given.number("loads", 30), given.number("warmups", 100), given.number("rounds", 5));
    }

    private void run(int loads, int warmUps, int rounds) throws Exception {
        var start = new Figures();
        var idleStop = new Figures();
        for (int round = 0; round < rounds; round++) {
            Path empty = Files.createTempDirectory(folder, "empty-");
            try (var server = start(empty, Map.of())) {
                start.add(server.startMillis());
                idleStop.add(server.stop());
            } finally {
                WordsCollection.deleteAll(empty);
            }
        }
        System.out.printf(
                Locale.ROOT,
                "start to first answer: median %.0f ms, worst %.0f ms; stop without streams: median %.0f ms%n",
                start.median(),
                start.largest(),
                idleStop.median());
        var firstEvent = new Figures();
        measureFirstEvents(loads, warmUps, firstEvent);
        var stop = new Figures();
        int broken = 0;
        for (int round = 0; round < rounds; round++) {
            broken += measureStop(stop);
        }
        var findings = new Findings("streams");
        findings.note("startMillis", start.median());
        findings.note("idleStopMillis", idleStop.median());
        findings.note("streams", streamCount);
        findings.atMost("startMillisWorst", start.largest(), 6_000, "ms");
        findings.atMost("firstEventMillis", firstEvent.median(), 20, "ms");
        findings.atMost("firstEventMillisWorst", firstEvent.largest(), 20, "ms");
        findings.note("stopMillis", stop.median());
        findings.atMost("stopMillisWorst", stop.largest(), 3_000, "ms");
        findings.atMost("brokenStreams", broken, 0, "streams");
        findings.printJson();
    }

    private ServerProcess start(Path dataFolder, Map<String, String> settings)
            throws IOException, InterruptedException {
        return ServerProcess.start(jar, jvmArgs, dataFolder, settings, client);
    }

    // The first event of a load's own stream

    /** @param firstEvent gets those after the warm-ups; the first of all and the warm-ups themselves are printed */
    private void measureFirstEvents(int loads, int warmUps, Figures firstEvent)
            throws IOException, InterruptedException {
        var warmingUp = new Figures();
        try (var server = start(data, Map.of("SLUICE_MEMORY_BUDGET", "2GiB"))) {
            release(server);
            for (int i = 0; i <= warmUps + loads; i++) {
                double millis = firstEventMillis(server);
                if (i == 0) {
                    System.out.printf(Locale.ROOT, "first event of the server's first load: %.1f ms%n", millis);
                } else {
                    (i <= warmUps ? warmingUp : firstEvent).add(millis);
                }
                release(server);
            }
            server.stop();
        }
        if (warmUps > 0) {
            say("of the next " + warmUps, warmingUp);
        }
        say("of the " + loads + " after them", firstEvent);
    }

    private static void say(String which, Figures firstEvent) {
        System.out.printf(
                Locale.ROOT,
                "first event over HTTP %s: median %.2f ms, worst %.2f ms%n",
                which,
                firstEvent.median(),
                firstEvent.largest());
    }

    /** From sending {@code POST .../load} to the first whole event; then reads the stream to its end. */
    private double firstEventMillis(ServerProcess server) throws IOException, InterruptedException {
        HttpRequest load =
                post(server, "/load").header("Accept", "text/event-stream").build();
        long start = System.nanoTime();
        HttpResponse<java.io.InputStream> response = client.send(load, BodyHandlers.ofInputStream());
        double millis = 0;
        String last = "";
        try (var lines = new BufferedReader(new InputStreamReader(response.body(), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.startsWith("data:") && millis == 0) {
                    millis = (System.nanoTime() - start) / 1e6;
                }
                last = line.startsWith("event:") ? line : last;
            }
        }
        if (!last.contains("loaded")) {
            throw new IllegalStateException("the load did not end well: status=" + response.statusCode() + ", " + last);
        }
        return millis;
    }

    private void release(ServerProcess server) throws IOException, InterruptedException {
        HttpRequest release =
                post(server, "/release").header("Prefer", "wait=60").build();
        int status = client.send(release, BodyHandlers.discarding()).statusCode();
        if (status != 200) {
            throw new IllegalStateException("the release did not end: status=" + status);
        }
    }

    private HttpRequest.Builder post(ServerProcess server, String verb) {
        return HttpRequest.newBuilder(server.uri(COLLECTION + verb)).POST(BodyPublishers.ofString("{}"));
    }

    // A stop with many streams

    private int measureStop(Figures stop) throws IOException, InterruptedException {
        try (var server = start(data, Map.of("SLUICE_MEMORY_BUDGET", "2GiB", "SLUICE_LOAD_READ_RATE", SLOW))) {
            release(server); // of the round before
            String operation = startLoad(server);
            List<String> paths = new ArrayList<>();
            for (int i = 0; i < streamCount; i++) {
                paths.add(i % 2 == 0 ? "/api/v1/events" : "/api/v1/operations/" + operation + "/events");
            }
            var ends = new Ends(new ConcurrentLinkedQueue<>(), new ConcurrentLinkedQueue<>());
            var opened = new CountDownLatch(streamCount);
            List<Thread> readers = paths.stream()
                    .map(path -> Thread.ofVirtual().start(() -> readToEnd(server, path, opened, ends)))
                    .toList();
            if (!opened.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
                throw new IllegalStateException("streams did not open: broken=" + ends.broken());
            }
            stop.add(server.stop());
            for (Thread reader : readers) {
                reader.join(PATIENCE);
            }
            int broken = streamCount - ends.clean().size();
            System.out.printf(
                    Locale.ROOT,
                    "stop with %d streams and a running load: %.0f ms, clean ends %d, broken %d %s, events read %d%n",
                    streamCount,
                    stop.medianOfLast(1),
                    ends.clean().size(),
                    broken,
                    ends.broken().stream().distinct().limit(3).toList(),
                    ends.clean().stream().mapToLong(Long::longValue).sum());
            return broken;
        }
    }

    private String startLoad(ServerProcess server) throws IOException, InterruptedException {
        HttpResponse<String> response = client.send(post(server, "/load").build(), BodyHandlers.ofString());
        JsonNode operation = json.readTree(response.body());
        return operation.get("id").asString();
    }

    private void readToEnd(ServerProcess server, String path, CountDownLatch opened, Ends ends) {
        HttpRequest request = HttpRequest.newBuilder(server.uri(path))
                .header("Accept", "text/event-stream")
                .build();
        long events = 0;
        try {
            var response = client.send(request, BodyHandlers.ofInputStream());
            try (var lines = new BufferedReader(new InputStreamReader(response.body(), StandardCharsets.UTF_8))) {
                for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                    if (line.startsWith("data:") && events++ == 0) {
                        opened.countDown();
                    }
                }
            }
            ends.clean().add(events);
        } catch (IOException | InterruptedException cut) {
            ends.broken().add(path + ": " + cut);
        }
    }
}
