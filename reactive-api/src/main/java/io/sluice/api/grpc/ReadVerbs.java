package io.sluice.api.grpc;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import io.milvus.grpc.FunctionScore;
import io.milvus.grpc.FunctionType;
import io.milvus.grpc.IDs;
import io.milvus.grpc.MilvusServiceGrpc;
import io.milvus.grpc.PlaceholderGroup;
import io.milvus.grpc.PlaceholderType;
import io.milvus.grpc.PlaceholderValue;
import io.milvus.grpc.QueryRequest;
import io.milvus.grpc.QueryResults;
import io.milvus.grpc.SearchIteratorV2Results;
import io.milvus.grpc.SearchRequest;
import io.milvus.grpc.SearchResultData;
import io.milvus.grpc.SearchResults;
import io.milvus.grpc.Status;
import io.sluice.engine.error.EngineException.InvalidRequest;
import io.sluice.engine.schema.Keys;
import io.sluice.engine.search.HybridSearchRequest;
import io.sluice.engine.search.QueryResult;
import io.sluice.engine.search.Ranker;
import io.sluice.engine.search.SearchIteratorRequest;
import io.sluice.engine.search.SearchIteratorResult;
import io.sluice.engine.search.SearchResult;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/** Search, hybrid search, query; their iterators. */
final class ReadVerbs {
    private static final long ALL = -1;
    private static final long LATEST = 0;
    private static final int NO_ROUNDING = -1;
    private static final String ITERATOR = "iterator";
    private static final String[] UNSUPPORTED_SEARCH = {"group_by_field", "order_by_fields", "json_path"};
    private static final String[] UNSUPPORTED_QUERY = {"group_by_fields", "order_by_fields"};

    private ReadVerbs() {}

    static void addTo(GrpcVerbs verbs) {
        verbs.add(MilvusServiceGrpc.getSearchMethod(), ReadVerbs::search, ReadVerbs::searchRefused);
        verbs.add(MilvusServiceGrpc.getHybridSearchMethod(), ReadVerbs::hybridSearch, ReadVerbs::searchRefused);
        verbs.add(
                MilvusServiceGrpc.getQueryMethod(),
                ReadVerbs::query,
                status -> QueryResults.newBuilder().setStatus(status).build());
    }

    private static SearchResults searchRefused(Status status) {
        return SearchResults.newBuilder().setStatus(status).build();
    }

    // Search

    private static Mono<SearchResults> search(GrpcCall call, SearchRequest request) {
        io.sluice.engine.search.SearchRequest asked = searchRequest(call, request);
        return call.engine().search(asked).map(result -> write(request.getCollectionName(), result, asked.limit()));
    }

    private static io.sluice.engine.search.SearchRequest searchRequest(GrpcCall call, SearchRequest request) {
        refuseUnknown(request);
        ReadParams params = ReadParams.of(request.getSearchParamsList());
        params.refuse(UNSUPPORTED_SEARCH);
        boolean iterator = params.flag(ITERATOR);
        SearchIteratorRequest batch = batch(params, iterator);
        String field = params.text("anns_field", "");
        int limit = params.smallNumber("topk", params.smallNumber("limit", 0));
        int offset = params.smallNumber("offset", 0);
        String metric = params.text("metric_type", "");
        int roundDecimal = params.smallNumber("round_decimal", NO_ROUNDING);
        boolean ignoreGrowing = params.ignoreGrowing();
        return new io.sluice.engine.search.SearchRequest(
                call.database(request.getDbName()),
                request.getCollectionName(),
                request.getPartitionNamesList(),
                field,
                request.hasIds() ? List.of() : vectors(request.getPlaceholderGroup()),
                request.hasIds() ? keys(request.getIds()) : null,
                limit,
                offset,
                metric,
                params.rest(),
                request.getDsl(),
                Templates.values(request.getExprTemplateValuesMap()),
                request.getOutputFieldsList(),
                roundDecimal,
                ignoreGrowing,
                iterator ? pinned(request.getGuaranteeTimestamp()) : LATEST,
                batch);
    }

    /** Null unless a batch of the second version of the iterator is asked for; the first one needs nothing from us. */
    private static @Nullable SearchIteratorRequest batch(ReadParams params, boolean iterator) {
        int batchSize = params.smallNumber("search_iter_batch_size", 0);
        String bound = params.text("search_iter_last_bound", "");
        String token = params.text("search_iter_id", "");
        params.text("collection_id", ""); // the name says which collection
        if (!params.flag("search_iter_v2") || !iterator) {
            return null;
        }
        try {
            return new SearchIteratorRequest(batchSize, token, bound.isBlank() ? null : Float.valueOf(bound));
        } catch (NumberFormatException noNumber) {
            throw new InvalidRequest("failed to parse input last bound, key: search_iter_last_bound, value: " + bound
                    + ": invalid parameter. Send the last_bound of the previous batch");
        }
    }

