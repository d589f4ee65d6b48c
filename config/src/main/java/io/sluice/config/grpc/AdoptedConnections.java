package io.sluice.config.grpc;

import io.netty.channel.AbstractServerChannel;
import io.netty.channel.ChannelConfig;
import io.netty.channel.DefaultChannelConfig;
import io.netty.channel.EventLoop;
import io.netty.channel.local.LocalAddress;
import java.net.SocketAddress;

/**
 * The channel that grpc-netty "listens" on: it is bound to nothing, and its connections are handed to it by
 * {@link GrpcServer#adopt}.
 */
final class AdoptedConnections extends AbstractServerChannel {
    static final SocketAddress ADDRESS = new LocalAddress("connections adopted from the web server");

    private final ChannelConfig config = new DefaultChannelConfig(this);
    private volatile boolean bound;
    private volatile boolean closed;

    @Override
    public ChannelConfig config() {
        return config;
    }

    @Override
    public boolean isOpen() {
        return !closed;
    }

    @Override
    public boolean isActive() {
        return bound && !closed;
    }

    @Override
    protected boolean isCompatible(EventLoop loop) {
        return true; // it does no input or output of its own
    }

    @Override
    protected SocketAddress localAddress0() {
        return ADDRESS;
    }

    @Override
    protected void doBind(SocketAddress localAddress) {
        bound = true;
    }

    @Override
    protected void doClose() {
        closed = true;
    }

    @Override
    protected void doBeginRead() {
        // connections come by adopt(), not by reading
    }
}
