package io.sluice.app.clients;

import java.util.HashMap;
import java.util.Map;

/**
 * A Maven project of its own, because the SDK brings versions of its libraries that are not ours. It runs on this test's
 * JDK, and its pom takes its build folder from the property {@code client.target}.
 */
record JavaClient(ClientFolders folders) implements Client {
    @Override
    public void prepare(Terminal terminal) {
        maven(terminal, Map.of(), "test-compile");
    }

    @Override
    public void test(Terminal terminal, String address) {
        maven(terminal, Map.of("SLUICE_ADDRESS", address), "test");
    }

    private void maven(Terminal terminal, Map<String, String> variables, String phase) {
        String mvn = Terminal.find("mvn", "Install Maven 3.8 or later (Debian: maven)");
        Map<String, String> withJdk = new HashMap<>(variables);
        withJdk.put("JAVA_HOME", System.getProperty("java.home"));
        terminal.run(
                folders.sources(),
                withJdk,
                mvn,
                "--batch-mode",
                "--no-transfer-progress",
                "-Dclient.target=" + folders.work(),
                phase);
    }
}
