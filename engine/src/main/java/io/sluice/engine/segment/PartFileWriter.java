package io.sluice.engine.segment;

import io.sluice.engine.catalog.PartRecord;
import io.sluice.engine.store.SegmentStore;
import java.lang.foreign.MemorySegment;

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
    /** What the file holds; part of the header. */
    public enum Kind {
        SEGMENT,
        INDEX,
        DELTA
    }

    /** @param ownerId the segment's id, checked at open */
    public static PartFileWriter create(SegmentStore store, String key, Kind kind, long ownerId) {
        throw new UnsupportedOperationException();
    }

    /** @param partId a field id; 0 for the one part of an index */
    public void beginPart(int partId) {
        throw new UnsupportedOperationException();
    }

    /** Starts a section of the open part; the one before, if any, ends. */
    public void beginSection(int sectionKind) {
        throw new UnsupportedOperationException();
    }

    /** Appends to the open section. */
    public void append(MemorySegment bytes) {
        throw new UnsupportedOperationException();
    }

    public PartRecord endPart() {
        throw new UnsupportedOperationException();
    }

    /** Directory, trailer, fsync, rename. Answers the file's size in bytes. */
    public long commit() {
        throw new UnsupportedOperationException();
    }

    @Override
    public void close() {}
}
