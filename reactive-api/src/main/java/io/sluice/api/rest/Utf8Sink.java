package io.sluice.api.rest;

import java.util.Arrays;

/** A growing run of UTF-8 bytes. Confined to one thread at a time. */
final class Utf8Sink {
    private static final byte[] HEX = {'0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'};

    private byte[] bytes = new byte[256];
    private int length;

    int length() {
        return length;
    }

    byte[] toBytes() {
        return Arrays.copyOf(bytes, length);
    }

    void truncate(int newLength) {
        length = newLength;
    }

    void add(char ascii) {
        reserve(1);
        bytes[length++] = (byte) ascii;
    }

    void add(byte[] source, int from, int to) {
        reserve(to - from);
        System.arraycopy(source, from, bytes, length, to - from);
        length += to - from;
    }

    /** False, and nothing added, when the text has half a surrogate pair: it has no UTF-8 form. */
    boolean addText(String text) {
        int before = length;
        int size = text.length();
        reserve(Math.multiplyExact(3, size));
        for (int i = 0; i < size; i++) {
            char c = text.charAt(i);
            if (c < 0x80) {
                bytes[length++] = (byte) c;
            } else if (!Character.isSurrogate(c)) {
                addWide(c);
            } else if (Character.isHighSurrogate(c) && i + 1 < size && Character.isLowSurrogate(text.charAt(i + 1))) {
                addWide(Character.toCodePoint(c, text.charAt(++i)));
            } else {
                length = before;
                return false;
            }
        }
        return true;
    }

    /** The text as a JSON string with its quotes; false, and nothing added, as for {@link #addText}. */
    boolean addQuoted(String text) {
        int before = length;
        add('"');
        int from = length;
        if (!addText(text)) {
            length = before;
            return false;
        }
        for (int i = from; i < length; i++) {
            if (bytes[i] == '"' || bytes[i] == '\\' || (bytes[i] >= 0 && bytes[i] < ' ')) {
                byte[] plain = Arrays.copyOfRange(bytes, i, length);
                length = i;
                addEscaped(plain);
                break;
            }
        }
        add('"');
        return true;
    }

    /** Valid JSON without the white space between its tokens. */
    void addCompact(byte[] json, int from, int to) {
        reserve(to - from);
        boolean inText = false;
        for (int i = from; i < to; i++) {
            byte b = json[i];
            if (inText) {
                bytes[length++] = b;
                if (b == '\\') {
                    bytes[length++] = json[++i];
                } else if (b == '"') {
                    inText = false;
                }
            } else if (b != ' ' && b != '\n' && b != '\r' && b != '\t') {
                bytes[length++] = b;
                inText = b == '"';
            }
        }
    }

    private void addEscaped(byte[] plain) {
        reserve(Math.multiplyExact(6, plain.length));
        for (byte b : plain) {
            if (b == '"' || b == '\\') {
                bytes[length++] = '\\';
                bytes[length++] = b;
            } else if (b >= 0 && b < ' ') {
                bytes[length++] = '\\';
                bytes[length++] = 'u';
                bytes[length++] = '0';
                bytes[length++] = '0';
                bytes[length++] = HEX[b >> 4];
                bytes[length++] = HEX[b & 15];
            } else {
                bytes[length++] = b;
            }
        }
    }

    private void addWide(int codePoint) {
        if (codePoint < 0x800) {
            bytes[length++] = (byte) (0xC0 | codePoint >> 6);
        } else {
            if (codePoint < 0x10000) {
                bytes[length++] = (byte) (0xE0 | codePoint >> 12);
            } else {
                bytes[length++] = (byte) (0xF0 | codePoint >> 18);
                bytes[length++] = (byte) (0x80 | codePoint >> 12 & 0x3F);
            }
            bytes[length++] = (byte) (0x80 | codePoint >> 6 & 0x3F);
        }
        bytes[length++] = (byte) (0x80 | codePoint & 0x3F);
    }

    private void reserve(int more) {
        int needed = Math.addExact(length, more);
        if (needed > bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.max(needed, (int) Math.min(2L * bytes.length, Integer.MAX_VALUE - 8)));
        }
    }
}
