package io.sluice.engine.filter;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Both sets that {@code in} looks values up in: {@link LongSet} and {@link TextSet}. */
class LongSetTest {
    @Test
    void contains_ends_areFound() {
        LongSet ends = LongSet.of(Long.MIN_VALUE, Long.MAX_VALUE, 0, Long.MIN_VALUE + 1);
        for (long value : new long[] {Long.MIN_VALUE, Long.MIN_VALUE + 1, 0, Long.MAX_VALUE}) {
            assertThat(ends.contains(value)).isTrue();
        }
        for (long value : new long[] {Long.MIN_VALUE + 2, -1, 1, Long.MAX_VALUE - 1}) {
            assertThat(ends.contains(value)).isFalse();
        }
        assertThat(LongSet.of().contains(0)).isFalse();
        assertThat(LongSet.of().contains(-1)).isFalse();
        assertThat(LongSet.of(3, 1, 3).values()).containsExactly(1, 3);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 10, 60_000, 1L << 40, Long.MAX_VALUE})
    void contains_randomSets_agreeWithHashSet(long span) {
        Random random = new Random(span);
        for (int n = 0; n < 200; n++) {
            Set<Long> model = new HashSet<>();
            long base = random.nextLong() >> random.nextInt(63);
            for (int i = random.nextInt(300); i > 0; i--) {
                model.add(base + random.nextLong(span));
            }
            LongSet set = LongSet.of(model.stream().mapToLong(Long::longValue).toArray());
            assertThat(set.size()).isEqualTo(model.size());
            for (int i = 0; i < 500; i++) {
                long value = base + random.nextLong(span) + random.nextInt(3) - 1;
                assertThat(set.contains(value)).isEqualTo(model.contains(value));
            }
            for (long value : model) {
                assertThat(set.contains(value)).isTrue();
            }
        }
    }

    @Test
    void textSet_randomTexts_agreeWithHashSet() {
        Random random = new Random(7);
        for (int n = 0; n < 200; n++) {
            Set<String> model = new HashSet<>();
            List<Constant.Text> texts = new ArrayList<>();
            for (int i = random.nextInt(200); i > 0; i--) {
                String text = "ab".repeat(random.nextInt(8)) + random.nextInt(50);
                model.add(text);
                texts.add(new Constant.Text(text));
            }
            TextSet set = new TextSet(texts);
            assertThat(set.distinct()).hasSize(model.size());
            for (int i = 0; i < 500; i++) {
                String text = "ab".repeat(random.nextInt(8)) + random.nextInt(60);
                byte[] utf8 = ("--" + text + "-").getBytes(StandardCharsets.UTF_8);
                assertThat(set.contains(utf8, 2, utf8.length - 1)).as(text).isEqualTo(model.contains(text));
            }
        }
    }
}
