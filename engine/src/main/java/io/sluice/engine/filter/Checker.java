package io.sluice.engine.filter;

import io.sluice.engine.error.EngineException.InvalidRequest;
import io.sluice.engine.filter.Expression.Path;
import io.sluice.engine.filter.Expression.Step;
import io.sluice.engine.filter.Plan.Predicate;
import io.sluice.engine.filter.Token.Kind;
import io.sluice.engine.schema.CollectionSchema;
import io.sluice.engine.schema.DataType;
import io.sluice.engine.schema.FieldSchema;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Syntax tree to plan: finds the fields, checks the types, puts in the templates, folds constants. Confined to one
 * thread at a time.
 */
final class Checker {
    /** The functions that exist, in lower case. */
    static final List<String> FUNCTIONS = List.of(
            "json_contains",
            "json_contains_all",
            "json_contains_any",
            "array_contains",
            "array_contains_all",
            "array_contains_any",
            "array_length");

    /** Values of one list. */
    static final int MAX_LIST = 1_000_000;

    /** What an expression is, before it is known what for. */
    private sealed interface Operand {
        /** As Milvus's messages name its type. */
        default String typeName() {
            return switch (this) {
                case Value(Constant constant, var _) -> constant.typeName();
                case Bool _ -> "Bool";
                case Num(Plan.Number number) -> number.typeName();
                case Txt _ -> "VarChar";
                case Json _ -> "JSON";
                case ArrayOf(FieldSchema field) -> "Array[" + elementType(field).milvusName() + "]";
            };
        }
    }

    /** @param given whether it came from a template, whose numbers are typed by the client, not by the user */
    private record Value(Constant constant, boolean given) implements Operand {}

    private record Bool(Predicate predicate) implements Operand {}

    private record Num(Plan.Number number) implements Operand {}

    private record Txt(Plan.Text text) implements Operand {}

    private record Json(int fieldId, JsonPath path) implements Operand {}

    private record ArrayOf(FieldSchema field) implements Operand {}

    private final Source source;
    private final CollectionSchema schema;
    private final Map<String, Object> templates;
    private final Set<Integer> fieldIds = new LinkedHashSet<>();
    private final Set<String> dynamicKeys = new LinkedHashSet<>();

    Checker(Source source, CollectionSchema schema, Map<String, Object> templates) {
        this.source = source;
        this.schema = schema;
        this.templates = templates;
    }

    /** The fields named so far, in the order of the text. */
    Set<Integer> fieldIds() {
        return fieldIds;
    }

    Set<String> dynamicKeys() {
        return dynamicKeys;
    }

    Predicate whole(Expression expression) {
        Operand operand = check(expression);
        return predicate(expression, operand)
                .orElseThrow(() -> new InvalidRequest("failed to create query plan: predicate is not a boolean"
                        + " expression: " + source.shown(expression) + ", data type: " + operand.typeName()
                        + ". Compare it, such as with == or in"));
    }

    /** A field alone is none, not even a Bool: so it is in Milvus. */
    private static Optional<Predicate> predicate(Expression expression, Operand operand) {
        return switch (operand) {
            case Bool _ when expression instanceof Path -> Optional.empty();
            case Bool(Predicate predicate) -> Optional.of(predicate);
            case Value(Constant.Bool(boolean value), var _) -> Optional.of(new Plan.Always(value));
            case Value _, Num _, Txt _, Json _, ArrayOf _ -> Optional.empty();
        };
    }

    private Operand check(Expression expression) {
        return switch (expression) {
            case Expression.Literal(Constant value, var _, var _) -> new Value(value, false);
            case Path path -> path(path);
            case Expression.Template template -> new Value(template(template), true);
            case Expression.ListLiteral list -> new Value(list(list), false);
            case Expression.Unary unary -> unary(unary);
            case Expression.Binary binary -> binary(binary);
            case Expression.Junction junction -> new Bool(junction(junction));
            case Expression.Between between -> new Bool(between(between));
            case Expression.In in -> new Bool(in(in));
            case Expression.Like like -> new Bool(like(like));
            case Expression.NullTest test -> new Bool(nullTest(test));
            case Expression.Exists exists -> new Bool(exists(exists));
            case Expression.Call call -> call(call);
        };
    }

    // Names

