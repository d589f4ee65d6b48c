package io.sluice.engine.load;

import java.time.Duration;
import reactor.core.publisher.Mono;

/**
 * Lets bytes pass at a steady rate, those of all loads together. Thread-safe.
 *
 * <p>Bytes pass one after the other on a time line: whoever asks gets the next stretch of it and may read when the
 * stretch is over. Time that nobody used is gone, so there are no bursts.
 */
final class ReadRate {
    private static final long NO_LIMIT = 0;
    private static final long NANOS_PER_SECOND = 1_000_000_000;
    /** A chunk shall not take longer than this, if it can be made small enough. */
    private static final int CHUNKS_PER_SECOND = 8;

    private final long bytesPerSecond;
    private final LoadClock clock;
    private long takenUntilNanos; // guarded by this

    /** @param bytesPerSecond 0 = no limit */
    ReadRate(long bytesPerSecond, LoadClock clock) {
        this.bytesPerSecond = bytesPerSecond;
        this.clock = clock;
        this.takenUntilNanos = clock.nanos().getAsLong();
    }

    boolean isLimited() {
        return bytesPerSecond != NO_LIMIT;
    }

    /** The size of a chunk that keeps progress and cancel lively under this rate: whole blocks, at least one. */
    int chunkBytes(int wantedBytes, int blockBytes) {
        if (!isLimited()) {
            return wantedBytes;
        }
        long blocks = bytesPerSecond / CHUNKS_PER_SECOND / blockBytes;
        return Math.clamp(blocks * blockBytes, blockBytes, wantedBytes);
    }

    /** Completes when the bytes may pass, or at once when {@code stopped} completes. */
    Mono<Void> permit(long bytes, Mono<Void> stopped) {
        if (!isLimited()) {
            return Mono.empty();
        }
        return Mono.defer(() -> {
            var passed = Mono.delay(take(bytes), clock.timers()).then();
            var refunded = stopped.doOnSuccess(_ -> giveBack(bytes));
            return Mono.firstWithSignal(passed, refunded);
        });
    }

    private synchronized Duration take(long bytes) {
        long now = clock.nanos().getAsLong();
        long start = takenUntilNanos - now > 0 ? takenUntilNanos : now;
        takenUntilNanos = start + nanosOf(bytes);
        return Duration.ofNanos(takenUntilNanos - now);
    }

    /** Those who wait already keep their times; those who come next gain. */
    private synchronized void giveBack(long bytes) {
        takenUntilNanos -= nanosOf(bytes);
    }

    private long nanosOf(long bytes) {
        return Math.ceilDiv(Math.multiplyExact(bytes, NANOS_PER_SECOND), bytesPerSecond);
    }
}
