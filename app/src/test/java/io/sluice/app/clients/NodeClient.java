package io.sluice.app.clients;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * {@code npm ci} by the committed {@code package-lock.json}, and {@code node --test}.
 *
 * <p>Node looks for packages from a test's own folder upwards, so the tests are copied below their {@code node_modules}.
 */
record NodeClient(ClientFolders folders) implements Client {
    private static final String INSTALL = "Install Node 20 or later with npm (Debian: nodejs and npm)";

    @Override
    public void prepare(Terminal terminal) {
        String node = Terminal.find("node", INSTALL);
        String npm = Terminal.find("npm", INSTALL);
        Prepared prepared = new Prepared(folders.work(), node, folders.sources().resolve("package-lock.json"));
        if (prepared.isCurrent()) {
            return;
        }
        prepared.clear();
        copyToWork("package.json");
        copyToWork("package-lock.json");
        terminal.run(folders.work(), Map.of(), npm, "ci", "--no-audit", "--no-fund", "--ignore-scripts");
        prepared.done();
    }

    private void copyToWork(String name) {
        try {
            Files.copy(folders.sources().resolve(name), folders.work().resolve(name));
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    @Override
    public void test(Terminal terminal, String address) {
        Path tests = folders.copySources();
        terminal.run(tests, Map.of("SLUICE_ADDRESS", address), Terminal.find("node", INSTALL), "--test");
    }
}
