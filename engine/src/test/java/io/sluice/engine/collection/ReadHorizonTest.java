package io.sluice.engine.collection;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

final class ReadHorizonTest {
    private final AtomicLong nanos = new AtomicLong(5);
    private final ReadHorizon horizon = new ReadHorizon(Duration.ofSeconds(10), nanos::get);

    private void pass(int seconds) {
        nanos.addAndGet(Duration.ofSeconds(seconds).toNanos());
    }

    @Test
    void oldest_withoutReads_isFarAway() {
        assertThat(horizon.oldest()).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void oldest_afterReads_isTheSmallestForAtLeastTheRetention() {
        horizon.note(700);
        horizon.note(500);
        horizon.note(900);
        assertThat(horizon.oldest()).isEqualTo(500);
        pass(9);
        assertThat(horizon.oldest()).isEqualTo(500);
        pass(2);
        horizon.note(950);
        assertThat(horizon.oldest()).isEqualTo(500);
        pass(11);
        assertThat(horizon.oldest()).isEqualTo(950);
        pass(25);
        assertThat(horizon.oldest()).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void note_ofAnIteratorThatGoesOn_keepsItsTimestamp() {
        for (int page = 0; page < 20; page++) {
            horizon.note(100);
            pass(9);
            horizon.note(1_000 + page);
            assertThat(horizon.oldest()).as("page %s", page).isEqualTo(100);
        }
    }

    @Test
    void note_withoutRetention_isForgottenAtOnce() {
        var none = new ReadHorizon(Duration.ZERO, nanos::get);
        none.note(100);
        assertThat(none.oldest()).isEqualTo(Long.MAX_VALUE);
    }
}
