package io.sluice.app.e2e;

import static io.sluice.app.e2e.NativeApi.of;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import tools.jackson.databind.JsonNode;

/**
 * Files that are lost, cut or damaged: the load says which segment, field and chunk, gives everything back, and other
 * collections do not notice. Once the file is whole again the load works.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DamagedFilesTest {
    private static final int MEBIBYTE = 1 << 20;

    private final TestServer server = TestServer.start();
    private final Rest rest = new Rest(server.baseUrl());
    private final NativeApi api = new NativeApi(server.baseUrl());
    private Path segmentFile = Path.of("");
    private byte[] wholeFile = {};
    private String segmentId = "";

    @BeforeAll
    void fill() throws IOException {
        WordRows.create(rest, "damaged", "FLAT", "COSINE");
        WordRows.insert(rest, "damaged", 10);
        WordRows.flush(rest, "damaged");
        List<Path> files = segmentFiles();
        assertThat(files).hasSize(1);
        segmentFile = files.getFirst();
        segmentId = segmentFile.getFileName().toString().replace(".seg", "");
        wholeFile = Files.readAllBytes(segmentFile);

        WordRows.create(rest, "healthy", "FLAT", "COSINE");
        WordRows.insert(rest, "healthy", 1);
        WordRows.flush(rest, "healthy");
        api.loadAndWait("healthy");
    }

    private List<Path> segmentFiles() throws IOException {
        try (Stream<Path> all = Files.walk(server.dataFolder().resolve("segments"))) {
            return all.filter(file -> file.toString().endsWith(".seg")).toList();
        }
    }

    @AfterEach
    void restore_thenTheLoadWorks() throws IOException {
        Files.write(segmentFile, wholeFile);
        assertThat(api.loadAndWait("damaged").path("state").asString()).isEqualTo("loaded");
        assertThat(rest.count("damaged", "")).isEqualTo(10 * WordRows.ROWS_PER_BODY);
        api.releaseAndWait("damaged");
    }

    @AfterAll
    void stop() {
        rest.close();
        api.close();
        server.close();
    }

    /** The text of the failure, which is the same on every face. */
    private String loadFails() {
        long bytesBefore = api.loadBytes();

        JsonNode failed = api.ok(api.post(of("damaged", "load"), "", "Prefer", "wait=60"));

        assertThat(failed.path("state").asString()).isEqualTo("failed");
        JsonNode problem = failed.path("failure");
        assertThat(problem.path("code").asInt()).isEqualTo(1003);
        assertThat(problem.path("status").asInt()).isEqualTo(500);
        assertThat(problem.path("retryable").asBoolean()).isFalse();
        String text = problem.path("detail").asString();
        assertThat(text).startsWith("load failed: collection=default.damaged, segment=" + segmentId);
        assertThat(text).contains("key=").contains(segmentFile.getFileName().toString());
        assertThat(api.loadBytes()).isEqualTo(bytesBefore);
        JsonNode state = rest.ok("collections/get_load_state", "{\"collectionName\": \"damaged\"}");
        assertThat(state.path("loadState").asString()).isEqualTo("LoadStateNotLoad");
        assertThat(state.path("loadProgress").asInt()).isZero();
        assertThat(state.path("message").asString()).isEqualTo(text);
        assertThat(rest.refused(1003, "collections/load", "{\"collectionName\": \"damaged\"}"))
                .isEqualTo(text);
        assertThat(rest.refused(101, "entities/query", "{\"collectionName\": \"damaged\", \"filter\": \"id > 0\"}"))
                .contains("collection not loaded");
        assertThat(rest.count("healthy", "")).isEqualTo(WordRows.ROWS_PER_BODY);
        return text;
    }

    @Test
    void load_missingFile_isNamed() throws IOException {
        Files.delete(segmentFile);

        assertThat(loadFails()).contains("field vector", "stored file is missing");
    }

    @Test
    void load_truncatedFile_isNamed() throws IOException {
        try (RandomAccessFile file = new RandomAccessFile(segmentFile.toFile(), "rw")) {
            file.setLength(file.length() - 4096);
        }

        assertThat(loadFails()).contains("field vector");
    }

    @Test
    void load_emptyFile_isNamed() throws IOException {
        Files.write(segmentFile, new byte[0]);

        assertThat(loadFails()).contains("field vector");
    }

    /** Goal: any single bit of the vectors is covered. Method: one bit in the last of their four blocks. */
    @Test
    void load_flippedBit_namesFieldAndChunk() throws IOException {
        long offset = 3L * MEBIBYTE + 300_000; // the vectors are the last 4,000,000 bytes before the directory
        try (RandomAccessFile file = new RandomAccessFile(segmentFile.toFile(), "rw")) {
            file.seek(offset);
            int before = file.read();
            file.seek(offset);
            file.write(before ^ 0x10);
        }

        assertThat(loadFails())
                .containsPattern("field vector, chunk=\\[\\d+, \\d+\\) of 4000000 bytes")
                .containsPattern("field vector has a wrong checksum in block \\d of 4")
                .contains("Restore the file from a backup");
    }

    /** Goal: a file under a wrong name is found out. Method: put another collection's segment in its place. */
    @Test
    void load_anotherSegmentsFile_isNamed() throws IOException {
        Path other = segmentFiles().stream()
                .filter(file -> !file.equals(segmentFile))
                .findFirst()
                .orElseThrow();
        Files.write(segmentFile, Files.readAllBytes(other));

        loadFails();
    }
}
