package io.sluice.engine.filter;

import io.sluice.engine.error.EngineException.InvalidRequest;
import io.sluice.engine.filter.Expression.Path;
import io.sluice.engine.filter.Expression.Step;
import io.sluice.engine.filter.Token.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Text to syntax tree. Confined to one thread at a time.
 *
 * <p>A Pratt parser: an operator binds its left side when its power is at least what the caller asked for, and asks one
 * more for its right side, so everything associates to the left, {@code **} too, as in Milvus. The powers, tightest
 * first: {@code like}, {@code =~}, {@code **}, unary {@code + - ~ not}, {@code * / %}, {@code + -}, shifts,
 * {@code in}, ranges and {@code < <= > >=}, {@code == !=}, {@code &}, {@code ^}, {@code |}, {@code and}, {@code or}.
 * Note that {@code not} binds tighter than any comparison: {@code not (a == 1)} needs its parentheses. {@code is null}
 * belongs to the path before it.
 */
final class Parser {
    /** Levels of nesting. Enough for any filter a person or a generator writes, far below any stack. */
    static final int MAX_DEPTH = 200;

    /** Chars of a filter: a million keys written out fit. */
    static final int MAX_LENGTH = 16 << 20; // 16 Mi

    private static final int NOT_AN_OPERATOR = -1;
    private static final int OR_POWER = 10;
    private static final int AND_POWER = 20;
    private static final int UNARY_POWER = 110;

    private static final Set<String> LATER = Set.of(
            "text_match",
            "phrase_match",
            "random_sample",
            "element_filter",
            "match_all",
            "match_any",
            "match_least",
            "match_most",
            "match_exact",
            "st_equals",
            "st_touches",
            "st_overlaps",
            "st_crosses",
            "st_contains",
            "st_intersects",
            "st_within",
            "st_dwithin",
            "st_isvalid");

    private final Source source;
    private final Lexer lexer;
    private Token token;
    private @Nullable Token ahead;
    private int nesting;
    private int height;

    private Parser(Source source) {
        this.source = source;
        this.lexer = new Lexer(source);
        this.token = lexer.next();
    }

    static Expression parse(Source source) {
        if (source.text().length() > MAX_LENGTH) {
            throw source.refuse(
                    "the expression is too long: chars=" + source.text().length() + ", limit=" + MAX_LENGTH
                            + ". Pass long lists as a template: pk in {ids}");
        }
        Parser parser = new Parser(source);
        Expression whole = parser.expression(0);
        if (parser.token.kind() != Kind.END) {
            throw parser.unexpected("an operator or the end of the expression");
        }
        return whole;
    }

    /** An expression whose operators all bind at least as tight as {@code power}. */
    private Expression expression(int power) {
        if (++nesting > MAX_DEPTH) {
            throw tooDeep();
        }
        Expression left = operand();
        while (true) {
            int binding = token.kind() == Kind.NOT ? powerAfterNot() : bindingPower(token.kind());
            if (binding == NOT_AN_OPERATOR || binding < power) {
                break;
            }
            int leftHeight = height;
            left = infix(left, binding, leftHeight);
            if (height > MAX_DEPTH) {
                throw tooDeep();
            }
        }
        nesting--;
        return left;
    }

    /** Leaves in {@link #height} that of the whole, given that of the left side. */
    private Expression infix(Expression left, int binding, int leftHeight) {
        Token operator = take();
        Expression whole = switch (operator.kind()) {
            case AND, OR -> {
                List<Expression> operands = new ArrayList<>();
                operands.add(left);
                int highest = leftHeight;
                do {
                    operands.add(expression(binding + 1));
                    highest = Math.max(highest, height);
                } while (tryTake(operator.kind()));
                height = highest;
                yield new Expression.Junction(operator.kind(), operands);
            }
            case NOT -> {
                if (tryTake(Kind.IN)) {
                    yield in(left, true);
                }
                if (tryTake(Kind.LIKE)) {
                    yield like(left, true);
                }
                throw unexpected("'in' or 'like' after 'not'");
            }
            case IN -> in(left, false);
            case LIKE -> like(left, false);
            case MATCHES, MATCHES_NOT ->
                throw source.refuse("regular expressions are not supported yet: position=" + (operator.from() + 1)
                        + ", found='" + operator.text() + "'. Use like with % and _");
            case LT, LE, GT, GE -> comparison(left, operator, binding);
            default -> new Expression.Binary(operator.kind(), left, expression(binding + 1));
        };
        height = 1 + Math.max(leftHeight, height);
        return whole;
    }

    private Expression comparison(Expression left, Token operator, int binding) {
        Expression middle = expression(binding + 1);
        Kind second = token.kind();
        if (second != Kind.LT && second != Kind.LE && second != Kind.GT && second != Kind.GE) {
            return new Expression.Binary(operator.kind(), left, middle);
        }
        boolean rising = operator.kind() == Kind.LT || operator.kind() == Kind.LE;
        if (rising != (second == Kind.LT || second == Kind.LE)) {
            throw source.refuse("the two comparisons of a range must point in the same direction: position="
                    + (token.from() + 1) + ", found='" + token.text() + "', expected="
                    + (rising ? "'<' or '<='" : "'>' or '>='"));
        }
        take();
        int middleHeight = height;
        Expression right = expression(binding + 1);
        height = 1 + Math.max(middleHeight, height);
        return new Expression.Between(left, operator.kind(), middle, second, right);
    }

