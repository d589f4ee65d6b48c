package io.sluice.engine.load;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.engine.error.EngineException;
import java.util.List;
import org.junit.jupiter.api.Test;

class LoadStateTest {
    private static final EngineException WHY = new EngineException.InvalidRequest("test");
    private static final List<LoadState> LOAD = List.of(
            new LoadState.Queued(),
            new LoadState.Reserving(10),
            new LoadState.Copying(0, 10),
            new LoadState.Publishing(10),
            new LoadState.Loaded(10));
    private static final List<LoadState> RELEASE =
            List.of(new LoadState.Queued(), new LoadState.Releasing(10), new LoadState.Released(10));

    @Test
    void mayBecome_alongTheDrawing_only() {
        for (List<LoadState> path : List.of(LOAD, RELEASE)) {
            for (int from = 0; from < path.size(); from++) {
                for (int to = 0; to < path.size(); to++) {
                    boolean next = to == from + 1 || (to == from && path.get(from) instanceof LoadState.Copying);
                    assertThat(path.get(from).mayBecome(path.get(to)))
                            .as("%s to %s", path.get(from), path.get(to))
                            .isEqualTo(next);
                }
                boolean running = path.get(from) instanceof LoadState.Running;
                assertThat(path.get(from).mayBecome(new LoadState.Failed(WHY))).isEqualTo(running);
            }
        }
        assertThat(new LoadState.Failed(WHY).mayBecome(new LoadState.Queued())).isFalse();
        assertThat(new LoadState.Releasing(1).mayBecome(new LoadState.Cancelled(WHY)))
                .isFalse();
    }

    @Test
    void percent_isByBytesAndHundredOnlyAtTheEnd() {
        assertThat(new LoadState.Copying(0, 0).percent()).isZero();
        assertThat(new LoadState.Copying(1, 3).percent()).isEqualTo(33);
        assertThat(new LoadState.Copying(3, 3).percent()).isEqualTo(99);
        assertThat(new LoadState.Copying(Long.MAX_VALUE / 2, Long.MAX_VALUE).percent())
                .isEqualTo(50);
        assertThat(LOAD).extracting(LoadState::percent).containsExactly(0, 0, 0, 99, 100);
        assertThat(new LoadState.Failed(WHY).percent()).isZero();
    }

    @Test
    void wireName_isAsTheApiSpellsIt() {
        assertThat(LOAD)
                .extracting(LoadState::wireName)
                .containsExactly("queued", "reserving", "copying", "publishing", "loaded");
        assertThat(RELEASE).extracting(LoadState::wireName).containsExactly("queued", "releasing", "released");
    }
}
