package io.sluice.api.rest;

import io.sluice.api.ApiOptions;
import io.sluice.engine.CollectionDescription;
import io.sluice.engine.DeleteRequest;
import io.sluice.engine.VectorEngine;
import io.sluice.engine.WriteResult;
import io.sluice.engine.schema.DataType;
import io.sluice.engine.schema.FieldSchema;
import io.sluice.engine.schema.Keys;
import io.sluice.engine.schema.RowBatch;
import io.sluice.engine.search.OutputColumn;
import io.sluice.engine.search.QueryRequest;
import io.sluice.engine.search.QueryResult;
import io.sluice.engine.search.SearchResult;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import tools.jackson.core.JsonGenerator;
import tools.jackson.databind.JsonNode;

/** Rows: insert, upsert, delete, query, get, search. */
final class EntityRoutes {
    private static final int DEFAULT_LIMIT = 100;
    private static final long ALL = -1;
    private static final String COUNT = "count(*)";
    private static final String DISTANCE = "distance";
    private static final String ID = "id";

    /** Result values up to this number are written where the engine answers; more go to the {@code json} threads. */
    private static final long INLINE_VALUES = 4_096;

    private final VectorEngine engine;
    private final ApiOptions options;

    EntityRoutes(VectorEngine engine, ApiOptions options) {
        this.engine = engine;
        this.options = options;
    }

    Map<String, RestVerb> verbs() {
        return Map.of(
                "insert", this::insert,
                "upsert", this::upsert,
                "delete", this::delete,
                "query", this::query,
                "get", this::get,
                "search", this::search,
                "hybrid_search", this::hybridSearch,
                "advanced_search", this::hybridSearch);
    }

    // Writes

    private Mono<RestReply> insert(RestCall call) {
        return rows(call)
                .flatMap(rows -> engine.insert(call.database(), call.collection(), partition(call), rows))
                .map(result -> written(call, result, "insertCount", "insertIds"));
    }

    private Mono<RestReply> upsert(RestCall call) {
        call.refuse("partialUpdate", "fieldOps");
        return rows(call)
                .flatMap(rows -> engine.upsert(call.database(), call.collection(), partition(call), rows))
                .map(result -> written(call, result, "upsertCount", "upsertIds"));
    }

    private Mono<RowBatch> rows(RestCall call) {
        requireData(call, "CollectionDataReq", "collectionName");
        return engine.describeCollection(call.database(), call.collection())
                .flatMap(collection -> json(
                        call.body().dataLength() <= RestRoutes.INLINE_BYTES,
                        () -> RowReader.read(call.body(), collection.schema())));
    }

    private static void requireData(RestCall call, String request, String... keys) {
        call.fields().require(request, keys);
        if (!call.body().hasData()) {
            throw RestRefusal.missing(JsonFields.validatorLine(request, "data"));
        }
    }

    private static String partition(RestCall call) {
        return call.fields().text("partitionName", "");
    }

    private static RestReply written(RestCall call, WriteResult result, String countName, String idsName) {
        return RestReply.of(
                json -> {
                    RowWriter writer = new RowWriter(json, List.of(), call.int64AsNumber(), Set.of());
                    json.writeStartObject();
                    RestReply.number(json, countName, result.count());
                    json.writeName(idsName);
                    json.writeStartArray();
                    for (int i = 0; i < result.keys().count(); i++) {
                        writer.writeKey(result.keys(), i);
                    }
                    json.writeEndArray();
                    json.writeEndObject();
                },
                EntityRoutes::cost);
    }

    private static void cost(JsonGenerator json) {
        RestReply.number(json, "cost", 0);
    }

    private Mono<RestReply> delete(RestCall call) {
        call.fields().require("CollectionFilterReq", "collectionName");
        String filter = call.fields().text("filter", "");
        String idKey = call.fields().has("id") ? "id" : "ids";
        if (filter.isEmpty() && !call.fields().has(idKey)) {
            throw RestRefusal.missing(JsonFields.validatorLine("CollectionFilterReq", "filter"));
        }
        if (!filter.isEmpty() && call.fields().has(idKey)) {
            throw RestRefusal.invalid("filter and " + idKey + " say different things", "filter or " + idKey, "both");
        }
        return keys(call, filter.isEmpty() ? idKey : null)
                .flatMap(keys -> engine.delete(delete(call, keys, "")))
                .switchIfEmpty(Mono.defer(() -> engine.delete(delete(call, null, filter))))
                .map(EntityRoutes::deleted);
    }

    private static DeleteRequest delete(RestCall call, @Nullable Keys keys, String filter) {
        return new DeleteRequest(
                call.database(),
                call.collection(),
                partition(call),
                keys,
                filter,
                call.fields().object("exprParams").templates());
    }

    private static RestReply deleted(WriteResult result) {
        return RestReply.of(
                json -> {
                    json.writeStartObject();
                    RestReply.number(json, "deleteCount", result.count());
                    json.writeEndObject();
                },
                EntityRoutes::cost);
    }

    // Reads

    private Mono<RestReply> query(RestCall call) {
        call.fields().require("QueryReqV2", "collectionName");
        call.refuse("orderByFields", "groupByFields");
        call.checkConsistencyLevel();
        List<String> outputFields = outputFields(call);
        int limit = call.fields().integer("limit", DEFAULT_LIMIT);
        boolean all = limit <= 0 || outputFields.equals(List.of(COUNT));
        return engine.query(new QueryRequest(
                        call.database(),
                        call.collection(),
                        call.fields().texts("partitionNames"),
                        call.fields().text("filter", ""),
                        call.fields().object("exprParams").templates(),
                        null,
                        outputFields,
                        all ? ALL : limit,
                        call.fields().integer("offset", 0),
                        false,
                        0))
                .flatMap(result -> reply(call, result));
    }

