package io.sluice.bench;

import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** The packaged server in a JVM of its own, as a user starts it. Closing it stops it, by force if need be. */
final class ServerProcess implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private final Process process;
    private final URI root;
    private final double startMillis;

    private ServerProcess(Process process, URI root, double startMillis) {
        this.process = process;
        this.root = root;
        this.startMillis = startMillis;
    }

    /**
     * Starts the server and waits until {@code GET /health} answers 200.
     *
     * @param jvmArgs the file that the README names; what it says about the JVM is taken over
     * @param data folder of the server; its output goes to {@code server.log} beside it
     */
    static ServerProcess start(Path jar, Path jvmArgs, Path data, Map<String, String> settings, HttpClient client)
            throws IOException, InterruptedException {
        int port = freePort();
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("@" + jvmArgs);
        command.addAll(List.of("-jar", jar.toString()));
        Files.createDirectories(data);
        var builder = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(data.resolveSibling("server.log").toFile());
        builder.environment().putAll(settings);
        builder.environment().put("SLUICE_PORT", Integer.toString(port));
        builder.environment().put("SLUICE_DATA", data.toString());
        long start = System.nanoTime();
        Process process = builder.start();
        URI root = URI.create("http://127.0.0.1:" + port);
        awaitHealth(process, root, client);
        return new ServerProcess(process, root, (System.nanoTime() - start) / 1e6);
    }

    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    private static void awaitHealth(Process process, URI root, HttpClient client) throws InterruptedException {
        HttpRequest health = HttpRequest.newBuilder(root.resolve("/health")).build();
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (System.nanoTime() < deadline && process.isAlive()) {
            try {
                if (client.send(health, BodyHandlers.discarding()).statusCode() == 200) {
                    return;
                }
            } catch (IOException notYet) {
                // nobody listens on the port as yet
            }
            Thread.sleep(10);
        }
        process.destroyForcibly();
        throw new IllegalStateException("the server did not start; its output is in server.log beside its data folder");
    }

    /** From the start of the process to the first 200 of {@code /health}. */
    double startMillis() {
        return startMillis;
    }

    URI uri(String path) {
        return root.resolve(path);
    }

    /** CPU time of the process so far. */
    long cpuNanos() {
        return process.toHandle().info().totalCpuDuration().orElseThrow().toNanos();
    }

    /** Sends SIGTERM and answers how long the process lived on. */
    double stop() throws InterruptedException {
        long start = System.nanoTime();
        process.destroy();
        if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
            throw new IllegalStateException("the server did not stop within " + PATIENCE);
        }
        return (System.nanoTime() - start) / 1e6;
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
