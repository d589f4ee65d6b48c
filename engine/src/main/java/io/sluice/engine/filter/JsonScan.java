package io.sluice.engine.filter;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Reads parts of JSON text where it lies. Confined to one thread at a time.
 *
 * <p>Nothing is parsed that is not asked for, and nothing is allocated but one buffer for texts with escapes, which is
 * used again, and a string for a rare number with more than 15 digits. Text that is no JSON has no parts: every walk
 * stays between {@code from} and {@code to}. Of equal keys the first counts.
 */
final class JsonScan {
    enum Kind {
        /** There is nothing at the path. */
        MISSING,
        NULL,
        BOOL,
        NUMBER,
        TEXT,
        ARRAY,
        OBJECT
    }

    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long QUOTES = '"' * 0x0101010101010101L;
    private static final long BACKSLASHES = '\\' * 0x0101010101010101L;

    private static final int MAX_EXACT_DIGITS = 15;
    private static final double[] POWERS_OF_TEN = {
        1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19,
        1e20, 1e21, 1e22
    };

    private byte[] json = new byte[0];
    private int end;
    private int at;

    private int nextName = -1;
    private int nameStart;
    private int nameEnd;
    private int valueEnd;

    private boolean integral;
    private long whole;
    private double real;

    private byte[] text = new byte[0];
    private int textFrom;
    private int textTo;
    private byte[] decoded = new byte[64];

    /** Goes to the part at the path in {@code source[from, to)}; the readers below work on it then. */
    Kind find(byte[] source, int from, int to, JsonPath path) {
        json = source;
        end = to;
        int found = skipSpace(from);
        for (int i = 0; i < path.length() && found >= 0; i++) {
            JsonPath.Step step = path.step(i);
            found = switch (peek(found)) {
                case '{' -> member(found, step.key());
                case '[' -> step.index() < 0 ? -1 : element(found, step.index());
                default -> -1;
            };
        }
        at = found;
        return found < 0 ? Kind.MISSING : kindAt(found);
    }

    /** Goes in front of the first member of an object, for {@link #nextMember}. */
    void open(byte[] source) {
        json = source;
        end = source.length;
        int object = skipSpace(0);
        nextName = peek(object) == '{' ? skipSpace(object + 1) : -1;
    }

    /** Goes to the value of the next member, and reads its name into {@link #text}; false after the last. */
    boolean nextMember() {
        if (peek(nextName) != '"') {
            return false;
        }
        nameStart = nextName;
        nameEnd = skipText(nameStart);
        int colon = nameEnd < 0 ? end : skipSpace(nameEnd);
        if (peek(colon) != ':') {
            return false;
        }
        at = skipSpace(colon + 1);
        valueEnd = skipValue(at);
        if (valueEnd < 0) {
            return false;
        }
        textAt(nameStart);
        nextName = afterComma(at);
        return true;
    }

    /** Where the name of the member starts, with its quotes. */
    int nameStart() {
        return nameStart;
    }

    int nameEnd() {
        return nameEnd;
    }

    /** Where the part starts. */
    int start() {
        return at;
    }

    /** Where the value of the member ends. */
    int valueEnd() {
        return valueEnd;
    }

    /** Reads the part, a Bool. */
    boolean bool() {
        return peek(at) == 't';
    }

    /** Reads the part, a Number: into {@link #whole} or {@link #real}. False when it is malformed. */
    boolean number() {
        return numberAt(at);
    }

    /** Whether the number read last is an integer that a long holds. */
    boolean isWhole() {
        return integral;
    }

    long whole() {
        return whole;
    }

    double real() {
        return real;
    }

    /** Reads the part, a Text, without its escapes: into {@link #text}. */
    void readText() {
        textAt(at);
    }

    byte[] text() {
        return text;
    }

    int textFrom() {
        return textFrom;
    }

    int textTo() {
        return textTo;
    }

    /** The number of elements of the part, an Array. */
    int length() {
        int count = 0;
        for (int element = firstElement(at); element >= 0; element = nextElement(element)) {
            count++;
        }
        return count;
    }

