package io.sluice.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataFolderLockTest {
    @TempDir
    Path folder;

    @Test
    void take_twice_refusesTheSecondNamingFolderAndProcess() {
        Path data = folder.resolve("deep/er");
        try (DataFolderLock first = DataFolderLock.take(data)) {
            assertThat(first.toString()).contains(data.toString());
            assertThatThrownBy(() -> DataFolderLock.take(data))
                    .isInstanceOf(StartRefused.class)
                    .hasMessageContaining("folder=" + data)
                    .hasMessageContaining("pid=" + ProcessHandle.current().pid());
        }
    }

    @Test
    void take_afterClose_works() {
        DataFolderLock first = DataFolderLock.take(folder);
        first.close();
        first.close();

        DataFolderLock.take(folder).close();
    }

    @Test
    void take_folderThatIsAFile_isRefusedNamingIt() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "");

        assertThatThrownBy(() -> DataFolderLock.take(file))
                .isInstanceOf(StartRefused.class)
                .hasMessageContaining("folder=" + file)
                .hasMessageContaining("SLUICE_DATA");
    }
}
