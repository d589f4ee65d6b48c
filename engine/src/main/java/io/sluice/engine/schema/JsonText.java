package io.sluice.engine.schema;

import org.jspecify.annotations.Nullable;

/**
 * Says whether bytes are one JSON value as RFC 8259 has it, in strict UTF-8. Allocates nothing, and is thread-safe.
 *
 * <p>Stricter than some: no comments, no trailing commas, no {@code NaN}, no byte order mark, no control characters in
 * strings. As RFC 8259 it lets duplicate keys and escaped lone surrogates pass.
 */
public final class JsonText {
    /** Arrays and objects within each other. */
    public static final int MAX_DEPTH = 256;

    private JsonText() {}

    /** Sees the keys of the outermost object. */
    @FunctionalInterface
    interface KeyVisitor {
        /** @param from and {@code to}: what stands between the quotes, escapes as they are */
        void key(byte[] data, int from, int to);
    }

    /** Where the first byte that cannot be there stands ({@code to} when the text ends too early); -1 for valid JSON. */
    public static int check(byte[] data, int from, int to) {
        return check(data, from, to, null);
    }

    static int check(byte[] data, int from, int to, @Nullable KeyVisitor visitor) {
        int at = skipSpace(data, from, to);
        at = value(data, at, to, 0, visitor);
        if (at < 0) {
            return ~at;
        }
        at = skipSpace(data, at, to);
        return at == to ? -1 : at;
    }

    /** Whether a text that {@link #check} accepted is an object. */
    public static boolean isObject(byte[] data, int from, int to) {
        int at = skipSpace(data, from, to);
        return at < to && data[at] == '{';
    }

    // Each of these answers where its thing ends, or ~offset of the byte that is wrong.

    private static int value(byte[] data, int at, int to, int depth, @Nullable KeyVisitor visitor) {
        if (at == to) {
            return ~at;
        }
        return switch (data[at]) {
            case '{' -> depth == MAX_DEPTH ? ~at : object(data, at + 1, to, depth + 1, visitor);
            case '[' -> depth == MAX_DEPTH ? ~at : array(data, at + 1, to, depth + 1);
            case '"' -> string(data, at + 1, to);
            case 't' -> word(data, at, to, "true");
            case 'f' -> word(data, at, to, "false");
            case 'n' -> word(data, at, to, "null");
            default -> number(data, at, to);
        };
    }

    private static int object(byte[] data, int start, int to, int depth, @Nullable KeyVisitor visitor) {
        int at = skipSpace(data, start, to);
        if (at < to && data[at] == '}') {
            return at + 1;
        }
        while (true) {
            if (at == to || data[at] != '"') {
                return ~at;
            }
            int keyStart = at + 1;
            at = string(data, keyStart, to);
            if (at < 0) {
                return at;
            }
            if (visitor != null) {
                visitor.key(data, keyStart, at - 1);
            }
            at = skipSpace(data, at, to);
            if (at == to || data[at] != ':') {
                return ~at;
            }
            at = value(data, skipSpace(data, at + 1, to), to, depth, null);
            if (at < 0) {
                return at;
            }
            at = skipSpace(data, at, to);
            if (at == to || data[at] != ',') {
                return at < to && data[at] == '}' ? at + 1 : ~at;
            }
            at = skipSpace(data, at + 1, to);
        }
    }

    private static int array(byte[] data, int start, int to, int depth) {
        int at = skipSpace(data, start, to);
        if (at < to && data[at] == ']') {
            return at + 1;
        }
        while (true) {
            at = value(data, at, to, depth, null);
            if (at < 0) {
                return at;
            }
            at = skipSpace(data, at, to);
            if (at == to || data[at] != ',') {
                return at < to && data[at] == ']' ? at + 1 : ~at;
            }
            at = skipSpace(data, at + 1, to);
        }
    }

    private static int string(byte[] data, int start, int to) {
        int at = start;
        while (at < to) {
            byte here = data[at];
            if (here == '"') {
                return at + 1;
            }
            int length = here == '\\' ? escapeBytes(data, at, to) : here < 0 ? Utf8.characterBytes(data, at, to) : 1;
            if (length == 0 || here >= 0 && here < 0x20) {
                return ~at;
            }
            at += length;
        }
        return ~to;
    }

    private static int escapeBytes(byte[] data, int at, int to) {
        if (at + 1 == to) {
            return 0;
        }
        return switch (data[at + 1]) {
            case '"', '\\', '/', 'b', 'f', 'n', 'r', 't' -> 2;
            case 'u' -> {
                if (to - at < 6) {
                    yield 0;
                }
                for (int i = 2; i < 6; i++) {
                    if (Character.digit((char) (data[at + i] & 0xff), 16) < 0) {
                        yield 0;
                    }
                }
                yield 6;
            }
            default -> 0;
        };
    }

    private static int word(byte[] data, int at, int to, String word) {
        for (int i = 0; i < word.length(); i++) {
            if (at + i == to || data[at + i] != word.charAt(i)) {
                return ~(at + i);
            }
        }
        return at + word.length();
    }

    private static int number(byte[] data, int start, int to) {
        int at = start;
        if (data[at] == '-') {
            at++;
        }
        if (at < to && data[at] == '0') {
            at++;
        } else {
            at = digits(data, at, to);
        }
        if (at >= 0 && at < to && data[at] == '.') {
            at = digits(data, at + 1, to);
        }
        if (at >= 0 && at < to && (data[at] | 0x20) == 'e') {
            at++;
            if (at < to && (data[at] == '+' || data[at] == '-')) {
                at++;
            }
            at = digits(data, at, to);
        }
        return at;
    }

    /** At least one. */
    private static int digits(byte[] data, int start, int to) {
        int at = start;
        while (at < to && data[at] >= '0' && data[at] <= '9') {
            at++;
        }
        return at == start ? ~at : at;
    }

    private static int skipSpace(byte[] data, int start, int to) {
        int at = start;
        while (at < to && (data[at] == ' ' || data[at] == '\n' || data[at] == '\r' || data[at] == '\t')) {
            at++;
        }
        return at;
    }
}
