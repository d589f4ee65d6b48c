package io.sluice.engine.schema;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class JsonTextTest {
    private static int check(String text) {
        byte[] bytes = ("x" + text + "x").getBytes(StandardCharsets.UTF_8);
        int wrong = JsonText.check(bytes, 1, bytes.length - 1);
        return wrong < 0 ? wrong : wrong - 1;
    }

    @Test
    void check_validTexts_pass() {
        for (String text : List.of(
                "null",
                " true\t",
                "\r\nfalse ",
                "0",
                "-0",
                "-0.5e+10",
                "123456789012345678901234567890",
                "1E5",
                "1.25",
                "\"\"",
                "\"a\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00Ff\"",
                "\"\\ud800\"",
                "\"\u00e4\u20ac\uD83D\uDC22\"",
                "[]",
                "[ ]",
                "[1, \"a\" ,null]",
                "{}",
                "{ }",
                "{\"a\":1,\"a\":[{\"b\" : {}}]}",
                "[".repeat(JsonText.MAX_DEPTH) + "]".repeat(JsonText.MAX_DEPTH))) {
            assertThat(check(text)).as(text).isEqualTo(-1);
        }
    }

    @Test
    void check_invalidTexts_nameTheFirstWrongByte() {
        assertThat(check("")).isZero();
        assertThat(check("  ")).isEqualTo(2);
        assertThat(check("nul")).isEqualTo(3);
        assertThat(check("nulL")).isEqualTo(3);
        assertThat(check("NaN")).isZero();
        assertThat(check("-")).isEqualTo(1);
        assertThat(check("01")).isEqualTo(1);
        assertThat(check("1.")).isEqualTo(2);
        assertThat(check(".5")).isZero();
        assertThat(check("1e")).isEqualTo(2);
        assertThat(check("+1")).isZero();
        assertThat(check("\"a")).isEqualTo(2);
        assertThat(check("\"\n\"")).isEqualTo(1);
        assertThat(check("\"\\x\"")).isEqualTo(1);
        assertThat(check("\"\\u12g4\"")).isEqualTo(1);
        assertThat(check("[1,]")).isEqualTo(3);
        assertThat(check("[1 2]")).isEqualTo(3);
        assertThat(check("[1")).isEqualTo(2);
        assertThat(check("{\"a\":}")).isEqualTo(5);
        assertThat(check("{\"a\" 1}")).isEqualTo(5);
        assertThat(check("{a:1}")).isEqualTo(1);
        assertThat(check("{\"a\":1,}")).isEqualTo(7);
        assertThat(check("{\"a\":1]")).isEqualTo(6);
        assertThat(check("1 1")).isEqualTo(2);
        assertThat(check("\uFEFF1")).isZero();
        assertThat(check("[".repeat(JsonText.MAX_DEPTH + 1))).isEqualTo(JsonText.MAX_DEPTH);
    }

    @Test
    void check_malformedUtf8_isNoJson() {
        byte[][] wrong = {
            {(byte) 0x80},
            {(byte) 0xc0, (byte) 0x80},
            {(byte) 0xc3},
            {(byte) 0xe0, (byte) 0x80, (byte) 0x80},
            {(byte) 0xed, (byte) 0xa0, (byte) 0x80},
            {(byte) 0xf0, (byte) 0x80, (byte) 0x80, (byte) 0x80},
            {(byte) 0xf4, (byte) 0x90, (byte) 0x80, (byte) 0x80},
            {(byte) 0xf5, (byte) 0x80, (byte) 0x80, (byte) 0x80},
            {(byte) 0xff}
        };
        for (byte[] bytes : wrong) {
            byte[] text = new byte[bytes.length + 2];
            text[0] = '"';
            System.arraycopy(bytes, 0, text, 1, bytes.length);
            text[text.length - 1] = '"';
            assertThat(JsonText.check(text, 0, text.length)).isEqualTo(1);
            assertThat(Utf8.firstInvalid(bytes, 0, bytes.length)).isZero();
        }
    }

    @Test
    void utf8_everyCodePoint_isJudgedAsTheJdkDoes() {
        for (int codePoint = 0; codePoint <= Character.MAX_CODE_POINT; codePoint++) {
            if (codePoint < Character.MIN_SURROGATE || codePoint > Character.MAX_SURROGATE) {
                byte[] bytes = Character.toString(codePoint).getBytes(StandardCharsets.UTF_8);
                if (Utf8.firstInvalid(bytes, 0, bytes.length) != -1) {
                    throw new AssertionError("U+" + Integer.toHexString(codePoint));
                }
            }
        }
    }

    @Test
    void utf8_randomBytes_isJudgedAsTheJdkDoes() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int round = 0; round < 50_000; round++) {
            byte[] bytes = new byte[1 + random.nextInt(5)];
            random.nextBytes(bytes);
            boolean valid;
            try {
                StandardCharsets.UTF_8.newDecoder().decode(java.nio.ByteBuffer.wrap(bytes));
                valid = true;
            } catch (java.nio.charset.CharacterCodingException e) {
                valid = false;
            }
            assertThat(Utf8.firstInvalid(bytes, 0, bytes.length) == -1)
                    .as("seed=%d, round=%d", seed, round)
                    .isEqualTo(valid);
        }
    }

    @Test
    void check_visitor_seesOuterKeysOnly() {
        byte[] text = "{\"a\":{\"b\":1}, \"\":[{\"c\":2}],\"d\\n\":3}".getBytes(StandardCharsets.UTF_8);
        List<String> keys = new ArrayList<>();
        int wrong = JsonText.check(
                text,
                0,
                text.length,
                (data, from, to) -> keys.add(new String(data, from, to - from, StandardCharsets.UTF_8)));
        assertThat(wrong).isEqualTo(-1);
        assertThat(keys).containsExactly("a", "", "d\\n");
        assertThat(JsonText.isObject(text, 0, text.length)).isTrue();
        assertThat(JsonText.isObject("[]".getBytes(StandardCharsets.UTF_8), 0, 2))
                .isFalse();
    }
}
