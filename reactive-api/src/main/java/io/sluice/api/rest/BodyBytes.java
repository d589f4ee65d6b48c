package io.sluice.api.rest;

import io.sluice.api.ApiOptions;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLong;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DataBufferUtils;
import org.springframework.http.HttpHeaders;

/**
 * The bytes of one request body, copied out of the network buffers as they come. Thread-safe: a request that is given up
 * is closed while the event loop may still be adding.
 *
 * <p>A body beyond the limit is read on and thrown away up to a second limit, so that a client that is still sending gets
 * to see the answer instead of a broken connection.
 */
final class BodyBytes implements AutoCloseable {
    private static final int FIRST_CAPACITY = 8 << 10; // 8 KiB
    private static final int TRUSTED_CAPACITY = 1 << 20; // 1 MiB: beyond it the announced length is believed

    private final ApiOptions options;
    private final AtomicLong inFlightBytes;
    private final long announcedBytes;
    private byte[] bytes = new byte[0];
    private int length;
    private long seenBytes;
    private long accountedBytes;
    private boolean closed;

    /** @param inFlightBytes held by all bodies of the server */
    BodyBytes(ApiOptions options, AtomicLong inFlightBytes, HttpHeaders headers) {
        this.options = options;
        this.inFlightBytes = inFlightBytes;
        this.announcedBytes = headers.getContentLength();
        if (announcedBytes > options.maxBodyBytes() && headers.containsHeader(HttpHeaders.EXPECT)) {
            throw tooLarge(announcedBytes); // the client waits for our word and has sent nothing yet
        }
    }

    /** Takes a buffer over and releases it, whatever happens. */
    synchronized BodyBytes add(DataBuffer buffer) {
        try {
            if (closed) {
                return this;
            }
            int size = buffer.readableByteCount();
            seenBytes += size;
            if (seenBytes > options.maxBodyBytes()) {
                drop();
                if (seenBytes > 2L * options.maxBodyBytes()) {
                    throw tooLarge(seenBytes);
                }
                return this;
            }
            reserve(length + size);
            buffer.read(bytes, length, size);
            length += size;
            return this;
        } finally {
            DataBufferUtils.release(buffer);
        }
    }

    /** The body is complete: itself, or the refusal that it earned. */
    synchronized BodyBytes complete() {
        if (seenBytes > options.maxBodyBytes()) {
            throw tooLarge(seenBytes);
        }
        return this;
    }

    /** Valid up to {@link #length()}; shared with whoever asks, written by nobody any more. */
    synchronized byte[] bytes() {
        return bytes;
    }

    synchronized int length() {
        return length;
    }

    /** Gives the bytes back to the account. */
    @Override
    public synchronized void close() {
        closed = true;
        drop();
    }

    private void reserve(int needed) {
        if (needed <= bytes.length) {
            return;
        }
        int doubled = (int) Math.min(Math.max(FIRST_CAPACITY, 2L * bytes.length), options.maxBodyBytes());
        int capacity = Math.max(needed, doubled);
        if (announcedBytes >= needed && (announcedBytes < capacity || needed > TRUSTED_CAPACITY)) {
            capacity = (int) announcedBytes;
        }
        long more = (long) capacity - bytes.length;
        if (inFlightBytes.addAndGet(more) > options.maxBodyBytesInFlight()) {
            inFlightBytes.addAndGet(-more);
            throw RestRefusal.rejected("too many large request bodies at once: limitBytes="
                    + options.maxBodyBytesInFlight() + ". Send the request again in a moment");
        }
        accountedBytes += more;
        bytes = Arrays.copyOf(bytes, capacity);
    }

    private void drop() {
        inFlightBytes.addAndGet(-accountedBytes);
        accountedBytes = 0;
        bytes = new byte[0];
        length = 0;
    }

    private RestRefusal tooLarge(long atLeastBytes) {
        return RestRefusal.bodyTooLarge("request body too large: bodyBytes="
                + Math.max(announcedBytes, atLeastBytes) + ", limitBytes=" + options.maxBodyBytes()
                + ". Send fewer rows per request, or raise " + ApiOptions.MAX_BODY_SETTING);
    }
}
