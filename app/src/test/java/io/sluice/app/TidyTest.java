package io.sluice.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TidyTest {
    private static final Sources SOURCES = Sources.here();

    @Test
    void repository_everyText_isTidy() {
        List<String> complaints = SOURCES.texts().stream()
                .flatMap(file -> Tidy.complaints(SOURCES.name(file), Sources.text(file)).stream())
                .toList();

        assertThat(complaints).isEmpty();
    }

    @Test
    void repository_everyPackage_hasItsSign() {
        List<String> unsigned = SOURCES.java().stream()
                .filter(file -> SOURCES.name(file).contains("/src/main/java/"))
                .map(Path::getParent)
                .distinct()
                .filter(folder -> !Files.exists(folder.resolve("package-info.java")))
                .map(SOURCES::name)
                .toList();

        assertThat(unsigned).isEmpty();
    }

    // Tidy itself

    @ParameterizedTest
    @CsvSource({
        "engine/src/main/java/X.java, Arena.ofShared(), MemoryBudget",
        "engine/src/main/java/X.java, org.springframework.x.Y y;, option record",
        "engine/src/main/java/X.java, import tools.jackson.core.Z;, record",
        "engine/src/main/java/X.java, load().subscribe();, LoadJobs",
        "reactive-api/src/main/java/X.java, load().subscribe();, WebFlux",
        "engine/src/main/java/X.java, import jdk.incubator.vector.FloatVector;, kernels",
        "config/src/main/java/X.java, System.out.println(1);, logger",
        "engine/src/test/java/X.java, Thread.sleep(1);, latch",
        "engine/src/test/java/X.java, @Disabled void x(), a test that runs"
    })
    void complaints_bannedWord_saysWhatToUse(String file, String code, String instead) {
        assertThat(Tidy.complaints(file, code + "\n"))
                .singleElement()
                .asString()
                .contains(file, "banned", instead);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "// Thread.sleep(1)\n",
                "/* Thread.sleep(1) */\n",
                "/** {@code Thread.sleep(1)} */\n",
                "x(\"Thread.sleep(1)\", 'a', '\"', \"\\\"Thread.sleep\");\n",
                "x(\"\"\"\n    \"Thread.sleep(1)\"\n    \"\"\");\n"
            })
    void complaints_bannedWordInCommentOrString_isNoCode(String text) {
        assertThat(Tidy.complaints("engine/src/test/java/X.java", text)).isEmpty();
    }

    @Test
    void complaints_exceptionOfABan_isAllowed() {
        assertThat(Tidy.complaints("engine/src/main/java/a/Mapping.java", "Arena.ofShared();\n"))
                .isEmpty();
        assertThat(Tidy.complaints("engine/src/test/java/X.java", "Arena.ofShared();\n"))
                .isEmpty();
    }

    @Test
    void complaints_untidyText_isNamed() {
        assertThat(Tidy.complaints("a.md", "a\tb\n")).singleElement().asString().contains("tab");
        assertThat(Tidy.complaints("a.md", "a")).singleElement().asString().contains("line feed");
        assertThat(Tidy.complaints("a.md", "a\r\n")).singleElement().asString().contains("carriage return");
        assertThat(Tidy.complaints("a.md", "TO" + "DO\n"))
                .singleElement()
                .asString()
                .contains("left to do");
        assertThat(Tidy.complaints("a.md", "")).isEmpty();
    }

    @Test
    void complaints_vagueNames_areNamed() {
        assertThat(Tidy.complaints("engine/src/main/java/a/LoadHelper.java", "\n"))
                .hasSize(1);
        assertThat(Tidy.complaints("engine/src/main/java/a/util/Load.java", "\n"))
                .hasSize(1);
    }

    @Test
    void complaints_packageWithoutSentence_isNamed() {
        String name = "engine/src/main/java/a/package-info.java";

        assertThat(Tidy.complaints(name, "@NullMarked\npackage a;\n")).hasSize(1);
        assertThat(Tidy.complaints(name, "/** Things that fit. */\npackage a;\n"))
                .hasSize(1);
        assertThat(Tidy.complaints(name, "/** Things that fit. */\n@NullMarked\npackage a;\n"))
                .isEmpty();
        assertThat(Tidy.complaints(
                        name, "/**\n * Things that\n * fit.\n *\n * <p>More.\n */\n@NullMarked\npackage a;\n"))
                .isEmpty();
    }
}
