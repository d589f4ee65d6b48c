package io.sluice.engine.filter;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.engine.index.IndexSpec.Scalar.Form;
import io.sluice.engine.index.ScalarIndex;
import io.sluice.engine.schema.CollectionSchema;
import io.sluice.engine.schema.Column;
import io.sluice.engine.schema.DataType;
import io.sluice.engine.schema.FieldSchema;
import io.sluice.engine.segment.RowBlock;
import io.sluice.engine.segment.RowMask;
import io.sluice.engine.testkit.Blocks;
import io.sluice.engine.testkit.ScalarIndexes;
import java.lang.foreign.Arena;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Random filters over random rows against an interpreter that takes one row at a time and knows nothing of parser, plan
 * and columns: each random expression is made as a text together with a function that says what the text means. Indexes
 * change nothing: every filter runs without them, with all of them, and with those that are worth it.
 *
 * <p>The seed is the parameter; repeat one with {@code -Dtest=FilterModelTest} and that seed alone in the list.
 */
class FilterModelTest {
    private static final int ROWS = 331;
    private static final int FILTERS = 600;

    private static final CollectionSchema SCHEMA = new CollectionSchema(
                    "",
                    List.of(
                            FieldSchema.of("id", DataType.INT64).asPrimaryKey(false),
                            FieldSchema.of("b", DataType.BOOL).asNullable(),
                            FieldSchema.of("b2", DataType.BOOL),
                            FieldSchema.of("i8", DataType.INT8).asNullable(),
                            FieldSchema.of("i16", DataType.INT16),
                            FieldSchema.of("i32", DataType.INT32).asNullable(),
                            FieldSchema.of("i64", DataType.INT64).asNullable(),
                            FieldSchema.of("f", DataType.FLOAT).asNullable(),
                            FieldSchema.of("d", DataType.DOUBLE).asNullable(),
                            FieldSchema.varChar("s", 100).asNullable(),
                            FieldSchema.varChar("t", 100),
                            FieldSchema.of("j", DataType.JSON).asNullable(),
                            FieldSchema.array("ai", DataType.INT16, 10).asNullable(),
                            FieldSchema.array("al", DataType.INT64, 10),
                            FieldSchema.array("af", DataType.FLOAT, 10),
                            FieldSchema.array("ad", DataType.DOUBLE, 10),
                            FieldSchema.array("ab", DataType.BOOL, 10),
                            FieldSchema.array("as", DataType.VARCHAR, 10).asNullable(),
                            FieldSchema.floatVector("v", 2)),
                    true,
                    0)
            .withIds();

    private static final long[] LONGS = {
        0,
        1,
        2,
        3,
        5,
        -1,
        -2,
        7,
        100,
        127,
        128,
        -128,
        32767,
        -32769,
        Integer.MAX_VALUE,
        1L << 53,
        (1L << 53) + 1,
        -(1L << 53) - 1,
        Long.MAX_VALUE,
        Long.MAX_VALUE - 1,
        Long.MIN_VALUE,
        Long.MIN_VALUE + 1
    };
    private static final double[] DOUBLES = {
        0.0,
        0.1,
        0.5,
        1.0,
        1.5,
        2.0,
        3.0,
        -1.5,
        -0.1,
        1e10,
        16777217.0,
        0x1p53,
        0x1p53 + 2,
        0x1p63,
        -0x1p63,
        1e300,
        1e-300
    };
    private static final String[] TEXTS = {
        "",
        "a",
        "b",
        "ab",
        "abc",
        "aab",
        "b\"q'",
        "100%",
        "1_0",
        "é",
        "日本",
        "🙂",
        "a🙂b",
        "line\nbreak",
        "back\\slash",
        "zzzzzzzzzzzzzzzz",
        "zzzzzzzzzzzzzzzy"
    };
    private static final String[] KEYS = {"a", "b", "n", "k\"ey", "日"};

    private enum Missing {
        NOTHING
    }

    private record Row(Map<String, @Nullable Object> values) {
        @Nullable
        Object get(String field) {
            return values.get(field);
        }
    }

    /** Three-valued: null is unknown. */
    private record Bool(String text, Function<Row, @Nullable Boolean> meaning) {}

    private enum Origin {
        CONSTANT,
        FLOAT32,
        JSON,
        OTHER
    }

    /** A Long, a Double or null. */
    private record Num(String text, Origin origin, boolean real, Function<Row, @Nullable Number> meaning) {}

    private record Str(String text, Function<Row, @Nullable String> meaning) {}

    /** What a JSON path finds: a tree of Map, List, String, Long, Double, Boolean, or null or NOTHING. */
    private record Json(String text, Function<Row, @Nullable Object> meaning) {}

