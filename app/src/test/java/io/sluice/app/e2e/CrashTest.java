package io.sluice.app.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/**
 * A server that is killed with SIGKILL while clients write: every acknowledged request is there afterwards, each
 * unacknowledged one wholly or not at all.
 *
 * <p>Each client owns its keys and sends one request at a time, so what must be there is known exactly but for its last
 * request.
 */
class CrashTest {
    private static final long SEED = Long.getLong("sluice.seed", 20_261_122);
    private static final int KILLS = Integer.getInteger("sluice.kills", 3);
    private static final int CLIENTS = 4;
    private static final int REQUESTS_PER_LIFE = 100;
    private static final int ROWS_PER_REQUEST = 40;
    private static final long LONGEST_LIFE_SECONDS = 60;
    private static final String INTS = "ints";
    private static final String TEXTS = "texts";
    private static final String COLD = "cold";

    @TempDir
    Path data;

    private final List<Writer> writers = new ArrayList<>();

    @Test
    void server_killedWhileClientsWrite_keepsWhatItAcknowledged() throws Exception {
        System.out.println("seed " + SEED + "; repeat with -Dsluice.seed=" + SEED + ", torture with -Dsluice.kills=30");
        for (int owner = 0; owner < CLIENTS; owner++) {
            writers.add(new Writer(owner, owner % 2 == 0 ? INTS : TEXTS, new Random(SEED + owner)));
        }
        try (ServerProcess server = ServerProcess.start(data, Map.of());
                Rest rest = new Rest(server.baseUrl())) {
            createCollections(rest);
            writeUntilKilled(server, rest, false);
        }
        for (int kill = 1; kill < KILLS; kill++) {
            try (ServerProcess server = ServerProcess.start(data, Map.of());
                    Rest rest = new Rest(server.baseUrl())) {
                check(server, rest);
                writeUntilKilled(server, rest, true);
            }
        }
        try (ServerProcess server = ServerProcess.start(data, Map.of());
                Rest rest = new Rest(server.baseUrl())) {
            check(server, rest);
            for (String line : server.output().split("\n")) {
                assertThat(line).doesNotContain(" WARN ", " ERROR ");
            }
        }
    }

    private static void createCollections(Rest rest) {
        for (String collection : List.of(INTS, TEXTS, COLD)) {
            String key = collection.equals(TEXTS)
                    ? "\"dataType\": \"VarChar\", \"elementTypeParams\": {\"max_length\": 20}"
                    : "\"dataType\": \"Int64\"";
            rest.ok("collections/create", """
                {"collectionName": "%s", "schema": {"fields": [
                   {"fieldName": "key", "isPrimary": true, %s},
                   {"fieldName": "owner", "dataType": "Int32"},
                   {"fieldName": "version", "dataType": "Int64"},
                   {"fieldName": "text", "dataType": "VarChar", "elementTypeParams": {"max_length": 200}},
                   {"fieldName": "vector", "dataType": "FloatVector", "elementTypeParams": {"dim": 4}}]},
                 "indexParams": [{"fieldName": "vector", "metricType": "L2", "indexType": "FLAT"}]}
                """.formatted(collection, key));
            rest.awaitLoaded(collection);
        }
        rest.release(COLD);
    }

    /** @param flushing while clients write, so that the kill may hit a seal */
    private void writeUntilKilled(ServerProcess server, Rest rest, boolean flushing) throws Exception {
        CountDownLatch acknowledged = new CountDownLatch(REQUESTS_PER_LIFE);
        try (ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> running = new ArrayList<>();
            for (Writer writer : writers) {
                running.add(clients.submit(() -> writer.writeUntilKilled(rest, acknowledged::countDown)));
            }
            if (flushing) {
                running.add(clients.submit(() -> flushUntilKilled(rest)));
            }
            boolean enough = acknowledged.await(LONGEST_LIFE_SECONDS, TimeUnit.SECONDS);
            server.kill();
            for (Future<?> each : running) {
                each.get();
            }
            assertThat(enough).as(server.output()).isTrue();
        }
    }

    private static void flushUntilKilled(Rest rest) {
        try {
            while (true) {
                WordRows.flush(rest, INTS);
                WordRows.flush(rest, TEXTS);
            }
        } catch (UncheckedIOException killed) {
            // that is how it ends
        }
    }

    private void check(ServerProcess server, Rest rest) {
        try (NativeApi api = new NativeApi(server.baseUrl())) {
            for (String collection : List.of(INTS, TEXTS)) {
                String reload = api.newestOperation(collection).path("id").asString();
                assertThat(reload).as("reload of %s", collection).isNotEmpty();
                assertThat(api.end(reload).name()).isEqualTo("loaded");
                assertThat(rest.loadState(collection)).isEqualTo("LoadStateLoaded");
            }
            assertThat(rest.loadState(COLD)).isEqualTo("LoadStateNotLoad");
        }
        writers.forEach(writer -> writer.check(rest));
    }

