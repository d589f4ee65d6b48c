package io.sluice.engine.filter;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.engine.error.EngineException.InvalidRequest;
import io.sluice.engine.schema.CollectionSchema;
import io.sluice.engine.schema.DataType;
import io.sluice.engine.schema.FieldSchema;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which operator takes which operands, and that no text does harm. */
class ParserTest {
    private static final List<String> WORDS = List.of(
            "a",
            "id",
            "s",
            "j",
            "v",
            "flag",
            "arr",
            "$meta",
            "$",
            "and",
            "AND",
            "or",
            "not",
            "in",
            "like",
            "exists",
            "is",
            "null",
            "true",
            "False",
            "1",
            "0x1F",
            "017",
            "0b1",
            "1.5",
            ".5",
            "1e5",
            "9223372036854775808",
            "99999999999999999999",
            "'x'",
            "\"y%\"",
            "r'\\d'",
            "'\\u00e9'",
            "'unclosed",
            "==",
            "=",
            "!=",
            "<",
            "<=",
            ">",
            ">=",
            "+",
            "-",
            "*",
            "/",
            "%",
            "**",
            "<<",
            ">>",
            "&",
            "|",
            "^",
            "~",
            "!",
            "=~",
            "!~",
            "(",
            ")",
            "[",
            "]",
            "{",
            "}",
            "{t}",
            "{missing}",
            ",",
            "json_contains",
            "array_length",
            "text_match",
            "foo(",
            ".",
            ";",
            "#",
            "\\",
            "é",
            "🙂",
            "\ud800",
            "\n",
            "\t",
            "[\"k\"]",
            "[0]",
            "[-1]",
            "['']");

    private static final CollectionSchema SCHEMA = new CollectionSchema(
                    "",
                    List.of(
                            FieldSchema.of("id", DataType.INT64).asPrimaryKey(false),
                            FieldSchema.varChar("s", 10),
                            FieldSchema.of("flag", DataType.BOOL),
                            FieldSchema.of("j", DataType.JSON),
                            FieldSchema.array("arr", DataType.INT64, 10),
                            FieldSchema.floatVector("v", 2)),
                    true,
                    0)
            .withIds();

    @ParameterizedTest
    @CsvSource(
            delimiter = '¦',
            quoteCharacter = '`',
            value = {
                "a or b and c ¦ (a or (b and c))",
                "a and b or c and d ¦ ((a and b) or (c and d))",
                "a or b or c ¦ (a or b or c)",
                "not a and b ¦ ((not a) and b)",
                "not a == b ¦ ((not a) == b)",
                "not a in [b] ¦ ((not a) in [b])",
                "not a like b ¦ (not (a like b))",
                "a not in [b] and c ¦ ((a not in [b]) and c)",
                "a + b not like c ¦ (a + (b not like c))",
                "a + b in [c] ¦ ((a + b) in [c])",
                "a == b == c ¦ ((a == b) == c)",
                "a < b == c > d ¦ ((a < b) == (c > d))",
                "a < b <= c ¦ (a < b <= c)",
                "a >= b > c ¦ (a >= b > c)",
                "a < b + 1 < c ¦ (a < (b + 1) < c)",
                "a + b * c ¦ (a + (b * c))",
                "a * b + c ¦ ((a * b) + c)",
                "a - b - c ¦ ((a - b) - c)",
                "a / b * c % d ¦ (((a / b) * c) % d)",
                "-a ** b ¦ (- (a ** b))",
                "a ** -b ¦ (a ** (- b))",
                "a ** b ** c ¦ ((a ** b) ** c)",
                "-a * b ¦ ((- a) * b)",
                "~a + !b ¦ ((~ a) + (not b))",
                "- - a ¦ (- (- a))",
                "a << b + c ¦ (a << (b + c))",
                "a + b << c ¦ ((a + b) << c)",
                "a << b < c ¦ ((a << b) < c)",
                "a & b == c ¦ (a & (b == c))",
                "a | b ^ c & d ¦ (a | (b ^ (c & d)))",
                "a & b and c ¦ ((a & b) and c)",
                "a is null and b is not null ¦ ((a is null) and (b is not null))",
                "not a is null ¦ (not (a is null))",
                "a == b is null ¦ (a == (b is null))",
                "exists a[\"b\"] and c ¦ ((exists a[b]) and c)",
                "not exists a['b'][3] ¦ (not (exists a[b][3]))",
                "(a or b) and c ¦ ((a or b) and c)",
                "f(a, b + c,) == 1 ¦ (f(a, (b + c)) == 1)",
                "a IN [1, -2, 'x',] ¦ (a in [1, (- 2), x])",
                "a == {t} ¦ (a == {t})",
                "a&&b||!c ¦ ((a and b) or (not c))",
            })
    void parse_operators_bindAsInMilvus(String text, String expected) {
        assertThat(shown(Parser.parse(new Source(text)))).isEqualTo(expected);
    }

