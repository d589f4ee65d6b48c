package io.sluice.config;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks at the first bytes of a connection: HTTP/2 starts with {@code PRI}, which no HTTP/1.1 method does.
 *
 * <p>This is where gRPC will be served on the same port. Until then an HTTP/2 connection is closed; on any other one
 * the handler hands over what it saw and removes itself. Confined to the connection's event loop.
 *
 * <p>It must be a {@link ByteToMessageDecoder}: Reactor Netty toggles auto-read, and only that class asks for more
 * bytes by itself when a preface comes byte by byte.
 */
final class FirstBytes extends ByteToMessageDecoder {
    private static final byte[] HTTP_2_PREFACE = "PRI".getBytes(StandardCharsets.US_ASCII);
    private static final Logger LOG = LoggerFactory.getLogger(FirstBytes.class);
    private static final AtomicBoolean SAID = new AtomicBoolean();

    @Override
    protected void decode(ChannelHandlerContext context, ByteBuf in, List<Object> out) {
        int compared = Math.min(in.readableBytes(), HTTP_2_PREFACE.length);
        for (int i = 0; i < compared; i++) {
            if (in.getByte(in.readerIndex() + i) != HTTP_2_PREFACE[i]) {
                context.pipeline().remove(this);
                return;
            }
        }
        if (compared == HTTP_2_PREFACE.length) {
            in.skipBytes(in.readableBytes());
            if (SAID.compareAndSet(false, true)) {
                LOG.debug("closed a connection that speaks HTTP/2: gRPC is not served yet, use REST over HTTP/1.1");
            }
            context.close();
        }
    }
}
