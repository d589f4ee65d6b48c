package io.sluice.engine.load;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.test.scheduler.VirtualTimeScheduler;

class ReadRateTest {
    private static final int BLOCK = 1 << 20;

    private final VirtualTimeScheduler time = VirtualTimeScheduler.create();
    private final LoadClock clock = new LoadClock(() -> time.now(TimeUnit.NANOSECONDS), () -> Instant.EPOCH, time);
    private final List<Long> passedAtMillis = new ArrayList<>();

    private void ask(ReadRate rate, long bytes) {
        rate.permit(bytes, Mono.never())
                .subscribe(_ -> {}, _ -> {}, () -> passedAtMillis.add(time.now(TimeUnit.MILLISECONDS)));
    }

    @Test
    void permit_unlimited_passesAtOnce() {
        ask(new ReadRate(0, clock), 1L << 40);
        assertThat(passedAtMillis).containsExactly(0L);
    }

    @Test
    void permit_limited_passesOneAfterTheOther() {
        var rate = new ReadRate(1000, clock);
        ask(rate, 500);
        ask(rate, 1000);
        ask(rate, 250);
        time.advanceTimeBy(Duration.ofSeconds(10));
        assertThat(passedAtMillis).containsExactly(500L, 1500L, 1750L);
    }

    @Test
    void permit_afterIdleTime_hasNoBurst() {
        var rate = new ReadRate(1000, clock);
        time.advanceTimeBy(Duration.ofSeconds(60));
        ask(rate, 1000);
        ask(rate, 1000);
        time.advanceTimeBy(Duration.ofSeconds(10));
        assertThat(passedAtMillis).containsExactly(61_000L, 62_000L);
    }

    @Test
    void permit_stopped_givesItsTimeBack() {
        var rate = new ReadRate(1000, clock);
        var stop = Sinks.<Void>empty();
        var ended = rate.permit(60_000, stop.asMono()).toFuture();
        assertThat(ended).isNotDone();
        stop.tryEmitEmpty();
        assertThat(ended).isDone();
        ask(rate, 1000);
        time.advanceTimeBy(Duration.ofSeconds(2));
        assertThat(passedAtMillis).containsExactly(1000L);
    }

    @Test
    void chunkBytes_underALimit_areWholeBlocksOfAnEighthOfASecond() {
        assertThat(new ReadRate(0, clock).chunkBytes(4 * BLOCK, BLOCK)).isEqualTo(4 * BLOCK);
        assertThat(new ReadRate(1, clock).chunkBytes(4 * BLOCK, BLOCK)).isEqualTo(BLOCK);
        assertThat(new ReadRate(17 * BLOCK, clock).chunkBytes(4 * BLOCK, BLOCK)).isEqualTo(2 * BLOCK);
        assertThat(new ReadRate(1L << 40, clock).chunkBytes(4 * BLOCK, BLOCK)).isEqualTo(4 * BLOCK);
    }
}
