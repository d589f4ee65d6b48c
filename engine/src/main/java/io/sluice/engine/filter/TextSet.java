package io.sluice.engine.filter;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A fixed set of texts as UTF-8, asked with ranges of bytes. Immutable and thread-safe. */
final class TextSet {
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long MIX = 0x9E3779B97F4A7C15L;

    private final byte[] @Nullable [] table;
    private final int shift;
    private final int shortest;
    private final int longest;
    private final List<Constant.Text> distinct;

    TextSet(Collection<Constant.Text> texts) {
        int bits = Math.max(1, 64 - Long.numberOfLeadingZeros(texts.size() * 2L));
        table = new byte[1 << bits][];
        shift = 64 - bits;
        int least = Integer.MAX_VALUE;
        int most = -1;
        List<Constant.Text> added = new ArrayList<>();
        for (Constant.Text text : texts) {
            byte[] bytes = text.utf8();
            least = Math.min(least, bytes.length);
            most = Math.max(most, bytes.length);
            int at = slot(bytes, 0, bytes.length);
            byte[] there = table[at];
            while (there != null && !Arrays.equals(there, bytes)) {
                at = at + 1 & table.length - 1;
                there = table[at];
            }
            if (there == null) {
                table[at] = bytes;
                added.add(text);
            }
        }
        shortest = least;
        longest = most;
        distinct = List.copyOf(added);
    }

    /** In the order given, each once. */
    List<Constant.Text> distinct() {
        return distinct;
    }

    boolean contains(byte[] bytes, int from, int to) {
        int length = to - from;
        if (length < shortest || length > longest) {
            return false;
        }
        int at = slot(bytes, from, to);
        while (true) {
            byte[] there = table[at];
            if (there == null) {
                return false;
            }
            if (there.length == length && Arrays.equals(there, 0, length, bytes, from, to)) {
                return true;
            }
            at = at + 1 & table.length - 1;
        }
    }

    private int slot(byte[] bytes, int from, int to) {
        long hash = to - from;
        int at = from;
        for (; at + 8 <= to; at += 8) {
            hash = Long.rotateLeft((hash ^ (long) LONGS.get(bytes, at)) * MIX, 29);
        }
        long rest = 0;
        for (; at < to; at++) {
            rest = rest << 8 | bytes[at] & 0xFF;
        }
        hash = (hash ^ rest) * MIX;
        return (int) ((hash ^ hash >>> 32) * MIX >>> shift);
    }
}
