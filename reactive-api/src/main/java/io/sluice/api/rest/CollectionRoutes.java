package io.sluice.api.rest;

import io.sluice.engine.VectorEngine;
import io.sluice.engine.load.LoadRequest;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Collections but for load and release, which {@link LoadRoutes} has. */
final class CollectionRoutes {
    private static final int ONE_AT_A_TIME = 0;

    private final VectorEngine engine;

    CollectionRoutes(VectorEngine engine) {
        this.engine = engine;
    }

    Map<String, RestVerb> verbs() {
        return Map.ofEntries(
                Map.entry("list", this::list),
                Map.entry("has", this::has),
                Map.entry("describe", this::describe),
                Map.entry("get_stats", this::stats),
                Map.entry("create", this::create),
                Map.entry("drop", this::drop),
                Map.entry("truncate", this::truncate),
                Map.entry("rename", this::rename),
                Map.entry("alter_properties", this::alterProperties),
                Map.entry("drop_properties", this::dropProperties),
                Map.entry("fields/add", this::addField),
                Map.entry("fields/alter_properties", this::alterField),
                Map.entry("flush", this::flush));
    }

    private Mono<RestReply> list(RestCall call) {
        return engine.listCollections(call.database()).map(RestReply::names);
    }

    private Mono<RestReply> has(RestCall call) {
        call.fields().require("CollectionNameReq", "collectionName");
        return engine.hasCollection(call.database(), call.collection()).map(RestReply::has);
    }

    private Mono<RestReply> describe(RestCall call) {
        call.fields().require("CollectionNameReq", "collectionName");
        return engine.describeCollection(call.database(), call.collection()).map(CollectionMapper::describe);
    }

    private Mono<RestReply> stats(RestCall call) {
        call.fields().require("CollectionNameReq", "collectionName");
        return engine.countRows(call.database(), call.collection()).map(RestReply::rowCount);
    }

    private Mono<RestReply> drop(RestCall call) {
        call.fields().require("CollectionNameReq", "collectionName");
        return engine.dropCollection(call.database(), call.collection()).thenReturn(RestReply.done());
    }

    private Mono<RestReply> truncate(RestCall call) {
        call.fields().require("CollectionNameReq", "collectionName");
        return engine.truncateCollection(call.database(), call.collection()).thenReturn(RestReply.done());
    }

    private Mono<RestReply> alterProperties(RestCall call) {
        call.fields().require("CollectionReqWithProperties", "collectionName");
        return engine.alterCollection(call.database(), call.collection(), call.properties(), List.of())
                .thenReturn(RestReply.done());
    }

    private Mono<RestReply> dropProperties(RestCall call) {
        call.fields().require("DropCollectionPropertiesReq", "collectionName");
        return engine.alterCollection(call.database(), call.collection(), Map.of(), call.propertyKeys())
                .thenReturn(RestReply.done());
    }

    private Mono<RestReply> addField(RestCall call) {
        call.fields().require("CollectionFieldReqWithSchema", "collectionName", "schema");
        JsonFields schema = call.fields().object("schema");
        return engine.addField(call.database(), call.collection(), CreateCollectionWire.field(schema, false))
                .thenReturn(RestReply.done());
    }

    private Mono<RestReply> alterField(RestCall call) {
        call.fields().require("CollectionFieldReqWithParams", "collectionName", "fieldName");
        Map<String, String> params = new LinkedHashMap<>(call.properties());
        params.putAll(call.fields().object("fieldParams").options());
        return engine.alterField(
                        call.database(), call.collection(), call.fields().text("fieldName", ""), params, List.of())
                .thenReturn(RestReply.done());
    }

    private Mono<RestReply> flush(RestCall call) {
        call.fields().require("CollectionNameReq", "collectionName");
        return engine.flush(call.database(), call.collection()).thenReturn(RestReply.done());
    }

    private Mono<RestReply> rename(RestCall call) {
        call.fields().require("RenameCollectionReq", "collectionName", "newCollectionName");
        String database = call.database();
        return engine.renameCollection(
                        database,
                        call.collection(),
                        call.fields().text("newCollectionName", ""),
                        call.fields().text("newDbName", database))
                .thenReturn(RestReply.done());
    }

    /**
     * Creates the collection, its indexes, and asks for the load without waiting for it. When a later step is refused, a
     * collection that was not there before is dropped again, so that nothing is left half-done.
     */
    private Mono<RestReply> create(RestCall call) {
        CreateCollectionWire wire = CreateCollectionWire.of(call);
        return engine.hasCollection(call.database(), call.collection())
                .flatMap(existed -> create(wire, existed))
                .thenReturn(RestReply.done());
    }

    private Mono<Boolean> create(CreateCollectionWire wire, boolean existed) {
        Mono<Boolean> furnished = Mono.defer(() -> furnish(wire)).thenReturn(existed);
        return engine.createCollection(wire.request())
                .then(existed ? furnished : furnished.onErrorResume(refused -> undo(wire, refused)));
    }

    private Mono<Void> furnish(CreateCollectionWire wire) {
        String database = wire.request().database();
        String collection = wire.request().name();
        Mono<Void> indexed = Flux.fromIterable(wire.indexes())
                .concatMap(
                        index -> engine.createIndex(database, collection, index.field(), index.definition()),
                        ONE_AT_A_TIME)
                .then();
        return wire.load()
                ? indexed.then(Mono.defer(() -> engine.load(LoadRequest.of(database, collection))))
                        .then()
                : indexed;
    }

    private Mono<Boolean> undo(CreateCollectionWire wire, Throwable refused) {
        return engine.dropCollection(wire.request().database(), wire.request().name())
                .onErrorComplete()
                .then(Mono.error(refused));
    }
}
