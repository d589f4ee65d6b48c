package io.sluice.engine.segment;

import io.sluice.engine.catalog.PartRecord;
import io.sluice.engine.store.SegmentStore;
import io.sluice.engine.store.StoredFileWriter;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32C;

/**
 * Writes a part file front to back: the container of segment data and of indexes.
 *
 * <pre>
 *   header (4096) | part | part | ... | directory | trailer
 *   part    = sections, each 64-byte aligned inside the part; a part starts at a multiple of 4096
 *   directory = per part: id, offset, size, sections (kind, offset in the part, size), CRC32C of each 1 MiB block
 * </pre>
 *
 * Confined to one thread. Closing without {@link #commit} leaves nothing.
 */
public final class PartFileWriter implements AutoCloseable {
    private static final int BUFFER_BYTES = 256 << 10; // 256 KiB: large writes pass it by

    private final String key;
    private final Kind kind;
    private final long ownerId;
    private final StoredFileWriter file;

    private final byte[] buffer = new byte[BUFFER_BYTES];
    private final MemorySegment bufferBytes = MemorySegment.ofArray(buffer);
    private int bufferedBytes;
    private long positionBytes;

    private final List<PartLayout> parts = new ArrayList<>();
    private boolean committed;

    private boolean inPart;
    private boolean inSection;
    private int partId;
    private long partOffsetBytes;
    private int sectionKind;
    private long sectionOffsetBytes;
    private final List<PartLayout.Section> sections = new ArrayList<>();
    private final CRC32C blockCrc = new CRC32C();
    private int[] blockChecksums = new int[16];
    private int blockCount;

    /** What the file holds; part of the header. */
    public enum Kind {
        SEGMENT(1),
        INDEX(2),
        DELTA(3);

        private final int number;

        Kind(int number) {
            this.number = number;
        }

        int number() {
            return number;
        }
    }

    private PartFileWriter(String key, Kind kind, long ownerId, StoredFileWriter file) {
        this.key = key;
        this.kind = kind;
        this.ownerId = ownerId;
        this.file = file;
    }

    /** @param ownerId the segment's id, checked at open */
    public static PartFileWriter create(SegmentStore store, String key, Kind kind, long ownerId) {
        var writer = new PartFileWriter(key, kind, ownerId, store.create(key));
        writer.writeHeader();
        return writer;
    }

    /** @param partId a field id; 0 for the one part of an index */
    public void beginPart(int partId) {
        checkState(!inPart, "a part is open");
        checkState(parts.stream().noneMatch(part -> part.partId() == partId), "part is there already: " + partId);
        pad(PartFileLayout.PART_ALIGNMENT_BYTES, 0);
        this.partId = partId;
        partOffsetBytes = positionBytes;
        sections.clear();
        blockCount = 0;
        blockCrc.reset();
        inPart = true;
    }

    /** Starts a section of the open part; the one before, if any, ends. */
    public void beginSection(int sectionKind) {
        checkState(inPart, "no part is open");
        endSection();
        checkState(
                sections.stream().noneMatch(section -> section.kind() == sectionKind),
                "section is there already: " + sectionKind);
        pad(PartFileLayout.SECTION_ALIGNMENT_BYTES, partOffsetBytes);
        this.sectionKind = sectionKind;
        sectionOffsetBytes = positionBytes - partOffsetBytes;
        inSection = true;
    }

    /** Appends to the open section: a piece of any size, on the heap or off it. */
    public void append(MemorySegment bytes) {
        checkState(inSection, "no section is open");
        write(bytes);
    }

    public PartRecord endPart() {
        checkState(inPart, "no part is open");
        endSection();
        long sizeBytes = positionBytes - partOffsetBytes;
        if (sizeBytes % PartDirectory.BLOCK_BYTES != 0) {
            endBlock();
        }
        inPart = false;
        parts.add(new PartLayout(
                key, partId, partOffsetBytes, sizeBytes, sections, Arrays.copyOf(blockChecksums, blockCount)));
        return new PartRecord(partId, partOffsetBytes, sizeBytes);
    }

