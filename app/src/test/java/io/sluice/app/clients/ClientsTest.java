package io.sluice.app.clients;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.sluice.app.e2e.ServerProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The official clients, unchanged, against the server of this build: one process and one empty data folder per language.
 *
 * <p>{@code -Dsluice.clients=python,go} runs only those, {@code none} runs none.
 */
class ClientsTest {
    @TempDir
    Path data;

    @Test
    void python_pymilvus_andLangChain_work() throws IOException {
        run("python", PythonClient::new);
    }

    @Test
    void node_milvus2SdkNode_works() throws IOException {
        run("node", NodeClient::new);
    }

    @Test
    void go_milvusclient_works() throws IOException {
        run("go", GoClient::new);
    }

    @Test
    void java_milvusClientV2_works() throws IOException {
        run("java", JavaClient::new);
    }

    private void run(String language, Function<ClientFolders, Client> clients) throws IOException {
        assumeTrue(ClientSelection.current().contains(language), "left out by -Dsluice.clients");
        ClientFolders folders = ClientFolders.of(language);
        Client client = clients.apply(folders);
        Files.createDirectories(folders.work());
        Terminal terminal = Terminal.writingTo(folders.outputFile());
        client.prepare(terminal);
        ServerProcess server = ServerProcess.start(data, Map.of());
        try {
            client.test(terminal, "127.0.0.1:" + server.port());
        } finally {
            server.stop();
            Files.writeString(folders.serverOutputFile(), server.output());
        }
        assertThat(server.output())
                .as("what the server printed while the tests of %s passed", language)
                .doesNotContain(" ERROR ");
    }
}