    private Operand path(Path path) {
        Optional<FieldSchema> found = schema.find(path.name());
        if (found.isEmpty()) {
            FieldSchema meta = schema.meta()
                    .orElseThrow(() -> source.refuse("field " + path.name() + " not exist: position="
                            + (path.from() + 1) + ", fields="
                            + schema.fields().stream().map(FieldSchema::name).toList()
                            + ". Name one of them, or enable the dynamic field"));
            fieldIds.add(meta.id());
            dynamicKeys.add(path.name());
            List<JsonPath.Step> steps = new ArrayList<>();
            steps.add(JsonPath.Step.key(path.name()));
            addSteps(path, steps);
            return new Json(meta.id(), new JsonPath(steps));
        }
        FieldSchema field = found.get();
        if (field.type().isVector()) {
            throw source.refuse(
                    path,
                    "filters do not work on vector fields: field:" + field.name() + " data_type:"
                            + field.type().milvusName(),
                    "Name a scalar field");
        }
        fieldIds.add(field.id());
        return switch (field.type()) {
            case JSON -> json(field, path);
            case ARRAY -> path.steps().isEmpty() ? new ArrayOf(field) : element(field, path);
            case BOOL, INT8, INT16, INT32, INT64, FLOAT, DOUBLE, VARCHAR -> {
                if (!path.steps().isEmpty()) {
                    throw source.refuse(
                            path,
                            field.type().milvusName() + " data type not supported accessed with []",
                            "Only JSON and Array fields have parts");
                }
                yield scalar(field);
            }
            default ->
                throw source.refuse(
                        path,
                        "filters do not work on this type: field:" + field.name() + " data_type:"
                                + field.type().milvusName(),
                        "Name a scalar field");
        };
    }

    private static Operand scalar(FieldSchema field) {
        return switch (field.type()) {
            case BOOL -> new Bool(new Plan.Flag(field.id(), -1));
            case VARCHAR -> new Txt(new Plan.Text(field.id(), Plan.Text.WHOLE_FIELD));
            case FLOAT, DOUBLE -> new Num(new Plan.FloatField(field.id(), field.type()));
            default -> new Num(new Plan.IntegerField(field.id(), field.type()));
        };
    }

    private Operand json(FieldSchema field, Path path) {
        List<JsonPath.Step> steps = new ArrayList<>();
        addSteps(path, steps);
        if (field.dynamic() && !path.steps().isEmpty()) {
            String key = path.steps().getFirst().key();
            dynamicKeys.add(
                    key != null ? key : Integer.toString(path.steps().getFirst().index()));
        }
        return new Json(field.id(), new JsonPath(steps));
    }

    private static void addSteps(Path path, List<JsonPath.Step> to) {
        for (Step step : path.steps()) {
            String key = step.key();
            to.add(key != null ? JsonPath.Step.key(key) : JsonPath.Step.index(step.index()));
        }
    }

    private Operand element(FieldSchema field, Path path) {
        Step step = path.steps().getFirst();
        if (step.key() != null || path.steps().size() > 1) {
            throw source.refuse(
                    path, "can only access array field with integer index", "Write " + field.name() + "[0]");
        }
        DataType type = elementType(field);
        return switch (type) {
            case BOOL -> new Bool(new Plan.Flag(field.id(), step.index()));
            case VARCHAR -> new Txt(new Plan.Text(field.id(), step.index()));
            default -> new Num(new Plan.ElementNumber(field.id(), type, step.index()));
        };
    }

    private static DataType elementType(FieldSchema field) {
        DataType type = field.elementType();
        if (type == null) {
            throw new IllegalStateException("an array without element type: " + field);
        }
        return type;
    }

    // Constants

    private Constant template(Expression.Template template) {
        Object value = templates.get(template.name());
        if (value == null) {
            throw source.refuse(
                    template,
                    "the value of expression template variable name {" + template.name() + "} is not found",
                    "Send it with the request; given are "
                            + templates.keySet().stream().sorted().toList());
        }
        return constant(template, value, 0);
    }

    private Constant constant(Expression.Template template, Object value, int depth) {
        if (depth > Parser.MAX_DEPTH) {
            throw source.refuse(template, "the list is nested too deep: limit=" + Parser.MAX_DEPTH, "Send a flat list");
        }
        return switch (value) {
            case Boolean flag -> new Constant.Bool(flag);
            case Long number -> new Constant.Int(number);
            case Integer number -> new Constant.Int(number);
            case Double number -> new Constant.Real(number);
            case Float number -> new Constant.Real(number);
            case String text -> new Constant.Text(text);
            case List<?> values -> {
                checkLength(template, values.size());
                List<Constant> constants = new ArrayList<>(values.size());
                for (Object item : values) {
                    if (item == null) {
                        throw badTemplate(template, "null");
                    }
                    constants.add(constant(template, item, depth + 1));
                }
                yield new Constant.Many(constants);
            }
            default -> throw badTemplate(template, value.getClass().getSimpleName());
        };
    }

    private InvalidRequest badTemplate(Expression.Template template, String type) {
        return source.refuse(
                template,
                "unsupported value of expression template variable {" + template.name() + "}: type=" + type,
                "Send a boolean, a number, a string or a list of these");
    }

    private Constant list(Expression.ListLiteral list) {
        checkLength(list, list.items().size());
        List<Constant> values = new ArrayList<>(list.items().size());
        for (Expression item : list.items()) {
            if (!(check(item) instanceof Value(Constant value, var _))) {
                throw source.refuse(
                        item,
                        "array element type must be generic value, but got: " + source.shown(item),
                        "Lists hold constants only");
            }
            values.add(value);
        }
        return new Constant.Many(values);
    }

    private void checkLength(Expression list, int length) {
        if (length > MAX_LIST) {
            throw source.refuse(list, "the list is too long: values=" + length + ", limit=" + MAX_LIST, "Split it");
        }
    }

