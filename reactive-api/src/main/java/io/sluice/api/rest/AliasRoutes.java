package io.sluice.api.rest;

import io.sluice.engine.VectorEngine;
import java.util.Map;
import reactor.core.publisher.Mono;

/** Other names of collections. */
final class AliasRoutes {
    private final VectorEngine engine;

    AliasRoutes(VectorEngine engine) {
        this.engine = engine;
    }

    Map<String, RestVerb> verbs() {
        return Map.of(
                "list", this::list,
                "describe", this::describe,
                "create", this::create,
                "alter", this::alter,
                "drop", this::drop);
    }

    private Mono<RestReply> list(RestCall call) {
        return engine.listAliases(call.database(), call.collection()).map(RestReply::names);
    }

    private Mono<RestReply> describe(RestCall call) {
        call.fields().require("AliasReq", "aliasName");
        String database = call.database();
        String alias = alias(call);
        return engine.describeAlias(database, alias)
                .map(collection -> RestReply.of(json -> {
                    json.writeStartObject();
                    RestReply.text(json, "aliasName", alias);
                    RestReply.text(json, "collectionName", collection);
                    RestReply.text(json, "dbName", database);
                    json.writeEndObject();
                }));
    }

    private Mono<RestReply> create(RestCall call) {
        call.fields().require("AliasCollectionReq", "collectionName", "aliasName");
        return engine.createAlias(call.database(), call.collection(), alias(call))
                .thenReturn(RestReply.done());
    }

    private Mono<RestReply> alter(RestCall call) {
        call.fields().require("AliasCollectionReq", "collectionName", "aliasName");
        return engine.alterAlias(call.database(), call.collection(), alias(call))
                .thenReturn(RestReply.done());
    }

    private Mono<RestReply> drop(RestCall call) {
        call.fields().require("AliasReq", "aliasName");
        return engine.dropAlias(call.database(), alias(call)).thenReturn(RestReply.done());
    }

    private static String alias(RestCall call) {
        return call.fields().text("aliasName", "");
    }
}
