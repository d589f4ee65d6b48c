/**
 * Milvus's gRPC service, {@code milvus.proto.milvus.MilvusService}.
 *
 * <p>Start at {@link io.sluice.api.grpc.MilvusGrpc}: it lists the calls by verb group ({@code XxxVerbs}), each a function
 * from a request to a {@code Mono} of its answer. {@code UnaryCall} is the one place where gRPC and Reactor meet. A
 * refusal is an answer whose {@code Status} says so, with gRPC's own status OK, as Milvus's clients expect; a call that
 * no group lists is answered UNIMPLEMENTED by gRPC itself.
 *
 * <p>The same engine methods serve Milvus's REST: a rule that both faces need lives in the engine.
 */
@NullMarked
package io.sluice.api.grpc;

import org.jspecify.annotations.NullMarked;
