package io.sluice.config;

import io.sluice.api.nativehttp.NativeRoutes;
import io.sluice.engine.load.LoadRehearsal;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Mono;

/**
 * Goes through what a client asks for once the server serves, so that the first one does not wait for classes to be loaded:
 * through the port a load of a collection that cannot exist and an event stream that is left at its first bytes, and in a
 * room of their own loads and releases with their events. Changes nothing; a failure is no more than a slower first
 * request.
 *
 * <p>Runs once, on a thread that may wait.
 */
public final class Rehearsal {
    private static final Logger LOG = LoggerFactory.getLogger(Rehearsal.class);
    private static final int ROUNDS = 20;
    private static final int PATIENCE_MILLIS = 2_000;
    /** No name may begin with a digit. */
    private static final String LOAD = "POST /api/v1/databases/default/collections/0/load";

    private static final String EVENTS = "GET /api/v1/events";

    private final InetSocketAddress address;

    /** @param host what the server listens on; a wildcard address is reached by the loopback one */
    public Rehearsal(String host, int port) {
        var listening = new InetSocketAddress(host, port);
        this.address = listening.isUnresolved() || listening.getAddress().isAnyLocalAddress()
                ? new InetSocketAddress(InetAddress.getLoopbackAddress(), port)
                : listening;
    }

    /** Asks through the port; blocks for a second or so. */
    public void requests() {
        try {
            for (int round = 0; round < ROUNDS; round++) {
                ask(LOAD, "{}");
                ask(EVENTS, "");
            }
        } catch (IOException stopping) {
            LOG.debug("the rehearsal ended early", stopping);
        }
    }

    /** Loads and releases that nobody sees, with their events as a stream says them. */
    public static Mono<Void> loads() {
        return LoadRehearsal.events(ROUNDS)
                .map(NativeRoutes::serverSentEvent)
                .then()
                .doOnError(failure -> LOG.debug("the rehearsal of loads ended early", failure))
                .onErrorComplete();
    }

    private void ask(String call, String body) throws IOException {
        try (var socket = new Socket()) {
            socket.setSoTimeout(PATIENCE_MILLIS);
            socket.connect(address, PATIENCE_MILLIS);
            String request = call + " HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n"
                    + "Content-Type: application/json\r\nContent-Length: " + body.length()
                    + "\r\nConnection: close\r\n\r\n" + body;
            socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            readSome(socket.getInputStream());
        }
    }

    private static void readSome(InputStream answer) throws IOException {
        if (answer.read(new byte[4096]) < 0) {
            throw new IOException("the server closed the connection without an answer");
        }
    }
}
