package io.sluice.app.clients;

/** One language's client. Both steps fail with the end of what was printed. */
sealed interface Client permits PythonClient, NodeClient, GoClient, JavaClient {
    /** Fetches the pinned packages through the language's own tool and its cache; nothing to do when they are there. */
    void prepare(Terminal terminal);

    /**
     * Runs the language's own test runner.
     *
     * @param address {@code host:port} of the server, for {@code SLUICE_ADDRESS}
     */
    void test(Terminal terminal, String address);
}