    /** Whether an element of the part, an Array, equals the constant. */
    boolean contains(Constant constant) {
        for (int element = firstElement(at); element >= 0; element = nextElement(element)) {
            if (equalAt(element, constant)) {
                return true;
            }
        }
        return false;
    }

    /** Whether the part equals the constant: numbers by value, arrays element by element. */
    boolean equal(Constant constant) {
        return equalAt(at, constant);
    }

    private boolean equalAt(int value, Constant constant) {
        Kind kind = kindAt(value);
        return switch (constant) {
            case Constant.Bool(boolean wanted) -> kind == Kind.BOOL && (peek(value) == 't') == wanted;
            case Constant.Int _, Constant.Real _ ->
                kind == Kind.NUMBER && numberAt(value) && orderOfNumber(constant) == 0;
            case Constant.Text(var _, byte[] utf8) -> {
                if (kind != Kind.TEXT) {
                    yield false;
                }
                textAt(value);
                yield Texts.equal(text, textFrom, textTo, utf8);
            }
            case Constant.Many(var wanted) -> {
                if (kind != Kind.ARRAY) {
                    yield false;
                }
                int element = firstElement(value);
                for (Constant one : wanted) {
                    if (element < 0 || !equalAt(element, one)) {
                        yield false;
                    }
                    element = nextElement(element);
                }
                yield element < 0;
            }
        };
    }

    /** The order of the number read last and a number; exact. */
    int orderOfNumber(Constant constant) {
        if (constant instanceof Constant.Int(long wanted)) {
            if (integral) {
                return Long.compare(whole, wanted);
            }
            int mirrored = Comparison.order(wanted, real);
            return mirrored == Comparison.UNORDERED ? mirrored : -mirrored;
        }
        double wanted = constant.asDouble();
        return integral ? Comparison.order(whole, wanted) : Comparison.order(real, wanted);
    }

    /** The value of a member of the object at {@code object}; -1 if it has none of that name. */
    private int member(int object, byte[] key) {
        int name = skipSpace(object + 1);
        while (peek(name) == '"') {
            int nameEnd = skipText(name);
            int colon = nameEnd < 0 ? end : skipSpace(nameEnd);
            if (peek(colon) != ':') {
                return -1;
            }
            int value = skipSpace(colon + 1);
            if (isKey(name + 1, nameEnd - 1, key)) {
                return value;
            }
            name = afterComma(value);
            if (name < 0) {
                return -1;
            }
        }
        return -1;
    }

    private int element(int array, int index) {
        int element = firstElement(array);
        for (int left = index; left > 0 && element >= 0; left--) {
            element = nextElement(element);
        }
        return element;
    }

    /** -1 when the array is empty. */
    private int firstElement(int array) {
        int element = skipSpace(array + 1);
        return kindAt(element) == Kind.MISSING ? -1 : element;
    }

    /** -1 after the last. */
    private int nextElement(int element) {
        int next = afterComma(element);
        return next < 0 || kindAt(next) == Kind.MISSING ? -1 : next;
    }

    /** What follows the comma after the value; -1 if there is none. */
    private int afterComma(int value) {
        int after = skipValue(value);
        if (after < 0) {
            return -1;
        }
        int comma = skipSpace(after);
        return peek(comma) == ',' ? skipSpace(comma + 1) : -1;
    }

    private boolean isKey(int from, int to, byte[] key) {
        if (to - from == key.length) {
            return Texts.startsWith(json, from, key);
        }
        // Only escapes make a name longer than what it says.
        if (to - from < key.length || !hasEscape(from, to)) {
            return false;
        }
        int length = decode(from, to);
        return Arrays.equals(decoded, 0, length, key, 0, key.length);
    }

    private boolean hasEscape(int from, int to) {
        for (int i = from; i < to; i++) {
            if (json[i] == '\\') {
                return true;
            }
        }
        return false;
    }