    private Expression in(Expression left, boolean negated) {
        return new Expression.In(left, expression(bindingPower(Kind.IN) + 1), negated);
    }

    private Expression like(Expression left, boolean negated) {
        return new Expression.Like(left, expression(bindingPower(Kind.LIKE) + 1), negated);
    }

    /** An infix "not" begins "not in" or "not like" and binds as they do. */
    private int powerAfterNot() {
        if (ahead == null) {
            ahead = lexer.next();
        }
        return bindingPower(ahead.kind() == Kind.LIKE ? Kind.LIKE : Kind.IN);
    }

    private static int bindingPower(Kind kind) {
        return switch (kind) {
            case OR -> OR_POWER;
            case AND -> AND_POWER;
            case BIT_OR -> 30;
            case BIT_XOR -> 40;
            case BIT_AND -> 50;
            case EQ, NE -> 60;
            case LT, LE, GT, GE -> 70;
            case IN -> 80;
            case SHIFT_LEFT, SHIFT_RIGHT -> 90;
            case PLUS, MINUS -> 95;
            case TIMES, DIVIDE, MODULO -> 100;
            case POWER -> 120;
            case MATCHES, MATCHES_NOT -> 130;
            case LIKE -> 140;
            default -> NOT_AN_OPERATOR;
        };
    }

    private Expression operand() {
        Token first = take();
        height = 1;
        return switch (first.kind()) {
            case TRUE, FALSE ->
                new Expression.Literal(new Constant.Bool(first.kind() == Kind.TRUE), first.from(), first.to());
            case TEXT -> new Expression.Literal(new Constant.Text(first.text()), first.from(), first.to());
            case INTEGER -> new Expression.Literal(new Constant.Int(integer(first)), first.from(), first.to());
            case REAL -> new Expression.Literal(new Constant.Real(real(first)), first.from(), first.to());
            case NAME -> token.kind() == Kind.OPEN ? call(first) : path(first);
            case OPEN -> {
                Expression inner = expression(0);
                expect(Kind.CLOSE, token.kind() == Kind.COMMA ? "')'; lists stand in [ ]" : "an operator or ')'");
                yield inner;
            }
            case OPEN_LIST -> list(first);
            case OPEN_TEMPLATE -> {
                Token name = expect(Kind.NAME, "the name of a template variable");
                Token close = expect(Kind.CLOSE_TEMPLATE, "'}'");
                yield new Expression.Template(name.text(), first.from(), close.to());
            }
            case EXISTS -> {
                if (token.kind() != Kind.NAME && token.kind() != Kind.OPEN) {
                    throw unexpected("a JSON path after 'exists'");
                }
                Expression operand = operandWithin();
                yield new Expression.Exists(operand, first.from());
            }
            case PLUS, MINUS, BIT_NOT, NOT -> unary(first);
            case MATCHES_NOT ->
                throw source.refuse("regular expressions are not supported yet: position=" + (first.from() + 1)
                        + ", found='!~'. Use like with % and _, or write ! ~ apart");
            default -> throw source.unexpected(first.from(), first.found(), "a field, a literal or '('");
        };
    }

    /** An operand inside an operand: counted, so that no text can exhaust the stack. */
    private Expression operandWithin() {
        if (++nesting > MAX_DEPTH) {
            throw tooDeep();
        }
        Expression operand = operand();
        nesting--;
        return operand;
    }

    private Expression unary(Token operator) {
        // The magnitude of the smallest Int64 is no Int64: sign and digits belong together, unless ** binds the digits.
        if (operator.kind() == Kind.MINUS
                && token.kind() == Kind.INTEGER
                && token.text().equals("9223372036854775808")) {
            Token digits = take();
            if (token.kind() != Kind.POWER) {
                return new Expression.Literal(new Constant.Int(Long.MIN_VALUE), operator.from(), digits.to());
            }
            throw outOfRange(digits);
        }
        Expression operand = expression(UNARY_POWER);
        height++;
        if (height > MAX_DEPTH) {
            throw tooDeep();
        }
        return new Expression.Unary(operator.kind(), operand, operator.from(), operand.to());
    }

    private Expression list(Token open) {
        List<Expression> items = new ArrayList<>();
        int highest = 0;
        while (token.kind() != Kind.CLOSE_LIST) {
            items.add(expression(0));
            highest = Math.max(highest, height);
            if (!tryTake(Kind.COMMA) && token.kind() != Kind.CLOSE_LIST) {
                throw unexpected("',' or ']'");
            }
        }
        height = highest + 1;
        return new Expression.ListLiteral(items, open.from(), take().to());
    }

