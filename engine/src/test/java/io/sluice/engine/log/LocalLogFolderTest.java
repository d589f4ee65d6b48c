package io.sluice.engine.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LocalLogFolderTest {
    @TempDir
    Path temporary;

    private static WriteAheadLog start(Path folder, List<LogRecord> replayed) {
        WriteAheadLog log = WriteAheadLog.open(
                LogFolder.of(folder), new LogOptions(10_000, 1 << 20, 1_000), (record, attachment) -> {}, 0, 0);
        log.replay(replayed::add);
        log.start();
        return log;
    }

    @Test
    void log_onRealFiles_writesRollsReplaysCutsAndTruncates() throws Exception {
        Path folder = temporary.resolve("data/log");
        try (WriteAheadLog log = start(folder, new ArrayList<>())) {
            List<CompletableFuture<LogReceipt>> receipts = new ArrayList<>();
            for (int i = 0; i < 100; i++) {
                receipts.add(log.append(RecordKind.INSERT, 1, 2, 0, LogPayload.of(new byte[1_000 + i]), null));
            }
            receipts.forEach(CompletableFuture::join);
        }
        List<Path> files = filesIn(folder);
        assertThat(files).hasSizeGreaterThan(8);
        Files.write(files.getLast(), new byte[77], StandardOpenOption.APPEND);
        Files.writeString(folder.resolve("notes.txt"), "not ours");

        List<LogRecord> replayed = new ArrayList<>();
        try (WriteAheadLog log = start(folder, replayed)) {
            assertThat(replayed).hasSize(100);
            assertThat(replayed.get(99).payload().bytes()).hasSize(1_099);
            assertThat(log.append(RecordKind.INSERT, 1, 2, 0, LogPayload.of(new byte[5]), null)
                            .join()
                            .lsn())
                    .isEqualTo(101);
            assertThat(log.truncate((collection, partition, lsn) -> lsn <= 101).join())
                    .isGreaterThan(100_000);
        }
        assertThat(filesIn(folder)).hasSize(2); // an empty log, and what is not ours
    }

    private static List<Path> filesIn(Path folder) throws Exception {
        try (var files = Files.list(folder)) {
            return files.sorted().toList();
        }
    }
}
