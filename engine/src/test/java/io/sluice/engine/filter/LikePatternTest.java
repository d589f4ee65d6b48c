package io.sluice.engine.filter;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Random;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LikePatternTest {
    private static final String[] LETTERS = {"a", "b", "é", "日", "🙂", "\n"};

    @Test
    void matches_escapes_arePlain() {
        assertThat(matches("100%", "100\\%")).isTrue();
        assertThat(matches("1000", "100\\%")).isFalse();
        assertThat(matches("a_b", "a\\_b")).isTrue();
        assertThat(matches("axb", "a\\_b")).isFalse();
        assertThat(matches("a\\b", "a\\\\b")).isTrue();
        assertThat(matches("a\\b", "a\\b")).isTrue();
        assertThat(matches("a\\", "a\\")).isTrue();
        assertThat(matches("abc", "a%\\c")).isFalse();
    }

    /** Against regular expressions, over an alphabet small enough for many matches. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2})
    void matches_randomPatterns_agreeWithRegex(long seed) {
        Random random = new Random(seed);
        int matched = 0;
        for (int n = 0; n < 30_000; n++) {
            StringBuilder pattern = new StringBuilder();
            StringBuilder regex = new StringBuilder();
            for (int i = random.nextInt(6); i > 0; i--) {
                switch (random.nextInt(4)) {
                    case 0 -> {
                        pattern.append('%');
                        regex.append(".*");
                    }
                    case 1 -> {
                        pattern.append('_');
                        regex.append('.');
                    }
                    default -> {
                        String letter = LETTERS[random.nextInt(LETTERS.length)];
                        pattern.append(letter);
                        regex.append(Pattern.quote(letter));
                    }
                }
            }
            StringBuilder text = new StringBuilder();
            for (int i = random.nextInt(6); i > 0; i--) {
                text.append(LETTERS[random.nextInt(LETTERS.length)]);
            }
            boolean expected = Pattern.compile(regex.toString(), Pattern.DOTALL)
                    .matcher(text)
                    .matches();
            matched += expected ? 1 : 0;
            assertThat(matches(text.toString(), pattern.toString()))
                    .as("seed=%d n=%d text=%s pattern=%s", seed, n, text, pattern)
                    .isEqualTo(expected);
        }
        assertThat(matched).isGreaterThan(1_000);
    }

    private static boolean matches(String text, String pattern) {
        byte[] utf8 = ("<" + text + ">").getBytes(StandardCharsets.UTF_8);
        return LikePattern.compile(pattern).matches(utf8, 1, utf8.length - 1);
    }
}
