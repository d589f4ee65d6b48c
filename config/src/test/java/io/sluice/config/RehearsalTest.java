package io.sluice.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

/** Goal: the rehearsal asks what it promises, only what changes nothing, and never harms a server that goes away. */
class RehearsalTest {
    private final List<String> asked = new CopyOnWriteArrayList<>();

    @Test
    void requests_goesThroughALoadThatCannotBeAndAnEventStream() throws Exception {
        rehearse("0.0.0.0", "HTTP/1.1 404 Not Found\r\n\r\n");
        assertThat(asked)
                .hasSizeGreaterThan(2)
                .contains("POST /api/v1/databases/default/collections/0/load HTTP/1.1", "GET /api/v1/events HTTP/1.1");
        assertThat(asked.stream().distinct()).hasSize(2);
    }

    @Test
    void requests_whileTheServerGoesAway_endsQuietlyAtOnce() throws Exception {
        rehearse("127.0.0.1", "");
        assertThat(asked).hasSize(1);
    }

    private void rehearse(String host, String response) throws Exception {
        Thread answering;
        try (var server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            answering = Thread.ofVirtual().start(() -> answer(server, response));
            new Rehearsal(host, server.getLocalPort()).requests();
        }
        answering.join();
    }

    private void answer(ServerSocket server, String response) {
        try {
            while (true) {
                try (var connection = server.accept();
                        var lines = new BufferedReader(
                                new InputStreamReader(connection.getInputStream(), StandardCharsets.US_ASCII))) {
                    asked.add(lines.readLine());
                    connection.getOutputStream().write(response.getBytes(StandardCharsets.US_ASCII));
                }
            }
        } catch (IOException closed) {
            // The test is over.
        }
    }
}
