package io.sluice.engine.log;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * What a log record holds. It becomes bytes where the log writes it, so that rows are copied once. Immutable, and so is
 * what it refers to.
 */
public interface LogPayload {
    int sizeBytes();

    /** Puts exactly {@link #sizeBytes} bytes. @param into little-endian, with room for them */
    void putInto(ByteBuffer into);

    /** The bytes; not to be changed. */
    default byte[] bytes() {
        ByteBuffer into = ByteBuffer.allocate(sizeBytes()).order(ByteOrder.LITTLE_ENDIAN);
        putInto(into);
        return into.array();
    }

    /** @param bytes given away: the caller changes it no more */
    static LogPayload of(byte[] bytes) {
        return new Bytes(bytes);
    }

    /** Bytes that are there already. */
    record Bytes(@Override byte[] bytes) implements LogPayload {
        @Override
        public int sizeBytes() {
            return bytes.length;
        }

        @Override
        public void putInto(ByteBuffer into) {
            into.put(bytes);
        }

        @Override
        public String toString() {
            return bytes.length + " bytes";
        }
    }
}
