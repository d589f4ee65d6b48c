package io.sluice.engine.segment;

import java.util.Arrays;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.IntPredicate;

/**
 * Rows of a growing segment by primary key. Confined to one thread.
 *
 * <p>Open addressing with linear probing, at most half full: one slot per key with 32 bits of its hash and its newest
 * row; older rows of the key hang behind that one. Keys themselves stay in the rows, which the caller compares. So
 * inserting the same key over and over costs no more than inserting different ones. Some 20 to 36 bytes of heap per row.
 */
final class KeyIndex {
    private static final long SEED = ThreadLocalRandom.current().nextLong(); // against made-up collisions
    private static final int MIN_SLOTS = 64;
    private static final int NONE = -1;

    private int[] hashes = new int[MIN_SLOTS];
    private int[] newestRows = newTable(MIN_SLOTS); // NONE = free
    private int[] olderRows = new int[MIN_SLOTS]; // by row: the row of the same key before it, or NONE
    private int keyCount;

    /** Makes room, so that as many {@link #add} cannot fail. */
    void reserve(int rowCount, int moreRows) {
        int rows = Math.addExact(rowCount, moreRows);
        if (rows > olderRows.length) {
            olderRows = Arrays.copyOf(olderRows, (int) Math.min(Integer.MAX_VALUE - 8, Math.max(rows, 2L * rowCount)));
        }
        long slots = newestRows.length;
        while (slots < 2L * (keyCount + moreRows)) {
            slots *= 2;
        }
        if (slots > newestRows.length) {
            rehash(Math.toIntExact(slots));
        }
    }

    /**
     * Adds the newest row of a key.
     *
     * @param sameKey whether a row has the key
     */
    void add(int hash, int row, IntPredicate sameKey) {
        int slot = find(hash, sameKey);
        olderRows[row] = newestRows[slot];
        if (newestRows[slot] == NONE) {
            hashes[slot] = hash;
            keyCount++;
        }
        newestRows[slot] = row;
    }

    /**
     * Removes the rows of a key for which {@code remove} holds: it is asked from the newest to the oldest row, and after
     * the first yes all older ones are removed too.
     */
    void remove(int hash, IntPredicate sameKey, IntPredicate remove) {
        int slot = find(hash, sameKey);
        int kept = NONE;
        int row = newestRows[slot];
        while (row != NONE && !remove.test(row)) {
            kept = row;
            row = olderRows[row];
        }
        if (row == NONE) {
            return;
        }
        for (int older = olderRows[row]; older != NONE; older = olderRows[older]) {
            boolean removed = remove.test(older);
            assert removed : "an older row is kept: row=" + older;
        }
        if (kept == NONE) {
            free(slot);
        } else {
            olderRows[kept] = NONE;
        }
    }

    static int hash(long key) {
        return fold(mix(key ^ SEED));
    }

    static int hash(byte[] data, int start, int end) {
        long hash = SEED;
        for (int i = start; i < end; i++) {
            hash = (hash ^ data[i]) * 0x9FB2_1C65_1E98_DF25L;
            hash ^= hash >>> 32;
        }
        return fold(mix(hash ^ (end - start)));
    }

    private static long mix(long value) {
        long z = (value ^ value >>> 30) * 0xBF58_476D_1CE4_E5B9L;
        z = (z ^ z >>> 27) * 0x94D0_49BB_1331_11EBL;
        return z ^ z >>> 31;
    }

    private static int fold(long hash) {
        return (int) (hash ^ hash >>> 32);
    }

    /** The slot of a key, or the free one where it belongs. */
    private int find(int hash, IntPredicate sameKey) {
        int mask = newestRows.length - 1;
        int slot = hash & mask;
        while (newestRows[slot] != NONE && !(hashes[slot] == hash && sameKey.test(newestRows[slot]))) {
            slot = slot + 1 & mask;
        }
        return slot;
    }

    /** Frees a slot and moves later ones of its run up, so that no search ends too early. */
    private void free(int slot) {
        int mask = newestRows.length - 1;
        int hole = slot;
        for (int at = slot + 1 & mask; newestRows[at] != NONE; at = at + 1 & mask) {
            int home = hashes[at] & mask;
            if ((at - home & mask) >= (at - hole & mask)) {
                hashes[hole] = hashes[at];
                newestRows[hole] = newestRows[at];
                hole = at;
            }
        }
        newestRows[hole] = NONE;
        keyCount--;
    }

    private void rehash(int slots) {
        int[] oldHashes = hashes;
        int[] oldRows = newestRows;
        hashes = new int[slots];
        newestRows = newTable(slots);
        for (int i = 0; i < oldRows.length; i++) {
            if (oldRows[i] != NONE) {
                int slot = find(oldHashes[i], _ -> false);
                hashes[slot] = oldHashes[i];
                newestRows[slot] = oldRows[i];
            }
        }
    }

    private static int[] newTable(int slots) {
        int[] table = new int[slots];
        Arrays.fill(table, NONE);
        return table;
    }

    @Override
    public String toString() {
        return keyCount + " keys in " + newestRows.length + " slots";
    }
}
