package io.sluice.engine.log;

/** Says which records are needed no more. */
@FunctionalInterface
public interface LogSkip {
    /**
     * Whether no record of this partition up to {@code lsn} has to be replayed.
     *
     * @param partitionId -1 for records that concern all partitions of the collection
     */
    boolean skippable(long collectionId, long partitionId, long lsn);
}
