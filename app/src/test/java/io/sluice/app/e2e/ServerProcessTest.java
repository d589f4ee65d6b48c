package io.sluice.app.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How a server process starts, refuses to start, and ends. */
class ServerProcessTest {
    private static final int REFUSED = 1;
    private static final int STOPPED_BY_SIGTERM = 128 + 15;

    @TempDir
    Path data;

    private static int health(ServerProcess server) throws Exception {
        try (HttpClient client = HttpClient.newHttpClient()) {
            HttpRequest request = HttpRequest.newBuilder(URI.create(server.baseUrl() + "/health"))
                    .build();
            return client.send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
        }
    }

    private void assertRefused(Map<String, String> settings, String... words) {
        try (ServerProcess server = ServerProcess.launch(data, settings)) {
            assertThat(server.awaitExit()).isEqualTo(REFUSED);
            assertThat(server.output())
                    .contains("Sluice cannot start: ")
                    .contains(words)
                    .doesNotContain("\tat ");
        }
    }

    @Test
    void start_ordinary_saysWhatAnOperatorWantsToKnow() throws Exception {
        try (ServerProcess server = ServerProcess.start(data, Map.of())) {
            assertThat(health(server)).isEqualTo(200);
            assertThat(server.output())
                    .contains("listens on    http://127.0.0.1:" + server.port())
                    .contains("data folder   " + data)
                    .contains("off-heap      up to 1 GiB")
                    .contains("Java heap     up to 512 MiB")
                    .contains("pages         ")
                    .contains("kernels       vectorised");
        }
    }

    @Test
    void start_secondOnTheSameFolder_isRefusedNamingTheFirst() {
        try (ServerProcess first = ServerProcess.start(data, Map.of())) {
            assertRefused(Map.of(), "folder=" + data, "pid=" + first.pid(), "SLUICE_DATA");
        }
    }

    @Test
    void start_portInUse_isRefusedNamingIt() {
        try (ServerProcess first = ServerProcess.start(data.resolve("first"), Map.of())) {
            assertRefused(Map.of("SLUICE_PORT", Integer.toString(first.port())), "port=" + first.port(), "SLUICE_PORT");
        }
    }

    @Test
    void start_badSettings_isRefusedNamingThem() {
        assertRefused(Map.of("SLUICE_PROT", "1"), "name=SLUICE_PROT", "SLUICE_PORT");
        assertRefused(Map.of("SLUICE_MEMORY_BUDGET", "4GB"), "value=4GB", "512MiB");
        assertRefused(Map.of("SLUICE_MEMORY_BUDGET", "8TiB"), "does not fit", "-Xmx");
    }

    @Test
    void kill_thenStartAgain_works() throws Exception {
        try (ServerProcess server = ServerProcess.start(data, Map.of())) {
            server.kill();
        }
        try (ServerProcess server = ServerProcess.start(data, Map.of())) {
            assertThat(health(server)).isEqualTo(200);
        }
    }

    @Test
    void stop_sigterm_endsCleanly() {
        try (ServerProcess server = ServerProcess.start(data, Map.of())) {
            assertThat(server.stop()).isEqualTo(STOPPED_BY_SIGTERM);
            assertThat(server.output()).doesNotContain(" WARN ").doesNotContain(" ERROR ");
        }
    }
}