    // Hybrid search

    private static Mono<SearchResults> hybridSearch(GrpcCall call, io.milvus.grpc.HybridSearchRequest request) {
        HybridSearchRequest asked = hybridRequest(call, request);
        return call.engine()
                .hybridSearch(asked)
                .map(result -> write(request.getCollectionName(), result, asked.limit()));
    }

    private static HybridSearchRequest hybridRequest(GrpcCall call, io.milvus.grpc.HybridSearchRequest request) {
        if (request.hasNamespace()) {
            throw CollectionMapper.unsupported("a namespace", "Leave it out");
        }
        refuseUnknownFields(request);
        ReadParams rank = ReadParams.ofPairs(request.getRankParamsList());
        rank.refuse(UNSUPPORTED_SEARCH);
        int limit = rank.smallNumber("limit", 0);
        int offset = rank.smallNumber("offset", 0);
        int roundDecimal = rank.smallNumber("round_decimal", NO_ROUNDING);
        return new HybridSearchRequest(
                call.database(request.getDbName()),
                request.getCollectionName(),
                request.getPartitionNamesList(),
                request.getRequestsList().stream().map(ReadVerbs::annSearch).toList(),
                request.hasFunctionScore() ? ranker(request.getFunctionScore()) : ranker(rank),
                limit,
                offset,
                request.getOutputFieldsList(),
                roundDecimal,
                LATEST);
    }

    private static Ranker ranker(ReadParams rank) {
        return Ranker.of(rank.text("strategy", ""), JsonValues.members("params", rank.text("params", "")));
    }

    /** Newer clients send the ranker as a function of type rerank. */
    private static Ranker ranker(FunctionScore score) {
        if (score.getFunctionsCount() != 1 || score.getFunctions(0).getType() != FunctionType.Rerank) {
            throw CollectionMapper.unsupported(
                    "a function score of other than one rerank function", "Use RRF or weighted");
        }
        Map<String, String> params =
                new LinkedHashMap<>(KeyValues.toMap(score.getFunctions(0).getParamsList()));
        String reranker = params.remove("reranker");
        return Ranker.of(reranker == null ? "" : reranker, params);
    }

    private static HybridSearchRequest.AnnSearch annSearch(SearchRequest request) {
        refuseUnknown(request);
        if (request.hasIds()) {
            throw CollectionMapper.unsupported("a search by ids inside a hybrid search", "Send vectors");
        }
        ReadParams params = ReadParams.of(request.getSearchParamsList());
        params.refuse(UNSUPPORTED_SEARCH);
        String field = params.text("anns_field", "");
        int limit = params.smallNumber("topk", params.smallNumber("limit", HybridSearchRequest.AnnSearch.WHOLE_WINDOW));
        params.text("offset", ""); // the offset of the whole counts, as in Milvus
        params.text("round_decimal", "");
        String metric = params.text("metric_type", "");
        boolean ignoreGrowing = params.ignoreGrowing();
        return new HybridSearchRequest.AnnSearch(
                field,
                vectors(request.getPlaceholderGroup()),
                limit,
                metric,
                params.rest(),
                request.getDsl(),
                Templates.values(request.getExprTemplateValuesMap()),
                ignoreGrowing);
    }

    // What both refuse, and what both send

    /** What a newer client asks for by fields of the protocol that are not known here would be silently left out. */
    private static void refuseUnknown(SearchRequest request) {
        if (request.hasFunctionScore()) {
            throw CollectionMapper.unsupported("a function score", "Leave function_score out");
        }
        if (request.hasHighlighter()) {
            throw CollectionMapper.unsupported("a highlighter", "Leave it out");
        }
        if (request.getSubReqsCount() > 0) {
            throw CollectionMapper.unsupported("sub_reqs in a search", "Use hybrid search");
        }
        if (request.hasNamespace()) {
            throw CollectionMapper.unsupported("a namespace", "Leave it out");
        }
        refuseUnknownFields(request);
    }

    private static void refuseUnknownFields(Message request) {
        if (!request.getUnknownFields().isEmpty()) {
            throw CollectionMapper.unsupported(
                    "what this client asks for by fields of the protocol that this server does not know: message="
                            + request.getDescriptorForType().getName() + ", fieldNumbers="
                            + request.getUnknownFields().asMap().keySet(),
                    "Use fewer options, or an older client");
        }
    }

