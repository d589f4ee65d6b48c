package io.sluice.engine.segment;

import java.lang.foreign.MemorySegment;

/** Where a part lies in its file and its sections in the part; with the checksum of every 1 MiB block. Immutable. */
public final class PartLayout {
    /** Section kinds of a field; an index has its own, from 100 on. */
    public static final int DATA = 1;

    public static final int OFFSETS = 2;
    public static final int ELEMENT_OFFSETS = 3;
    public static final int VALIDITY = 4;

    public int partId() {
        throw new UnsupportedOperationException();
    }

    public long offsetBytes() {
        throw new UnsupportedOperationException();
    }

    public long sizeBytes() {
        throw new UnsupportedOperationException();
    }

    public int blockCount() {
        throw new UnsupportedOperationException();
    }

    /** CRC32C of block {@code block}, the last of which may be short. */
    public int blockChecksum(int block) {
        throw new UnsupportedOperationException();
    }

    public boolean has(int sectionKind) {
        throw new UnsupportedOperationException();
    }

    /** A section as a slice of the part's bytes in memory. */
    public MemorySegment section(int sectionKind, MemorySegment partBytes) {
        throw new UnsupportedOperationException();
    }
}