    // Logic

    private Predicate junction(Expression.Junction junction) {
        boolean all = junction.operator() == Kind.AND;
        List<Predicate> parts = new ArrayList<>(junction.operands().size());
        for (Expression part : junction.operands()) {
            Operand operand = check(part);
            parts.add(predicate(part, operand)
                    .orElseThrow(() -> source.refuse(
                            part,
                            "'" + (all ? "and" : "or") + "' can only be used between boolean expressions, but got: "
                                    + operand.typeName(),
                            "Compare it, such as with == or in")));
        }
        return all ? and(parts) : or(parts);
    }

    /** Flat, without constants, ranges of one field joined, cheap parts first. */
    private static Predicate and(List<Predicate> parts) {
        List<Predicate> kept = new ArrayList<>();
        Map<Integer, Integer> ranges = new HashMap<>();
        for (Predicate part : parts) {
            switch (part) {
                case Plan.Always(boolean value) -> {
                    if (!value) {
                        return part;
                    }
                }
                case Plan.And(List<Predicate> inner) -> inner.forEach(one -> addJoined(one, kept, ranges));
                default -> addJoined(part, kept, ranges);
            }
        }
        if (kept.isEmpty()) {
            return new Plan.Always(true);
        }
        return kept.size() == 1 ? kept.getFirst() : new Plan.And(cheapFirst(kept));
    }

    private static void addJoined(Predicate part, List<Predicate> kept, Map<Integer, Integer> ranges) {
        int fieldId = switch (part) {
            case Plan.IntegerRange range when !range.inverted() -> range.fieldId();
            case Plan.FloatRange range when !range.inverted() -> range.fieldId();
            default -> -1;
        };
        Integer at = fieldId < 0 ? null : ranges.putIfAbsent(fieldId, kept.size());
        if (at == null) {
            kept.add(part);
        } else {
            kept.set(at, joined(kept.get(at), part));
        }
    }

    private static Predicate joined(Predicate left, Predicate right) {
        return switch (left) {
            case Plan.IntegerRange(int fieldId, DataType type, long min, long max, var _)
            when right instanceof Plan.IntegerRange other ->
                new Plan.IntegerRange(fieldId, type, Math.max(min, other.min()), Math.min(max, other.max()), false);
            case Plan.FloatRange(int fieldId, DataType type, double min, double max, var _)
            when right instanceof Plan.FloatRange other ->
                new Plan.FloatRange(fieldId, type, Math.max(min, other.min()), Math.min(max, other.max()), false);
            default -> throw new IllegalStateException("no ranges of one field: " + left + ", " + right);
        };
    }

    private static Predicate or(List<Predicate> parts) {
        List<Predicate> kept = new ArrayList<>();
        for (Predicate part : parts) {
            switch (part) {
                case Plan.Always(boolean value) -> {
                    if (value) {
                        return part;
                    }
                }
                case Plan.Or(List<Predicate> inner) -> kept.addAll(inner);
                default -> kept.add(part);
            }
        }
        if (kept.isEmpty()) {
            return new Plan.Always(false);
        }
        return kept.size() == 1 ? kept.getFirst() : new Plan.Or(cheapFirst(kept));
    }

    private record Costed(Predicate predicate, int cost) {}

    private static List<Predicate> cheapFirst(List<Predicate> parts) {
        return parts.stream()
                .map(part -> new Costed(part, Plan.cost(part)))
                .sorted(Comparator.comparingInt(Costed::cost))
                .map(Costed::predicate)
                .toList();
    }

    private static Predicate not(Predicate predicate) {
        return switch (predicate) {
            case Plan.Always(boolean value) -> new Plan.Always(!value);
            case Plan.Not(Predicate part) -> part;
            case Plan.IntegerRange range ->
                new Plan.IntegerRange(range.fieldId(), range.type(), range.min(), range.max(), !range.inverted());
            case Plan.FloatRange range ->
                new Plan.FloatRange(range.fieldId(), range.type(), range.min(), range.max(), !range.inverted());
            default -> new Plan.Not(predicate);
        };
    }

    private Operand unary(Expression.Unary unary) {
        Operand operand = check(unary.operand());
        if (unary.operator() == Kind.NOT) {
            return new Bool(not(predicate(unary.operand(), operand)
                    .orElseThrow(() -> source.refuse(
                            unary,
                            (operand instanceof Value
                                            ? "not can only apply on boolean"
                                            : "not op can only be applied on boolean expression")
                                    + ", but got: " + operand.typeName(),
                            "not binds tighter than comparisons: write not (a == 1), or a not in [...]"))));
        }
        Plan.Number number = number(
                unary.operand(),
                operand,
                switch (unary.operator()) {
                    case PLUS -> "positive";
                    case MINUS -> "negative";
                    default -> "bitnot";
                });
        return switch (unary.operator()) {
            case PLUS -> asOperand(number);
            case MINUS -> {
                if (number instanceof Plan.Fixed(Constant.Real(double value))) {
                    yield new Value(new Constant.Real(-value), false);
                }
                // 0 - x would make 0.0 of 0.0, but no comparison tells 0.0 from -0.0.
                yield compute(unary, Arithmetic.SUBTRACT, new Plan.Fixed(new Constant.Int(0)), number);
            }
            default -> compute(unary, Arithmetic.XOR, number, new Plan.Fixed(new Constant.Int(-1)));
        };
    }

