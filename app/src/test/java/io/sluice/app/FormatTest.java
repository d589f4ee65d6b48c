package io.sluice.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.palantir.javaformat.java.Formatter;
import com.palantir.javaformat.java.FormatterException;
import com.palantir.javaformat.java.JavaFormatterOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Every Java file looks as the formatter writes it; with {@code -Dsluice.format=apply} the formatter writes it. */
class FormatTest {
    private static final String APPLY =
            "mvn test -pl app -am -Dtest=FormatTest -Dsurefire.failIfNoSpecifiedTests=false -Dsluice.format=apply";

    private final Formatter formatter = Formatter.createFormatter(JavaFormatterOptions.builder()
            .style(JavaFormatterOptions.Style.PALANTIR)
            .build());

    @Test
    void repository_everyJavaFile_isFormatted() throws IOException {
        boolean apply = "apply".equals(System.getProperty("sluice.format"));
        Sources sources = Sources.here();
        List<String> different = new ArrayList<>();
        for (Path file : sources.java()) {
            String text = Sources.text(file);
            String formatted = format(sources.name(file), text);
            if (formatted.equals(text)) {
                continue;
            }
            if (apply) {
                Files.writeString(file, formatted);
            } else {
                different.add(sources.name(file));
            }
        }

        assertThat(different).as("these files are not formatted; run: %s", APPLY).isEmpty();
    }

    private String format(String name, String text) {
        try {
            return formatter.formatSourceAndFixImports(text);
        } catch (FormatterException failure) {
            throw new AssertionError("the formatter cannot read " + name, failure);
        }
    }
}
