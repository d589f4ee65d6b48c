package io.sluice.engine.filter;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.engine.filter.JsonScan.Kind;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class JsonScanTest {
    private static final String SAMPLE = "{\"a\": [1, -2.5e3, \"x\\u00e9\\n\", {\"b\": null}], \"k\\\"\": true, "
            + "\"o\": {\"p\": {\"q\": [[], [[3]]]}}, \"\": \"empty\"}";

    private final JsonScan scan = new JsonScan();

    @Test
    void find_paths_findTheirParts() {
        assertThat(find(SAMPLE)).isEqualTo(Kind.OBJECT);
        assertThat(find(SAMPLE, "a")).isEqualTo(Kind.ARRAY);
        assertThat(scan.length()).isEqualTo(4);
        assertThat(find(SAMPLE, "a", 0)).isEqualTo(Kind.NUMBER);
        assertThat(find(SAMPLE, "a", 2)).isEqualTo(Kind.TEXT);
        scan.readText();
        assertThat(new String(scan.text(), scan.textFrom(), scan.textTo() - scan.textFrom(), StandardCharsets.UTF_8))
                .isEqualTo("xé\n");
        assertThat(find(SAMPLE, "a", 3, "b")).isEqualTo(Kind.NULL);
        assertThat(find(SAMPLE, "a", 4)).isEqualTo(Kind.MISSING);
        assertThat(find(SAMPLE, "a", "0")).isEqualTo(Kind.MISSING);
        assertThat(find(SAMPLE, "k\"")).isEqualTo(Kind.BOOL);
        assertThat(find(SAMPLE, "o", "p", "q", 1, 0, 0)).isEqualTo(Kind.NUMBER);
        assertThat(find(SAMPLE, "")).isEqualTo(Kind.TEXT);
        assertThat(find(SAMPLE, "b")).isEqualTo(Kind.MISSING);
        assertThat(find("{\"0\": 5}", 0)).isEqualTo(Kind.NUMBER);
        assertThat(find("{\"x\": 1, \"x\": 2}", "x")).isEqualTo(Kind.NUMBER);
        assertThat(scan.number() && scan.whole() == 1).isTrue();
        assertThat(find("[".repeat(100_000) + "]".repeat(100_000), 0, 0)).isEqualTo(Kind.ARRAY);
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0",
        "-0, 0",
        "42, 42",
        "-42, -42",
        "999999999999999999, 999999999999999999",
        "9007199254740993, 9007199254740993",
        "9223372036854775807, 9223372036854775807",
        "-9223372036854775808, -9223372036854775808",
    })
    void number_integers_areExact(String text, long expected) {
        assertThat(find("[" + text + "]", 0)).isEqualTo(Kind.NUMBER);
        assertThat(scan.number()).isTrue();
        assertThat(scan.isWhole()).isTrue();
        assertThat(scan.whole()).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "0.1",
                "1.0",
                "-2.5e-1",
                "1e22",
                "1e23",
                "123456789012345e22",
                "0.000001234567890123456789",
                "1E+2",
                "9223372036854775808",
                "123456789012345678901234567890",
                "1e400",
                "5e-324",
                "2.2250738585072011e-308",
                "0.30000000000000004",
                "1e0",
                "00.5"
            })
    void number_others_areTheNearestDouble(String text) {
        assertThat(find(text)).isEqualTo(Kind.NUMBER);
        assertThat(scan.number()).isTrue();
        assertThat(scan.isWhole()).isFalse();
        assertThat(scan.real()).isEqualTo(Double.parseDouble(text));
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2})
    void number_randomDoubles_areTheNearestDouble(long seed) {
        Random random = new Random(seed);
        for (int n = 0; n < 50_000; n++) {
            double value = random.nextBoolean()
                    ? Double.longBitsToDouble(random.nextLong())
                    : Math.round(random.nextDouble() * 1e7) / Math.pow(10, random.nextInt(9));
            if (Double.isFinite(value)) {
                assertThat(find(Double.toString(value))).isEqualTo(Kind.NUMBER);
                assertThat(scan.number()).isTrue();
                assertThat(scan.real()).as("seed=%d n=%d", seed, n).isEqualTo(value);
            }
        }
    }

    /** Broken JSON has whatever parts, but reading it stays inside and ends. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void find_brokenText_staysInside(long seed) {
        Random random = new Random(seed);
        byte[] whole = SAMPLE.getBytes(StandardCharsets.UTF_8);
        byte[] alphabet = "{}[]\",:\\u0123-.eEtfn \n".getBytes(StandardCharsets.UTF_8);
        List<JsonPath> paths = List.of(
                path(),
                path("a"),
                path("a", 0),
                path("a", 2),
                path("a", 3, "b"),
                path("o", "p", "q", 1, 0, 0),
                path("k\""),
                path(0),
                path(""));
        Constant wanted = new Constant.Many(List.of(new Constant.Int(1), new Constant.Text("xé\n")));
        for (int n = 0; n < 40_000; n++) {
            byte[] broken = new byte[whole.length + 2];
            System.arraycopy(whole, 0, broken, 1, whole.length);
            for (int i = random.nextInt(6); i > 0; i--) {
                broken[random.nextInt(broken.length)] =
                        random.nextInt(4) == 0 ? (byte) random.nextInt() : alphabet[random.nextInt(alphabet.length)];
            }
            int to = 1 + random.nextInt(broken.length);
            int from = random.nextInt(4) == 0 ? random.nextInt(to) : Math.min(1, to);
            for (JsonPath path : paths) {
                Kind kind = scan.find(broken, from, to, path);
                if (kind != Kind.MISSING) {
                    scan.number();
                    scan.readText();
                    scan.bool();
                    assertThat(scan.length()).isNotNegative();
                    scan.contains(wanted);
                    scan.contains(new Constant.Text("é"));
                    scan.equal(wanted);
                }
            }
            byte[] trimmed = DynamicKeys.trim(java.util.Arrays.copyOfRange(broken, from, to), Set.of("a", "k\"", ""));
            assertThat(trimmed[0]).isEqualTo((byte) '{');
        }
    }

    @Test
    void trim_keepsAskedKeysAsTheyWere() {
        assertThat(trim("{\"a\": 1.50 ,\"b\":{\"a\": [ 2 ]}, \"k\\u0022\" : \"\\u00e9\"}", "b", "k\""))
                .isEqualTo("{\"b\":{\"a\": [ 2 ]},\"k\\u0022\":\"\\u00e9\"}");
        assertThat(trim("{\"a\": 1}", "a")).isEqualTo("{\"a\":1}");
        assertThat(trim("{\"a\": null, \"b\": true}", "a", "c")).isEqualTo("{\"a\":null}");
        assertThat(trim("{\"a\": 1}")).isEqualTo("{}");
        assertThat(trim(" { } ", "a")).isEqualTo("{}");
        assertThat(trim("", "a")).isEqualTo("{}");
        assertThat(trim("[1]", "a")).isEqualTo("{}");
        assertThat(trim("{\"日\": \"🙂\"}", "日")).isEqualTo("{\"日\":\"🙂\"}");
    }

    private static String trim(String json, String... keys) {
        return new String(
                DynamicKeys.trim(json.getBytes(StandardCharsets.UTF_8), Set.of(keys)), StandardCharsets.UTF_8);
    }

    private Kind find(String json, Object... steps) {
        byte[] utf8 = json.getBytes(StandardCharsets.UTF_8);
        return scan.find(utf8, 0, utf8.length, path(steps));
    }

    private static JsonPath path(Object... steps) {
        return new JsonPath(java.util.Arrays.stream(steps)
                .map(step ->
                        step instanceof Integer index ? JsonPath.Step.index(index) : JsonPath.Step.key((String) step))
                .toList());
    }
}
