package io.sluice.engine.segment;

import io.sluice.engine.error.EngineException;
import io.sluice.engine.store.StoredFile;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The checked directory of a part file: which parts, where, and the checksums of their blocks. Immutable. */
public final class PartDirectory {
    /** Bytes per checksum: block {@code i} of a part is its bytes {@code [i MiB, (i + 1) MiB)}. */
    public static final int BLOCK_BYTES = 1 << 20; // 1 MiB

    private final String key;
    private final Map<Integer, PartLayout> parts;

    private PartDirectory(String key, Map<Integer, PartLayout> parts) {
        this.key = key;
        this.parts = parts;
    }

    /**
     * Reads header, trailer and directory.
     *
     * @param key of the file, for messages
     * @throws EngineException.Corrupt if structure or checksum is wrong, naming {@code key}, what and where; or if the
     *     file was written by a newer version
     */
    public static PartDirectory read(StoredFile file, String key, PartFileWriter.Kind kind, long ownerId) {
        return new Reader(file, key, kind, ownerId).read();
    }

    /** All parts, in the order in which they lie in the file. */
    public List<PartLayout> parts() {
        return List.copyOf(parts.values());
    }

    public boolean has(int partId) {
        return parts.containsKey(partId);
    }

    /** @throws EngineException.Corrupt if there is no such part */
    public PartLayout part(int partId) {
        PartLayout part = parts.get(partId);
        if (part == null) {
            throw PartChecksum.damaged(key, "part " + partId + " is missing, parts=" + parts.keySet(), 0);
        }
        return part;
    }

    @Override
    public String toString() {
        return "directory of " + key + " (parts=" + parts.keySet() + ")";
    }

    /** One reading of one file. */
    private static final class Reader {
        private final StoredFile file;
        private final String key;
        private final PartFileWriter.Kind kind;
        private final long ownerId;
        private final long fileBytes;
        private long directoryOffset;

        Reader(StoredFile file, String key, PartFileWriter.Kind kind, long ownerId) {
            this.file = file;
            this.key = key;
            this.kind = kind;
            this.ownerId = ownerId;
            this.fileBytes = file.sizeBytes();
        }

        PartDirectory read() {
            if (fileBytes < PartFileLayout.HEADER_BYTES + PartFileLayout.TRAILER_BYTES) {
                throw damaged("file is truncated, sizeBytes=" + fileBytes, fileBytes);
            }
            checkHeader(bytesAt(0, PartFileLayout.HEADER_BYTES));
            long trailerOffset = fileBytes - PartFileLayout.TRAILER_BYTES;
            MemorySegment trailer = bytesAt(trailerOffset, PartFileLayout.TRAILER_BYTES);
            checkTrailer(trailer, trailerOffset);
            directoryOffset = longAt(trailer, PartFileLayout.TRAILER_DIRECTORY_OFFSET);
            long directorySize = longAt(trailer, PartFileLayout.TRAILER_DIRECTORY_SIZE_OFFSET);
            boolean inside = directoryOffset >= PartFileLayout.HEADER_BYTES
                    && directorySize >= PartFileLayout.DIRECTORY_HEAD_BYTES
                    && directorySize <= Integer.MAX_VALUE
                    && directoryOffset == trailerOffset - directorySize;
            check(inside, "trailer places the directory at " + directoryOffset, trailerOffset);
            MemorySegment directory = bytesAt(directoryOffset, (int) directorySize);
            check(
                    PartFileLayout.crc(directory) == intAt(trailer, PartFileLayout.TRAILER_DIRECTORY_CRC_OFFSET),
                    "directory has a wrong checksum",
                    directoryOffset);
            return new PartDirectory(key, parts(directory, intAt(trailer, PartFileLayout.TRAILER_PARTS_OFFSET)));
        }

        private void checkHeader(MemorySegment header) {
            check(longAt(header, 0) == PartFileLayout.HEADER_MAGIC, "header has no magic number", 0);
            check(
                    PartFileLayout.crc(header.asSlice(0, PartFileLayout.HEADER_CRC_OFFSET))
                            == intAt(header, PartFileLayout.HEADER_CRC_OFFSET),
                    "header has a wrong checksum",
                    0);
            int version = intAt(header, PartFileLayout.HEADER_VERSION_OFFSET);
            if (version > PartFileLayout.FORMAT_VERSION) {
                throw new EngineException.Corrupt("file was written by a newer version of Sluice: key=" + key
                        + ", formatVersion=" + version + ", newestKnownVersion=" + PartFileLayout.FORMAT_VERSION
                        + ". Start the version that wrote it, or a newer one");
            }
            check(version == PartFileLayout.FORMAT_VERSION, "header has format version " + version, 0);
            checkKindAndOwner(
                    intAt(header, PartFileLayout.HEADER_KIND_OFFSET),
                    longAt(header, PartFileLayout.HEADER_OWNER_OFFSET),
                    "header",
                    0);
            int blockBytes = intAt(header, PartFileLayout.HEADER_BLOCK_BYTES_OFFSET);
            check(blockBytes == BLOCK_BYTES, "header has blocks of " + blockBytes + " bytes", 0);
        }

