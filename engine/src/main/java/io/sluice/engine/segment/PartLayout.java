package io.sluice.engine.segment;

import java.lang.foreign.MemorySegment;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Where a part lies in its file and its sections in the part; with the checksum of every 1 MiB block. Immutable. */
public final class PartLayout {
    /** Section kinds of a field; an index has its own, from 100 on. */
    public static final int DATA = 1;

    public static final int OFFSETS = 2;
    public static final int ELEMENT_OFFSETS = 3;
    public static final int VALIDITY = 4;

    /** @param offsetBytes from the start of the part */
    record Section(int kind, long offsetBytes, long sizeBytes) {}

    private final String key;
    private final int partId;
    private final long offsetBytes;
    private final long sizeBytes;
    private final List<Section> sections;
    private final int[] blockChecksums;

    PartLayout(String key, int partId, long offsetBytes, long sizeBytes, List<Section> sections, int[] blockChecksums) {
        this.key = key;
        this.partId = partId;
        this.offsetBytes = offsetBytes;
        this.sizeBytes = sizeBytes;
        this.sections = List.copyOf(sections);
        this.blockChecksums = blockChecksums;
    }

    /** Of the file that the part belongs to, for messages. */
    public String key() {
        return key;
    }

    public int partId() {
        return partId;
    }

    /** From the start of the file; a multiple of 4096. */
    public long offsetBytes() {
        return offsetBytes;
    }

    public long sizeBytes() {
        return sizeBytes;
    }

    public int blockCount() {
        return blockChecksums.length;
    }

    /** CRC32C of block {@code block}, the last of which may be short. */
    public int blockChecksum(int block) {
        return blockChecksums[block];
    }

    public boolean has(int sectionKind) {
        return find(sectionKind) != null;
    }

    /** Bytes of a section; 0 if there is none. */
    public long sectionBytes(int sectionKind) {
        Section section = find(sectionKind);
        return section == null ? 0 : section.sizeBytes;
    }

    /** The kinds of the sections in the order in which they lie in the part. */
    public List<Integer> sectionKinds() {
        return sections.stream().map(Section::kind).toList();
    }

    /**
     * A section as a slice of the part's bytes in memory.
     *
     * @param partBytes the whole part, from its first byte on
     * @throws io.sluice.engine.error.EngineException.Corrupt if there is no such section
     */
    public MemorySegment section(int sectionKind, MemorySegment partBytes) {
        Section section = find(sectionKind);
        if (section == null) {
            throw PartChecksum.damaged(
                    key, "section " + sectionKind + " of part " + partId + " is missing", offsetBytes);
        }
        return partBytes.asSlice(section.offsetBytes, section.sizeBytes);
    }

    List<Section> sections() {
        return sections;
    }

    private @Nullable Section find(int sectionKind) {
        for (Section section : sections) {
            if (section.kind == sectionKind) {
                return section;
            }
        }
        return null;
    }

    @Override
    public String toString() {
        return "part " + partId + " of " + key + " (offsetBytes=" + offsetBytes + ", sizeBytes=" + sizeBytes
                + ", sections=" + sections + ")";
    }
}
