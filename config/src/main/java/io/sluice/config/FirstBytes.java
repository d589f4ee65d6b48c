package io.sluice.config;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.sluice.config.grpc.GrpcServer;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Looks at the first bytes of a connection: HTTP/2 starts with {@code PRI}, which no HTTP/1.1 method does.
 *
 * <p>An HTTP/2 connection is given to gRPC; on any other one the handler hands over what it saw and removes itself.
 * Confined to the connection's event loop.
 *
 * <p>It must be a {@link ByteToMessageDecoder}: Reactor Netty toggles auto-read, and only that class asks for more
 * bytes by itself when a preface comes byte by byte.
 */
final class FirstBytes extends ByteToMessageDecoder {
    private static final byte[] HTTP_2_PREFACE = "PRI".getBytes(StandardCharsets.US_ASCII);

    private final GrpcServer grpc;
    private boolean adopted;

    FirstBytes(GrpcServer grpc) {
        this.grpc = grpc;
    }

    @Override
    protected void decode(ChannelHandlerContext context, ByteBuf in, List<Object> out) {
        if (adopted) {
            return; // the bytes wait here until gRPC's handlers are in place
        }
        int compared = Math.min(in.readableBytes(), HTTP_2_PREFACE.length);
        for (int i = 0; i < compared; i++) {
            if (in.getByte(in.readerIndex() + i) != HTTP_2_PREFACE[i]) {
                context.pipeline().remove(this);
                return;
            }
        }
        if (compared == HTTP_2_PREFACE.length) {
            adopted = true;
            context.channel().config().setAutoRead(false);
            grpc.adopt(context.channel(), this);
        }
    }
}
