package io.sluice.app.clients;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PreparedTest {
    @TempDir
    Path folder;

    @Test
    void isCurrent_sameToolAndList_onlyAfterDone() throws IOException {
        Path list = Files.writeString(folder.resolve("list.txt"), "a==1\n");
        Prepared prepared = new Prepared(folder.resolve("work"), "/usr/bin/python3", list);
        prepared.clear();
        assertThat(prepared.isCurrent()).isFalse();

        prepared.done();

        assertThat(prepared.isCurrent()).isTrue();
        assertThat(new Prepared(folder.resolve("work"), "/opt/python3", list).isCurrent())
                .isFalse();
        Files.writeString(list, "a==2\n");
        assertThat(prepared.isCurrent()).isFalse();
    }

    @Test
    void clear_fullFolder_leavesItEmpty() throws IOException {
        Files.createDirectories(folder.resolve("a/b"));
        Files.writeString(folder.resolve("a/b/c.txt"), "c");

        Prepared.clear(folder);

        assertThat(folder).isEmptyDirectory();
    }
}
