package io.sluice.engine.load;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.engine.load.OperationEvent.Type;
import org.junit.jupiter.api.Test;

class LoadRehearsalTest {
    @Test
    void events_ofSomeRounds_areThoseOfLoadsAndReleases() {
        var events = LoadKit.get(LoadRehearsal.events(3).collectList());
        assertThat(events)
                .extracting(OperationEvent::type)
                .filteredOn(Type::terminal)
                .containsExactly(Type.LOADED, Type.RELEASED, Type.LOADED, Type.RELEASED, Type.LOADED, Type.RELEASED);
        assertThat(events).extracting(event -> event.view().collection()).containsOnly("rehearsal");
    }

    @Test
    void events_thatNobodyWaitsFor_endCleanly() {
        var first = LoadKit.get(LoadRehearsal.events(1_000).next());
        assertThat(first.view().kind()).isEqualTo(OperationKind.LOAD);
    }
}