    /** A client: what it knows to be there, and its last request, of which it does not know. */
    private static final class Writer {
        private final int owner;
        private final String collection;
        private final Random random;

        private Map<Long, Long> rows = new TreeMap<>(); // version by key
        private @Nullable Map<Long, Long> rowsIfLastRequestCounts;
        private long nextKey;
        private long version;

        Writer(int owner, String collection, Random random) {
            this.owner = owner;
            this.collection = collection;
            this.random = random;
            this.nextKey = owner * 1_000_000L;
        }

        void writeUntilKilled(Rest rest, Runnable acknowledged) {
            try {
                while (true) {
                    Map<Long, Long> after = new TreeMap<>(rows);
                    version++;
                    Request request = nextRequest(after);
                    rowsIfLastRequestCounts = after;
                    rest.ok(request.verb(), request.body());
                    rows = after;
                    rowsIfLastRequestCounts = null;
                    acknowledged.run();
                }
            } catch (UncheckedIOException killed) {
                // that is how it ends
            }
        }

        private record Request(String verb, String body) {}

        /** Takes its effect into {@code after}. */
        private Request nextRequest(Map<Long, Long> after) {
            int kind = after.isEmpty() ? 0 : random.nextInt(8);
            return switch (kind) {
                case 0, 1, 2, 3 -> {
                    List<Long> keys = new ArrayList<>();
                    for (int i = 0; i < ROWS_PER_REQUEST; i++) {
                        keys.add(nextKey++);
                    }
                    yield rowsRequest("entities/insert", keys, after);
                }
                case 4, 5 -> {
                    List<Long> keys = someOf(after);
                    keys.add(nextKey++);
                    yield rowsRequest("entities/upsert", keys, after);
                }
                case 6 -> {
                    List<Long> keys = someOf(after);
                    keys.forEach(after::remove);
                    String ids = keys.stream().map(this::literal).collect(Collectors.joining(", "));
                    yield new Request("entities/delete", body("\"id\": [" + ids + "]"));
                }
                default -> {
                    List<Long> versions = new ArrayList<>(after.values());
                    long doomed = versions.get(random.nextInt(versions.size()));
                    after.values().removeIf(each -> each == doomed);
                    String filter = "owner == " + owner + " and version == " + doomed;
                    yield new Request("entities/delete", body("\"filter\": \"" + filter + "\""));
                }
            };
        }

        private List<Long> someOf(Map<Long, Long> all) {
            List<Long> keys = new ArrayList<>();
            for (long key : all.keySet()) {
                if (random.nextInt(8) == 0 && keys.size() < ROWS_PER_REQUEST) {
                    keys.add(key);
                }
            }
            if (keys.isEmpty()) {
                keys.add(all.keySet().iterator().next());
            }
            return keys;
        }

        private Request rowsRequest(String verb, List<Long> keys, Map<Long, Long> after) {
            String data = keys.stream().map(this::row).collect(Collectors.joining(",\n"));
            keys.forEach(key -> after.put(key, version));
            return new Request(verb, body("\"data\": [" + data + "]"));
        }

        private String row(long key) {
            return "{\"key\": %s, \"owner\": %d, \"version\": %d, \"text\": \"%s\", \"vector\": [%d, %d, 0, 1]}"
                    .formatted(literal(key), owner, version, text(key, version), key, version);
        }

        private static String text(long key, long version) {
            return (key + "/" + version + " ").repeat(8);
        }

        private String literal(long key) {
            return collection.equals(TEXTS) ? "\"k" + key + "\"" : Long.toString(key);
        }

        private String body(String rest) {
            return "{\"collectionName\": \"" + collection + "\", " + rest + "}";
        }

        /** Wholly or not at all; from here on the client knows which. */
        void check(Rest rest) {
            Map<Long, Long> found = read(rest);
            Map<Long, Long> other = rowsIfLastRequestCounts;
            if (other == null || !found.equals(other)) {
                assertThat(found)
                        .as("client %d, whose last request may count: %s", owner, other != null)
                        .isEqualTo(rows);
            }
            assertThat(rest.count(collection, "owner == " + owner)).isEqualTo(found.size());
            rows = found;
            rowsIfLastRequestCounts = null;
        }

        private Map<Long, Long> read(Rest rest) {
            JsonNode all = rest.ok(
                    "entities/query",
                    body("\"filter\": \"owner == " + owner + "\", \"limit\": 16384, \"outputFields\": [\"*\"]"));
            Map<Long, Long> found = new TreeMap<>();
            for (JsonNode row : all) {
                long key = Long.parseLong(row.path("key").asString().replace("k", ""));
                long its = Long.parseLong(row.path("version").asString());
                assertThat(found.put(key, its)).as("key %d twice", key).isNull();
                assertThat(row.path("text").asString()).isEqualTo(text(key, its));
                assertThat(row.path("vector").toString())
                        .isEqualTo("[" + (float) key + "," + (float) its + ",0.0,1.0]");
            }
            return found;
        }
    }
}
