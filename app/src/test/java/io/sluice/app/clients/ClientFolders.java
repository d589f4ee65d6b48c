package io.sluice.app.clients;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;

/**
 * Where one language's tests are and where everything they make goes.
 *
 * @param sources the tests, never written to
 * @param work below {@code target}: packages, caches, output
 */
record ClientFolders(String language, Path sources, Path work) {
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