    private Expression path(Token name) {
        List<Step> steps = new ArrayList<>();
        int to = name.to();
        while (tryTake(Kind.OPEN_LIST)) {
            Token step = take();
            switch (step.kind()) {
                case TEXT -> steps.add(new Step(step.text(), -1));
                case INTEGER -> {
                    long index = integer(step);
                    if (index > Integer.MAX_VALUE) {
                        throw outOfRange(step);
                    }
                    steps.add(new Step(null, (int) index));
                }
                case NAME ->
                    throw source.refuse("json key must be enclosed in double quotes or single quotes: \"" + step.text()
                            + "\": position=" + (step.from() + 1)
                            + ". Quote the key; fields of structs are not supported yet");
                default -> throw source.unexpected(step.from(), step.found(), "a quoted key or an index");
            }
            to = expect(Kind.CLOSE_LIST, "']'").to();
            if (steps.size() > MAX_DEPTH) {
                throw tooDeep();
            }
        }
        Path path = new Path(name.text(), List.copyOf(steps), name.from(), to);
        return token.kind() == Kind.NAME && isWord(token, "is") ? nullTest(path) : path;
    }

    private Expression nullTest(Path path) {
        take();
        boolean negated = tryTake(Kind.NOT);
        if (token.kind() != Kind.NAME || !isWord(token, "null")) {
            throw unexpected(negated ? "'null'" : "'null' or 'not null'");
        }
        return new Expression.NullTest(path, negated, take().to());
    }

    private Expression call(Token name) {
        String function =
                isWord(name, name.text().toLowerCase(Locale.ROOT)) ? name.text().toLowerCase(Locale.ROOT) : name.text();
        if (LATER.contains(function)) {
            throw source.refuse(function + " is not supported yet: position=" + (name.from() + 1) + ". Supported are "
                    + "comparisons, in, like, is null, exists, " + String.join(", ", Checker.FUNCTIONS));
        }
        take();
        List<Expression> arguments = new ArrayList<>();
        int highest = 0;
        while (token.kind() != Kind.CLOSE) {
            arguments.add(expression(0));
            highest = Math.max(highest, height);
            if (!tryTake(Kind.COMMA) && token.kind() != Kind.CLOSE) {
                throw unexpected("',' or ')'");
            }
        }
        height = highest + 1;
        return new Expression.Call(function, List.copyOf(arguments), name.from(), take().to());
    }

    private long integer(Token number) {
        String digits = number.text();
        int radix = 10;
        int from = 0;
        if (digits.length() > 1 && digits.charAt(0) == '0') {
            char mark = digits.charAt(1);
            radix = mark == 'x' || mark == 'X' ? 16 : mark == 'b' || mark == 'B' ? 2 : 8;
            from = radix == 8 ? 1 : 2;
        }
        if (from == digits.length()) {
            throw malformed(number);
        }
        for (int i = from; i < digits.length(); i++) {
            if (digits.charAt(i) > 'f' || Character.digit(digits.charAt(i), radix) < 0) {
                throw malformed(number);
            }
        }
        try {
            return Long.parseLong(digits, from, digits.length(), radix);
        } catch (NumberFormatException e) {
            throw outOfRange(number);
        }
    }

    private double real(Token number) {
        char last = number.text().charAt(number.text().length() - 1);
        // Java would take 1.5f and 1.5d for numbers.
        boolean hex = number.text().startsWith("0x") || number.text().startsWith("0X");
        boolean suffixed = hex ? !Character.isDigit(last) : last != '.' && !Character.isDigit(last);
        try {
            if (!suffixed) {
                return Double.parseDouble(number.text());
            }
        } catch (NumberFormatException e) {
            throw malformed(number);
        }
        throw malformed(number);
    }

    private InvalidRequest malformed(Token number) {
        return source.refuse("malformed number: position=" + (number.from() + 1) + ", found=" + number.found()
                + ", expected=a number such as 42, 0x2A, 052, 0b101010, 4.2 or 4e2");
    }

    private InvalidRequest outOfRange(Token number) {
        return source.refuse("integer literal is out of the range of Int64: position=" + (number.from() + 1)
                + ", found=" + number.found() + ", min=" + Long.MIN_VALUE + ", max=" + Long.MAX_VALUE);
    }

    private InvalidRequest tooDeep() {
        return source.refuse("the expression is nested too deep: position=" + (token.from() + 1) + ", limit="
                + MAX_DEPTH + ". Use in [...] instead of many comparisons, and fewer parentheses");
    }

    private InvalidRequest unexpected(String expected) {
        return source.unexpected(token.from(), token.found(), expected);
    }

    private static boolean isWord(Token name, String word) {
        return name.text().equals(word) || name.text().equals(word.toUpperCase(Locale.ROOT));
    }

    private Token take() {
        Token taken = token;
        token = ahead == null ? lexer.next() : ahead;
        ahead = null;
        return taken;
    }

    private boolean tryTake(Kind kind) {
        if (token.kind() != kind) {
            return false;
        }
        take();
        return true;
    }

    private Token expect(Kind kind, String expected) {
        if (token.kind() != kind) {
            throw unexpected(expected);
        }
        return take();
    }
}