    private Mono<RestReply> get(RestCall call) {
        call.fields().require("CollectionIDReq", "collectionName", "id");
        call.checkConsistencyLevel();
        return keys(call, "id")
                .flatMap(keys -> engine.query(new QueryRequest(
                        call.database(),
                        call.collection(),
                        call.fields().texts("partitionNames"),
                        "",
                        Map.of(),
                        keys,
                        outputFields(call),
                        ALL,
                        0,
                        false,
                        0)))
                .flatMap(result -> reply(call, result));
    }

    /** Everything, unless the request says what. */
    private static List<String> outputFields(RestCall call) {
        List<String> named = call.fields().texts("outputFields");
        return named.isEmpty() ? List.of("*") : named;
    }

    private Mono<RestReply> reply(RestCall call, QueryResult result) {
        return json(
                isSmall(result.columns(), result.rowCount()),
                () -> RestReply.of(json -> write(json, call, result), EntityRoutes::cost));
    }

    private static void write(JsonGenerator json, RestCall call, QueryResult result) {
        RowWriter writer = new RowWriter(json, result.columns(), call.int64AsNumber(), Set.of());
        json.writeStartArray();
        for (int row = 0; row < result.rowCount(); row++) {
            json.writeStartObject();
            writer.writeMembers(row);
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    private Mono<RestReply> search(RestCall call) {
        call.fields().require("SearchReqV2", "collectionName");
        SearchWire.check(call);
        return json(call.body().dataLength() <= RestRoutes.INLINE_BYTES, () -> SearchWire.of(call))
                .flatMap(wire -> call.body().hasData()
                        ? Mono.just(wire.request(null))
                        : keys(call, "ids").map(wire::request))
                .flatMap(request -> engine.search(request))
                .flatMap(result -> reply(call, result));
    }

    private Mono<RestReply> hybridSearch(RestCall call) {
        call.fields().require("HybridSearchReq", "collectionName");
        HybridSearchWire.check(call);
        return json(call.body().length() <= RestRoutes.INLINE_BYTES, () -> HybridSearchWire.of(call))
                .flatMap(engine::hybridSearch)
                .flatMap(result -> reply(call, result));
    }

    private Mono<RestReply> reply(RestCall call, SearchResult result) {
        return json(
                isSmall(result.columns(), result.keys().count()),
                () -> RestReply.of(json -> write(json, call, result), json -> {
                    cost(json);
                    json.writeName("topks");
                    json.writeStartArray();
                    for (int hits : result.hitCounts()) {
                        json.writeNumber(hits);
                    }
                    json.writeEndArray();
                }));
    }

    /** Milvus calls the key {@code id} in every hit, whatever the field's name. */
    private static void write(JsonGenerator json, RestCall call, SearchResult result) {
        RowWriter writer = new RowWriter(json, result.columns(), call.int64AsNumber(), Set.of(DISTANCE, ID));
        json.writeStartArray();
        for (int hit = 0; hit < result.keys().count(); hit++) {
            json.writeStartObject();
            json.writeName(DISTANCE);
            json.writeNumber(result.scores()[hit]);
            json.writeName(ID);
            writer.writeKey(result.keys(), hit);
            writer.writeMembers(hit);
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    private static boolean isSmall(List<OutputColumn> columns, int rows) {
        long valuesPerRow = 1;
        for (OutputColumn column : columns) {
            valuesPerRow += Math.max(1, column.field().dimension());
        }
        return valuesPerRow * rows <= INLINE_VALUES;
    }

    private <T> Mono<T> json(boolean small, Supplier<T> work) {
        Mono<T> done = Mono.fromSupplier(work);
        return small ? done : done.subscribeOn(options.json());
    }

    // Keys

    /** The keys under {@code name}, one or a list, in the type of the collection's key; empty when {@code name} is null. */
    private Mono<Keys> keys(RestCall call, @Nullable String name) {
        if (name == null) {
            return Mono.empty();
        }
        return engine.describeCollection(call.database(), call.collection())
                .map(collection -> keys(call.fields(), name, collection));
    }

    private static Keys keys(JsonFields fields, String name, CollectionDescription collection) {
        JsonNode sent = fields.find(name);
        if (sent == null) {
            throw RestRefusal.missing(JsonFields.validatorLine("CollectionIDReq", name));
        }
        FieldSchema key = collection.schema().primaryKey();
        List<JsonNode> values = sent.isArray() ? sent.valueStream().toList() : List.of(sent);
        return key.type() == DataType.VARCHAR
                ? new Keys.StringKeys(
                        values.stream().map(value -> textKey(key, value)).toList())
                : new Keys.LongKeys(
                        values.stream().mapToLong(value -> longKey(key, value)).toArray());
    }

    private static long longKey(FieldSchema key, JsonNode value) {
        if (value.isIntegralNumber() && value.canConvertToLong()) {
            return value.asLong();
        }
        if (value.isString()) {
            try {
                return Long.parseLong(value.asString());
            } catch (NumberFormatException _) {
                throw badKey(key, value);
            }
        }
        throw badKey(key, value);
    }

    private static String textKey(FieldSchema key, JsonNode value) {
        if (value.isString()) {
            return value.asString();
        }
        throw badKey(key, value);
    }

    private static RestRefusal badKey(FieldSchema key, JsonNode value) {
        return RestRefusal.badKey("a key does not fit the primary field: field=" + key.name() + ", type="
                + key.type().milvusName() + ", value=" + value);
    }
}
