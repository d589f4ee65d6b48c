package io.sluice.engine.schema;

/** Strict UTF-8: shortest forms only, no surrogates, nothing above U+10FFFF. */
final class Utf8 {
    private Utf8() {}

    /** Where the first character that is none begins; -1 when all of {@code data[from .. to)} is well-formed. */
    static int firstInvalid(byte[] data, int from, int to) {
        int at = from;
        while (at < to) {
            if (data[at] >= 0) {
                at++;
                continue;
            }
            int length = characterBytes(data, at, to);
            if (length == 0) {
                return at;
            }
            at += length;
        }
        return -1;
    }

    /** Bytes of the character of more than one byte that starts at {@code at}; 0 when it is not well-formed. */
    static int characterBytes(byte[] data, int at, int to) {
        int first = data[at] & 0xff;
        int length =
                first >= 0xc2 && first <= 0xdf ? 2 : first >> 4 == 0xe ? 3 : first >= 0xf0 && first <= 0xf4 ? 4 : 0;
        if (length == 0 || to - at < length) {
            return 0;
        }
        for (int i = 1; i < length; i++) {
            if ((data[at + i] & 0xc0) != 0x80) {
                return 0;
            }
        }
        int second = data[at + 1] & 0xff;
        boolean wrong = switch (first) {
            case 0xe0 -> second < 0xa0; // longer than needed
            case 0xed -> second > 0x9f; // a surrogate
            case 0xf0 -> second < 0x90; // longer than needed
            case 0xf4 -> second > 0x8f; // above U+10FFFF
            default -> false;
        };
        return wrong ? 0 : length;
    }
}