    /** Words in any order, then filters with a few characters changed. Whatever comes, it is a filter or a refusal. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void parse_randomTexts_areRefusedOrTaken(long seed) {
        Random random = new Random(seed);
        Map<String, Object> templates = Map.of("t", List.of(1L, "x"));
        int taken = 0;
        for (int n = 0; n < 20_000; n++) {
            String text = random.nextBoolean() ? words(random) : changed(random);
            try {
                Filter filter = Filter.parse(text, SCHEMA, templates);
                assertThat(filter.fieldIds()).isNotNull();
                taken++;
            } catch (InvalidRequest refusal) {
                assertThat(refusal.text())
                        .as("seed=%d n=%d", seed, n)
                        .matches("(?s)failed to create query plan: (cannot parse expression: |predicate is not a"
                                + " boolean).*");
            } catch (RuntimeException e) {
                throw new AssertionError("seed=" + seed + " n=" + n + " text=" + text, e);
            }
        }
        assertThat(taken).isPositive();
    }

    private static String words(Random random) {
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(12); i >= 0; i--) {
            text.append(WORDS.get(random.nextInt(WORDS.size()))).append(random.nextInt(3) == 0 ? "" : " ");
        }
        return text.toString();
    }

    private static String changed(Random random) {
        StringBuilder text = new StringBuilder("(id in [1, 2] or s like \"a\\%_%\") and not (j[\"k\"][0] >= -1.5e3) "
                + "and 1 < id ** 2 % 7 <= {t} or array_length(arr) == 0x2 && exists $meta['z'] and s is not null");
        for (int i = random.nextInt(4); i >= 0; i--) {
            int at = random.nextInt(text.length());
            String word = WORDS.get(random.nextInt(WORDS.size()));
            switch (random.nextInt(3)) {
                case 0 -> text.deleteCharAt(at);
                case 1 -> text.insert(at, word);
                default -> text.replace(at, at + 1, word);
            }
        }
        return text.toString();
    }

    private static String shown(Expression expression) {
        return switch (expression) {
            case Expression.Literal literal -> shownConstant(literal.value());
            case Expression.Path path -> shownPath(path);
            case Expression.Template template -> "{" + template.name() + "}";
            case Expression.ListLiteral list ->
                list.items().stream().map(ParserTest::shown).collect(Collectors.joining(", ", "[", "]"));
            case Expression.Unary unary -> "(" + unary.operator().spelling() + " " + shown(unary.operand()) + ")";
            case Expression.Binary binary ->
                "(" + shown(binary.left()) + " " + binary.operator().spelling() + " " + shown(binary.right()) + ")";
            case Expression.Junction junction ->
                junction.operands().stream()
                        .map(ParserTest::shown)
                        .collect(Collectors.joining(" " + junction.operator().spelling() + " ", "(", ")"));
            case Expression.Between between ->
                "(" + shown(between.left()) + " " + between.first().spelling() + " " + shown(between.middle()) + " "
                        + between.second().spelling() + " " + shown(between.right()) + ")";
            case Expression.In in ->
                "(" + shown(in.operand()) + (in.negated() ? " not in " : " in ") + shown(in.list()) + ")";
            case Expression.Like like ->
                "(" + shown(like.operand()) + (like.negated() ? " not like " : " like ") + shown(like.pattern()) + ")";
            case Expression.NullTest test ->
                "(" + shownPath(test.operand()) + (test.negated() ? " is not null)" : " is null)");
            case Expression.Exists exists -> "(exists " + shown(exists.operand()) + ")";
            case Expression.Call call ->
                call.name()
                        + call.arguments().stream().map(ParserTest::shown).collect(Collectors.joining(", ", "(", ")"));
        };
    }

    private static String shownConstant(Constant constant) {
        return switch (constant) {
            case Constant.Int(long number) -> Long.toString(number);
            case Constant.Text(String text, var _) -> text;
            default -> constant.shown();
        };
    }

    private static String shownPath(Expression.Path path) {
        return path.name()
                + path.steps().stream()
                        .map(step -> "[" + (step.key() != null ? step.key() : Integer.toString(step.index())) + "]")
                        .collect(Collectors.joining());
    }
}