    private Kind kindAt(int value) {
        return switch (peek(value)) {
            case '"' -> Kind.TEXT;
            case '{' -> Kind.OBJECT;
            case '[' -> Kind.ARRAY;
            case 't', 'f' -> Kind.BOOL;
            case 'n' -> Kind.NULL;
            case '-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9' -> Kind.NUMBER;
            default -> Kind.MISSING;
        };
    }

    private boolean numberAt(int from) {
        int i = from;
        boolean negative = peek(i) == '-';
        if (negative) {
            i++;
        }
        long mantissa = 0;
        int digits = 0;
        int scale = 0;
        boolean fits = true;
        boolean plain = true;
        for (; i < end; i++) {
            byte c = json[i];
            if (c >= '0' && c <= '9') {
                if (digits < 18) {
                    mantissa = mantissa * 10 + (c - '0');
                    digits += mantissa == 0 ? 0 : 1;
                } else {
                    fits = false;
                }
                scale -= plain ? 0 : 1;
            } else if (c == '.' && plain) {
                plain = false;
            } else {
                break;
            }
        }
        boolean exponential = i < end && (json[i] == 'e' || json[i] == 'E');
        if (plain && !exponential && fits) {
            integral = true;
            whole = negative ? -mantissa : mantissa;
            return true;
        }
        if (exponential) {
            int exponentFrom = ++i;
            boolean down = peek(i) == '-';
            if (down || peek(i) == '+') {
                i++;
            }
            int exponent = 0;
            for (; i < end && json[i] >= '0' && json[i] <= '9'; i++) {
                exponent = Math.min(exponent * 10 + json[i] - '0', 100_000);
            }
            if (i == exponentFrom) {
                return false;
            }
            scale += down ? -exponent : exponent;
        }
        if (fits && digits <= MAX_EXACT_DIGITS && Math.abs(scale) < POWERS_OF_TEN.length) {
            // Both factors are exact doubles, so the one rounding gives the nearest double.
            double value = scale < 0 ? mantissa / POWERS_OF_TEN[-scale] : mantissa * POWERS_OF_TEN[scale];
            integral = false;
            real = negative ? -value : value;
            return true;
        }
        return longNumber(new String(json, from, i - from, StandardCharsets.ISO_8859_1), plain && !exponential);
    }

    private boolean longNumber(String digits, boolean plain) {
        try {
            if (plain) {
                integral = true;
                whole = Long.parseLong(digits);
                return true;
            }
        } catch (NumberFormatException e) {
            // More than a long holds: a double then.
        }
        try {
            integral = false;
            real = Double.parseDouble(digits);
            return true;
        } catch (NumberFormatException e) {
            return false;
        }
    }

    private void textAt(int from) {
        int to = skipText(from);
        if (to < 0) {
            text = json;
            textFrom = from;
            textTo = from;
        } else if (hasEscape(from + 1, to - 1)) {
            int length = decode(from + 1, to - 1);
            text = decoded;
            textFrom = 0;
            textTo = length;
        } else {
            text = json;
            textFrom = from + 1;
            textTo = to - 1;
        }
    }

    /** Text without its escapes, into {@link #decoded}; answers its length. Only a broken escape grows, by a byte. */
    private int decode(int from, int to) {
        if (decoded.length < (to - from) * 2) {
            decoded = new byte[(to - from) * 2];
        }
        int length = 0;
        int i = from;
        while (i < to) {
            byte c = json[i++];
            if (c != '\\' || i == to) {
                decoded[length++] = c;
                continue;
            }
            byte escape = json[i++];
            switch (escape) {
                case 'b' -> decoded[length++] = '\b';
                case 'f' -> decoded[length++] = '\f';
                case 'n' -> decoded[length++] = '\n';
                case 'r' -> decoded[length++] = '\r';
                case 't' -> decoded[length++] = '\t';
                case 'u' -> {
                    int unit = hex(i, to);
                    i = Math.min(i + 4, to);
                    if (Character.isHighSurrogate((char) unit)
                            && i + 6 <= to
                            && json[i] == '\\'
                            && json[i + 1] == 'u') {
                        int low = hex(i + 2, to);
                        if (Character.isLowSurrogate((char) low)) {
                            unit = Character.toCodePoint((char) unit, (char) low);
                            i += 6;
                        }
                    }
                    length = encode(unit, length);
                }
                default -> decoded[length++] = escape;
            }
        }
        return length;
    }

