package io.sluice.engine.filter;

import io.sluice.engine.error.EngineException.InvalidRequest;
import io.sluice.engine.filter.Token.Kind;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * Cuts a filter into words, one at a time. Confined to one thread at a time.
 *
 * <p>Keywords count in all-lower or all-upper spelling only; booleans also as {@code True} and {@code False}.
 */
final class Lexer {
    private static final Map<String, Kind> KEYWORDS = Map.ofEntries(
            Map.entry("and", Kind.AND),
            Map.entry("AND", Kind.AND),
            Map.entry("or", Kind.OR),
            Map.entry("OR", Kind.OR),
            Map.entry("not", Kind.NOT),
            Map.entry("NOT", Kind.NOT),
            Map.entry("in", Kind.IN),
            Map.entry("IN", Kind.IN),
            Map.entry("like", Kind.LIKE),
            Map.entry("LIKE", Kind.LIKE),
            Map.entry("exists", Kind.EXISTS),
            Map.entry("EXISTS", Kind.EXISTS),
            Map.entry("true", Kind.TRUE),
            Map.entry("True", Kind.TRUE),
            Map.entry("TRUE", Kind.TRUE),
            Map.entry("false", Kind.FALSE),
            Map.entry("False", Kind.FALSE),
            Map.entry("FALSE", Kind.FALSE));

    private final Source source;
    private final String text;
    private int at;

    Lexer(Source source) {
        this.source = source;
        this.text = source.text();
    }

    /** The next word; {@link Kind#END} for ever after the last. */
    Token next() {
        while (at < text.length() && isSpace(text.charAt(at))) {
            at++;
        }
        if (at == text.length()) {
            return new Token(Kind.END, "", at, at);
        }
        char c = text.charAt(at);
        if (c == '"' || c == '\'') {
            return string(at, at, false);
        }
        if (isDigit(c) || c == '.' && isDigit(peek(at + 1))) {
            return number();
        }
        if (Character.isLetter(text.codePointAt(at)) || c == '_' || c == '$') {
            return word();
        }
        return symbol(c);
    }

    private Token word() {
        int from = at;
        int to = from + Character.charCount(text.codePointAt(from));
        while (to < text.length() && isNamePart(text.codePointAt(to))) {
            to += Character.charCount(text.codePointAt(to));
        }
        String word = text.substring(from, to);
        char quote = peek(to);
        if (quote == '"' || quote == '\'') {
            switch (word) {
                case "r", "R" -> {
                    return string(from, to, true);
                }
                case "u8", "u", "U", "L" -> {
                    return string(from, to, false);
                }
                default -> {}
            }
        }
        if (word.charAt(0) == '$' && !word.equals("$meta")) {
            throw source.refuse("struct fields ($ and $[name]) are not supported yet: position=" + (from + 1)
                    + ", found=" + word + ". Name a scalar field, a JSON path or $meta[\"key\"]");
        }
        at = to;
        return new Token(KEYWORDS.getOrDefault(word, Kind.NAME), word, from, to);
    }