    /** 0, 1 and 2 stand for consistency levels, not for moments. */
    private static long pinned(long guaranteeTimestamp) {
        return guaranteeTimestamp <= 2 ? LATEST : guaranteeTimestamp;
    }

    private static List<float[]> vectors(ByteString group) {
        PlaceholderGroup placeholders;
        try {
            placeholders = PlaceholderGroup.parseFrom(group);
        } catch (InvalidProtocolBufferException malformed) {
            throw new InvalidRequest(
                    "failed to parse the placeholder group: invalid parameter: " + malformed.getMessage());
        }
        List<float[]> vectors = new ArrayList<>();
        for (PlaceholderValue value : placeholders.getPlaceholdersList()) {
            if (value.getType() != PlaceholderType.FloatVector) {
                throw new InvalidRequest("vector type must be the same, field has FloatVector, search data "
                        + value.getType() + ": invalid parameter. Send float vectors");
            }
            for (ByteString vector : value.getValuesList()) {
                if (vector.size() % Float.BYTES != 0) {
                    throw new InvalidRequest(
                            "vector dimension mismatch, expected vector size(byte) a multiple of 4, actual "
                                    + vector.size() + ". query=" + vectors.size());
                }
                vectors.add(IncomingRows.vector(vector));
            }
        }
        return vectors;
    }

    private static @Nullable Keys keys(IDs ids) {
        return switch (ids.getIdFieldCase()) {
            case INT_ID ->
                new Keys.LongKeys(ids.getIntId().getDataList().stream()
                        .mapToLong(Long::longValue)
                        .toArray());
            case STR_ID -> new Keys.StringKeys(ids.getStrId().getDataList());
            case IDFIELD_NOT_SET -> new Keys.LongKeys(new long[0]);
        };
    }

    private static SearchResults write(String collection, SearchResult result, int limit) {
        return SearchResults.newBuilder()
                .setStatus(GrpcStatus.OK)
                .setCollectionName(collection)
                .setResults(write(result, limit))
                .setSessionTs(result.timestamp())
                .build();
    }

    private static SearchResultData write(SearchResult result, int limit) {
        SearchResultData.Builder data = SearchResultData.newBuilder()
                .setNumQueries(result.hitCounts().length)
                .setTopK(limit)
                .setIds(ColumnWriter.write(result.keys()))
                .addAllFieldsData(ColumnWriter.write(result.columns()))
                .addAllOutputFields(result.outputFields())
                .setPrimaryFieldName(result.primaryField());
        for (float score : result.scores()) {
            data.addScores(score);
        }
        for (int hits : result.hitCounts()) {
            data.addTopks(hits);
        }
        SearchIteratorResult iterator = result.iterator();
        if (iterator != null) {
            data.setSearchIteratorV2Results(SearchIteratorV2Results.newBuilder()
                    .setToken(iterator.token())
                    .setLastBound(iterator.lastBound()));
        }
        return data.build();
    }

    // Query

    private static Mono<QueryResults> query(GrpcCall call, QueryRequest request) {
        return call.engine().query(queryRequest(call, request)).map(result -> write(request, result));
    }

    private static io.sluice.engine.search.QueryRequest queryRequest(GrpcCall call, QueryRequest request) {
        if (request.hasNamespace()) {
            throw CollectionMapper.unsupported("a namespace", "Leave it out");
        }
        refuseUnknownFields(request);
        ReadParams params = ReadParams.of(request.getQueryParamsList());
        params.refuse(UNSUPPORTED_QUERY);
        boolean iterator = params.flag(ITERATOR);
        long limit = params.limit(ALL);
        return new io.sluice.engine.search.QueryRequest(
                call.database(request.getDbName()),
                request.getCollectionName(),
                request.getPartitionNamesList(),
                request.getExpr(),
                Templates.values(request.getExprTemplateValuesMap()),
                null,
                request.getOutputFieldsList(),
                limit,
                params.number("offset", 0),
                params.ignoreGrowing(),
                iterator ? pinned(request.getGuaranteeTimestamp()) : LATEST);
    }

    private static QueryResults write(QueryRequest request, QueryResult result) {
        return QueryResults.newBuilder()
                .setStatus(GrpcStatus.OK)
                .setCollectionName(request.getCollectionName())
                .addAllFieldsData(ColumnWriter.write(result.columns()))
                .addAllOutputFields(result.outputFields())
                .setPrimaryFieldName(result.primaryField())
                .setSessionTs(result.timestamp())
                .build();
    }
}