        private void checkTrailer(MemorySegment trailer, long trailerOffset) {
            check(
                    longAt(trailer, PartFileLayout.TRAILER_MAGIC_OFFSET) == PartFileLayout.TRAILER_MAGIC,
                    "file is truncated or its trailer is damaged, sizeBytes=" + fileBytes,
                    trailerOffset);
            check(
                    PartFileLayout.crc(trailer.asSlice(0, PartFileLayout.TRAILER_CRC_OFFSET))
                            == intAt(trailer, PartFileLayout.TRAILER_CRC_OFFSET),
                    "trailer has a wrong checksum",
                    trailerOffset);
            long sizeBytes = longAt(trailer, PartFileLayout.TRAILER_FILE_SIZE_OFFSET);
            check(
                    sizeBytes == fileBytes,
                    "file has " + fileBytes + " bytes instead of " + sizeBytes,
                    Math.min(sizeBytes, fileBytes));
            checkKindAndOwner(
                    intAt(trailer, PartFileLayout.TRAILER_KIND_OFFSET),
                    longAt(trailer, PartFileLayout.TRAILER_OWNER_OFFSET),
                    "trailer",
                    trailerOffset);
        }

        private void checkKindAndOwner(int foundKind, long foundOwner, String where, long offsetBytes) {
            check(
                    foundKind == kind.number(),
                    where + " has file kind " + foundKind + " instead of " + kind + " (" + kind.number() + ")",
                    offsetBytes);
            check(
                    foundOwner == ownerId,
                    where + " belongs to owner " + foundOwner + " instead of " + ownerId,
                    offsetBytes);
        }

        private Map<Integer, PartLayout> parts(MemorySegment directory, int expectedParts) {
            int partCount = intAt(directory, 0);
            check(partCount == expectedParts, "directory has " + partCount + " parts", directoryOffset);
            Map<Integer, PartLayout> found = new LinkedHashMap<>();
            long at = PartFileLayout.DIRECTORY_HEAD_BYTES;
            long endOfPrevious = PartFileLayout.HEADER_BYTES;
            for (int i = 0; i < partCount; i++) {
                checkRoom(directory, at, PartFileLayout.DIRECTORY_PART_BYTES);
                int sectionCount = intAt(directory, at + 4);
                int blockCount = intAt(directory, at + 24);
                check(sectionCount >= 0 && blockCount >= 0, "directory has a negative count", directoryOffset + at);
                long entryBytes = PartFileLayout.directoryPartBytes(sectionCount, blockCount);
                checkRoom(directory, at, entryBytes);
                PartLayout part = part(directory.asSlice(at, entryBytes), sectionCount, blockCount);
                boolean inside = part.offsetBytes() >= endOfPrevious
                        && part.offsetBytes() % PartFileLayout.PART_ALIGNMENT_BYTES == 0
                        && part.sizeBytes() >= 0
                        && part.sizeBytes() <= directoryOffset - part.offsetBytes();
                check(inside, "directory places outside the file: " + part, directoryOffset + at);
                check(
                        blockCount == PartFileLayout.blockCount(part.sizeBytes()),
                        "directory has " + blockCount + " checksums for " + part,
                        directoryOffset + at);
                check(
                        found.put(part.partId(), part) == null,
                        "directory has part " + part.partId() + " twice",
                        directoryOffset + at);
                endOfPrevious = part.offsetBytes() + part.sizeBytes();
                at += entryBytes;
            }
            check(at == directory.byteSize(), "directory has bytes left over", directoryOffset + at);
            return found;
        }

        private PartLayout part(MemorySegment entry, int sectionCount, int blockCount) {
            int partId = intAt(entry, 0);
            long offsetBytes = longAt(entry, 8);
            long sizeBytes = longAt(entry, 16);
            List<PartLayout.Section> sections = new ArrayList<>();
            long at = PartFileLayout.DIRECTORY_PART_BYTES;
            long endOfPrevious = 0;
            for (int i = 0; i < sectionCount; i++) {
                var section = new PartLayout.Section(intAt(entry, at), longAt(entry, at + 8), longAt(entry, at + 16));
                boolean inside = section.offsetBytes() >= endOfPrevious
                        && section.offsetBytes() % PartFileLayout.SECTION_ALIGNMENT_BYTES == 0
                        && section.sizeBytes() >= 0
                        && section.sizeBytes() <= sizeBytes - section.offsetBytes();
                check(inside, "directory places outside part " + partId + ": " + section, directoryOffset);
                boolean twice = sections.stream().anyMatch(other -> other.kind() == section.kind());
                check(!twice, "directory has twice in part " + partId + ": " + section, directoryOffset);
                sections.add(section);
                endOfPrevious = section.offsetBytes() + section.sizeBytes();
                at += PartFileLayout.DIRECTORY_SECTION_BYTES;
            }
            int[] checksums = new int[blockCount];
            for (int block = 0; block < blockCount; block++) {
                checksums[block] = intAt(entry, at);
                at += Integer.BYTES;
            }
            return new PartLayout(key, partId, offsetBytes, sizeBytes, sections, checksums);
        }

        private void checkRoom(MemorySegment directory, long at, long sizeBytes) {
            check(sizeBytes <= directory.byteSize() - at, "directory ends too early", directoryOffset + at);
        }

        private MemorySegment bytesAt(long offsetBytes, int sizeBytes) {
            MemorySegment bytes = MemorySegment.ofArray(new byte[sizeBytes]);
            file.read(offsetBytes, bytes);
            return bytes;
        }

        private void check(boolean holds, String what, long offsetBytes) {
            if (!holds) {
                throw damaged(what, offsetBytes);
            }
        }

        private EngineException.Corrupt damaged(String what, long offsetBytes) {
            return PartChecksum.damaged(key, what, offsetBytes);
        }

        private static int intAt(MemorySegment bytes, long offsetBytes) {
            return bytes.get(ColumnView.INT, offsetBytes);
        }

        private static long longAt(MemorySegment bytes, long offsetBytes) {
            return bytes.get(ColumnView.LONG, offsetBytes);
        }
    }
}
