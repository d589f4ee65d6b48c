package io.sluice.engine.segment;

import java.lang.foreign.MemorySegment;
import java.util.zip.CRC32C;

/**
 * Where everything lies in a part file. All numbers are little-endian; what is not named is zero.
 *
 * <pre>
 *   header (4096)   0       8         12     16        24           28         4092  4096
 *                   | magic | version | kind | ownerId | blockBytes | zero ... | crc |
 *
 *   trailer (64)    0                 8               16         24        28             32
 *                   | directoryOffset | directorySize | fileSize | version | directoryCrc |
 *                   32        40     44      48     52    56      64
 *                   | ownerId | kind | parts | zero | crc | magic |
 *
 *   directory       0       4      8
 *                   | parts | zero | part, part, ... |
 *   part            0    4          8        16     24       28     32
 *                   | id | sections | offset | size | blocks | zero | section, ... | crc of a block (4), ... | to 8 |
 *   section         0      4      8        16     24
 *                   | kind | zero | offset | size |
 * </pre>
 *
 * A crc in header or trailer covers all bytes of it before the crc. Magic, version and the header's crc stay where they
 * are in every version, so that an old reader can tell a newer file from a damaged one.
 */
final class PartFileLayout {
    static final int FORMAT_VERSION = 1;
    static final long HEADER_MAGIC = 0x4650_4543_4955_4C53L; // "SLUICEPF", read little-endian
    static final long TRAILER_MAGIC = 0x444E_4543_4955_4C53L; // "SLUICEND"

    static final int PART_ALIGNMENT_BYTES = 4096;
    static final int SECTION_ALIGNMENT_BYTES = 64;

    static final int HEADER_BYTES = 4096;
    static final int HEADER_VERSION_OFFSET = 8;
    static final int HEADER_KIND_OFFSET = 12;
    static final int HEADER_OWNER_OFFSET = 16;
    static final int HEADER_BLOCK_BYTES_OFFSET = 24;
    static final int HEADER_CRC_OFFSET = HEADER_BYTES - Integer.BYTES;

    static final int TRAILER_BYTES = 64;
    static final int TRAILER_DIRECTORY_OFFSET = 0;
    static final int TRAILER_DIRECTORY_SIZE_OFFSET = 8;
    static final int TRAILER_FILE_SIZE_OFFSET = 16;
    static final int TRAILER_VERSION_OFFSET = 24;
    static final int TRAILER_DIRECTORY_CRC_OFFSET = 28;
    static final int TRAILER_OWNER_OFFSET = 32;
    static final int TRAILER_KIND_OFFSET = 40;
    static final int TRAILER_PARTS_OFFSET = 44;
    static final int TRAILER_CRC_OFFSET = 52;
    static final int TRAILER_MAGIC_OFFSET = 56;

    static final int DIRECTORY_HEAD_BYTES = 8;
    static final int DIRECTORY_PART_BYTES = 32;
    static final int DIRECTORY_SECTION_BYTES = 24;

    private PartFileLayout() {}

    static long alignUp(long value, int alignment) {
        return Math.addExact(value, alignment - 1) & -alignment;
    }

    /** Number of checksummed blocks of a part. */
    static int blockCount(long sizeBytes) {
        return Math.toIntExact((sizeBytes + PartDirectory.BLOCK_BYTES - 1) / PartDirectory.BLOCK_BYTES);
    }

    /** Bytes of one part in the directory. */
    static long directoryPartBytes(int sectionCount, int blockCount) {
        return alignUp(
                DIRECTORY_PART_BYTES
                        + (long) DIRECTORY_SECTION_BYTES * sectionCount
                        + (long) Integer.BYTES * blockCount,
                Long.BYTES);
    }

    static int crc(MemorySegment bytes) {
        var crc = new CRC32C();
        crc.update(bytes.asByteBuffer());
        return (int) crc.getValue();
    }
}
