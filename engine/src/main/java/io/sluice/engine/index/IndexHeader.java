package io.sluice.engine.index;

import io.sluice.engine.error.EngineException;
import io.sluice.engine.segment.ColumnView;
import io.sluice.engine.segment.PartLayout;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * What all index images start with, and how what does not fit is said. Stateless.
 *
 * <pre>
 *   section 100, 256 bytes:   0 magic "SLUICEIX"   8 version int32   12 layout name, 12 bytes   24 the layout's own
 * </pre>
 */
final class IndexHeader {
    static final int SECTION = 100;
    static final int BYTES = 256;

    private static final byte[] MAGIC = "SLUICEIX".getBytes(StandardCharsets.US_ASCII);
    private static final int VERSION_OFFSET = 8;
    private static final int NAME_OFFSET = 12;
    private static final int NAME_BYTES = 12;

    private IndexHeader() {}

    /** Zeros, then magic, version and name. */
    static void begin(MemorySegment header, int version, String layoutName) {
        header.fill((byte) 0);
        MemorySegment.copy(MemorySegment.ofArray(MAGIC), 0, header, 0, MAGIC.length);
        byte[] name = layoutName.getBytes(StandardCharsets.US_ASCII);
        MemorySegment.copy(MemorySegment.ofArray(name), 0, header, NAME_OFFSET, name.length);
        header.set(ColumnView.INT, VERSION_OFFSET, version);
    }

    /** The header section, once its size and its magic number are checked. */
    static MemorySegment of(PartLayout part, MemorySegment partBytes, Check check) {
        check.that(part.sectionBytes(SECTION) == BYTES, "header has " + part.sectionBytes(SECTION) + " bytes");
        MemorySegment header = part.section(SECTION, partBytes);
        byte[] magic = new byte[MAGIC.length];
        MemorySegment.copy(header, 0, MemorySegment.ofArray(magic), 0, magic.length);
        check.that(Arrays.equals(magic, MAGIC), "header has no magic number");
        return header;
    }

    static int version(MemorySegment header) {
        return header.get(ColumnView.INT, VERSION_OFFSET);
    }

    static String layoutName(MemorySegment header) {
        byte[] name = new byte[NAME_BYTES];
        MemorySegment.copy(header, NAME_OFFSET, MemorySegment.ofArray(name), 0, name.length);
        return new String(name, StandardCharsets.US_ASCII).replace("\0", "");
    }

    /** Says of one file what does not fit. */
    record Check(String key) {
        void that(boolean holds, String what) {
            if (!holds) {
                throw new EngineException.Corrupt("index file is damaged: key=" + key + ", what=" + what
                        + ". Restore the file, or drop the index and create it again");
            }
        }

        void equal(String name, long found, long expected) {
            that(found == expected, "header has " + name + "=" + found + " instead of " + expected);
        }

        void section(PartLayout part, int kind, long expectedBytes) {
            long foundBytes = part.sectionBytes(kind);
            that(
                    foundBytes == expectedBytes,
                    "section " + kind + " has " + foundBytes + " bytes instead of " + expectedBytes);
        }

        /** The refusal of a version or layout that nobody knew when this was written. */
        EngineException.Corrupt newer(String found, String known) {
            return new EngineException.Corrupt("index file was written by a newer version of Sluice: key=" + key + ", "
                    + found + ", known=" + known
                    + ". Start the version that wrote it, or drop the index and create it again");
        }
    }
}
