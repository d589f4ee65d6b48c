package io.sluice.api.grpc;

import io.grpc.Detachable;
import io.grpc.KnownLength;
import io.grpc.MethodDescriptor.Marshaller;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/**
 * A request as it arrived: decoded where it is small, else still the connection's bytes, which a thread made for it
 * decodes. Holds those bytes until {@link #decoded} is done or {@link #drop} is called. Thread-safe.
 */
final class Incoming<Q> {
    /** To decode or encode this much takes some ten microseconds: less than handing it over. */
    static final int INLINE_BYTES = 64 << 10; // 64 KiB

    private final Marshaller<Q> messages;
    private final @Nullable Mono<Q> small;
    private final AtomicReference<@Nullable InputStream> large; // whoever takes it closes it

    private Incoming(Marshaller<Q> messages, @Nullable Mono<Q> small, @Nullable InputStream large) {
        this.messages = messages;
        this.small = small;
        this.large = new AtomicReference<>(large);
    }

    /** What decodes small requests of a method at once, on the thread that received them, and keeps large ones as they are. */
    static <Q> Marshaller<Incoming<Q>> marshaller(Marshaller<Q> messages) {
        return new Marshaller<>() {
            @Override
            public Incoming<Q> parse(InputStream bytes) {
                return isLarge(bytes) && bytes instanceof Detachable large
                        ? new Incoming<>(messages, null, large.detach())
                        : new Incoming<>(messages, decodedNow(messages, bytes), null);
            }

            @Override
            public InputStream stream(Incoming<Q> value) {
                throw new IllegalStateException("a server receives requests: value=" + value);
            }
        };
    }

    /** What is no message fails the call later, as it does when it is large. */
    private static <Q> Mono<Q> decodedNow(Marshaller<Q> messages, InputStream bytes) {
        try {
            return Mono.just(messages.parse(bytes));
        } catch (StatusRuntimeException noMessage) {
            return Mono.error(noMessage);
        }
    }

    private static boolean isLarge(InputStream bytes) {
        try {
            return bytes instanceof KnownLength && bytes.available() > INLINE_BYTES;
        } catch (IOException impossible) {
            throw new UncheckedIOException("the bytes are all there", impossible);
        }
    }

    /** The message, at once if it is small; empty when it was dropped. The error is gRPC's for bytes that are no message. */
    Mono<Q> decoded(Scheduler decoders) {
        return small != null ? small : Mono.fromCallable(this::decode).subscribeOn(decoders);
    }

    private @Nullable Q decode() throws IOException {
        try (InputStream bytes = large.getAndSet(null)) {
            return bytes == null ? null : messages.parse(bytes);
        }
    }

    /** Nobody wants the message any more. Harmless while it is decoded, and after. */
    void drop() {
        try (InputStream bytes = large.getAndSet(null)) {
            assert bytes == null || small == null;
        } catch (IOException impossible) {
            throw new UncheckedIOException("closing gives back memory", impossible);
        }
    }
}
