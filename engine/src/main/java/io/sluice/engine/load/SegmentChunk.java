package io.sluice.engine.load;

import io.sluice.engine.memory.Reservation;
import io.sluice.engine.segment.PartDirectory;

/**
 * A claim check: one range of one part, not the bytes themselves. Safe to drop.
 *
 * @param offsetBytes from the start of the part, in its file and in its arena alike; a multiple of the checksum block
 * @param sizeBytes whole checksum blocks, or up to the end of the part; 0 only for a part without bytes
 */
record SegmentChunk(PartSource part, long offsetBytes, int sizeBytes) {
    int firstBlock() {
        return (int) (offsetBytes / PartDirectory.BLOCK_BYTES);
    }

    /** What the chunk adds to the account: the last one of a part counts the rest of the part's last page too. */
    long accountedBytes() {
        long partBytes = part.part().sizeBytes();
        boolean last = offsetBytes + sizeBytes == partBytes;
        return last ? Reservation.roundedBytes(partBytes) - offsetBytes : sizeBytes;
    }

    @Override
    public String toString() {
        return "segment=" + part.segmentId() + ", " + part.name() + ", chunk=[" + offsetBytes + ", "
                + (offsetBytes + sizeBytes) + ") of " + part.part().sizeBytes() + " bytes, key=" + part.key();
    }
}
