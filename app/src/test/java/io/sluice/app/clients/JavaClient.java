package io.sluice.app.clients;

import java.nio.file.Path;
import java.util.Map;

/**
 * A Maven project of its own, because the SDK brings versions of its libraries that are not ours. It is copied, so that
 * it is built below {@code target}, and runs on this test's JDK.
 */
record JavaClient(ClientFolders folders) implements Client {
    @Override
    public void prepare(Terminal terminal) {
        maven(terminal, folders.copySources(), Map.of("JAVA_HOME", System.getProperty("java.home")), "test-compile");
    }

    @Override
    public void test(Terminal terminal, String address) {
        Map<String, String> variables = Map.of("JAVA_HOME", System.getProperty("java.home"), "SLUICE_ADDRESS", address);
        maven(terminal, folders.work().resolve("tests"), variables, "test");
    }

    private static void maven(Terminal terminal, Path project, Map<String, String> variables, String phase) {
        String mvn = Terminal.find("mvn", "Install Maven 3.8 or later (Debian: maven)");
        terminal.run(project, variables, mvn, "--batch-mode", "--no-transfer-progress", phase);
    }
}