    /** Directory, trailer, fsync, rename. Answers the file's size in bytes. */
    public long commit() {
        checkState(!inPart && !committed, "a part is open or the file is committed");
        pad(PartFileLayout.PART_ALIGNMENT_BYTES, 0);
        long directoryOffset = positionBytes;
        MemorySegment directory = directory();
        write(directory);
        write(trailer(directoryOffset, directory));
        flush();
        file.commit();
        committed = true;
        return positionBytes;
    }

    @Override
    public void close() {
        file.close();
    }

    private void endSection() {
        if (inSection) {
            long sizeBytes = positionBytes - partOffsetBytes - sectionOffsetBytes;
            sections.add(new PartLayout.Section(sectionKind, sectionOffsetBytes, sizeBytes));
            inSection = false;
        }
    }

    private void writeHeader() {
        MemorySegment header = MemorySegment.ofArray(new byte[PartFileLayout.HEADER_BYTES]);
        header.set(ColumnView.LONG, 0, PartFileLayout.HEADER_MAGIC);
        header.set(ColumnView.INT, PartFileLayout.HEADER_VERSION_OFFSET, PartFileLayout.FORMAT_VERSION);
        header.set(ColumnView.INT, PartFileLayout.HEADER_KIND_OFFSET, kind.number());
        header.set(ColumnView.LONG, PartFileLayout.HEADER_OWNER_OFFSET, ownerId);
        header.set(ColumnView.INT, PartFileLayout.HEADER_BLOCK_BYTES_OFFSET, PartDirectory.BLOCK_BYTES);
        int crc = PartFileLayout.crc(header.asSlice(0, PartFileLayout.HEADER_CRC_OFFSET));
        header.set(ColumnView.INT, PartFileLayout.HEADER_CRC_OFFSET, crc);
        write(header);
    }

    private MemorySegment directory() {
        long sizeBytes = PartFileLayout.DIRECTORY_HEAD_BYTES;
        for (PartLayout part : parts) {
            sizeBytes += PartFileLayout.directoryPartBytes(part.sections().size(), part.blockCount());
        }
        MemorySegment directory = MemorySegment.ofArray(new byte[Math.toIntExact(sizeBytes)]);
        directory.set(ColumnView.INT, 0, parts.size());
        long entry = PartFileLayout.DIRECTORY_HEAD_BYTES;
        for (PartLayout part : parts) {
            directory.set(ColumnView.INT, entry, part.partId());
            directory.set(ColumnView.INT, entry + 4, part.sections().size());
            directory.set(ColumnView.LONG, entry + 8, part.offsetBytes());
            directory.set(ColumnView.LONG, entry + 16, part.sizeBytes());
            directory.set(ColumnView.INT, entry + 24, part.blockCount());
            long at = entry + PartFileLayout.DIRECTORY_PART_BYTES;
            for (PartLayout.Section section : part.sections()) {
                directory.set(ColumnView.INT, at, section.kind());
                directory.set(ColumnView.LONG, at + 8, section.offsetBytes());
                directory.set(ColumnView.LONG, at + 16, section.sizeBytes());
                at += PartFileLayout.DIRECTORY_SECTION_BYTES;
            }
            for (int block = 0; block < part.blockCount(); block++) {
                directory.set(ColumnView.INT, at, part.blockChecksum(block));
                at += Integer.BYTES;
            }
            entry += PartFileLayout.directoryPartBytes(part.sections().size(), part.blockCount());
        }
        return directory;
    }

