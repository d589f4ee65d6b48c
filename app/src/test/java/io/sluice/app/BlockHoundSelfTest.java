package io.sluice.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import reactor.blockhound.BlockingOperationError;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/** Goal: the end-to-end tests would notice a block. Method: plant one of each kind on a thread that must not block. */
class BlockHoundSelfTest {
    @TempDir
    Path folder;

    @BeforeEach
    void startClean() {
        assertThat(BlockHoundSession.takeBlocked()).isEmpty();
    }

    @AfterEach
    void forgetWhatWasPlanted() {
        BlockHoundSession.takeBlocked();
    }

    private static <T> T on(Scheduler scheduler, Callable<T> planted) {
        T result = Mono.fromCallable(planted).subscribeOn(scheduler).block();
        assert result != null;
        return result;
    }

    private static void assertDetected(Callable<?> planted) {
        assertThatThrownBy(() -> on(Schedulers.parallel(), planted)).hasCauseInstanceOf(BlockingOperationError.class);
        assertThat(BlockHoundSession.takeBlocked()).hasSize(1);
    }

    @Test
    void parallelThread_waitsForALatch_isDetected() {
        assertDetected(() -> new CountDownLatch(1).await(1, TimeUnit.MILLISECONDS));
    }

    @Test
    void parallelThread_readsAFile_isDetected() throws Exception {
        Path file = Files.writeString(folder.resolve("file"), "text");
        try (FileChannel channel = FileChannel.open(file)) {
            assertDetected(() -> channel.read(ByteBuffer.allocateDirect(4)));
            assertDetected(() -> channel.read(ByteBuffer.allocateDirect(4), 0));
        }
        try (RandomAccessFile old = new RandomAccessFile(file.toFile(), "r")) {
            assertDetected(old::read);
        }
    }

    @Test
    void boundedElasticThread_readsAFile_isAllowed() throws Exception {
        Path file = Files.writeString(folder.resolve("file"), "text");
        try (FileChannel channel = FileChannel.open(file)) {
            assertThat(on(Schedulers.boundedElastic(), () -> channel.read(ByteBuffer.allocateDirect(4))))
                    .isEqualTo(4);
        }
        assertThat(BlockHoundSession.takeBlocked()).isEmpty();
    }
}
