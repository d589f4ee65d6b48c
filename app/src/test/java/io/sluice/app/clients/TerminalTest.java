package io.sluice.app.clients;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TerminalTest {
    @TempDir
    Path folder;

    private Terminal terminal;

    @BeforeEach
    void open() throws IOException {
        terminal = Terminal.writingTo(folder.resolve("output.txt"));
    }

    @Test
    void run_status0_keepsTheOutput() {
        terminal.run(folder, Map.of("WORD", "first"), "sh", "-c", "echo $WORD; echo second >&2");

        assertThat(folder.resolve("output.txt")).hasContent("$ sh -c echo $WORD; echo second >&2\nfirst\nsecond");
    }

    @Test
    void run_otherStatus_failsWithTheEndOfTheOutputAndTheRemedy() {
        assertThatThrownBy(() -> terminal.runOr(
                        "Install it.", folder, Map.of(), "sh", "-c", "seq 1000; echo what is wrong; exit 3"))
                .isInstanceOf(AssertionError.class)
                .hasMessageContainingAll("status 3", "Install it.", "output.txt", "\n1000\nwhat is wrong")
                .hasMessageNotContaining("\n900\n");
    }

    @Test
    void find_missing_saysWhatToInstall() {
        assertThatThrownBy(() -> Terminal.find("no-such-program", "Install Go"))
                .hasMessage("'no-such-program' is not on the PATH. Install Go; or leave this client out with"
                        + " -Dsluice.clients, see docs/HACKING.md");
        assertThat(Terminal.find("sh", "Install a shell")).endsWith("/sh");
    }
}
