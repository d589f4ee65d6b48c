package io.sluice.engine.log;

import io.sluice.engine.error.EngineException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of a log file, little-endian.
 *
 * <pre>
 *   file    = header | record | record | ...
 *
 *   header    0  magic "SLUICLOG"
 *             8  u32 version
 *            12  u32 crc32c of bytes 0-11 and 16-23
 *            16  u64 lsn of the first record, also in the file's name
 *            24
 *
 *   record    0  u32 length: bytes from 8 on
 *             4  u32 crc32c of all other bytes of the record
 *             8  u64 lsn
 *            16  u64 timestamp
 *            24  u8  kind
 *            25  u64 collection
 *            33  i64 partition, -1 = all
 *            41  u32 schema version
 *            45  u32 place in its group: 1 for the first record after an fsync, 2 for the second, ...
 *            49  payload
 * </pre>
 *
 * <p>The place in the group says, as {@code lsn - place}, up to which lsn everything was synced when the record was
 * written. A power cut may keep any part of a group that was being written: a hole followed by whole records. Such a
 * hole was never acknowledged and is cut; a hole below what a later record calls synced is damage.
 */
final class LogLayout {
    static final int HEADER_BYTES = 24;
    static final int RECORD_HEAD_BYTES = 49;
    static final int MAX_PAYLOAD_BYTES = 1 << 30; // 1 GiB
    static final int VERSION = 1;

    private static final long MAGIC = ByteBuffer.wrap("SLUICLOG".getBytes(StandardCharsets.US_ASCII))
            .order(ByteOrder.LITTLE_ENDIAN)
            .getLong();
    private static final String PREFIX = "log-";
    private static final String SUFFIX = ".wal";
    private static final int LENGTH_EXCLUDES_BYTES = 8;
    private static final int CRC_AT = 4;
    static final int LSN_AT = 8;
    private static final int TIMESTAMP_AT = 16;
    private static final int KIND_AT = 24;
    private static final int COLLECTION_AT = 25;
    private static final int PARTITION_AT = 33;
    private static final int SCHEMA_VERSION_AT = 41;
    private static final int PLACE_AT = 45;

    private LogLayout() {}

    static String fileName(long firstLsn) {
        return PREFIX + "%016x".formatted(firstLsn) + SUFFIX;
    }

    /** The first lsn in the name of a log file; -1 if this is the name of something else. */
    static long firstLsnOf(String fileName) {
        if (fileName.length() != PREFIX.length() + 16 + SUFFIX.length()
                || !fileName.startsWith(PREFIX)
                || !fileName.endsWith(SUFFIX)) {
            return -1;
        }
        try {
            return Long.parseLong(fileName, PREFIX.length(), PREFIX.length() + 16, 16);
        } catch (NumberFormatException e) {
            return -1;
        }
    }

    /** What the head of a record says, not yet known to be true. */
    record Head(
            int length,
            int crc,
            long lsn,
            long timestamp,
            byte kindNumber,
            long collectionId,
            long partitionId,
            int schemaVersion,
            int place) {

        int payloadBytes() {
            return length + LENGTH_EXCLUDES_BYTES - RECORD_HEAD_BYTES;
        }

        long recordBytes() {
            return (long) length + LENGTH_EXCLUDES_BYTES;
        }

        long syncedLsn() {
            return lsn - place;
        }

        boolean plausible(long remainingBytes) {
            return length >= RECORD_HEAD_BYTES - LENGTH_EXCLUDES_BYTES
                    && payloadBytes() <= MAX_PAYLOAD_BYTES
                    && recordBytes() <= remainingBytes
                    && lsn > 0
                    && place > 0
                    && place <= lsn;
        }
    }

    static void putHeader(ByteBuffer into, long firstLsn) {
        int start = into.position();
        into.putLong(MAGIC).putInt(VERSION).putInt(0).putLong(firstLsn);
        into.putInt(start + 12, headerCrc(into, start));
    }

    /**
     * The first lsn that the header at position 0 names; -1 when it is torn or damaged.
     *
     * @throws EngineException.Corrupt if it is whole and of a newer version
     */
    static long firstLsn(ByteBuffer header, String file) {
        if (header.limit() < HEADER_BYTES || header.getLong(0) != MAGIC || header.getInt(12) != headerCrc(header, 0)) {
            return -1;
        }
        int version = header.getInt(8);
        if (version != VERSION) {
            throw new EngineException.Corrupt("log file was written by another version: file=" + file + ", version="
                    + version + ", known=" + VERSION + ". Start the newer server, or let it seal everything first");
        }
        return header.getLong(16);
    }

    private static int headerCrc(ByteBuffer header, int start) {
        CRC32C crc = new CRC32C();
        crc.update(header.slice(start, 12));
        crc.update(header.slice(start + 16, 8));
        return (int) crc.getValue();
    }

    static long recordBytes(int payloadBytes) {
        return (long) RECORD_HEAD_BYTES + payloadBytes;
    }

    /** Puts a whole record, for which there is room. */
    static void put(ByteBuffer into, LogRecord record, int place) {
        int start = into.position();
        putHead(into, record, place);
        record.payload().putInto(into);
        int payloadAt = start + RECORD_HEAD_BYTES;
        assert into.position() - payloadAt == record.payload().sizeBytes() : record.toString();
        CRC32C crc = headCrc(into, start);
        crc.update(into.slice(payloadAt, into.position() - payloadAt));
        into.putInt(start + CRC_AT, (int) crc.getValue());
    }

    /** Puts everything but the payload, which follows as these bytes. */
    static void putHead(ByteBuffer into, LogRecord record, byte[] payload, int place) {
        int start = into.position();
        putHead(into, record, place);
        CRC32C crc = headCrc(into, start);
        crc.update(payload);
        into.putInt(start + CRC_AT, (int) crc.getValue());
    }

    private static void putHead(ByteBuffer into, LogRecord record, int place) {
        into.putInt(RECORD_HEAD_BYTES - LENGTH_EXCLUDES_BYTES + record.payload().sizeBytes())
                .putInt(0)
                .putLong(record.lsn())
                .putLong(record.timestamp())
                .put(record.kind().number())
                .putLong(record.collectionId())
                .putLong(record.partitionId())
                .putInt(record.schemaVersion())
                .putInt(place);
    }

    /** The head at {@code start}, which {@code from} holds wholly. */
    static Head head(ByteBuffer from, int start) {
        return new Head(
                from.getInt(start),
                from.getInt(start + 4),
                from.getLong(start + LSN_AT),
                from.getLong(start + TIMESTAMP_AT),
                from.get(start + KIND_AT),
                from.getLong(start + COLLECTION_AT),
                from.getLong(start + PARTITION_AT),
                from.getInt(start + SCHEMA_VERSION_AT),
                from.getInt(start + PLACE_AT));
    }

    /** The checksum of a head; the payload is still to be added. */
    static CRC32C headCrc(ByteBuffer from, int start) {
        CRC32C crc = new CRC32C();
        crc.update(from.slice(start, 4));
        crc.update(from.slice(start + LSN_AT, RECORD_HEAD_BYTES - LSN_AT));
        return crc;
    }

    static @Nullable LogRecord record(Head head, byte[] payload) {
        RecordKind kind = RecordKind.ofNumber(head.kindNumber);
        return kind == null
                ? null
                : new LogRecord(
                        head.lsn,
                        head.timestamp,
                        kind,
                        head.collectionId,
                        head.partitionId,
                        head.schemaVersion,
                        LogPayload.of(payload));
    }
}