    private Token symbol(char c) {
        char next = peek(at + 1);
        return switch (c) {
            case '+' -> take(Kind.PLUS, 1);
            case '-' -> take(Kind.MINUS, 1);
            case '*' -> next == '*' ? take(Kind.POWER, 2) : take(Kind.TIMES, 1);
            case '/' -> take(Kind.DIVIDE, 1);
            case '%' -> take(Kind.MODULO, 1);
            case '<' ->
                switch (next) {
                    case '=' -> take(Kind.LE, 2);
                    case '<' -> take(Kind.SHIFT_LEFT, 2);
                    case '>' ->
                        throw source.refuse("unexpected '<>': position=" + (at + 1)
                                + ", found='<>', expected='!='. Write != for unequal");
                    default -> take(Kind.LT, 1);
                };
            case '>' ->
                switch (next) {
                    case '=' -> take(Kind.GE, 2);
                    case '>' -> take(Kind.SHIFT_RIGHT, 2);
                    default -> take(Kind.GT, 1);
                };
            case '=' ->
                switch (next) {
                    case '=' -> take(Kind.EQ, 2);
                    case '~' -> take(Kind.MATCHES, 2);
                    default ->
                        throw source.refuse("unexpected '=': position=" + (at + 1)
                                + ", found='=', expected='=='. Write == for equal");
                };
            case '!' ->
                switch (next) {
                    case '=' -> take(Kind.NE, 2);
                    case '~' -> take(Kind.MATCHES_NOT, 2);
                    default -> take(Kind.NOT, 1);
                };
            case '&' -> next == '&' ? take(Kind.AND, 2) : take(Kind.BIT_AND, 1);
            case '|' -> next == '|' ? take(Kind.OR, 2) : take(Kind.BIT_OR, 1);
            case '^' -> take(Kind.BIT_XOR, 1);
            case '~' -> take(Kind.BIT_NOT, 1);
            case '(' -> take(Kind.OPEN, 1);
            case ')' -> take(Kind.CLOSE, 1);
            case '[' -> take(Kind.OPEN_LIST, 1);
            case ']' -> take(Kind.CLOSE_LIST, 1);
            case '{' -> take(Kind.OPEN_TEMPLATE, 1);
            case '}' -> take(Kind.CLOSE_TEMPLATE, 1);
            case ',' -> take(Kind.COMMA, 1);
            default ->
                throw source.unexpected(
                        at, "'" + Character.toString(text.codePointAt(at)) + "'", "a name, a literal or an operator");
        };
    }

    private Token take(Kind kind, int length) {
        int from = at;
        at += length;
        return new Token(kind, text.substring(from, at), from, at);
    }

    /** Only the extent of a number; {@link Parser} gives it a value. */
    private Token number() {
        int from = at;
        int to = from;
        boolean real = false;
        boolean hex = text.charAt(from) == '0' && (peek(from + 1) == 'x' || peek(from + 1) == 'X');
        boolean binary = text.charAt(from) == '0' && (peek(from + 1) == 'b' || peek(from + 1) == 'B');
        if (hex || binary) {
            to += 2;
        }
        while (to < text.length()) {
            char c = text.charAt(to);
            if (c == '.') {
                real = true;
            } else if (hex ? c == 'p' || c == 'P' : !binary && (c == 'e' || c == 'E')) {
                real = true;
                if (peek(to + 1) == '+' || peek(to + 1) == '-') {
                    to++;
                }
            } else if (!isNamePart(text.codePointAt(to))) {
                break;
            }
            to += Character.charCount(text.codePointAt(to));
        }
        at = to;
        return new Token(real ? Kind.REAL : Kind.INTEGER, text.substring(from, to), from, to);
    }

