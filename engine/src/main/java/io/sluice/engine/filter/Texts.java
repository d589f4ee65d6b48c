package io.sluice.engine.filter;

import java.util.Arrays;

/** Comparing ranges of bytes with whole arrays. Thread-safe: has no state. */
final class Texts {
    /** Below this a plain loop beats the set-up of the vector comparison. */
    private static final int SHORT = 16;

    private Texts() {}

    static boolean equal(byte[] bytes, int from, int to, byte[] other) {
        return to - from == other.length && startsWith(bytes, from, other);
    }

    /** Whether {@code prefix} lies at {@code from}, where there is room for it. */
    static boolean startsWith(byte[] bytes, int from, byte[] prefix) {
        if (prefix.length >= SHORT) {
            return Arrays.equals(bytes, from, from + prefix.length, prefix, 0, prefix.length);
        }
        for (int i = 0; i < prefix.length; i++) {
            if (bytes[from + i] != prefix[i]) {
                return false;
            }
        }
        return true;
    }

    /** The sign of the difference by code point, which is that by unsigned byte. */
    static int order(byte[] bytes, int from, int to, byte[] other) {
        return Arrays.compareUnsigned(bytes, from, to, other, 0, other.length);
    }
}
