package io.sluice.engine.log;

/**
 * One write as it is in the log.
 *
 * @param lsn 1, 2, 3, ... over the life of the server
 * @param timestamp hybrid timestamp: milliseconds &lt;&lt; 18 | logical; grows with the lsn
 * @param partitionId -1 = all partitions of the collection
 * @param schemaVersion of the schema that the payload was made for
 * @param payload see {@link RecordKind}; treated as immutable
 */
public record LogRecord(
        long lsn,
        long timestamp,
        RecordKind kind,
        long collectionId,
        long partitionId,
        int schemaVersion,
        LogPayload payload) {
    @Override
    public String toString() {
        return "LogRecord(lsn=" + lsn + ", timestamp=" + timestamp + ", kind=" + kind + ", collectionId=" + collectionId
                + ", partitionId=" + partitionId + ", schemaVersion=" + schemaVersion + ", payloadBytes="
                + payload.sizeBytes() + ")";
    }
}
