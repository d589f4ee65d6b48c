/**
 * Milvus's gRPC on the port of the web server.
 *
 * <p>A connection that starts with HTTP/2's preface is taken out of Reactor Netty's pipeline and given to grpc-netty, on
 * the event loop it already has: {@link io.sluice.config.grpc.GrpcServer}. Every other connection is untouched. Nothing
 * listens on a port of its own, and nothing else in the code knows that two servers share one.
 */
@NullMarked
package io.sluice.config.grpc;

import org.jspecify.annotations.NullMarked;
