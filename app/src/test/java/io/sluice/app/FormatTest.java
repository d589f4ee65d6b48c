package io.sluice.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.palantir.javaformat.java.Formatter;
import com.palantir.javaformat.java.FormatterException;
import com.palantir.javaformat.java.JavaFormatterOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Every Java file looks as the formatter writes it; with {@code -Dsluice.format=apply} the formatter writes it. */
class FormatTest {
    private static final String APPLY = "mvn test -pl app -am -Dtest=FormatTest -Dsluice.format=apply";

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

        assertThat(different)
                .as("these files are not formatted; run: %s", APPLY)
                .isEmpty();
    }

    @Test
    void format_namelessPattern_getsAType() {
        String text =
                "class A {\n    boolean b(Object o) {\n        return o instanceof P(_, int x, Q(_), _);\n    }\n}\n";

        assertThat(format("A", text)).contains("P(var _, int x, Q(var _), var _)");
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

    /**
     * A bare {@code _} inside a record pattern, which this formatter cannot print, as {@code var _}, which means the
     * same. What tells it from the parameter of a lambda is the record's name before the parenthesis.
     */
    private static String withNamedPatterns(String text) {
        StringBuilder named = new StringBuilder(text.length());
        Deque<Boolean> afterName = new ArrayDeque<>();
        for (int i = 0; i < text.length(); i++) {
            int end = Tidy.endOfNoCode(text, i);
            if (end > i) {
                named.append(text, i, end);
                i = end - 1;
                continue;
            }
            char here = text.charAt(i);
            if (here == '(') {
                afterName.push(i > 0 && Character.isJavaIdentifierPart(text.charAt(i - 1)));
            } else if (here == ')') {
                afterName.poll();
            } else if (here == '_' && Boolean.TRUE.equals(afterName.peek()) && standsAlone(text, i)) {
                named.append("var ");
            }
            named.append(here);
        }
        return named.toString();
    }

    /** Between an opening parenthesis or a comma and a comma or a closing parenthesis. */
    private static boolean standsAlone(String text, int underscore) {
        int before = underscore - 1;
        while (Character.isWhitespace(text.charAt(before))) {
            before--;
        }
        return "(,".indexOf(text.charAt(before)) >= 0 && ",)".indexOf(text.charAt(underscore + 1)) >= 0;
    }
}
