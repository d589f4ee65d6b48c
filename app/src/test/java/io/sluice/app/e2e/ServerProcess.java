package io.sluice.app.e2e;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * The real server as a process of its own, from this test's class path. Thread-safe.
 *
 * <p>For what cannot be done to a server in this process: {@link #kill()} it in the middle, or look at its end. It
 * waits for the lines that the server prints, never for time to pass.
 */
public final class ServerProcess implements AutoCloseable {
    private static final long LONGEST_START_SECONDS = 60;
    private static final long LONGEST_STOP_SECONDS = 60;
    private static final String LISTENS = "  listens on    http://";
    private static final String READY = "Sluice is ready";

    private final Process process;
    private final Thread reader;
    private final List<String> output = Collections.synchronizedList(new ArrayList<>());
    private final CompletableFuture<Integer> port = new CompletableFuture<>();
    private final CompletableFuture<Void> ready = new CompletableFuture<>();

    private ServerProcess(Process process) {
        this.process = process;
        this.reader = Thread.ofPlatform().daemon().name("server-output").start(this::readOutput);
    }

    /** Starts a server on {@code data} and a free port, and waits until it serves requests. */
    public static ServerProcess start(Path data, Map<String, String> settings) {
        ServerProcess server = launch(data, settings);
        try {
            server.await(server.ready);
            return server;
        } catch (RuntimeException failure) {
            server.kill();
            throw failure;
        }
    }

    /** Starts the process and does not wait for anything: for starts that are refused. */
    public static ServerProcess launch(Path data, Map<String, String> settings) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--add-modules=jdk.incubator.vector",
                "--enable-native-access=ALL-UNNAMED",
                "-ea",
                "-Xmx512m",
                "-XX:TieredStopAtLevel=1", // these servers live for seconds
                "-cp",
                System.getProperty("java.class.path"),
                "io.sluice.app.Sluice"));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().keySet().removeIf(name -> name.startsWith("SLUICE_"));
        builder.environment()
                .putAll(Map.of(
                        "SLUICE_HOST", "127.0.0.1",
                        "SLUICE_PORT", "0",
                        "SLUICE_DATA", data.toString(),
                        "SLUICE_MEMORY_BUDGET", "1GiB"));
        builder.environment().putAll(settings);
        try {
            return new ServerProcess(builder.start());
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    private void readOutput() {
        try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                output.add(line);
                if (line.startsWith(LISTENS)) {
                    port.complete(Integer.valueOf(line.substring(line.lastIndexOf(':') + 1)));
                } else if (line.startsWith(READY)) {
                    ready.complete(null);
                }
            }
        } catch (IOException killed) {
            output.add("(output ended: " + killed.getMessage() + ")");
        } finally {
            var ended = new IllegalStateException("the server ended:\n" + output());
            port.completeExceptionally(ended);
            ready.completeExceptionally(ended);
        }
    }

    private <T> T await(CompletableFuture<T> line) {
        try {
            return line.get(LONGEST_START_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException failure) {
            throw new IllegalStateException("the server does not start:\n" + output(), failure);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(interrupted);
        }
    }

    /** {@code http://127.0.0.1:port}, without a slash at the end. */
    public String baseUrl() {
        return "http://127.0.0.1:" + port();
    }

    public int port() {
        return await(port);
    }

    public long pid() {
        return process.pid();
    }

    /** Everything printed so far. */
    public String output() {
        synchronized (output) {
            return String.join("\n", output);
        }
    }

    /** SIGKILL: the process has no chance to write anything more. Returns when it is gone. */
    public void kill() {
        process.destroyForcibly();
        awaitExit();
    }

    /** SIGTERM, the ordinary stop; returns the exit status. */
    public int stop() {
        process.destroy();
        return awaitExit();
    }

    /** Waits until the process has ended by itself, and answers its exit status. */
    public int awaitExit() {
        try {
            if (!process.waitFor(LONGEST_STOP_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor();
                throw new IllegalStateException("the server did not end:\n" + output());
            }
            reader.join();
            return process.exitValue();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(interrupted);
        }
    }

    /** Kills it if it still runs. */
    @Override
    public void close() {
        kill();
    }
}
