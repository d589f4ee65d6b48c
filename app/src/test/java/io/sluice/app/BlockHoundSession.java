package io.sluice.app;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.platform.launcher.LauncherSession;
import org.junit.platform.launcher.LauncherSessionListener;
import reactor.blockhound.BlockHound;
import reactor.blockhound.BlockingMethod;
import reactor.blockhound.BlockingOperationError;

/**
 * Puts every test of this module under BlockHound: a blocking call on an event loop or a parallel thread fails there,
 * and is remembered for the test that caused it. Thread-safe.
 */
public final class BlockHoundSession implements LauncherSessionListener {
    private static final String FILE_READS = "sun.nio.ch.UnixFileDispatcherImpl";
    private static final ConcurrentLinkedQueue<Throwable> BLOCKED = new ConcurrentLinkedQueue<>();

    @Override
    public void launcherSessionOpened(LauncherSession session) {
        BlockHound.builder()
                .loadIntegrations()
                .markAsBlocking(FILE_READS, "read0", "(Ljava/io/FileDescriptor;JI)I")
                .markAsBlocking(FILE_READS, "pread0", "(Ljava/io/FileDescriptor;JIJ)I")
                .allowBlockingCallsInside("ch.qos.logback.core.OutputStreamAppender", "append")
                .blockingMethodCallback(BlockHoundSession::remember)
                .install();
    }

    private static void remember(BlockingMethod method) {
        BlockingOperationError error = new BlockingOperationError(method);
        BLOCKED.add(error);
        throw error;
    }

    /** What blocked since the last time this was asked. */
    public static List<Throwable> takeBlocked() {
        List<Throwable> taken = new ArrayList<>();
        for (Throwable each = BLOCKED.poll(); each != null; each = BLOCKED.poll()) {
            taken.add(each);
        }
        return taken;
    }
}
