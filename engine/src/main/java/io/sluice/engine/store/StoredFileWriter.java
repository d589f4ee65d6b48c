package io.sluice.engine.store;

import java.lang.foreign.MemorySegment;

/** A file being written, front to back. Confined to one thread. Closing without {@link #commit} leaves nothing. */
public interface StoredFileWriter extends AutoCloseable {
    /** Appends all of {@code bytes}. */
    void write(MemorySegment bytes);

    long positionBytes();

    /** Makes the file durable and visible under its key: fsync, rename, fsync of the folder. */
    void commit();

    @Override
    void close();
}
