package io.sluice.api.grpc;

import io.milvus.grpc.AllocTimestampRequest;
import io.milvus.grpc.AllocTimestampResponse;
import io.milvus.grpc.CheckHealthRequest;
import io.milvus.grpc.CheckHealthResponse;
import io.milvus.grpc.ComponentInfo;
import io.milvus.grpc.ComponentStates;
import io.milvus.grpc.ConnectRequest;
import io.milvus.grpc.ConnectResponse;
import io.milvus.grpc.GetComponentStatesRequest;
import io.milvus.grpc.GetMetricsRequest;
import io.milvus.grpc.GetMetricsResponse;
import io.milvus.grpc.GetVersionRequest;
import io.milvus.grpc.GetVersionResponse;
import io.milvus.grpc.MilvusServiceGrpc;
import io.milvus.grpc.ServerInfo;
import io.milvus.grpc.StateCode;
import io.sluice.engine.error.EngineException.InvalidRequest;
import java.util.concurrent.atomic.AtomicLong;
import reactor.core.publisher.Mono;

/** Handshake, version, health, clock. */
final class SystemVerbs {
    /** Of the protocol that is spoken here; clients read it to know what they may ask. */
    private static final String PROTOCOL_VERSION = "v3.0.0";

    private static final String DEPLOY_MODE = "STANDALONE";

    /** Numbers clients from the start of the process on: positive, and never twice. */
    private static final AtomicLong CLIENTS = new AtomicLong(System.currentTimeMillis());

    private SystemVerbs() {}

    static void addTo(GrpcVerbs verbs) {
        verbs.add(
                MilvusServiceGrpc.getConnectMethod(),
                SystemVerbs::connect,
                status -> ConnectResponse.newBuilder().setStatus(status).build());
        verbs.add(
                MilvusServiceGrpc.getGetVersionMethod(),
                SystemVerbs::version,
                status -> GetVersionResponse.newBuilder().setStatus(status).build());
        verbs.add(
                MilvusServiceGrpc.getCheckHealthMethod(),
                SystemVerbs::health,
                status -> CheckHealthResponse.newBuilder().setStatus(status).build());
        verbs.add(
                MilvusServiceGrpc.getGetComponentStatesMethod(),
                SystemVerbs::states,
                status -> ComponentStates.newBuilder().setStatus(status).build());
        verbs.add(
                MilvusServiceGrpc.getGetMetricsMethod(),
                SystemVerbs::metrics,
                status -> GetMetricsResponse.newBuilder().setStatus(status).build());
        verbs.add(
                MilvusServiceGrpc.getAllocTimestampMethod(),
                SystemVerbs::timestamp,
                status -> AllocTimestampResponse.newBuilder().setStatus(status).build());
    }

    private static Mono<ConnectResponse> connect(GrpcCall call, ConnectRequest request) {
        ServerInfo server = ServerInfo.newBuilder()
                .setBuildTags(version(call))
                .setBuildTime(call.options().buildTime())
                .setGitCommit(call.options().commit())
                .setGoVersion("java " + Runtime.version().feature())
                .setDeployMode(DEPLOY_MODE)
                .build();
        return Mono.just(ConnectResponse.newBuilder()
                .setStatus(GrpcStatus.OK)
                .setServerInfo(server)
                .setIdentifier(CLIENTS.incrementAndGet())
                .build());
    }

    private static String version(GrpcCall call) {
        return PROTOCOL_VERSION + "-sluice-" + call.options().version();
    }

    private static Mono<GetVersionResponse> version(GrpcCall call, GetVersionRequest request) {
        return Mono.just(GetVersionResponse.newBuilder()
                .setStatus(GrpcStatus.OK)
                .setVersion(version(call))
                .build());
    }

    private static Mono<CheckHealthResponse> health(GrpcCall call, CheckHealthRequest request) {
        return Mono.just(CheckHealthResponse.newBuilder()
                .setStatus(GrpcStatus.OK)
                .setIsHealthy(true)
                .build());
    }

    private static Mono<ComponentStates> states(GrpcCall call, GetComponentStatesRequest request) {
        return Mono.just(ComponentStates.newBuilder()
                .setStatus(GrpcStatus.OK)
                .setState(ComponentInfo.newBuilder()
                        .setNodeID(NodeFacts.NODE_ID)
                        .setRole("standalone")
                        .setStateCode(StateCode.Healthy))
                .build());
    }

    private static Mono<GetMetricsResponse> metrics(GrpcCall call, GetMetricsRequest request) {
        return Mono.fromCallable(() -> GetMetricsResponse.newBuilder()
                .setStatus(GrpcStatus.OK)
                .setComponentName(NodeFacts.COMPONENT)
                .setResponse(NodeFacts.metrics(request.getRequest(), version(call))
                        .orElseThrow(() -> new InvalidRequest("sorry, but this metric type is not implemented: request="
                                + request.getRequest() + ". Ask for {\"metric_type\": \"system_info\"}")))
                .build());
    }

    private static Mono<AllocTimestampResponse> timestamp(GrpcCall call, AllocTimestampRequest request) {
        return call.engine()
                .nextTimestamp()
                .map(timestamp -> AllocTimestampResponse.newBuilder()
                        .setStatus(GrpcStatus.OK)
                        .setTimestamp(timestamp)
                        .build());
    }
}
