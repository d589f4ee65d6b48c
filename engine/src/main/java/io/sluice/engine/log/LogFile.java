package io.sluice.engine.log;

import java.io.IOException;
import java.nio.ByteBuffer;

/** One file of the log, written at its end and read anywhere. Confined to one thread at a time. */
public interface LogFile extends AutoCloseable {
    long sizeBytes() throws IOException;

    /** Fills {@code into} from {@code offsetBytes} on, as far as the file goes; answers the bytes read, 0 at the end. */
    int read(long offsetBytes, ByteBuffer into) throws IOException;

    /** Appends all of {@code bytes}. */
    void write(ByteBuffer bytes) throws IOException;

    /** Makes what was written, and a truncation, survive a power cut. */
    void sync() throws IOException;

    /** Cuts the file; later writes go to its new end. */
    void truncate(long sizeBytes) throws IOException;

    @Override
    void close() throws IOException;
}