    // Numbers

    private Operand binary(Expression.Binary binary) {
        Operand left = check(binary.left());
        Operand right = check(binary.right());
        Optional<Comparison> comparison = comparison(binary.operator());
        if (comparison.isPresent()) {
            return new Bool(compare(binary, left, comparison.get(), right));
        }
        Arithmetic operation = arithmetic(binary.operator());
        return compute(
                binary,
                operation,
                number(binary.left(), left, operation.word()),
                number(binary.right(), right, operation.word()));
    }

    private static Optional<Comparison> comparison(Kind operator) {
        return switch (operator) {
            case LT -> Optional.of(Comparison.LT);
            case LE -> Optional.of(Comparison.LE);
            case GT -> Optional.of(Comparison.GT);
            case GE -> Optional.of(Comparison.GE);
            case EQ -> Optional.of(Comparison.EQ);
            case NE -> Optional.of(Comparison.NE);
            default -> Optional.empty();
        };
    }

    private static Arithmetic arithmetic(Kind operator) {
        return switch (operator) {
            case PLUS -> Arithmetic.ADD;
            case MINUS -> Arithmetic.SUBTRACT;
            case TIMES -> Arithmetic.MULTIPLY;
            case DIVIDE -> Arithmetic.DIVIDE;
            case MODULO -> Arithmetic.MODULO;
            case POWER -> Arithmetic.POWER;
            case SHIFT_LEFT -> Arithmetic.SHIFT_LEFT;
            case SHIFT_RIGHT -> Arithmetic.SHIFT_RIGHT;
            case BIT_AND -> Arithmetic.AND;
            case BIT_OR -> Arithmetic.OR;
            case BIT_XOR -> Arithmetic.XOR;
            default -> throw new IllegalStateException("no arithmetic: " + operator);
        };
    }

    private Plan.Number number(Expression expression, Operand operand, String operation) {
        return switch (operand) {
            case Num(Plan.Number number) -> number;
            case Value(Constant value, var _) when value.isNumber() -> new Plan.Fixed(value);
            case Json(int fieldId, JsonPath path) when !path.isRoot() -> new Plan.JsonNumber(fieldId, path);
            case Json _ ->
                throw source.refuse(
                        expression,
                        "'" + operation + "' can only be used between integer or floating or json field expressions, "
                                + "but got a whole JSON field",
                        "Name a part of it, such as " + source.shown(expression) + "[\"key\"]");
            case Value _, Bool _, Txt _, ArrayOf _ ->
                throw source.refuse(
                        expression,
                        "'" + operation + "' can only be used between integer or floating or json field expressions, "
                                + "but got: " + operand.typeName(),
                        "Arithmetic works on numbers; == and != bind tighter than & ^ |, so bits need parentheses");
        };
    }

    private Operand compute(Expression whole, Arithmetic operation, Plan.Number left, Plan.Number right) {
        if (operation.integersOnly() && (Plan.isReal(left) || Plan.isReal(right))) {
            throw source.refuse(
                    whole,
                    (operation == Arithmetic.MODULO ? "modulo" : "'" + operation.spelling() + "'")
                            + " can only apply on integer types, but got: " + left.typeName() + ", "
                            + right.typeName(),
                    "Use integers");
        }
        boolean divides = operation == Arithmetic.DIVIDE || operation == Arithmetic.MODULO;
        if (divides && right instanceof Plan.Fixed(Constant divisor) && divisor.asDouble() == 0) {
            throw source.refuse(whole, "division or modulus by zero", "Divide by something else");
        }
        boolean shifts = operation == Arithmetic.SHIFT_LEFT || operation == Arithmetic.SHIFT_RIGHT;
        if (shifts && right instanceof Plan.Fixed(Constant.Int(long bits)) && (bits < 0 || bits > 63)) {
            throw source.refuse(whole, "shift out of range: bits=" + bits + ", min=0, max=63", "Shift by fewer bits");
        }
        if (left instanceof Plan.Fixed(Constant x) && right instanceof Plan.Fixed(Constant y)) {
            Arithmetic.Result result = new Arithmetic.Result();
            if (x instanceof Constant.Int(long m) && y instanceof Constant.Int(long n)) {
                operation.apply(m, n, result);
            } else {
                operation.apply(x.asDouble(), y.asDouble(), result);
            }
            return new Value(result.integral ? new Constant.Int(result.whole) : new Constant.Real(result.real), false);
        }
        return new Num(new Plan.Computed(operation, left, right));
    }

    private static Operand asOperand(Plan.Number number) {
        return number instanceof Plan.Fixed(Constant value) ? new Value(value, false) : new Num(number);
    }

    // Comparisons

