package io.sluice.api.rest;

import io.sluice.engine.DatabaseDescription;
import io.sluice.engine.VectorEngine;
import java.util.List;
import java.util.Map;
import reactor.core.publisher.Mono;

/** Databases. */
final class DatabaseRoutes {
    private final VectorEngine engine;

    DatabaseRoutes(VectorEngine engine) {
        this.engine = engine;
    }

    Map<String, RestVerb> verbs() {
        return Map.of(
                "list", this::list,
                "describe", this::describe,
                "create", this::create,
                "drop", this::drop,
                "alter", this::alter,
                "alter_properties", this::alter,
                "drop_properties", this::dropProperties);
    }

    private Mono<RestReply> list(RestCall call) {
        return engine.listDatabases().map(RestReply::names);
    }

    private Mono<RestReply> describe(RestCall call) {
        call.fields().require("DatabaseReq", "dbName");
        return engine.describeDatabase(call.database()).map(DatabaseRoutes::describe);
    }

    private static RestReply describe(DatabaseDescription database) {
        return RestReply.of(json -> {
            json.writeStartObject();
            RestReply.number(json, "dbID", database.id());
            RestReply.text(json, "dbName", database.name());
            RestReply.options(json, "properties", database.properties());
            json.writeEndObject();
        });
    }

    private Mono<RestReply> create(RestCall call) {
        call.fields().require("DatabaseReqWithProperties", "dbName");
        return engine.createDatabase(call.database(), call.properties()).thenReturn(RestReply.done());
    }

    private Mono<RestReply> alter(RestCall call) {
        call.fields().require("DatabaseReqWithProperties", "dbName");
        return engine.alterDatabase(call.database(), call.properties(), List.of())
                .thenReturn(RestReply.done());
    }

    private Mono<RestReply> dropProperties(RestCall call) {
        call.fields().require("DropDatabasePropertiesReq", "dbName");
        return engine.alterDatabase(call.database(), Map.of(), call.propertyKeys())
                .thenReturn(RestReply.done());
    }

    private Mono<RestReply> drop(RestCall call) {
        call.fields().require("DatabaseReq", "dbName");
        return engine.dropDatabase(call.database()).thenReturn(RestReply.done());
    }
}
