package io.sluice.app.clients;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;

/**
 * {@code npm ci} by the committed {@code package-lock.json}, and {@code node --test}.
 *
 * <p>Node looks for packages from a test's own folder upwards, so the tests are copied below their {@code node_modules}.
 */
record NodeClient(ClientFolders folders) implements Client {
    private static final String INSTALL = "Install Node 20 or later with npm (Debian: nodejs and npm)";
    private static final String PACKAGES = "node_modules";

    @Override
    public void prepare(Terminal terminal) {
        String node = Terminal.find("node", INSTALL);
        String npm = Terminal.find("npm", INSTALL);
        Prepared prepared = new Prepared(folders.work(), node, folders.sources().resolve("package-lock.json"));
        if (!prepared.isCurrent()) {
            prepared.clear();
            copy("package.json", folders.work());
            copy("package-lock.json", folders.work());
            terminal.run(folders.work(), Map.of(), npm, "ci", "--no-audit", "--no-fund", "--ignore-scripts");
            prepared.done();
        }
    }

    @Override
    public void test(Terminal terminal, String address) {
        Prepared.clear(tests());
        try (Stream<Path> names = Files.list(folders.sources())) {
            names.map(name -> name.getFileName().toString())
                    .filter(name -> !name.equals(PACKAGES))
                    .forEach(name -> copy(name, tests()));
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
        String node = Terminal.find("node", INSTALL);
        terminal.run(tests(), Map.of("SLUICE_ADDRESS", address), node, "--test");
    }

    private Path tests() {
        return folders.work().resolve("tests");
    }

    private void copy(String name, Path target) {
        try (Stream<Path> files = Files.walk(folders.sources().resolve(name))) {
            for (Path file : files.toList()) {
                Files.copy(
                        file, target.resolve(folders.sources().relativize(file).toString()));
            }
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }
}