    private Predicate between(Expression.Between between) {
        Operand middle = check(between.middle());
        Predicate lower = compare(
                between, check(between.left()), comparison(between.first()).orElseThrow(), middle);
        Predicate upper = compare(between, middle, comparison(between.second()).orElseThrow(), check(between.right()));
        return and(List.of(lower, upper));
    }

    private Predicate compare(Expression whole, Operand left, Comparison comparison, Operand right) {
        if (left instanceof Value(Constant x, var _)) {
            if (right instanceof Value(Constant y, var _)) {
                return new Plan.Always(fold(whole, x, comparison, y));
            }
            return compareWith(whole, right, comparison.mirrored(), x);
        }
        if (right instanceof Value(Constant y, var _)) {
            return compareWith(whole, left, comparison, y);
        }
        if (left instanceof Txt(Plan.Text x) && right instanceof Txt(Plan.Text y)) {
            return new Plan.TextPair(x, comparison, y);
        }
        if (left instanceof Bool(Predicate x) && right instanceof Bool(Predicate y) && comparison.isEquality()) {
            Predicate same = new Plan.Same(x, y);
            return comparison == Comparison.EQ ? same : not(same);
        }
        if (left instanceof ArrayOf || right instanceof ArrayOf) {
            throw arrayCompared(whole);
        }
        if (left instanceof Json && !(right instanceof Num) || right instanceof Json && !(left instanceof Num)) {
            throw source.refuse(
                    whole,
                    "two column comparison with JSON type is not supported",
                    "Compare a JSON path with a constant or a number field");
        }
        if (left instanceof Bool || right instanceof Bool || left instanceof Txt || right instanceof Txt) {
            throw incomparable(whole, left, comparison, right);
        }
        return new Plan.NumberCompare(
                number(whole, left, comparison.spelling()), comparison, number(whole, right, comparison.spelling()));
    }

    private boolean fold(Expression whole, Constant left, Comparison comparison, Constant right) {
        if (left.isNumber() && right.isNumber()) {
            return comparison.holds(Constant.order(left, right));
        }
        if (left instanceof Constant.Text(var _, byte[] x) && right instanceof Constant.Text(var _, byte[] y)) {
            return comparison.holds(Arrays.compareUnsigned(x, y));
        }
        if (left instanceof Constant.Bool(boolean x)
                && right instanceof Constant.Bool(boolean y)
                && comparison.isEquality()) {
            return comparison.holds(Boolean.compare(x, y));
        }
        throw source.refuse(
                whole,
                "comparison operations cannot be applied to two incompatible operands: " + source.shown(whole),
                "Compare a field with a constant of its type");
    }

    private Predicate compareWith(Expression whole, Operand operand, Comparison comparison, Constant constant) {
        switch (operand) {
            case Num(Plan.IntegerField(int fieldId, DataType type))
            when constant.isNumber() -> {
                return integerRange(fieldId, type, comparison, constant);
            }
            case Num(Plan.FloatField(int fieldId, DataType type))
            when constant.isNumber() -> {
                return floatRange(fieldId, type, comparison, constant);
            }
            case Num(Plan.ElementNumber number)
            when constant.isNumber() && number.elementType() == DataType.FLOAT -> {
                return new Plan.NumberCompare(
                        number, comparison, new Plan.Fixed(new Constant.Real(constant.asFloat())));
            }
            case Num(Plan.Number number)
            when constant.isNumber() -> {
                return new Plan.NumberCompare(number, comparison, new Plan.Fixed(constant));
            }
            case Txt(Plan.Text text)
            when constant instanceof Constant.Text(var _, byte[] utf8) -> {
                return new Plan.TextCompare(text, comparison, utf8);
            }
            case Bool(Predicate predicate)
            when constant instanceof Constant.Bool(boolean value) && comparison.isEquality() -> {
                return value == (comparison == Comparison.EQ) ? predicate : not(predicate);
            }
            case Json(int fieldId, JsonPath path) -> {
                boolean ordered = constant.isNumber() || constant instanceof Constant.Text;
                if (path.isRoot() && !(constant instanceof Constant.Many)) {
                    throw source.refuse(
                            whole,
                            "can not compare a whole JSON field with: " + constant.typeName(),
                            "Name a part of it: field[\"key\"]");
                }
                if (ordered || comparison.isEquality()) {
                    return new Plan.JsonCompare(fieldId, path, comparison, constant);
                }
            }
            case ArrayOf(FieldSchema field) -> {
                if (!(constant instanceof Constant.Many(List<Constant> values)) || !comparison.isEquality()) {
                    throw arrayCompared(whole);
                }
                Predicate equals = new Plan.ArrayEquals(field.id(), elements(whole, field, values));
                return comparison == Comparison.EQ ? equals : not(equals);
            }
            default -> {}
        }
        throw incomparable(whole, operand, comparison, new Value(constant, false));
    }

    private InvalidRequest arrayCompared(Expression whole) {
        return source.refuse(
                whole,
                "can not comparisons array fields directly",
                "Compare an element (field[0]), compare with == [...], or use array_contains");
    }

