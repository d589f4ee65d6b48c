package io.sluice.engine.load;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/**
 * Deals work out to readers in turns of several pieces, so that a piece does not cost a handover between threads: long
 * turns first, single pieces in the end, so that all readers end together. A turn has an upper limit, after which
 * others who use the same threads have theirs.
 *
 * <p>This is guided self-scheduling (Polychronopoulos and Kuck, 1987): a turn takes its share of what is left.
 *
 * <p>Confined to one thread at a time; may be iterated once.
 */
final class Turns<T> implements Iterator<List<T>> {
    /** A share is this many times smaller than what would be each reader's: a slow reader holds up the end less. */
    private static final int SHARES_PER_READER = 4;

    private final Iterator<T> pieces;
    private final int readers;
    private final int longest;
    private int left;

    /**
     * @param pieces as many as {@code count}
     * @param longest pieces in a turn, at least one
     */
    Turns(Iterator<T> pieces, int count, int readers, int longest) {
        this.pieces = pieces;
        this.left = count;
        this.readers = readers;
        this.longest = longest;
    }

    @Override
    public boolean hasNext() {
        return pieces.hasNext();
    }

    @Override
    public List<T> next() {
        int share = Math.clamp(left / (SHARES_PER_READER * readers), 1, longest);
        List<T> turn = new ArrayList<>(share);
        do {
            turn.add(pieces.next());
        } while (turn.size() < share && pieces.hasNext());
        left -= turn.size();
        return turn;
    }
}
