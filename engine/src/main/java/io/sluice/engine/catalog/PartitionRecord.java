package io.sluice.engine.catalog;

/**
 * @param createdTimestamp hybrid timestamp
 * @param sealedThroughLsn every log record of this partition up to here is in segments and deltas
 * @param dropping whether a drop was accepted and only the files are left to delete
 */
public record PartitionRecord(
        long id, long collectionId, String name, long createdTimestamp, long sealedThroughLsn, boolean dropping) {
    /** With a higher {@code sealedThroughLsn}; never a lower one. */
    public PartitionRecord sealedThrough(long lsn) {
        return new PartitionRecord(id, collectionId, name, createdTimestamp, Math.max(lsn, sealedThroughLsn), dropping);
    }
}