    private InvalidRequest incomparable(Expression whole, Operand left, Comparison comparison, Operand right) {
        return source.refuse(
                whole,
                "comparisons between " + left.typeName() + " and " + right.typeName() + " are not supported with "
                        + comparison.spelling(),
                "Write the constant in the type of the field");
    }

    private static Predicate integerRange(int fieldId, DataType type, Comparison comparison, Constant constant) {
        long min = Long.MIN_VALUE;
        long max = Long.MAX_VALUE;
        boolean none = false;
        if (constant instanceof Constant.Int(long value)) {
            switch (comparison) {
                case EQ, NE -> {
                    min = value;
                    max = value;
                }
                case LT -> {
                    none = value == Long.MIN_VALUE;
                    max = value - 1;
                }
                case LE -> max = value;
                case GT -> {
                    none = value == Long.MAX_VALUE;
                    min = value + 1;
                }
                case GE -> min = value;
            }
        } else {
            double value = constant.asDouble();
            if (Double.isNaN(value)) {
                none = true;
            } else if (value >= 0x1p63 || value < -0x1p63) {
                // Beyond every integer: all of them are on one side.
                none = !comparison.holds(value > 0 ? -1 : 1) || comparison.isEquality();
            } else {
                boolean whole = value == Math.rint(value);
                long floor = (long) Math.floor(value);
                switch (comparison) {
                    case EQ, NE -> {
                        none = !whole;
                        min = floor;
                        max = floor;
                    }
                    case LT -> {
                        none = whole && floor == Long.MIN_VALUE;
                        max = whole ? floor - 1 : floor;
                    }
                    case LE -> max = floor;
                    case GT -> min = floor + 1;
                    case GE -> min = whole ? floor : floor + 1;
                }
            }
        }
        return new Plan.IntegerRange(fieldId, type, none ? 1 : min, none ? 0 : max, comparison == Comparison.NE);
    }

    private static Predicate floatRange(int fieldId, DataType type, Comparison comparison, Constant constant) {
        boolean single = type == DataType.FLOAT;
        double value = single ? constant.asFloat() : constant.asDouble();
        double min = Double.NEGATIVE_INFINITY;
        double max = Double.POSITIVE_INFINITY;
        boolean none = Double.isNaN(value);
        // Where the double nearest to an integer constant lies: below it, above it, or on it.
        int side = !single && constant instanceof Constant.Int(long exact) ? -Comparison.order(exact, value) : 0;
        switch (comparison) {
            case EQ, NE -> {
                none |= side != 0;
                min = value;
                max = value;
            }
            case LT -> {
                none |= value == Double.NEGATIVE_INFINITY;
                max = side < 0 ? value : below(value, single);
            }
            case LE -> max = side > 0 ? below(value, single) : value;
            case GT -> {
                none |= value == Double.POSITIVE_INFINITY;
                min = side > 0 ? value : above(value, single);
            }
            case GE -> min = side < 0 ? above(value, single) : value;
        }
        return new Plan.FloatRange(
                fieldId,
                type,
                none ? Double.POSITIVE_INFINITY : min,
                none ? Double.NEGATIVE_INFINITY : max,
                comparison == Comparison.NE);
    }

    private static double below(double value, boolean single) {
        return single ? Math.nextDown((float) value) : Math.nextDown(value);
    }

    private static double above(double value, boolean single) {
        return single ? Math.nextUp((float) value) : Math.nextUp(value);
    }

    // Lists

    private Predicate in(Expression.In in) {
        Operand operand = check(in.operand());
        if (operand instanceof Value) {
            throw source.refuse(
                    in.operand(),
                    "'term' can only be used on non-const expression, but got: " + source.shown(in.operand()),
                    "Name a field in front of in");
        }
        if (!(check(in.list()) instanceof Value(Constant list, boolean given))) {
            throw source.refuse(
                    in.list(),
                    "value '" + source.shownWithParentheses(in.list()) + "' in list cannot be a non-const expression",
                    "Write a list of constants, or a template");
        }
        if (!(list instanceof Constant.Many(List<Constant> values))) {
            throw source.refuse(
                    in.list(),
                    "the right-hand side of 'in' must be a list, but got: " + source.shown(in.list()),
                    "Write [value, ...]");
        }
        Predicate predicate = in(in, operand, values, given);
        return in.negated() ? not(predicate) : predicate;
    }

