package io.sluice.api.nativehttp;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Events as bytes of a stream. Thread-safe.
 *
 * <p>The frame of an event is the same for every subscriber, so the newest frames are remembered by the identity of
 * their event; a race costs one more encoding and nothing else.
 */
final class EventFrames {
    private static final int REMEMBERED_FRAMES = 256;
    private static final byte[] SSE_COMMENT = utf8(": heartbeat\n\n");
    private static final byte[] SSE_HEARTBEAT = utf8("event: heartbeat\ndata: {\"event\":\"heartbeat\"}\n\n");
    private static final byte[] NDJSON_HEARTBEAT = utf8("{\"event\":\"heartbeat\"}\n");

    private final StreamFormat format;
    private final AtomicReferenceArray<@Nullable Frame> frames = new AtomicReferenceArray<>(REMEMBERED_FRAMES);

    private record Frame(Object source, byte[] bytes) {}

    EventFrames(StreamFormat format) {
        this.format = format;
    }

    /** The frame of {@code source}, which {@code event} maps to the wire when nobody has asked for it lately. */
    byte[] frame(Object source, Supplier<NativeWire.Event> event) {
        int slot = System.identityHashCode(source) & (REMEMBERED_FRAMES - 1);
        Frame known = frames.get(slot);
        if (known != null && known.source == source) {
            return known.bytes;
        }
        byte[] bytes = encode(event.get());
        frames.set(slot, new Frame(source, bytes));
        return bytes;
    }

    /** JSON has no raw line breaks, so one data line is enough. */
    private byte[] encode(NativeWire.Event event) {
        ByteArrayOutputStream frame = new ByteArrayOutputStream(1024);
        if (format == StreamFormat.SSE) {
            frame.writeBytes(utf8("id: " + event.id() + "\nevent: " + event.event() + "\ndata: "));
        }
        frame.writeBytes(NativeWire.bytes(event));
        frame.writeBytes(utf8(format == StreamFormat.SSE ? "\n\n" : "\n"));
        return frame.toByteArray();
    }

    /** What a stream begins with; it also makes the server send the headers. */
    byte[] opening(Duration retry) {
        return format == StreamFormat.SSE ? utf8("retry: " + retry.toMillis() + "\n\n") : new byte[0];
    }

    /** @param named as an event that a script can see, rather than a comment */
    byte[] heartbeat(boolean named) {
        if (format == StreamFormat.NDJSON) {
            return NDJSON_HEARTBEAT;
        }
        return named ? SSE_HEARTBEAT : SSE_COMMENT;
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
