package io.sluice.api.grpc;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import io.milvus.grpc.IDs;
import io.milvus.grpc.MilvusServiceGrpc;
import io.milvus.grpc.PlaceholderGroup;
import io.milvus.grpc.PlaceholderType;
import io.milvus.grpc.PlaceholderValue;
import io.milvus.grpc.QueryRequest;
import io.milvus.grpc.QueryResults;
import io.milvus.grpc.SearchRequest;
import io.milvus.grpc.SearchResultData;
import io.milvus.grpc.SearchResults;
import io.milvus.grpc.Status;
import io.sluice.engine.error.EngineException.InvalidRequest;
import io.sluice.engine.schema.Keys;
import io.sluice.engine.search.QueryResult;
import io.sluice.engine.search.SearchResult;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/** Search and query. */
final class ReadVerbs {
    private static final long ALL = -1;
    private static final long LATEST = 0;
    private static final int NO_ROUNDING = -1;
    private static final String[] UNSUPPORTED_SEARCH = {"group_by_field", "order_by_fields", "json_path"};
    private static final String[] UNSUPPORTED_QUERY = {"group_by_fields", "order_by_fields"};

    private ReadVerbs() {}

    static void addTo(GrpcVerbs verbs) {
        verbs.add(MilvusServiceGrpc.getSearchMethod(), ReadVerbs::search, ReadVerbs::searchRefused);
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
        return call.engine()
                .search(asked)
                .map(result -> SearchResults.newBuilder()
                        .setStatus(GrpcStatus.OK)
                        .setCollectionName(request.getCollectionName())
                        .setResults(write(result, asked.limit()))
                        .setSessionTs(result.timestamp())
                        .build());
    }

    private static io.sluice.engine.search.SearchRequest searchRequest(GrpcCall call, SearchRequest request) {
        refuseUnknown(request);
        ReadParams params = ReadParams.of(request.getSearchParamsList());
        params.refuse(UNSUPPORTED_SEARCH);
        boolean iterator = params.flag("iterator");
        String field = params.text("anns_field", "");
        int limit = params.smallNumber("topk", params.smallNumber("limit", 0));
        int offset = params.smallNumber("offset", 0);
        String metric = params.text("metric_type", "");
        int roundDecimal = params.smallNumber("round_decimal", NO_ROUNDING);
        boolean ignoreGrowing = params.flag("ignore_growing");
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
                iterator ? pinned(request.getGuaranteeTimestamp()) : LATEST);
    }

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

    static SearchResultData write(SearchResult result, int limit) {
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
        boolean iterator = params.flag("iterator");
        return new io.sluice.engine.search.QueryRequest(
                call.database(request.getDbName()),
                request.getCollectionName(),
                request.getPartitionNamesList(),
                request.getExpr(),
                Templates.values(request.getExprTemplateValuesMap()),
                null,
                request.getOutputFieldsList(),
                params.number("limit", ALL),
                params.number("offset", 0),
                params.flag("ignore_growing"),
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