    private Predicate in(Expression.In in, Operand operand, List<Constant> values, boolean given) {
        return switch (operand) {
            case Num(Plan.IntegerField(int fieldId, DataType type)) ->
                new Plan.IntegerIn(fieldId, type, integers(in, values, type, given));
            case Num(Plan.FloatField(int fieldId, DataType type)) ->
                new Plan.FloatIn(fieldId, type, reals(in, values, type));
            case Num(Plan.ElementNumber number) -> new Plan.NumberIn(number, elementValues(in, number, values, given));
            case Num(Plan.ArrayLength length) ->
                new Plan.NumberIn(length, new JsonValues(boxed(integers(in, values, DataType.INT64, given))));
            case Num(Plan.JsonLength length) ->
                new Plan.NumberIn(length, new JsonValues(boxed(integers(in, values, DataType.INT64, given))));
            case Txt(Plan.Text text) -> {
                List<Constant.Text> texts = new ArrayList<>(values.size());
                for (Constant value : values) {
                    if (!(value instanceof Constant.Text one)) {
                        throw notOfType(in, value, DataType.VARCHAR);
                    }
                    texts.add(one);
                }
                yield new Plan.TextIn(text, new TextSet(texts));
            }
            case Json(int fieldId, JsonPath path)
            when !path.isRoot() -> new Plan.JsonIn(fieldId, path, new JsonValues(values));
            case Bool(Plan.Flag flag) -> flagIn(in, flag, values);
            case Num _, Bool _, Json _, ArrayOf _, Value _ ->
                throw source.refuse(
                        in.operand(),
                        "'term' can only be used on single field, but got: " + source.shown(in.operand()),
                        "Put a field, an element or a JSON path in front of in");
        };
    }

    private Predicate flagIn(Expression.In in, Plan.Flag flag, List<Constant> values) {
        boolean yes = false;
        boolean no = false;
        for (Constant value : values) {
            if (!(value instanceof Constant.Bool(boolean one))) {
                throw notOfType(in, value, DataType.BOOL);
            }
            yes |= one;
            no |= !one;
        }
        Predicate opposite = not(flag);
        // Where the flag is null none of them is true, nor is its opposite.
        return yes
                ? no ? new Plan.Or(List.of(flag, opposite)) : flag
                : no ? opposite : new Plan.And(List.of(flag, opposite));
    }

    private LongSet integers(Expression.In in, List<Constant> values, DataType type, boolean given) {
        long[] numbers = new long[values.size()];
        int count = 0;
        for (Constant value : values) {
            numbers[count++] = switch (value) {
                case Constant.Int(long number) -> number;
                case Constant.Real(double number)
                when given && number == Math.rint(number) && number >= -0x1p63 && number < 0x1p63 -> (long) number;
                default -> throw notOfType(in, value, type);
            };
        }
        return LongSet.of(numbers);
    }

    private double[] reals(Expression.In in, List<Constant> values, DataType type) {
        double[] numbers = new double[values.size()];
        int count = 0;
        for (Constant value : values) {
            if (!value.isNumber()) {
                throw notOfType(in, value, type);
            }
            double number = type == DataType.FLOAT ? value.asFloat() : value.asDouble();
            boolean exact = type == DataType.FLOAT
                    || !(value instanceof Constant.Int(long whole))
                    || Comparison.order(whole, number) == 0;
            if (exact && !Double.isNaN(number)) {
                numbers[count++] = number + 0.0;
            }
        }
        double[] sorted = Arrays.copyOf(numbers, count);
        Arrays.sort(sorted);
        return sorted;
    }

    private JsonValues elementValues(
            Expression.In in, Plan.ElementNumber number, List<Constant> values, boolean given) {
        if (number.elementType().isInteger()) {
            return new JsonValues(boxed(integers(in, values, number.elementType(), given)));
        }
        List<Constant> numbers = new ArrayList<>();
        for (double value : reals(in, values, number.elementType())) {
            numbers.add(new Constant.Real(value));
        }
        return new JsonValues(numbers);
    }

    private static List<Constant> boxed(LongSet values) {
        List<Constant> constants = new ArrayList<>(values.size());
        for (long value : values.values()) {
            constants.add(new Constant.Int(value));
        }
        return constants;
    }

    private InvalidRequest notOfType(Expression.In in, Constant value, DataType type) {
        return source.refuse(
                in.list(),
                "value '" + value.shown() + "' in list cannot be casted to " + type.milvusName(),
                "Write the values in the type of the field");
    }

    // Texts, nulls, functions

    private Predicate like(Expression.Like like) {
        Operand operand = check(like.operand());
        if (!(check(like.pattern()) instanceof Value(Constant.Text(String pattern, var _), var _))) {
            throw source.refuse(like.pattern(), "the pattern of like must be a string", "Write like \"abc%\"");
        }
        LikePattern compiled = LikePattern.compile(pattern);
        Predicate predicate = switch (operand) {
            case Txt(Plan.Text text) -> new Plan.TextLike(text, compiled);
            case Json(int fieldId, JsonPath path) when !path.isRoot() -> new Plan.JsonLike(fieldId, path, compiled);
            case Value _ ->
                throw source.refuse(
                        like.operand(), "the left operand of like is invalid", "Name a field in front of like");
            case Bool _, Num _, Json _, ArrayOf _ ->
                throw source.refuse(
                        like.operand(),
                        "like operation on non-string or no-json field is unsupported, but got: " + operand.typeName(),
                        "Use it on a VarChar field, an element of an array of them, or a JSON path");
        };
        return like.negated() ? not(predicate) : predicate;
    }