    private MemorySegment trailer(long directoryOffset, MemorySegment directory) {
        MemorySegment trailer = MemorySegment.ofArray(new byte[PartFileLayout.TRAILER_BYTES]);
        trailer.set(ColumnView.LONG, PartFileLayout.TRAILER_DIRECTORY_OFFSET, directoryOffset);
        trailer.set(ColumnView.LONG, PartFileLayout.TRAILER_DIRECTORY_SIZE_OFFSET, directory.byteSize());
        trailer.set(
                ColumnView.LONG,
                PartFileLayout.TRAILER_FILE_SIZE_OFFSET,
                directoryOffset + directory.byteSize() + PartFileLayout.TRAILER_BYTES);
        trailer.set(ColumnView.INT, PartFileLayout.TRAILER_VERSION_OFFSET, PartFileLayout.FORMAT_VERSION);
        trailer.set(ColumnView.INT, PartFileLayout.TRAILER_DIRECTORY_CRC_OFFSET, PartFileLayout.crc(directory));
        trailer.set(ColumnView.LONG, PartFileLayout.TRAILER_OWNER_OFFSET, ownerId);
        trailer.set(ColumnView.INT, PartFileLayout.TRAILER_KIND_OFFSET, kind.number());
        trailer.set(ColumnView.INT, PartFileLayout.TRAILER_PARTS_OFFSET, parts.size());
        int crc = PartFileLayout.crc(trailer.asSlice(0, PartFileLayout.TRAILER_CRC_OFFSET));
        trailer.set(ColumnView.INT, PartFileLayout.TRAILER_CRC_OFFSET, crc);
        trailer.set(ColumnView.LONG, PartFileLayout.TRAILER_MAGIC_OFFSET, PartFileLayout.TRAILER_MAGIC);
        return trailer;
    }

    private void pad(int alignment, long originBytes) {
        long at = positionBytes - originBytes;
        long gapBytes = PartFileLayout.alignUp(at, alignment) - at;
        write(MemorySegment.ofArray(new byte[(int) gapBytes]));
    }

    private void write(MemorySegment bytes) {
        if (bytes.isNative() && bytes.byteSize() >= BUFFER_BYTES) {
            flush();
            for (long at = 0; at < bytes.byteSize(); ) {
                long sizeBytes = Math.min(bytes.byteSize() - at, pieceLimit(PartDirectory.BLOCK_BYTES));
                MemorySegment piece = bytes.asSlice(at, sizeBytes);
                file.write(piece);
                if (inPart) {
                    blockCrc.update(piece.asByteBuffer());
                }
                advance(sizeBytes);
                at += sizeBytes;
            }
            return;
        }
        for (long at = 0; at < bytes.byteSize(); ) {
            if (bufferedBytes == BUFFER_BYTES) {
                flush();
            }
            long sizeBytes = Math.min(bytes.byteSize() - at, pieceLimit(BUFFER_BYTES - bufferedBytes));
            MemorySegment.copy(bytes, at, bufferBytes, bufferedBytes, sizeBytes);
            if (inPart) {
                blockCrc.update(buffer, bufferedBytes, (int) sizeBytes);
            }
            bufferedBytes += (int) sizeBytes;
            advance(sizeBytes);
            at += sizeBytes;
        }
    }

    /** A piece never crosses the end of a checksummed block. */
    private long pieceLimit(long wantedBytes) {
        if (!inPart) {
            return wantedBytes;
        }
        long inBlock = (positionBytes - partOffsetBytes) % PartDirectory.BLOCK_BYTES;
        return Math.min(wantedBytes, PartDirectory.BLOCK_BYTES - inBlock);
    }

    private void advance(long sizeBytes) {
        positionBytes += sizeBytes;
        if (inPart && (positionBytes - partOffsetBytes) % PartDirectory.BLOCK_BYTES == 0) {
            endBlock();
        }
    }

    private void endBlock() {
        if (blockCount == blockChecksums.length) {
            blockChecksums = Arrays.copyOf(blockChecksums, blockCount * 2);
        }
        blockChecksums[blockCount++] = (int) blockCrc.getValue();
        blockCrc.reset();
    }

    private void flush() {
        if (bufferedBytes > 0) {
            file.write(bufferBytes.asSlice(0, bufferedBytes));
            bufferedBytes = 0;
        }
    }

    private void checkState(boolean holds, String what) {
        if (!holds) {
            throw new IllegalStateException("part file writer misused: key=" + key + ", what=" + what);
        }
    }

    @Override
    public String toString() {
        return kind + " file " + key + " being written (positionBytes=" + positionBytes + ")";
    }
}
