package io.sluice.app.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The tour of README.md, as printed. Only the address is another one.
 *
 * <p>Each block of commands behind a comment {@code <!-- tour: slow -->} runs against a server that reads slowly, each
 * behind {@code <!-- tour: fast -->} against one that does not, on the same data folder.
 */
class TourTest {
    private static final Pattern BLOCK =
            Pattern.compile("<!-- tour: (slow|fast) -->\n```bash\n(.*?)```", Pattern.DOTALL);
    private static final String ADDRESS = "localhost:19530";
    private static final JsonMapper JSON = JsonMapper.builder().build();

    @TempDir
    Path data;

    private static List<String> blocks(String speed) {
        try {
            String readme = Files.readString(LocalShell.repository().resolve("README.md"));
            return BLOCK.matcher(readme)
                    .results()
                    .filter(block -> block.group(1).equals(speed))
                    .map(block -> block.group(2))
                    .toList();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    /** Runs a block with one more line at its end that shows where it ended; answers what it printed. */
    private static String run(String block, TestServer server) {
        assertThat(block).contains(ADDRESS);
        return LocalShell.run(
                LocalShell.repository(), "set +e\n" + block.replace(ADDRESS, "127.0.0.1:" + server.port()));
    }

    @Test
    void tour_asPrinted_works() {
        List<String> slow = blocks("slow");
        List<String> fast = blocks("fast");
        assertThat(slow).hasSize(3);
        assertThat(fast).hasSize(3);

        try (TestServer server = TestServer.start(data, Map.of("SLUICE_LOAD_READ_RATE", "1MiB"))) {
            assertFilled(run(slow.get(0), server));
            assertEstimated(run(slow.get(1), server));
            assertCancelled(run(slow.get(2), server));
        }
        try (TestServer server = TestServer.start(data, Map.of())) {
            assertLoaded(run(fast.get(0), server));
            assertFound(run(fast.get(1), server));
            assertReleased(run(fast.get(2), server));
        }
    }

    private static void assertFilled(String output) {
        assertThat(output).isEqualTo("{\"code\":0,\"data\":{}}".repeat(3));
    }

    private static void assertEstimated(String output) {
        JsonNode estimate = JSON.readTree(output);
        assertThat(estimate.path("needBytes").asLong()).isGreaterThan(4_000_000);
        assertThat(estimate.path("fits").asBoolean()).isTrue();
    }

    private static void assertCancelled(String output) {
        List<String> events = eventNames(output);
        assertThat(events.getFirst()).isEqualTo("snapshot");
        assertThat(events).contains("progress").endsWith("cancelled");
        assertThat(events).doesNotContain("loaded", "failed");
        assertThat(output).contains("\"state\":\"cancelled\"");
        assertThat(output).contains("\"loadProgress\":0,\"loadState\":\"LoadStateNotLoad\"");
    }

    private static void assertLoaded(String output) {
        List<String> events = eventNames(output);
        assertThat(events.getFirst()).isEqualTo("snapshot");
        assertThat(events.getLast()).isEqualTo("loaded");
    }

    private static void assertFound(String output) {
        List<String> words = new ArrayList<>();
        JSON.readTree(output)
                .path("data")
                .forEach(hit -> words.add(hit.path("word").asString()));
        assertThat(words).hasSize(6).startsWith("music").contains("songs", "song", "band");
    }

    private static void assertReleased(String output) {
        String done = "{\"code\":0,\"data\":{}}";
        assertThat(output).startsWith(done);
        JsonNode memory = JSON.readTree(output.substring(done.length()));
        assertThat(memory.path("byTag").path("load").asLong()).isZero();
    }

    private static List<String> eventNames(String output) {
        return Pattern.compile("^event: (\\w+)$", Pattern.MULTILINE)
                .matcher(output)
                .results()
                .map(MatchResult::group)
                .map(line -> line.substring("event: ".length()))
                .toList();
    }

    /** Goal: nobody adds commands to the tour that are never run. */
    @Test
    void tour_everyCurlBlock_isTested() throws IOException {
        String readme = Files.readString(LocalShell.repository().resolve("README.md"));
        long blocksWithCurl = Arrays.stream(readme.split("```"))
                .filter(part -> part.startsWith("bash\n") && part.contains("curl "))
                .count();
        assertThat(blocks("slow").size() + blocks("fast").size()).isEqualTo((int) blocksWithCurl);
    }
}
