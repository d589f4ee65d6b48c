package io.sluice.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The page that people read and the list that the server checks are the same list. */
class ConfigurationPageTest {
    private static final Path PAGE = Path.of("..", "docs", "CONFIGURATION.md");

    @Test
    void page_rows_areTheSettings() throws IOException {
        List<String> rows = Files.readAllLines(PAGE).stream()
                .filter(line -> line.startsWith("| `SLUICE_"))
                .toList();

        assertThat(rows)
                .containsExactlyElementsOf(
                        Arrays.stream(Setting.values()).map(Setting::row).toList());
    }

    @Test
    void page_allowedValues_areThoseOfTheCode() throws IOException {
        String page = Files.readString(PAGE);

        assertThat(Setting.Kind.values())
                .allSatisfy(kind -> assertThat(page).contains("| " + kind.unit() + " | " + kind.allowed() + " |"));
    }
}
