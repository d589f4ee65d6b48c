package io.sluice.engine.store;

import java.lang.foreign.MemorySegment;

/** An open stored file. Confined to one reader at a time; each load copy opens its own. */
public interface StoredFile extends AutoCloseable {
    long sizeBytes();

    /**
     * Fills {@code into} with the bytes from {@code offsetBytes} on, wholly.
     *
     * @throws io.sluice.engine.error.EngineException.Corrupt if the file ends before, naming file and offset
     */
    void read(long offsetBytes, MemorySegment into);

    @Override
    void close();
}
