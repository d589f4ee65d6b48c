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
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Every Java file looks as the formatter writes it; with {@code -Dsluice.format=apply} the formatter writes it. */
class FormatTest {
    private static final String APPLY =
            "mvn test -pl app -am -Dtest=FormatTest -Dsurefire.failIfNoSpecifiedTests=false -Dsluice.format=apply";

    /**
     * A bare {@code _} inside a record pattern, which this formatter cannot print; {@code var _} means the same. What
     * tells it from the parameter of a lambda is the record's name before the parenthesis.
     */
    private static final Pattern NAMELESS_PATTERN =
            Pattern.compile("((?<=\\w)\\((?:[^()\"';{}]*, )?)_(?=[,)])");

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

    @Test
    void format_namelessPattern_getsAType() {
        String text = "class A {\n    boolean b(Object o) {\n        return o instanceof P(_, int x, _);\n    }\n}\n";

        assertThat(format("A", text)).contains("P(var _, int x, var _)");
    }

    @Test
    void format_namelessParameter_stays() {
        String text = "class A {\n    F f = g((_, x, _) -> x);\n}\n";

        assertThat(format("A", text)).isEqualTo(text);
    }

    private String format(String name, String text) {
        try {
            return formatter.formatSourceAndFixImports(withNamedPatterns(text));
        } catch (FormatterException failure) {
            throw new AssertionError("the formatter cannot read " + name, failure);
        }
    }

    private static String withNamedPatterns(String text) {
        String before = text;
        String after = NAMELESS_PATTERN.matcher(before).replaceAll("$1var _");
        while (!after.equals(before)) { // one pattern may have several
            before = after;
            after = NAMELESS_PATTERN.matcher(before).replaceAll("$1var _");
        }
        return after;
    }
}
