package io.sluice.engine.filter;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A compiled {@code like} pattern: {@code %} is any run, {@code _} one code point, a backslash makes the next {@code %},
 * {@code _} or backslash plain. The whole value must match. Immutable and thread-safe.
 *
 * <p>The pattern is cut at its {@code %} into pieces. The first is tied to the start unless a {@code %} precedes it, the
 * last to the end, and those between are looked for from left to right: the leftmost place is always good enough, so
 * there is no going back. Without {@code _} a piece is plain bytes; this covers equal, prefix, suffix and contains.
 */
final class LikePattern {
    /**
     * A stretch without {@code %}.
     *
     * @param bytes of its literals, where {@code _} has a 0 byte as placeholder
     * @param any bit set where {@code bytes} stands for any code point; null when there is none
     * @param codePoints that it matches
     */
    private record Piece(byte[] bytes, boolean[] any, boolean plain, int codePoints) {}

    private final List<Piece> pieces;
    private final boolean tiedToStart;
    private final boolean tiedToEnd;

    private LikePattern(List<Piece> pieces, boolean tiedToStart, boolean tiedToEnd) {
        this.pieces = pieces;
        this.tiedToStart = tiedToStart;
        this.tiedToEnd = tiedToEnd;
    }

    static LikePattern compile(String pattern) {
        List<Piece> pieces = new ArrayList<>();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        List<Integer> any = new ArrayList<>();
        boolean tiedToStart = true;
        boolean tiedToEnd = true;
        int at = 0;
        while (at < pattern.length()) {
            int c = pattern.codePointAt(at);
            int next = at + 1 < pattern.length() ? pattern.charAt(at + 1) : -1;
            tiedToEnd = true;
            if (c == '%') {
                if (pieces.isEmpty() && bytes.size() == 0) {
                    tiedToStart = false;
                } else if (bytes.size() != 0) {
                    pieces.add(piece(bytes, any));
                }
                tiedToEnd = false;
                at++;
            } else if (c == '_') {
                any.add(bytes.size());
                bytes.write(0);
                at++;
            } else if (c == '\\' && (next == '%' || next == '_' || next == '\\')) {
                bytes.write(next);
                at += 2;
            } else {
                bytes.writeBytes(Character.toString(c).getBytes(StandardCharsets.UTF_8));
                at += Character.charCount(c);
            }
        }
        if (bytes.size() != 0) {
            pieces.add(piece(bytes, any));
        }
        return new LikePattern(List.copyOf(pieces), tiedToStart, tiedToEnd);
    }

    private static Piece piece(ByteArrayOutputStream bytes, List<Integer> any) {
        byte[] literal = bytes.toByteArray();
        boolean[] marks = new boolean[literal.length];
        any.forEach(index -> marks[index] = true);
        int codePoints = 0;
        for (byte b : literal) {
            codePoints += isStart(b) ? 1 : 0;
        }
        boolean plain = any.isEmpty();
        bytes.reset();
        any.clear();
        return new Piece(literal, marks, plain, codePoints);
    }

    /** What every text that matches starts with, in UTF-8; often nothing. */
    byte[] prefix() {
        if (!tiedToStart || pieces.isEmpty()) {
            return new byte[0];
        }
        Piece first = pieces.getFirst();
        int length = 0;
        while (length < first.bytes.length && !first.any[length]) {
            length++;
        }
        return Arrays.copyOf(first.bytes, length);
    }

    /** Whether every text with {@link #prefix} matches. */
    boolean isPrefixOnly() {
        return !tiedToEnd && (tiedToStart ? pieces.size() == 1 && pieces.getFirst().plain : pieces.isEmpty());
    }

    /** Whether UTF-8 {@code [from, to)} matches. */
    boolean matches(byte[] text, int from, int to) {
        int count = pieces.size();
        if (count == 0) {
            return !tiedToStart || from == to;
        }
        int at = from;
        int first = 0;
        int last = count;
        if (tiedToStart) {
            at = match(pieces.getFirst(), text, from, to);
            if (at < 0) {
                return false;
            }
            if (count == 1 && tiedToEnd) {
                return at == to;
            }
            first = 1;
        }
        int end = to;
        if (tiedToEnd) {
            last--;
            Piece tail = pieces.get(last);
            end = backBy(tail, text, at, to);
            if (end < 0 || match(tail, text, end, to) != to) {
                return false;
            }
        }
        for (int i = first; i < last; i++) {
            at = find(pieces.get(i), text, at, end);
            if (at < 0) {
                return false;
            }
        }
        return true;
    }

    /** Where the piece ends when it starts at {@code from}; -1 when it does not match there. */
    private static int match(Piece piece, byte[] text, int from, int to) {
        int length = piece.bytes.length;
        if (piece.plain) {
            return to - from >= length && Texts.startsWith(text, from, piece.bytes) ? from + length : -1;
        }
        int at = from;
        for (int i = 0; i < length; i++) {
            if (at >= to) {
                return -1;
            }
            if (piece.any[i]) {
                do {
                    at++;
                } while (at < to && !isStart(text[at]));
            } else if (piece.bytes[i] == text[at]) {
                at++;
            } else {
                return -1;
            }
        }
        return at;
    }

    /** Where the piece must start to end at {@code to}; -1 when there is no room after {@code from}. */
    private static int backBy(Piece piece, byte[] text, int from, int to) {
        if (piece.plain) {
            return to - from >= piece.bytes.length ? to - piece.bytes.length : -1;
        }
        int at = to;
        for (int left = piece.codePoints; left > 0; left--) {
            do {
                if (--at < from) {
                    return -1;
                }
            } while (!isStart(text[at]));
        }
        return at;
    }

    private static int find(Piece piece, byte[] text, int from, int to) {
        if (piece.plain) {
            byte[] bytes = piece.bytes;
            byte first = bytes[0];
            int last = to - bytes.length;
            for (int at = from; at <= last; at++) {
                if (text[at] == first && Texts.startsWith(text, at, bytes)) {
                    return at + bytes.length;
                }
            }
            return -1;
        }
        for (int at = from; at < to; at++) {
            if (isStart(text[at])) {
                int end = match(piece, text, at, to);
                if (end >= 0) {
                    return end;
                }
            }
        }
        return -1;
    }

    private static boolean isStart(byte b) {
        return (b & 0xC0) != 0x80;
    }
}
