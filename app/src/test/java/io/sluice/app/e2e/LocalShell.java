package io.sluice.app.e2e;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

/** Runs scripts with bash, as a reader of the README does. */
final class LocalShell {
    private static final long LONGEST_MINUTES = 3;

    private LocalShell() {}

    /** What the script prints, its errors included; fails when it ends with another status than 0. */
    static String run(Path folder, String script) {
        try {
            Process bash = new ProcessBuilder("bash", "-euo", "pipefail", "-c", script)
                    .directory(folder.toFile())
                    .redirectErrorStream(true)
                    .start();
            String output = new String(bash.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (!bash.waitFor(LONGEST_MINUTES, TimeUnit.MINUTES)) {
                bash.destroyForcibly();
                throw new AssertionError("the script does not end:\n" + script);
            }
            if (bash.exitValue() != 0) {
                throw new AssertionError("status " + bash.exitValue() + " of:\n" + script + "\n---\n" + output);
            }
            return output;
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(interrupted);
        }
    }

    /** The folder of README.md: this module's or the one above. */
    static Path repository() {
        Path here = Path.of("").toAbsolutePath();
        return Files.exists(here.resolve("README.md")) ? here : Objects.requireNonNull(here.getParent());
    }
}
