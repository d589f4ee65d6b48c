package io.sluice.api.grpc;

import java.util.concurrent.Executor;
import java.util.function.Supplier;
import reactor.core.scheduler.Scheduler;

/**
 * Where the work of a call is done that is not the engine's.
 *
 * @param decoders decode large requests; small ones are decoded by the thread that brings them
 * @param home asked by that thread: what runs on it later, and does not wake it more than once for a small answer, which is
 *     three writes. Runs at once where there is no such thread
 */
public record GrpcThreads(Scheduler decoders, Supplier<Executor> home) {}