    private Predicate nullTest(Expression.NullTest test) {
        if (schema.find(test.operand().name())
                .filter(field -> field.type().isVector())
                .isPresent()) {
            throw source.refuse(
                    test, "IsNull/IsNotNull operations are not supported on vector fields", "Name a scalar field");
        }
        Operand operand = path(test.operand());
        Optional<FieldSchema> field = schema.find(test.operand().name());
        Predicate isNull = switch (operand) {
            case Json(int fieldId, JsonPath path) ->
                path.isRoot() ? new Plan.IsNull(fieldId) : not(new Plan.JsonExists(fieldId, path));
            case Bool _, Num _, Txt _, ArrayOf _, Value _ -> {
                if (!test.operand().steps().isEmpty()) {
                    throw source.refuse(
                            test,
                            "IsNull/IsNotNull operations are not supported on array element access",
                            "Test the field, or array_length(field)");
                }
                yield new Plan.IsNull(field.orElseThrow().id());
            }
        };
        return test.negated() ? not(isNull) : isNull;
    }

    private Predicate exists(Expression.Exists exists) {
        Operand operand = check(exists.operand());
        if (!(operand instanceof Json(int fieldId, JsonPath path))) {
            throw source.refuse(
                    exists,
                    "exists operations are only supportted on json field, got:" + operand.typeName(),
                    "Use is not null on other fields");
        }
        if (path.isRoot()) {
            throw source.refuse(
                    exists, "exists operations are only supportted on json key", "Write exists field[\"key\"]");
        }
        return new Plan.JsonExists(fieldId, path);
    }

    private Operand call(Expression.Call call) {
        return switch (call.name()) {
            case "json_contains", "array_contains" -> new Bool(contains(call, "contains", false));
            case "json_contains_all", "array_contains_all" -> new Bool(contains(call, "contains_all", true));
            case "json_contains_any", "array_contains_any" -> new Bool(contains(call, "contains_any", false));
            case "array_length" -> new Num(length(call));
            default ->
                throw source.refuse(call, "function " + call.name() + " not found", "Functions are " + FUNCTIONS);
        };
    }

    private Predicate contains(Expression.Call call, String word, boolean all) {
        checkArguments(call, 2);
        Operand operand = check(call.arguments().getFirst());
        if (!(operand instanceof Json) && !(operand instanceof ArrayOf)) {
            throw source.refuse(
                    call,
                    word + " operation are only supported on json or array fields now, got: "
                            + source.shown(call.arguments().getFirst()),
                    "Name a JSON path or an Array field");
        }
        if (!(check(call.arguments().getLast()) instanceof Value(Constant value, var _))) {
            throw source.refuse(
                    call,
                    word + " operation are only supported explicitly specified element, got: "
                            + source.shown(call.arguments().getLast()),
                    "Write a constant or a template");
        }
        List<Constant> wanted;
        if (word.equals("contains")) {
            wanted = List.of(value);
        } else if (value instanceof Constant.Many(List<Constant> values)) {
            wanted = values;
        } else {
            throw source.refuse(
                    call, word + " operation element must be an array, got: " + value.typeName(), "Write [value, ...]");
        }
        return switch (operand) {
            case Json(int fieldId, JsonPath path) -> new Plan.JsonContains(fieldId, path, all, wanted);
            case ArrayOf(FieldSchema field) -> new Plan.ArrayContains(field.id(), all, elements(call, field, wanted));
            case Value _, Bool _, Num _, Txt _ -> throw new IllegalStateException("checked above: " + operand);
        };
    }

    /** Constants in the form of the elements of an array field. */
    private List<Constant> elements(Expression whole, FieldSchema field, List<Constant> values) {
        DataType type = elementType(field);
        List<Constant> elements = new ArrayList<>(values.size());
        for (Constant value : values) {
            boolean fits = switch (type) {
                case BOOL -> value instanceof Constant.Bool;
                case VARCHAR -> value instanceof Constant.Text;
                case FLOAT, DOUBLE -> value.isNumber();
                default -> value instanceof Constant.Int;
            };
            if (!fits) {
                throw source.refuse(
                        whole,
                        "contains operation can't compare between array element type: " + type.milvusName() + " and "
                                + value.typeName(),
                        "Write the values in the element type of the field");
            }
            elements.add(type == DataType.FLOAT ? new Constant.Real(value.asFloat()) : value);
        }
        return elements;
    }

    private Plan.Number length(Expression.Call call) {
        checkArguments(call, 1);
        Operand operand = check(call.arguments().getFirst());
        return switch (operand) {
            case Json(int fieldId, JsonPath path) -> new Plan.JsonLength(fieldId, path);
            case ArrayOf(FieldSchema field) -> new Plan.ArrayLength(field.id());
            case Value _, Bool _, Num _, Txt _ ->
                throw source.refuse(
                        call,
                        "array_length operation are only supported on json or array fields now, got: "
                                + source.shown(call),
                        "Name a JSON path or an Array field");
        };
    }

    private void checkArguments(Expression.Call call, int count) {
        if (call.arguments().size() != count) {
            throw source.refuse(
                    call,
                    "wrong number of arguments: function=" + call.name() + ", arguments="
                            + call.arguments().size() + ", expected=" + count,
                    "Write " + call.name() + (count == 1 ? "(field)" : "(field, value)"));
        }
    }
}