    private Random random = new Random(0);

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 20261122})
    void evaluate_randomFilters_agreeWithTheRowInterpreter(long seed) {
        random = new Random(seed);
        List<Row> rows = new ArrayList<>();
        for (int i = 0; i < ROWS; i++) {
            rows.add(row(i));
        }
        int passed = 0;
        try (Arena arena = Arena.ofConfined()) {
            RowBlock block = block(arena, rows);
            Map<Integer, ScalarIndex> indexes = indexes(arena, block);
            for (int n = 0; n < FILTERS; n++) {
                Bool expected = bool(3);
                Filter filter = Filter.parse(expected.text, SCHEMA, Map.of());
                RowMask among = random.nextBoolean() ? null : amongMask();
                RowMask actual = filter.evaluate(block, among);
                assertThat(filter.evaluateByIndex(block, among, indexes))
                        .as("seed=%d filter=%d by index: %s", seed, n, expected.text)
                        .isEqualTo(actual);
                assertThat(filter.evaluate(block, among, indexes))
                        .as("seed=%d filter=%d by the cheaper way: %s", seed, n, expected.text)
                        .isEqualTo(actual);
                passed += actual.cardinality();
                for (int row = 0; row < ROWS; row++) {
                    boolean passes = Boolean.TRUE.equals(expected.meaning.apply(rows.get(row)))
                            && (among == null || among.get(row));
                    if (actual.get(row) != passes) {
                        throw new AssertionError("seed=" + seed + " filter=" + n + ": " + expected.text + " on row "
                                + rows.get(row) + ": expected=" + passes);
                    }
                }
            }
        }
        // Neither nothing nor everything: the filters are worth their name.
        assertThat(passed / FILTERS).isBetween(ROWS / 20, ROWS / 2);
    }

    /** On every field that can have one, of any form. */
    private Map<Integer, ScalarIndex> indexes(Arena arena, RowBlock block) {
        Map<Integer, ScalarIndex> indexes = new HashMap<>();
        for (FieldSchema field : SCHEMA.fields()) {
            if (!field.type().isVector() && field.type() != DataType.JSON) {
                Form form = Form.values()[random.nextInt(Form.values().length)];
                indexes.put(field.id(), ScalarIndexes.of(arena, form, block.column(field.id())));
            }
        }
        return indexes;
    }

    private RowMask amongMask() {
        RowMask mask = RowMask.none(ROWS);
        int step = 1 + random.nextInt(90);
        for (int row = random.nextInt(5); row < ROWS; row += 1 + random.nextInt(step)) {
            mask.set(row);
        }
        return mask;
    }

    // Rows

    private Row row(int index) {
        Map<String, @Nullable Object> values = new LinkedHashMap<>();
        for (FieldSchema field : SCHEMA.fields()) {
            if (field.type().isVector()) {
                continue;
            }
            boolean isNull = field.nullable() && random.nextInt(4) == 0;
            values.put(field.name(), isNull ? null : field.primaryKey() ? (Long) (long) index : value(field));
        }
        return new Row(values);
    }

    private Object value(FieldSchema field) {
        return switch (field.type()) {
            case JSON -> {
                Object tree = field.dynamic() || random.nextInt(8) != 0 ? null : tree(2);
                yield tree == null ? object(3) : tree;
            }
            case ARRAY -> {
                List<Object> elements = new ArrayList<>();
                for (int i = random.nextInt(4); i > 0; i--) {
                    elements.add(scalar(elementType(field)));
                }
                yield elements;
            }
            default -> scalar(field.type());
        };
    }

    private static DataType elementType(FieldSchema field) {
        DataType type = field.elementType();
        assert type != null : field;
        return type;
    }

    private Object scalar(DataType type) {
        return switch (type) {
            case BOOL -> random.nextBoolean();
            case INT8 -> (long) (byte) anyLong();
            case INT16 -> (long) (short) anyLong();
            case INT32 -> (long) (int) anyLong();
            case INT64 -> anyLong();
            case FLOAT -> (double) (float) anyDouble();
            case DOUBLE -> anyDouble();
            case VARCHAR -> anyText();
            default -> throw new AssertionError(type);
        };
    }

    private long anyLong() {
        return random.nextInt(3) == 0 ? LONGS[random.nextInt(LONGS.length)] : random.nextInt(8) - 2;
    }

    private double anyDouble() {
        double value = DOUBLES[random.nextInt(DOUBLES.length)];
        return random.nextInt(3) == 0 ? -value : value;
    }

    private String anyText() {
        return TEXTS[random.nextInt(TEXTS.length)];
    }

    private Object object(int depth) {
        Map<String, @Nullable Object> object = new LinkedHashMap<>();
        for (String key : KEYS) {
            if (random.nextInt(3) != 0) {
                object.put(key, tree(depth - 1));
            }
        }
        return object;
    }

    private @Nullable Object tree(int depth) {
        return switch (random.nextInt(depth > 0 ? 11 : 7)) {
            case 0, 1 -> anyLong();
            case 2 -> anyDouble();
            case 3, 4 -> anyText();
            case 5 -> random.nextBoolean();
            case 6 -> null;
            case 7 -> object(depth);
            default -> {
                List<@Nullable Object> list = new ArrayList<>();
                for (int i = random.nextInt(4); i > 0; i--) {
                    list.add(tree(depth - 1));
                }
                yield list;
            }
        };
    }

    private RowBlock block(Arena arena, List<Row> rows) {
        List<Column> columns = new ArrayList<>();
        for (FieldSchema field : SCHEMA.fields()) {
            if (field.type().isVector()) {
                columns.add(new Column.FloatVectors(new float[ROWS * 2], 2));
                continue;
            }
            BitSet nulls = new BitSet();
            List<@Nullable Object> values = new ArrayList<>();
            for (int row = 0; row < ROWS; row++) {
                values.add(rows.get(row).get(field.name()));
                nulls.set(row, values.getLast() == null);
            }
            if (field.type() != DataType.ARRAY) {
                columns.add(column(field.type(), values, nulls));
                continue;
            }
            List<@Nullable Object> elements = new ArrayList<>();
            int[] offsets = new int[ROWS + 1];
            for (int row = 0; row < ROWS; row++) {
                if (values.get(row) instanceof List<?> list) {
                    elements.addAll(list);
                }
                offsets[row + 1] = elements.size();
            }
            columns.add(new Column.Arrays(column(elementType(field), elements, new BitSet()), offsets, nulls));
        }
        return Blocks.of(arena, SCHEMA.fields(), columns);
    }

    private Column column(DataType type, List<@Nullable Object> values, BitSet nulls) {
        int count = values.size();
        return switch (type) {
            case BOOL -> {
                boolean[] array = new boolean[count];
                for (int i = 0; i < count; i++) {
                    array[i] = Boolean.TRUE.equals(values.get(i));
                }
                yield new Column.Bools(array, nulls);
            }
            case INT8, INT16, INT32 ->
                new Column.Ints(
                        values.stream()
                                .mapToInt(v -> v == null ? 0 : ((Long) v).intValue())
                                .toArray(),
                        nulls);
            case INT64 ->
                new Column.Longs(
                        values.stream().mapToLong(v -> v == null ? 0 : (Long) v).toArray(), nulls);
            case FLOAT -> {
                float[] array = new float[count];
                for (int i = 0; i < count; i++) {
                    array[i] = values.get(i) == null ? 0 : ((Double) values.get(i)).floatValue();
                }
                yield new Column.Floats(array, nulls);
            }
            case DOUBLE ->
                new Column.Doubles(
                        values.stream()
                                .mapToDouble(v -> v == null ? 0 : (Double) v)
                                .toArray(),
                        nulls);
            case VARCHAR -> Column.Bytes.of(values.stream().map(v -> (String) v).toArray(String[]::new));
            case JSON -> {
                String[] texts = new String[count];
                for (int i = 0; i < count; i++) {
                    texts[i] = nulls.get(i) ? null : json(values.get(i));
                }
                yield Column.Bytes.of(texts);
            }
            default -> throw new AssertionError(type);
        };
    }

    /** Text of a tree, with spaces and escapes where they are allowed. */
    private String json(@Nullable Object tree) {
        return switch (tree) {
            case null -> "null";
            case Map<?, ?> map ->
                map.entrySet().stream()
                        .map(e -> jsonText((String) e.getKey()) + space() + ":" + space() + json(e.getValue()))
                        .collect(Collectors.joining("," + space(), "{" + space(), space() + "}"));
            case List<?> list ->
                list.stream().map(this::json).collect(Collectors.joining(space() + ",", "[", space() + "]"));
            case String text -> jsonText(text);
            default -> tree.toString();
        };
    }

    private String jsonText(String text) {
        StringBuilder to = new StringBuilder("\"");
        text.codePoints().forEach(c -> {
            if (c == '"' || c == '\\') {
                to.append('\\').appendCodePoint(c);
            } else if (c == '\n') {
                to.append(random.nextBoolean() ? "\\n" : "\\u000A");
            } else if (random.nextInt(6) == 0) {
                for (char unit : Character.toChars(c)) {
                    to.append(String.format("\\u%04x", (int) unit));
                }
            } else {
                to.appendCodePoint(c);
            }
        });
        return to.append('"').toString();
    }

    private String space() {
        return random.nextInt(4) == 0 ? " \t\n".substring(0, 1 + random.nextInt(3)) : "";
    }

    // Expressions

    private Bool bool(int depth) {
        if (depth > 0 && random.nextInt(2) == 0) {
            return switch (random.nextInt(7)) {
                case 0, 1 -> junction(depth, true);
                case 2, 3 -> junction(depth, false);
                case 4 -> {
                    Bool left = bool(depth - 1);
                    Bool right = bool(depth - 1);
                    boolean equal = random.nextBoolean();
                    yield new Bool(
                            "(" + left.text + (equal ? ") == (" : ") != (") + right.text + ")",
                            row -> both(
                                    left.meaning.apply(row), right.meaning.apply(row), (x, y) -> (x == y) == equal));
                }
                default -> {
                    Bool part = bool(depth - 1);
                    yield not(new Bool("(" + part.text + ")", part.meaning));
                }
            };
        }
        return switch (random.nextInt(17)) {
            case 0, 1, 2 -> compareNumbers();
            case 3 -> numberRange();
            case 4, 5 -> numberIn();
            case 6 -> flag();
            case 7, 8 -> textCompare();
            case 9 -> textIn();
            case 10 -> like();
            case 11 -> nullTest();
            case 12, 13 -> jsonCompare();
            case 14 -> jsonIn();
            case 15 -> jsonContains();
            default -> arrayContains();
        };
    }

    private Bool not(Bool part) {
        return new Bool((random.nextBoolean() ? "not " : "!") + part.text, row -> {
            Boolean value = part.meaning.apply(row);
            return value == null ? null : !value;
        });
    }

    private Bool junction(int depth, boolean all) {
        List<Bool> parts = new ArrayList<>();
        for (int i = 2 + random.nextInt(3); i > 0; i--) {
            parts.add(bool(depth - 1));
        }
        String word = all
                ? List.of(" and ", " && ", " AND ").get(random.nextInt(3))
                : List.of(" or ", " || ", " OR ").get(random.nextInt(3));
        return new Bool(parts.stream().map(part -> "(" + part.text + ")").collect(Collectors.joining(word)), row -> {
            boolean unknown = false;
            for (Bool part : parts) {
                Boolean value = part.meaning.apply(row);
                if (value == null) {
                    unknown = true;
                } else if (value != all) {
                    return !all;
                }
            }
            return unknown ? null : (Boolean) all;
        });
    }

    private Bool compareNumbers() {
        Num left = num(2);
        Num other = num(2);
        boolean twoPaths = left.origin == Origin.JSON && other.origin == Origin.JSON;
        Num right = twoPaths || random.nextBoolean() ? constant() : other;
        String operator = operator();
        return compare(left, operator, right);
    }

    private Bool compare(Num left, String operator, Num right) {
        Function<Row, @Nullable Boolean> meaning = row -> {
            Number x = left.meaning.apply(row);
            Number y = right.meaning.apply(row);
            if (x == null || y == null) {
                return null;
            }
            if (left.origin == Origin.FLOAT32 && right.origin == Origin.CONSTANT) {
                y = (double) y.floatValue();
            }
            if (right.origin == Origin.FLOAT32 && left.origin == Origin.CONSTANT) {
                x = (double) x.floatValue();
            }
            return holds(operator, order(x, y));
        };
        return new Bool(left.text + " " + operator + " " + right.text, meaning);
    }

    private Bool numberRange() {
        Num low = constant();
        Num middle = num(1);
        Num high = constant();
        boolean rising = random.nextBoolean();
        String first = rising ? "<" : ">";
        String second = rising ? "<=" : ">=";
        Bool one = compare(low, first, middle);
        Bool two = compare(middle, second, high);
        return new Bool(
                low.text + first + middle.text + second + high.text,
                row -> and(one.meaning.apply(row), two.meaning.apply(row)));
    }

    private static @Nullable Boolean and(@Nullable Boolean x, @Nullable Boolean y) {
        if (Boolean.FALSE.equals(x) || Boolean.FALSE.equals(y)) {
            return false;
        }
        return x == null || y == null ? null : (Boolean) true;
    }

    private Bool numberIn() {
        Num field;
        do {
            field = numberField();
        } while (field.origin == Origin.JSON);
        Num operand = field;
        List<Num> values = new ArrayList<>();
        for (int i = random.nextInt(random.nextInt(8) == 0 ? 60 : 4); i > 0; i--) {
            values.add(operand.real ? constant() : wholeConstant());
        }
        boolean negated = random.nextBoolean();
        return new Bool(
                operand.text + (negated ? " not in " : " in ") + "["
                        + values.stream().map(Num::text).collect(Collectors.joining(",")) + "]",
                row -> {
                    Number x = operand.meaning.apply(row);
                    if (x == null) {
                        return null;
                    }
                    boolean found = false;
                    for (Num value : values) {
                        found |= Boolean.TRUE.equals(
                                compare(operand, "==", value).meaning.apply(row));
                    }
                    return found != negated;
                });
    }

    private Num num(int depth) {
        if (depth > 0 && random.nextInt(3) == 0) {
            return arithmetic(depth);
        }
        return numberField();
    }

    private Num arithmetic(int depth) {
        Num left = num(depth - 1);
        Num right = random.nextBoolean() ? constant() : num(depth - 1);
        List<String> operators = left.real || right.real
                ? List.of("+", "-", "*", "/", "**")
                : List.of("+", "-", "*", "/", "%", "**", "&", "|", "^", "<<", ">>");
        String operator = operators.get(random.nextInt(operators.size()));
        if (right.origin == Origin.CONSTANT) {
            Number value = right.meaning.apply(new Row(Map.of()));
            boolean zero = value.doubleValue() == 0;
            if (zero && (operator.equals("/") || operator.equals("%"))
                    || operator.length() == 2
                            && !operator.equals("**")
                            && (value.longValue() < 0 || value.longValue() > 63)) {
                return left;
            }
        }
        if (random.nextInt(6) == 0) {
            String sign = left.real || random.nextBoolean() ? "-" : "~";
            return new Num("(" + sign + left.text + ")", Origin.OTHER, left.real, row -> {
                Number x = left.meaning.apply(row);
                if (x == null) {
                    return null;
                }
                return sign.equals("-") ? compute("-", 0L, x) : x instanceof Long whole ? (Number) ~whole : null;
            });
        }
        return new Num(
                "(" + left.text + " " + operator + " " + right.text + ")",
                Origin.OTHER,
                left.real || right.real,
                row -> {
                    Number x = left.meaning.apply(row);
                    Number y = right.meaning.apply(row);
                    return x == null || y == null ? null : compute(operator, x, y);
                });
    }

    private static @Nullable Number compute(String operator, Number left, Number right) {
        if (left instanceof Long x && right instanceof Long y) {
            BigInteger a = BigInteger.valueOf(x);
            BigInteger b = BigInteger.valueOf(y);
            BigInteger exact;
            switch (operator) {
                case "+" -> exact = a.add(b);
                case "-" -> exact = a.subtract(b);
                case "*" -> exact = a.multiply(b);
                case "/" -> {
                    if (y == 0) {
                        return null;
                    }
                    exact = a.divide(b);
                }
                case "%" -> {
                    if (y == 0) {
                        return null;
                    }
                    exact = a.remainder(b);
                }
                case "**" -> {
                    if (y < 0 || y > 64 && Math.abs((double) x) > 1) {
                        return Math.pow(x, y);
                    }
                    exact = Math.abs((double) x) <= 1
                            ? a.pow((int) (y % 2 == 0 ? Math.min(y, 2) : 1))
                            : a.pow(y.intValue());
                }
                case "&" -> exact = a.and(b);
                case "|" -> exact = a.or(b);
                case "^" -> exact = a.xor(b);
                case "<<" -> {
                    return y < 0 || y > 63 ? null : (Number) (x << y);
                }
                case ">>" -> {
                    return y < 0 || y > 63 ? null : (Number) (x >> y);
                }
                default -> throw new AssertionError(operator);
            }
            if (exact.bitLength() <= 63) {
                return exact.longValue();
            }
        }
        double x = left.doubleValue();
        double y = right.doubleValue();
        return switch (operator) {
            case "+" -> (Number) (x + y);
            case "-" -> (Number) (x - y);
            case "*" -> (Number) (x * y);
            case "/" -> (Number) (x / y);
            case "**" -> (Number) Math.pow(x, y);
            default -> null;
        };
    }

    private Num numberField() {
        return switch (random.nextInt(13)) {
            case 0 -> fieldNumber("id");
            case 1 -> fieldNumber("i8");
            case 2 -> fieldNumber("i16");
            case 3 -> fieldNumber("i32");
            case 4 -> fieldNumber("i64");
            case 5 -> fieldNumber("f");
            case 6, 7 -> fieldNumber("d");
            case 8 -> {
                String array = List.of("ai", "al", "af", "ad").get(random.nextInt(4));
                int index = random.nextInt(4);
                yield new Num(
                        array + "[" + index + "]",
                        array.equals("af") ? Origin.FLOAT32 : Origin.OTHER,
                        array.equals("af") || array.equals("ad"),
                        row -> row.get(array) instanceof List<?> list && index < list.size()
                                ? (Number) list.get(index)
                                : null);
            }
            case 9 -> {
                String array = List.of("ai", "as", "ab").get(random.nextInt(3));
                yield new Num(
                        "array_length(" + array + ")",
                        Origin.OTHER,
                        false,
                        row -> row.get(array) instanceof List<?> list ? (Number) (long) list.size() : null);
            }
            case 10 -> {
                Json json = json();
                yield new Num(
                        "array_length(" + json.text + ")",
                        Origin.OTHER,
                        false,
                        row -> json.meaning.apply(row) instanceof List<?> list ? (Number) (long) list.size() : null);
            }
            default -> {
                Json json = jsonPath();
                yield new Num(
                        json.text,
                        Origin.JSON,
                        false,
                        row -> json.meaning.apply(row) instanceof Number number ? number : null);
            }
        };
    }

    private Num fieldNumber(String name) {
        return new Num(
                name, name.equals("f") ? Origin.FLOAT32 : Origin.OTHER, name.equals("f") || name.equals("d"), row ->
                        (Number) row.get(name));
    }

    private Num constant() {
        if (random.nextBoolean()) {
            return wholeConstant();
        }
        double value = anyDouble();
        return new Num(Double.toString(value), Origin.CONSTANT, true, _ -> value);
    }

    private Num wholeConstant() {
        long value = anyLong();
        String text = value < 0 || random.nextBoolean() ? Long.toString(value) : "0x" + Long.toHexString(value);
        return new Num(text, Origin.CONSTANT, false, _ -> value);
    }

    private String operator() {
        return List.of("==", "!=", "<", "<=", ">", ">=").get(random.nextInt(6));
    }

    private static int order(Number x, Number y) {
        if (isFinite(x) && isFinite(y)) {
            return exact(x).compareTo(exact(y));
        }
        double a = x.doubleValue();
        double b = y.doubleValue();
        return a < b ? -1 : a > b ? 1 : a == b ? 0 : 99;
    }

    private static boolean isFinite(Number x) {
        return x instanceof Long || Double.isFinite(x.doubleValue());
    }

    private static BigDecimal exact(Number x) {
        return x instanceof Long whole ? BigDecimal.valueOf(whole) : new BigDecimal(x.doubleValue());
    }

    private static boolean holds(String operator, int order) {
        if (order == 99) {
            return operator.equals("!=");
        }
        return switch (operator) {
            case "==" -> order == 0;
            case "!=" -> order != 0;
            case "<" -> order < 0;
            case "<=" -> order <= 0;
            case ">" -> order > 0;
            default -> order >= 0;
        };
    }

    private static @Nullable Boolean both(
            @Nullable Boolean x, @Nullable Boolean y, BiFunction<Boolean, Boolean, Boolean> meaning) {
        return x == null || y == null ? null : meaning.apply(x.booleanValue(), y.booleanValue());
    }

    private Bool flag() {
        Bool field = switch (random.nextInt(3)) {
            case 0 -> new Bool("b", row -> (Boolean) row.get("b"));
            case 1 -> new Bool("b2", row -> (Boolean) row.get("b2"));
            default -> {
                int index = random.nextInt(3);
                yield new Bool("ab[" + index + "]", row -> {
                    return row.get("ab") instanceof List<?> list && index < list.size()
                            ? (Boolean) list.get(index)
                            : null;
                });
            }
        };
        return switch (random.nextInt(2)) {
            case 0 -> {
                boolean value = random.nextBoolean();
                boolean equal = random.nextBoolean();
                yield new Bool(field.text + (equal ? " == " : " != ") + value, row -> {
                    Boolean x = field.meaning.apply(row);
                    return x == null ? null : (Boolean) ((x == value) == equal);
                });
            }
            default -> {
                boolean yes = random.nextBoolean();
                boolean no = random.nextBoolean();
                String list = yes ? no ? "[false, true]" : "[true]" : no ? "[false]" : "[]";
                yield new Bool(field.text + " in " + list, row -> {
                    Boolean x = field.meaning.apply(row);
                    return x == null ? null : (Boolean) (x ? yes : no);
                });
            }
        };
    }

    private Str str() {
        if (random.nextInt(3) == 0) {
            int index = random.nextInt(3);
            return new Str(
                    "as[" + index + "]",
                    row -> row.get("as") instanceof List<?> list && index < list.size()
                            ? (String) list.get(index)
                            : null);
        }
        String name = random.nextBoolean() ? "s" : "t";
        return new Str(name, row -> (String) row.get(name));
    }

    private Bool textCompare() {
        Str left = str();
        String operator = operator();
        if (random.nextInt(3) == 0) {
            Str right = str();
            return new Bool(left.text + operator + right.text, row -> {
                String x = left.meaning.apply(row);
                String y = right.meaning.apply(row);
                return x == null || y == null ? null : (Boolean) holds(operator, order(x, y));
            });
        }
        String value = anyText();
        return new Bool(left.text + operator + quoted(value), row -> {
            String x = left.meaning.apply(row);
            return x == null ? null : (Boolean) holds(operator, order(x, value));
        });
    }

    private static int order(String x, String y) {
        int[] a = x.codePoints().toArray();
        int[] b = y.codePoints().toArray();
        return java.util.Arrays.compare(a, b);
    }

    private Bool textIn() {
        Str operand = str();
        List<String> values = new ArrayList<>();
        for (int i = random.nextInt(5); i > 0; i--) {
            values.add(anyText());
        }
        return new Bool(
                operand.text + " in " + values.stream().map(this::quoted).collect(Collectors.joining(", ", "[", "]")),
                row -> {
                    String x = operand.meaning.apply(row);
                    return x == null ? null : (Boolean) values.contains(x);
                });
    }

    private Bool like() {
        StringBuilder pattern = new StringBuilder();
        StringBuilder regex = new StringBuilder();
        for (int i = random.nextInt(5); i > 0; i--) {
            switch (random.nextInt(6)) {
                case 0, 1 -> {
                    pattern.append('%');
                    regex.append(".*");
                }
                case 2 -> {
                    pattern.append('_');
                    regex.append('.');
                }
                default -> {
                    String text = anyText();
                    String piece = text.isEmpty()
                            ? ""
                            : text.substring(
                                    0,
                                    text.offsetByCodePoints(
                                            0, random.nextInt(text.codePointCount(0, text.length()) + 1)));
                    pattern.append(piece.replaceAll("[%_\\\\]", "\\\\$0"));
                    regex.append(Pattern.quote(piece));
                }
            }
        }
        Predicate<String> matches =
                Pattern.compile(regex.toString(), Pattern.DOTALL).asMatchPredicate();
        boolean negated = random.nextBoolean();
        String tail = (negated ? " not like " : " like ") + quoted(pattern.toString());
        if (random.nextBoolean()) {
            Json json = jsonPath();
            return new Bool(
                    json.text + tail,
                    row -> json.meaning.apply(row) instanceof String text
                            ? (Boolean) (matches.test(text) != negated)
                            : null);
        }
        Str operand = str();
        return new Bool(operand.text + tail, row -> {
            String x = operand.meaning.apply(row);
            return x == null ? null : (Boolean) (matches.test(x) != negated);
        });
    }

    private Bool nullTest() {
        boolean negated = random.nextBoolean();
        String tail = negated ? " is not null" : " is null";
        if (random.nextBoolean()) {
            Json json = jsonPath();
            boolean exists = random.nextBoolean();
            return new Bool(exists ? "exists " + json.text : json.text + tail, row -> {
                Object value = json.meaning.apply(row);
                boolean isNull = value == null || value == Missing.NOTHING;
                return isNull != (exists || negated);
            });
        }
        List<String> names = SCHEMA.userFields().stream()
                .filter(field -> !field.type().isVector())
                .map(FieldSchema::name)
                .toList();
        String name = names.get(random.nextInt(names.size()));
        return new Bool(name + tail, row -> (row.get(name) == null) != negated);
    }

    // JSON

    private Json json() {
        return random.nextInt(10) == 0 ? new Json("j", row -> wholeJson(row, "j")) : jsonPath();
    }

    private static @Nullable Object wholeJson(Row row, String field) {
        Object value = row.get(field);
        return value == null ? Missing.NOTHING : value;
    }

    private Json jsonPath() {
        Function<Row, @Nullable Object> meaning;
        String text;
        switch (random.nextInt(3)) {
            case 0 -> {
                text = "j";
                meaning = row -> wholeJson(row, "j");
            }
            case 1 -> {
                text = "$meta";
                meaning = row -> wholeJson(row, "$meta");
            }
            default -> {
                String key = List.of("a", "n", "日", "nokey").get(random.nextInt(4));
                text = key;
                meaning = row -> step(wholeJson(row, "$meta"), key, -1);
            }
        }
        for (int i = text.equals("j") || text.equals("$meta") ? 1 + random.nextInt(2) : random.nextInt(2); i > 0; i--) {
            Function<Row, @Nullable Object> parent = meaning;
            if (random.nextInt(3) == 0) {
                int index = random.nextInt(3);
                text += "[" + index + "]";
                meaning = row -> step(parent.apply(row), Integer.toString(index), index);
            } else {
                String key = KEYS[random.nextInt(KEYS.length)];
                text += "[" + quoted(key) + "]";
                meaning = row -> step(parent.apply(row), key, -1);
            }
        }
        return new Json(text, meaning);
    }

    private static @Nullable Object step(@Nullable Object parent, String key, int index) {
        return switch (parent) {
            case Map<?, ?> map when map.containsKey(key) -> map.get(key);
            case List<?> list when index >= 0 && index < list.size() -> list.get(index);
            case null, default -> Missing.NOTHING;
        };
    }

    /** A constant: Long, Double, String, Boolean or a list of them. */
    private Object jsonConstant(int depth) {
        return switch (random.nextInt(depth > 0 ? 6 : 5)) {
            case 0, 1 -> anyLong();
            case 2 -> anyDouble();
            case 3 -> anyText();
            case 4 -> random.nextBoolean();
            default -> {
                List<Object> list = new ArrayList<>();
                for (int i = random.nextInt(3); i > 0; i--) {
                    list.add(jsonConstant(depth - 1));
                }
                yield list;
            }
        };
    }

    private String written(Object constant) {
        return switch (constant) {
            case String text -> quoted(text);
            case List<?> list -> list.stream().map(this::written).collect(Collectors.joining(", ", "[", "]"));
            case Double value when value.isInfinite() -> value > 0 ? "1e999" : "-1e999";
            default -> constant.toString();
        };
    }

    private static boolean equal(@Nullable Object value, Object constant) {
        return switch (constant) {
            case Number wanted -> value instanceof Number number && order(number, wanted) == 0;
            case List<?> wanted -> {
                if (!(value instanceof List<?> list) || list.size() != wanted.size()) {
                    yield false;
                }
                boolean all = true;
                for (int i = 0; i < list.size(); i++) {
                    all &= equal(list.get(i), wanted.get(i));
                }
                yield all;
            }
            default -> constant.equals(value);
        };
    }

    private static boolean sameKind(@Nullable Object value, Object constant) {
        return switch (constant) {
            case Number _ -> value instanceof Number;
            case String _ -> value instanceof String;
            case Boolean _ -> value instanceof Boolean;
            default -> value instanceof List<?>;
        };
    }

    private Bool jsonCompare() {
        Json json = jsonPath();
        Object constant = jsonConstant(1);
        boolean ordered = constant instanceof Number || constant instanceof String;
        String operator = ordered ? operator() : random.nextBoolean() ? "==" : "!=";
        Function<Row, @Nullable Boolean> meaning = row -> {
            Object value = json.meaning.apply(row);
            if (!sameKind(value, constant)) {
                return null;
            }
            if (constant instanceof Number wanted) {
                return holds(operator, order((Number) value, wanted));
            }
            if (constant instanceof String wanted) {
                return holds(operator, order((String) value, wanted));
            }
            return equal(value, constant) == operator.equals("==");
        };
        return new Bool(json.text + " " + operator + " " + written(constant), meaning);
    }

    private Bool jsonIn() {
        Json json = jsonPath();
        List<Object> constants = new ArrayList<>();
        for (int i = random.nextInt(4); i > 0; i--) {
            constants.add(jsonConstant(1));
        }
        boolean negated = random.nextBoolean();
        return new Bool(json.text + (negated ? " not in " : " in ") + written(constants), row -> {
            Object value = json.meaning.apply(row);
            if (value == null || value == Missing.NOTHING) {
                return null;
            }
            if (constants.stream().anyMatch(constant -> equal(value, constant))) {
                return !negated;
            }
            return constants.stream().allMatch(constant -> sameKind(value, constant)) ? (Boolean) negated : null;
        });
    }

    private Bool jsonContains() {
        Json json = json();
        List<Object> wanted = new ArrayList<>();
        for (int i = random.nextInt(3); i >= 0; i--) {
            wanted.add(jsonConstant(1));
        }
        return contains("json_contains", json.text, json.meaning, wanted);
    }

    private Bool arrayContains() {
        String name = List.of("ai", "al", "af", "ad", "ab", "as").get(random.nextInt(6));
        DataType type = elementType(SCHEMA.find(name).orElseThrow());
        List<Object> wanted = new ArrayList<>();
        for (int i = random.nextInt(3); i >= 0; i--) {
            wanted.add(scalar(type));
        }
        if (random.nextInt(4) == 0) {
            boolean equal = random.nextBoolean();
            return new Bool(name + (equal ? " == " : " != ") + written(wanted), row -> {
                Object value = row.get(name);
                return value == null ? null : (Boolean) (equal(value, wanted) == equal);
            });
        }
        return contains("array_contains", name, row -> row.get(name), wanted);
    }

    private Bool contains(String function, String field, Function<Row, @Nullable Object> meaning, List<Object> wanted) {
        int mode = random.nextInt(3);
        List<Object> constants = mode == 0 ? List.of(wanted.getFirst()) : wanted;
        String text = switch (mode) {
            case 0 -> function + "(" + field + ", " + written(wanted.getFirst()) + ")";
            case 1 -> function + "_any(" + field + ", " + written(wanted) + ")";
            default -> function + "_all(" + field + ", " + written(wanted) + ")";
        };
        return new Bool(text, row -> {
            if (!(meaning.apply(row) instanceof List<?> list)) {
                return null;
            }
            Predicate<Object> isThere = constant -> list.stream().anyMatch(element -> equal(element, constant));
            return mode == 2
                    ? constants.stream().allMatch(isThere)
                    : constants.stream().anyMatch(isThere);
        });
    }

    /** A string literal in one of the forms there are. */
    private String quoted(String text) {
        char quote = random.nextBoolean() ? '"' : '\'';
        StringBuilder to = new StringBuilder().append(quote);
        for (char c : text.toCharArray()) {
            if (c == quote || c == '\\') {
                to.append('\\').append(c);
            } else if (c == '\n') {
                to.append("\\n");
            } else if (c < 0x80 && random.nextInt(8) == 0) {
                to.append(String.format(random.nextBoolean() ? "\\x%02x" : "\\%03o", (int) c));
            } else {
                to.append(c);
            }
        }
        return to.append(quote).toString();
    }
}
