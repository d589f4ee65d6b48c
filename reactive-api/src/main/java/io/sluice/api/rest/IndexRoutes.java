package io.sluice.api.rest;

import io.sluice.engine.IndexDescription;
import io.sluice.engine.VectorEngine;
import io.sluice.engine.error.EngineException.NotFound;
import io.sluice.engine.error.ErrorCode;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import tools.jackson.core.JsonGenerator;

/** Indexes. */
final class IndexRoutes {
    private static final int ONE_AT_A_TIME = 0;
    private static final List<String> DESCRIBED_OPTIONS = List.of("mmap.enabled", "warmup", "indexoffsetcache.enabled");

    private final VectorEngine engine;

    IndexRoutes(VectorEngine engine) {
        this.engine = engine;
    }

    Map<String, RestVerb> verbs() {
        return Map.of(
                "list", this::list,
                "describe", this::describe,
                "create", this::create,
                "drop", this::drop,
                "alter_properties", this::alterProperties,
                "drop_properties", this::dropProperties);
    }

    private Mono<RestReply> list(RestCall call) {
        call.fields().require("CollectionNameReq", "collectionName");
        return engine.listIndexes(call.database(), call.collection())
                .map(indexes -> RestReply.names(
                        indexes.stream().map(index -> index.definition().name()).toList()));
    }

    private Mono<RestReply> describe(RestCall call) {
        String name = index(call);
        return engine.listIndexes(call.database(), call.collection())
                .map(indexes -> find(indexes, name))
                .map(index -> RestReply.of(json -> {
                    json.writeStartArray();
                    write(json, index);
                    json.writeEndArray();
                }));
    }

    private static IndexDescription find(List<IndexDescription> indexes, String name) {
        for (IndexDescription index : indexes) {
            if (index.definition().name().equals(name)) {
                return index;
            }
        }
        throw new NotFound(ErrorCode.INDEX_NOT_FOUND, "index not found[indexName=" + name + "]");
    }

    private static void write(JsonGenerator json, IndexDescription index) {
        Map<String, String> params = new LinkedHashMap<>(index.definition().params());
        params.put("index_type", index.definition().type());
        if (!index.definition().metric().isEmpty()) {
            params.put("metric_type", index.definition().metric());
        }
        json.writeStartObject();
        for (String key : DESCRIBED_OPTIONS) {
            String value = index.definition().params().get(key);
            if (value != null) {
                RestReply.text(json, key, value);
            }
        }
        RestReply.text(json, "failReason", index.failReason());
        RestReply.text(json, "fieldName", index.fieldName());
        RestReply.text(json, "indexName", index.definition().name());
        RestReply.options(json, "indexParams", params);
        RestReply.text(json, "indexState", index.state());
        RestReply.text(json, "indexType", index.definition().type());
        RestReply.number(json, "indexedRows", index.indexedRows());
        RestReply.number(json, "maxIndexVersion", 0);
        RestReply.text(json, "metricType", index.definition().metric());
        RestReply.number(json, "minIndexVersion", 0);
        RestReply.number(json, "pendingRows", index.pendingRows());
        RestReply.number(json, "totalRows", index.totalRows());
        json.writeEndObject();
    }

    /** Creates all or, when one is refused, none. */
    private Mono<RestReply> create(RestCall call) {
        call.fields().require("IndexParamReq", "collectionName", "indexParams");
        List<IndexWire> wanted = IndexWire.listOf(call.fields());
        if (wanted.isEmpty()) {
            throw RestRefusal.missing(JsonFields.validatorLine("IndexParamReq", "indexParams"));
        }
        String database = call.database();
        String collection = call.collection();
        return names(database, collection)
                .flatMap(before -> createAll(database, collection, wanted)
                        .onErrorResume(refused -> dropNew(database, collection, before, refused)))
                .thenReturn(RestReply.done());
    }

    private Mono<Set<String>> names(String database, String collection) {
        return engine.listIndexes(database, collection)
                .map(indexes ->
                        indexes.stream().map(index -> index.definition().name()).collect(Collectors.toSet()));
    }

    private Mono<Void> createAll(String database, String collection, List<IndexWire> wanted) {
        return Flux.fromIterable(wanted)
                .concatMap(
                        index -> engine.createIndex(database, collection, index.field(), index.definition()),
                        ONE_AT_A_TIME)
                .then();
    }

    private Mono<Void> dropNew(String database, String collection, Set<String> before, Throwable refused) {
        return names(database, collection)
                .flatMapIterable(after ->
                        after.stream().filter(name -> !before.contains(name)).toList())
                .concatMap(name -> engine.dropIndex(database, collection, name), ONE_AT_A_TIME)
                .onErrorComplete()
                .then(Mono.error(refused));
    }

    private Mono<RestReply> drop(RestCall call) {
        return engine.dropIndex(call.database(), call.collection(), index(call)).thenReturn(RestReply.done());
    }

    private Mono<RestReply> alterProperties(RestCall call) {
        return engine.alterIndex(call.database(), call.collection(), index(call), call.properties(), List.of())
                .thenReturn(RestReply.done());
    }

    private Mono<RestReply> dropProperties(RestCall call) {
        return engine.alterIndex(call.database(), call.collection(), index(call), Map.of(), call.propertyKeys())
                .thenReturn(RestReply.done());
    }

    private static String index(RestCall call) {
        call.fields().require("IndexReq", "collectionName", "indexName");
        return call.fields().text("indexName", "");
    }
}
