package io.sluice.app.clients;

import java.util.Map;

/** {@code go test} with the modules of the committed {@code go.mod} and {@code go.sum}; Go's own cache keeps them. */
record GoClient(ClientFolders folders) implements Client {
    private static final String INSTALL = "Install Go, the version of app/src/test/clients/go/go.mod or later"
            + " (Debian: golang, where it is new enough)";

    @Override
    public void prepare(Terminal terminal) {
        terminal.runOr(INSTALL, folders.sources(), Map.of(), Terminal.find("go", INSTALL), "mod", "download");
    }

    @Override
    public void test(Terminal terminal, String address) {
        Map<String, String> variables = Map.of("SLUICE_ADDRESS", address);
        terminal.run(folders.sources(), variables, Terminal.find("go", INSTALL), "test", "-count=1", "./...");
    }
}
