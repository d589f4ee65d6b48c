package io.sluice.engine.segment;

import io.sluice.engine.error.EngineException;
import java.lang.foreign.MemorySegment;
import java.util.zip.CRC32C;

/** Checks the bytes of a part against the checksums of its blocks. */
public final class PartChecksum {
    private PartChecksum() {}

    /**
     * Checks a chunk of whole blocks, while it is hot in cache.
     *
     * @param firstBlock block of the part that {@code bytes} starts with
     * @param bytes a multiple of {@link PartDirectory#BLOCK_BYTES}, or up to the end of the part
     * @param key of the file, for the message
     * @param partName such as {@code field word}, for the message
     * @throws EngineException.Corrupt if a block differs, naming file, part, block and offset in the file
     */
    public static void verify(PartLayout layout, int firstBlock, MemorySegment bytes, String key, String partName) {
        long startBytes = (long) firstBlock * PartDirectory.BLOCK_BYTES;
        long endBytes = startBytes + bytes.byteSize();
        assert endBytes <= layout.sizeBytes() : "endBytes=" + endBytes + ", " + layout;
        assert endBytes % PartDirectory.BLOCK_BYTES == 0 || endBytes == layout.sizeBytes()
                : "not whole blocks: firstBlock=" + firstBlock + ", sizeBytes=" + bytes.byteSize() + ", " + layout;
        var crc = new CRC32C();
        int block = firstBlock;
        for (long at = 0; at < bytes.byteSize(); at += PartDirectory.BLOCK_BYTES) {
            long sizeBytes = Math.min(PartDirectory.BLOCK_BYTES, bytes.byteSize() - at);
            crc.reset();
            crc.update(bytes.asSlice(at, sizeBytes).asByteBuffer());
            int found = (int) crc.getValue();
            int expected = layout.blockChecksum(block);
            if (found != expected) {
                throw damaged(
                        key,
                        partName + " has a wrong checksum in block " + block + " of " + layout.blockCount()
                                + " (expected " + Integer.toHexString(expected) + ", found "
                                + Integer.toHexString(found) + ")",
                        layout.offsetBytes() + startBytes + at);
            }
            block++;
        }
    }

    /** @param offsetBytes from the start of the file */
    static EngineException.Corrupt damaged(String key, String what, long offsetBytes) {
        return new EngineException.Corrupt("file is damaged: key=" + key + ", what=" + what + ", offsetBytes="
                + offsetBytes + ". Restore the file from a backup, or drop the collection and fill it again");
    }
}
