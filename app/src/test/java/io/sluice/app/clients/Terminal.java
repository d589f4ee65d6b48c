package io.sluice.app.clients;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Runs the programs of one client one after the other; what they print goes to one file while they run. One thread.
 *
 * @param outputFile empty at the beginning
 */
record Terminal(Path outputFile) {
    private static final long LONGEST_MINUTES = 10;
    private static final int TAIL_LINES = 80;

    static Terminal writingTo(Path outputFile) throws IOException {
        Files.writeString(outputFile, "");
        return new Terminal(outputFile);
    }

    /** The program on the PATH; fails with {@code install}, a sentence, when there is none. */
    static String find(String program, String install) {
        String found = findOrEmpty(program);
        if (found.isEmpty()) {
            throw new AssertionError("'" + program + "' is not on the PATH. " + install
                    + "; or leave this client out with -Dsluice.clients, see docs/HACKING.md");
        }
        return found;
    }

    private static String findOrEmpty(String program) {
        return Arrays.stream(System.getenv().getOrDefault("PATH", "").split(":", -1))
                .map(folder -> Path.of(folder, program))
                .filter(Files::isExecutable)
                .map(Path::toString)
                .findFirst()
                .orElse("");
    }

    /** Fails with the end of the output when the command ends with another status than 0. */
    void run(Path folder, Map<String, String> environment, String... command) {
        runOr("", folder, environment, command);
    }

    /** @param remedy a sentence for whom it fails; empty = the output says enough */
    void runOr(String remedy, Path folder, Map<String, String> environment, String... command) {
        print("$ " + String.join(" ", command));
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(outputFile.toFile()));
        builder.environment().putAll(environment);
        try {
            int status = await(builder.start());
            if (status != 0) {
                throw new AssertionError("status " + status + " of: " + String.join(" ", command)
                        + (remedy.isEmpty() ? "" : "\n" + remedy) + "\nall output: " + outputFile + "\n--- its end\n"
                        + tail());
            }
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    private static int await(Process process) {
        try {
            if (process.waitFor(LONGEST_MINUTES, TimeUnit.MINUTES)) {
                return process.exitValue();
            }
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            return process.destroyForcibly().waitFor();
        } catch (InterruptedException interrupted) {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
            Thread.currentThread().interrupt();
            throw new IllegalStateException(interrupted);
        }
    }

    private void print(String line) {
        try {
            Files.writeString(outputFile, line + "\n", StandardOpenOption.APPEND);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    private String tail() {
        try (Stream<String> all = new String(Files.readAllBytes(outputFile), StandardCharsets.UTF_8).lines()) {
            List<String> lines = all.toList();
            return String.join("\n", lines.subList(Math.max(0, lines.size() - TAIL_LINES), lines.size()));
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }
}
