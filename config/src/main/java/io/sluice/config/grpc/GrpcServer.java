package io.sluice.config.grpc;

import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallExecutorSupplier;
import io.grpc.ServerServiceDefinition;
import io.grpc.netty.NettyServerBuilder;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.EventLoop;
import io.sluice.api.grpc.GrpcThreads;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedTransferQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import reactor.core.scheduler.Schedulers;

/**
 * grpc-netty without a port: it serves the HTTP/2 connections that {@link #adopt} gives it. Thread-safe.
 *
 * <p>Small requests are decoded on the event loop of their connection; large ones, and those that came compressed, on the
 * threads {@code grpc-decode}. Clients ping every 10 s, also without a call in flight: that is allowed here, as often as they
 * like.
 */
public final class GrpcServer implements SmartLifecycle {
    private static final Logger LOG = LoggerFactory.getLogger(GrpcServer.class);

    private static final Metadata.Key<String> ENCODING =
            Metadata.Key.of("grpc-encoding", Metadata.ASCII_STRING_MARSHALLER);
    private static final String UNCOMPRESSED = "identity";

    private final HomeLoops loops = new HomeLoops();
    private final ExecutorService decoders;
    private final Server server;
    private final Duration shutdownLimit;
    private final AdoptedConnections connections = new AdoptedConnections();
    /** The event loop of each open connection, by its peer. */
    private final Map<SocketAddress, EventLoop> homes = new ConcurrentHashMap<>();

    private volatile boolean running;

    private GrpcServer(
            Function<GrpcThreads, ServerServiceDefinition> service, int maxRequestBytes, Duration shutdownLimit) {
        this.shutdownLimit = shutdownLimit;
        this.decoders = decoders();
        this.server = NettyServerBuilder.forAddress(AdoptedConnections.ADDRESS)
                .channelFactory(() -> connections)
                .bossEventLoopGroup(loops)
                .workerEventLoopGroup(loops)
                .directExecutor()
                .callExecutor(new Decoders(decoders))
                .maxInboundMessageSize(maxRequestBytes)
                .permitKeepAliveTime(0, TimeUnit.SECONDS)
                .permitKeepAliveWithoutCalls(true)
                .addService(service.apply(new GrpcThreads(Schedulers.fromExecutorService(decoders), this::home)))
                .build();
    }

    /** Event loops join the line: that takes no lock, neither of the queue nor of a thread that is still to be started. */
    private static ExecutorService decoders() {
        int count = Math.max(2, Runtime.getRuntime().availableProcessors());
        var threads = new ThreadPoolExecutor(
                count,
                count,
                0,
                TimeUnit.SECONDS,
                new LinkedTransferQueue<>(),
                Thread.ofPlatform().name("grpc-decode-", 1).daemon().factory());
        threads.prestartAllCoreThreads();
        return threads;
    }

    /**
     * A server that is started: the web server must not open its port before.
     *
     * @param service answers before the engine is open, too: that it is not ready
     * @param maxRequestBytes a larger message is refused with RESOURCE_EXHAUSTED
     */
    public static GrpcServer started(
            Function<GrpcThreads, ServerServiceDefinition> service, int maxRequestBytes, Duration shutdownLimit) {
        var server = new GrpcServer(service, maxRequestBytes, shutdownLimit);
        server.start();
        return server;
    }

    private Executor home(@Nullable SocketAddress peer) {
        EventLoop loop = peer == null ? null : homes.get(peer);
        return loop == null ? Runnable::run : loop;
    }

    /** A compressed message is unpacked while it is received, and nobody knows before how large it is. */
    private record Decoders(ExecutorService threads) implements ServerCallExecutorSupplier {
        @Override
        public <Q, A> @Nullable ExecutorService getExecutor(ServerCall<Q, A> call, Metadata headers) {
            String encoding = headers.get(ENCODING);
            return encoding == null || encoding.equals(UNCOMPRESSED) ? null : threads;
        }
    }

    /**
     * Takes over a connection whose first bytes, not consumed yet by {@code first}, are HTTP/2's. Called on its event
     * loop, with reading stopped; {@code first} is removed when gRPC's handlers are in place, which hands them its bytes.
     */
    public void adopt(Channel connection, ChannelHandler first) {
        ChannelPipeline pipeline = connection.pipeline();
        for (String name : pipeline.names()) {
            ChannelHandler handler = pipeline.get(name);
            if (handler != null && handler != first) {
                pipeline.remove(handler);
            }
        }
        if (!running) {
            connection.close();
            return;
        }
        SocketAddress peer = connection.remoteAddress();
        if (peer != null) { // else it is closed already
            homes.put(peer, connection.eventLoop());
            connection.closeFuture().addListener(_ -> homes.remove(peer, connection.eventLoop()));
        }
        loops.next().execute(() -> {
            connections.pipeline().fireChannelRead(connection);
            connections.pipeline().fireChannelReadComplete();
            // gRPC's handlers are added by a task on the connection's loop: this one comes after it.
            connection.eventLoop().execute(() -> replay(connection, first));
        });
    }

    private static void replay(Channel connection, ChannelHandler first) {
        if (connection.pipeline().context(first) != null) {
            connection.pipeline().remove(first);
        }
        connection.config().setAutoRead(true);
    }

    @Override
    public void start() {
        try {
            server.start();
            running = true;
        } catch (IOException impossible) {
            throw new UncheckedIOException("gRPC did not start, though it needs no port", impossible);
        }
    }

    /** Refuses new calls, lets running ones end within the limit, then cancels them. Part of main: it waits. */
    @Override
    public void stop() {
        running = false;
        server.shutdown();
        try {
            if (!server.awaitTermination(shutdownLimit.toMillis(), TimeUnit.MILLISECONDS)) {
                LOG.info("gRPC calls were still running after {}; they are cancelled", shutdownLimit);
                server.shutdownNow();
                server.awaitTermination(1, TimeUnit.SECONDS);
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
        decoders.shutdown();
        loops.shutdownGracefully(0, 1, TimeUnit.SECONDS);
    }

    @Override
    public boolean isRunning() {
        return running;
    }

    /** Stops before the web server, whose connections it uses. */
    @Override
    public int getPhase() {
        return Integer.MAX_VALUE - 1;
    }
}
