package io.sluice.api.grpc;

import java.net.SocketAddress;
import java.util.concurrent.Executor;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import reactor.core.scheduler.Scheduler;

/**
 * Where the work of a call is done that is not the engine's.
 *
 * @param decoders decode large requests; small ones are decoded by the thread that brings them
 * @param home of the connection with a peer: the thread that brings its requests and writes its answers. A small answer, which is
 *     three writes, is handed to it in one piece. Runs things at once where there is no such thread
 */
public record GrpcThreads(Scheduler decoders, Function<@Nullable SocketAddress, Executor> home) {}