    private int hex(int from, int to) {
        int value = 0;
        for (int i = from; i < from + 4; i++) {
            int digit = i < to ? Character.digit(json[i], 16) : -1;
            if (digit < 0) {
                return 0xFFFD;
            }
            value = value << 4 | digit;
        }
        return value;
    }

    private int encode(int codePoint, int length) {
        int c = codePoint >= 0xD800 && codePoint <= 0xDFFF ? 0xFFFD : codePoint;
        int to = length;
        if (c < 0x80) {
            decoded[to++] = (byte) c;
        } else if (c < 0x800) {
            decoded[to++] = (byte) (0xC0 | c >> 6);
            decoded[to++] = (byte) (0x80 | c & 0x3F);
        } else if (c < 0x10000) {
            decoded[to++] = (byte) (0xE0 | c >> 12);
            decoded[to++] = (byte) (0x80 | c >> 6 & 0x3F);
            decoded[to++] = (byte) (0x80 | c & 0x3F);
        } else {
            decoded[to++] = (byte) (0xF0 | c >> 18);
            decoded[to++] = (byte) (0x80 | c >> 12 & 0x3F);
            decoded[to++] = (byte) (0x80 | c >> 6 & 0x3F);
            decoded[to++] = (byte) (0x80 | c & 0x3F);
        }
        return to;
    }

    /** Where the value ends; -1 if it does not, or there is none. */
    private int skipValue(int value) {
        return switch (peek(value)) {
            case '"' -> skipText(value);
            case '{', '[' -> skipNested(value);
            default -> {
                int i = value;
                while (i < end && isLiteral(json[i])) {
                    i++;
                }
                yield i == value ? -1 : i;
            }
        };
    }

    private int skipNested(int from) {
        int depth = 0;
        int i = from;
        while (i < end) {
            switch (json[i]) {
                case '"' -> {
                    i = skipText(i) - 1;
                    if (i < 0) {
                        return -1;
                    }
                }
                case '{', '[' -> depth++;
                case '}', ']' -> {
                    if (--depth == 0) {
                        return i + 1;
                    }
                }
                default -> {}
            }
            i++;
        }
        return -1;
    }

    /** After the closing quote of the text whose opening quote is at {@code quote}; -1 if it is not closed. */
    private int skipText(int quote) {
        int i = quote + 1;
        while (i < end) {
            // Eight bytes at a time while there is neither quote nor backslash in them.
            if (i + 8 <= end) {
                long bytes = (long) LONGS.get(json, i);
                long stops = zeroBytes(bytes ^ QUOTES) | zeroBytes(bytes ^ BACKSLASHES);
                if (stops == 0) {
                    i += 8;
                    continue;
                }
                i += Long.numberOfTrailingZeros(stops) >>> 3;
            }
            if (json[i] == '"') {
                return i + 1;
            }
            i += json[i] == '\\' ? 2 : 1;
        }
        return -1;
    }

    /** The top bit of each byte that is 0, and maybe of bytes above the lowest such. */
    private static long zeroBytes(long bytes) {
        return bytes - 0x0101010101010101L & ~bytes & 0x8080808080808080L;
    }

    private int skipSpace(int from) {
        int i = from;
        while (i < end && (json[i] == ' ' || json[i] == '\t' || json[i] == '\n' || json[i] == '\r')) {
            i++;
        }
        return i;
    }

    private static boolean isLiteral(byte c) {
        return switch (c) {
            case ',', ']', '}', ':', '"', '[', '{', ' ', '\t', '\n', '\r' -> false;
            default -> true;
        };
    }

    private byte peek(int index) {
        return index >= 0 && index < end ? json[index] : 0;
    }
}