    private Token string(int from, int quoteAt, boolean raw) {
        char quote = text.charAt(quoteAt);
        int to = quoteAt + 1;
        int plainFrom = to;
        ByteArrayOutputStream decoded = null;
        while (true) {
            char c = peek(to);
            if (to >= text.length() || c == '\n' || c == '\r') {
                throw source.refuse("the string is not closed: position=" + (from + 1) + ", found="
                        + (to >= text.length() ? "the end of the expression" : "the end of the line") + ", expected="
                        + quote + ". Close it, or write \\n for a line break");
            }
            if (c == quote) {
                break;
            }
            if (c != '\\') {
                to++;
            } else if (raw) {
                // A backslash keeps the quote from closing a raw string, and both stay in it.
                to += isLineEnd(peek(to + 1)) ? 1 : 2;
            } else {
                if (decoded == null) {
                    decoded = new ByteArrayOutputStream();
                }
                append(decoded, plainFrom, to, from);
                to = escape(to, decoded);
                plainFrom = to;
            }
        }
        at = to + 1;
        if (decoded == null) {
            String value = text.substring(plainFrom, to);
            encode(value, from);
            return new Token(Kind.TEXT, value, from, at);
        }
        append(decoded, plainFrom, to, from);
        try {
            String value = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(decoded.toByteArray()))
                    .toString();
            return new Token(Kind.TEXT, value, from, at);
        } catch (CharacterCodingException e) {
            throw notUnicode(from);
        }
    }

    /** Reads one escape, which starts with the backslash at {@code start}; answers where it ends. */
    private int escape(int start, ByteArrayOutputStream to) {
        char c = peek(start + 1);
        int after = start + 2;
        switch (c) {
            case '\'', '"', '?', '\\' -> to.write(c);
            case 'a' -> to.write(7);
            case 'b' -> to.write('\b');
            case 'f' -> to.write('\f');
            case 'n' -> to.write('\n');
            case 'r' -> to.write('\r');
            case 't' -> to.write('\t');
            case 'v' -> to.write(11);
            case '\n' -> {}
            case '\r' -> after = peek(after) == '\n' ? after + 1 : after;
            case 'x' -> {
                after = start + 4;
                to.write(digits(start, start + 2, 2, 16));
            }
            case 'u' -> {
                after = start + 6;
                int unit = digits(start, start + 2, 4, 16);
                if (Character.isHighSurrogate((char) unit) && peek(after) == '\\' && peek(after + 1) == 'u') {
                    int low = digits(after, after + 2, 4, 16);
                    after += 6;
                    if (!Character.isLowSurrogate((char) low)) {
                        throw notUnicode(start);
                    }
                    unit = Character.toCodePoint((char) unit, (char) low);
                }
                codePoint(unit, start, to);
            }
            case 'U' -> {
                after = start + 10;
                codePoint(digits(start, start + 2, 8, 16), start, to);
            }
            case '0', '1', '2', '3', '4', '5', '6', '7' -> {
                int value = c - '0';
                while (after < start + 4 && peek(after) >= '0' && peek(after) <= '7') {
                    value = value * 8 + peek(after++) - '0';
                }
                to.write(value);
            }
            default -> {
                // Not an escape: it stays as written, so that like "100\%" reaches the pattern with its backslash.
                to.write('\\');
                after = start + 1;
            }
        }
        return after;
    }

    private int digits(int start, int from, int count, int radix) {
        long value = 0;
        for (int i = from; i < from + count; i++) {
            int digit = Character.digit(peek(i), radix);
            if (digit < 0 || peek(i) > 'f') {
                throw source.refuse("malformed escape: position=" + (start + 1) + ", expected=" + count
                        + " hexadecimal digits. Write \\\\ for a backslash");
            }
            value = value * radix + digit;
        }
        return (int) Math.min(value, Integer.MAX_VALUE);
    }

    private void codePoint(int value, int start, ByteArrayOutputStream to) {
        if (!Character.isValidCodePoint(value) || value >= 0xD800 && value <= 0xDFFF) {
            throw notUnicode(start);
        }
        to.writeBytes(Character.toString(value).getBytes(StandardCharsets.UTF_8));
    }

    private void append(ByteArrayOutputStream to, int from, int end, int tokenFrom) {
        ByteBuffer encoded = encode(text.substring(from, end), tokenFrom);
        to.write(encoded.array(), encoded.arrayOffset(), encoded.limit());
    }

    private ByteBuffer encode(String value, int tokenFrom) {
        try {
            return StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(value));
        } catch (CharacterCodingException e) {
            throw notUnicode(tokenFrom);
        }
    }

    private InvalidRequest notUnicode(int at) {
        return source.refuse("the string is not valid Unicode: position=" + (at + 1) + ", expected=UTF-8 text");
    }

    private char peek(int index) {
        return index < text.length() ? text.charAt(index) : 0;
    }

    private static boolean isSpace(char c) {
        return c == ' ' || c == '\t' || isLineEnd(c);
    }

    private static boolean isLineEnd(char c) {
        return c == '\n' || c == '\r';
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }

    private static boolean isNamePart(int c) {
        return c == '_' || Character.isLetter(c) || c >= '0' && c <= '9';
    }
}
