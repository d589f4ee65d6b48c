package io.sluice.engine.segment;

import io.sluice.engine.store.StoredFile;

/** The checked directory of a part file: which parts, where, and the checksums of their blocks. Immutable. */
public final class PartDirectory {
    /** Bytes per checksum: block {@code i} of a part is its bytes {@code [i MiB, (i + 1) MiB)}. */
    public static final int BLOCK_BYTES = 1 << 20;

    /**
     * Reads header, trailer and directory.
     *
     * @throws io.sluice.engine.error.EngineException.Corrupt if structure or checksum is wrong, naming {@code key}, or
     *     if the file was written by a newer version
     */
    public static PartDirectory read(StoredFile file, String key, PartFileWriter.Kind kind, long ownerId) {
        throw new UnsupportedOperationException();
    }

    /** @throws io.sluice.engine.error.EngineException.Corrupt if there is no such part */
    public PartLayout part(int partId) {
        throw new UnsupportedOperationException();
    }
}
