package io.sluice.app.clients;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClientFoldersTest {
    @TempDir
    Path folder;

    @Test
    void copySources_again_isWhatIsThereNow_withoutWhatToolsMade() throws IOException {
        ClientFolders folders = new ClientFolders("node", folder.resolve("sources"), folder.resolve("work"));
        Files.createDirectories(folders.sources().resolve("deep"));
        Files.createDirectories(folders.sources().resolve("node_modules"));
        Files.writeString(folders.sources().resolve("deep/kept.js"), "1");
        Path removed = Files.writeString(folders.sources().resolve("removed.js"), "2");
        folders.copySources();
        Files.delete(removed);

        Path copy = folders.copySources();

        assertThat(copy).isDirectoryRecursivelyContaining("glob:**/deep/kept.js");
        assertThat(copy.resolve("removed.js")).doesNotExist();
        assertThat(copy.resolve("node_modules")).doesNotExist();
    }

    @Test
    void of_unknownLanguage_namesTheFolder() {
        assertThatThrownBy(() -> ClientFolders.of("cobol")).hasMessageContaining("src/test/clients/cobol");
    }
}
