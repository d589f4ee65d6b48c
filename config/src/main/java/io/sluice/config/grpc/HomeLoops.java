package io.sluice.config.grpc;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelPromise;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.local.LocalIoHandler;

/**
 * The "worker" loops of grpc-netty: registering a connection here leaves it on the event loop that it has had all along.
 *
 * <p>The one loop of its own serves the {@link AdoptedConnections} channel, and idles.
 */
final class HomeLoops extends MultiThreadIoEventLoopGroup {
    HomeLoops() {
        super(1, Thread.ofPlatform().name("grpc-accept-", 0).daemon().factory(), LocalIoHandler.newFactory());
    }

    @Override
    public ChannelFuture register(Channel channel) {
        return channel.isRegistered() ? channel.newSucceededFuture() : super.register(channel);
    }

    @Override
    public ChannelFuture register(ChannelPromise promise) {
        return promise.channel().isRegistered() ? promise.setSuccess() : super.register(promise);
    }
}
