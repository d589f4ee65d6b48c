package io.sluice.api.rest;

import io.sluice.api.ApiOptions;
import io.sluice.api.LoadAnswers;
import io.sluice.engine.VectorEngine;
import io.sluice.engine.error.EngineException;
import io.sluice.engine.error.EngineException.InvalidRequest;
import io.sluice.engine.load.LoadRequest;
import io.sluice.engine.load.LoadStatus;
import io.sluice.engine.load.LoadStatus.State;
import io.sluice.engine.load.ReleaseRequest;
import java.util.List;
import java.util.Map;
import reactor.core.publisher.Mono;

/**
 * Load, release and load state, of collections and of partitions.
 *
 * <p>Milvus's REST knows no load options; here the ones of its gRPC are read too: {@code loadFields},
 * {@code skipLoadDynamicField}, {@code replicaNumber}, {@code resourceGroups}, {@code refresh}, {@code priority}.
 */
final class LoadRoutes {
    private final VectorEngine engine;
    private final ApiOptions options;

    LoadRoutes(VectorEngine engine, ApiOptions options) {
        this.engine = engine;
        this.options = options;
    }

    Map<String, RestVerb> collectionVerbs() {
        return Map.of(
                "load", this::load,
                "refresh_load", this::refresh,
                "release", this::release,
                "get_load_state", this::loadState);
    }

    Map<String, RestVerb> partitionVerbs() {
        return Map.of("load", this::loadPartitions, "release", this::releasePartitions);
    }

    private Mono<RestReply> load(RestCall call) {
        call.fields().require("CollectionNameReq", "collectionName");
        return load(request(call, List.of(), call.fields().flag("refresh", false)));
    }

    private Mono<RestReply> refresh(RestCall call) {
        call.fields().require("CollectionNameReq", "collectionName");
        return load(request(call, List.of(), true));
    }

    private Mono<RestReply> release(RestCall call) {
        call.fields().require("CollectionNameReq", "collectionName");
        return release(new ReleaseRequest(call.database(), call.collection(), List.of()));
    }

    private Mono<RestReply> loadPartitions(RestCall call) {
        call.fields().require("PartitionsReq", "collectionName", "partitionNames");
        List<String> partitions = call.fields().texts("partitionNames");
        if (partitions.isEmpty()) {
            throw new InvalidRequest("failed to load partition, due to no partition specified: invalid parameter"
                    + "[expected=any partition][actual=empty partition list]");
        }
        return load(request(call, partitions, call.fields().flag("refresh", false)));
    }

    private Mono<RestReply> releasePartitions(RestCall call) {
        call.fields().require("PartitionsReq", "collectionName", "partitionNames");
        List<String> partitions = call.fields().texts("partitionNames");
        if (partitions.isEmpty()) {
            throw new InvalidRequest("invalid parameter[expected=any partition][actual=empty partition list]");
        }
        return release(new ReleaseRequest(call.database(), call.collection(), partitions));
    }

    private static LoadRequest request(RestCall call, List<String> partitions, boolean refresh) {
        JsonFields fields = call.fields();
        return new LoadRequest(
                call.database(),
                call.collection(),
                partitions,
                fields.texts("loadFields"),
                fields.flag("skipLoadDynamicField", false),
                fields.integer("replicaNumber", 0),
                fields.texts("resourceGroups"),
                isLowPriority(fields.text("priority", "high")),
                refresh,
                null,
                false);
    }

    private static boolean isLowPriority(String priority) {
        return switch (priority) {
            case "", "high" -> false;
            case "low" -> true;
            default -> throw RestRefusal.invalid("priority can only be [high, low]", "high or low", priority);
        };
    }

    private Mono<RestReply> load(LoadRequest request) {
        return LoadAnswers.load(engine, request, options.loadAnswerAfter()).thenReturn(RestReply.done());
    }

    private Mono<RestReply> release(ReleaseRequest request) {
        return LoadAnswers.release(engine, request).thenReturn(RestReply.done());
    }

    private Mono<RestReply> loadState(RestCall call) {
        call.fields().require("CollectionNameReq", "collectionName");
        String collection = call.collection();
        return engine.loadStatus(call.database(), collection, call.fields().texts("partitionNames"))
                .map(status -> loadState(collection, status));
    }

    /** The page prints {@code message} inside {@code data}, the real server beside it: both. */
    private static RestReply loadState(String collection, LoadStatus status) {
        if (status.state() == State.NOT_EXIST) {
            return RestReply.failure(200, 100, "collection not found[collection=" + collection + "]");
        }
        EngineException failure = status.failure();
        String message = failure == null ? "" : failure.text();
        return RestReply.of(
                json -> {
                    json.writeStartObject();
                    RestReply.number(json, "loadProgress", status.progress());
                    RestReply.text(json, "loadState", status.state().milvusName());
                    RestReply.text(json, "message", message);
                    json.writeEndObject();
                },
                json -> RestReply.text(json, "message", message));
    }
}
