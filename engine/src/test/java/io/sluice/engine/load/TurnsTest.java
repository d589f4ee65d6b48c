package io.sluice.engine.load;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Goal: every piece is dealt out once and in order, in few turns, none of which is too long. */
class TurnsTest {
    private static final int LONGEST = 8;

    private static List<List<Integer>> turns(int count, int readers) {
        List<List<Integer>> turns = new ArrayList<>();
        new Turns<>(IntStream.range(0, count).iterator(), count, readers, LONGEST).forEachRemaining(turns::add);
        return turns;
    }

    @Test
    void turns_ofAnyCount_dealOutEveryPieceInOrder() {
        for (int readers = 1; readers <= 3; readers++) {
            for (int count = 0; count < 300; count++) {
                var turns = turns(count, readers);
                assertThat(turns.stream().flatMap(List::stream))
                        .containsExactlyElementsOf(
                                IntStream.range(0, count).boxed().toList());
                assertThat(turns).allSatisfy(turn -> assertThat(turn).hasSizeBetween(1, LONGEST));
            }
        }
    }

    @Test
    void turns_ofManyPieces_areLongFirstAndSingleInTheEnd() {
        var sizes = turns(200, 2).stream().map(List::size).toList();
        assertThat(sizes).isSortedAccordingTo((a, b) -> Integer.compare(b, a));
        assertThat(sizes.getFirst()).isEqualTo(LONGEST);
        assertThat(sizes.subList(sizes.size() - 8, sizes.size())).containsOnly(1);
        assertThat(sizes).hasSizeLessThan(200 / 4);
    }
}
