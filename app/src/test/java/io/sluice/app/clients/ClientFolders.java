package io.sluice.app.clients;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Where one language's tests are and where everything they make goes.
 *
 * @param sources the tests, never written to
 * @param work below {@code target}: packages, caches, output
 */
record ClientFolders(String language, Path sources, Path work) {
    private static final Set<String> MADE_BY_TOOLS = Set.of("node_modules", "target");

    static ClientFolders of(String language) {
        Path here = Path.of("").toAbsolutePath();
        Path app = here.endsWith("app") ? here : here.resolve("app");
        Path sources = app.resolve("src/test/clients").resolve(language);
        if (!Files.isDirectory(sources)) {
            throw new IllegalStateException("no client tests: folder=" + sources);
        }
        return new ClientFolders(
                language, sources, app.resolve("target/clients").resolve(language));
    }

    /** A fresh copy of the tests below the work folder, for tools that write beside what they run. */
    Path copySources() {
        Path copy = work.resolve("tests");
        Prepared.clear(copy);
        copy(sources, copy);
        return copy;
    }

    /** Copies what is in a folder, less what tools may have left there. */
    private static void copy(Path from, Path to) {
        try (Stream<Path> inside = Files.list(from)) {
            for (Path file : inside.toList()) {
                Path name = file.getFileName();
                Path target = to.resolve(name);
                if (!Files.isDirectory(file)) {
                    Files.copy(file, target);
                } else if (!MADE_BY_TOOLS.contains(name.toString())) {
                    Files.createDirectory(target);
                    copy(file, target);
                }
            }
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    /** Beside the work folder, so that a preparation may empty that. */
    Path outputFile() {
        return beside(language + "-output.txt");
    }

    Path serverOutputFile() {
        return beside(language + "-server.txt");
    }

    private Path beside(String name) {
        return Objects.requireNonNull(work.getParent()).resolve(name);
    }
}
