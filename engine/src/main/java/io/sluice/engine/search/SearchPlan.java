package io.sluice.engine.search;

import io.sluice.engine.collection.ReadView;
import io.sluice.engine.distance.Metric;
import io.sluice.engine.error.EngineException;
import io.sluice.engine.filter.Filter;
import io.sluice.engine.index.IndexSpec;
import io.sluice.engine.schema.FieldSchema;
import io.sluice.engine.schema.RowRules;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A checked search request. Immutable.
 *
 * @param field the vectors
 * @param hitCount limit + offset: hits to find per query
 * @param offset of them to leave out
 */
record SearchPlan(
        FieldSchema field,
        Metric metric,
        int hitCount,
        int offset,
        ScoreRange range,
        Map<String, String> params,
        @Nullable Filter filter,
        OutputPlan outputs,
        int roundDecimal) {

    /** @throws EngineException.InvalidRequest naming what is wrong, in the order in which Milvus looks at it */
    static SearchPlan of(SearchRequest request, ReadView view) {
        int queryCount =
                request.ids() == null ? request.queries().size() : request.ids().count();
        ReadLimits.checkQueryCount(queryCount);
        SearchIteratorRequest iterator = request.iterator();
        if (iterator == null) {
            ReadLimits.checkTopK(request.limit(), request.offset());
        } else {
            ReadLimits.checkBatch(iterator, queryCount, request.offset());
        }
        ReadLimits.checkRoundDecimal(request.roundDecimal());
        OutputPlan outputs = OutputPlan.of(request.outputFields(), view, false);
        FieldSchema field = vectorField(request, view);
        IndexSpec.Vector spec = view.indexSpecs().get(field.id());
        Metric metric = metric(request, spec);
        int hitCount = iterator == null ? request.limit() + request.offset() : iterator.batchSize();
        if (spec != null) {
            spec.checkSearchParams(request.params(), iterator == null ? hitCount : 1); // a batch does not walk a graph
        }
        checkHints(request.params());
        ScoreRange range = ScoreRange.of(metric, request.params());
        Filter filter = ReadFilters.parse(request.filter(), request.templates(), view);
        for (int i = 0; i < request.queries().size(); i++) {
            checkQuery(request.queries().get(i), i, field);
        }
        return new SearchPlan(
                field,
                metric,
                hitCount,
                request.offset(),
                range,
                request.params(),
                filter,
                outputs,
                request.roundDecimal());
    }

    /** How to filter while searching; the answer is the same, and each index decides by how many rows are allowed. */
    private static void checkHints(Map<String, String> params) {
        String hints = params.getOrDefault("hints", "").strip();
        if (!hints.isEmpty() && !hints.equals("iterative_filter") && !hints.equals("disable")) {
            throw new EngineException.InvalidRequest(
                    "hints: " + hints + " not supported, supported: [iterative_filter disable]. Leave it out");
        }
    }

    private static FieldSchema vectorField(SearchRequest request, ReadView view) {
        FieldSchema field = request.vectorField().isBlank() ? onlyVector(view) : namedVector(request, view);
        if (!view.loadedFields().contains(field.id())) {
            throw new EngineException.InvalidRequest("ann field \"" + field.name() + "\" not loaded: collection="
                    + view.collection() + ". Release the collection and load it with this field");
        }
        return field;
    }

    private static FieldSchema onlyVector(ReadView view) {
        List<FieldSchema> vectors = view.schema().vectors();
        if (vectors.size() != 1) {
            throw new EngineException.InvalidRequest(
                    "multiple vector fields exist, please specify anns_field in search_params: collection="
                            + view.collection() + ", vectorFields="
                            + vectors.stream().map(FieldSchema::name).toList());
        }
        return vectors.getFirst();
    }

    private static FieldSchema namedVector(SearchRequest request, ReadView view) {
        FieldSchema field = view.schema()
                .find(request.vectorField())
                .orElseThrow(() -> new EngineException.InvalidRequest(
                        "failed to create query plan: failed to get field schema by name: fieldName("
                                + request.vectorField() + ") not found: invalid parameter: field "
                                + request.vectorField() + " not exist, vectorFields="
                                + view.schema().vectors().stream()
                                        .map(FieldSchema::name)
                                        .toList()
                                + ". Search one of these"));
        if (!field.type().isVector()) {
            throw new EngineException.InvalidRequest("failed to create query plan: field (" + field.name()
                    + ") to search is not of vector type: type=" + field.type().milvusName() + ", vectorFields="
                    + view.schema().vectors().stream().map(FieldSchema::name).toList() + ". Search one of these");
        }
        return field;
    }

    private static Metric metric(SearchRequest request, IndexSpec.@Nullable Vector spec) {
        String asked = request.metric().strip();
        if (spec == null) {
            return asked.isEmpty() ? Metric.COSINE : Metric.ofName(asked);
        }
        if (!asked.isEmpty() && !asked.equalsIgnoreCase(spec.metric().name())) {
            throw new EngineException.InvalidRequest("metric type not match: invalid parameter[expected="
                    + spec.metric() + "][actual=" + asked + "]. Leave the metric out, or send the one of the index");
        }
        return spec.metric();
    }

    private static void checkQuery(float[] query, int index, FieldSchema field) {
        if (query.length != field.dimension()) {
            throw new EngineException.InvalidRequest("vector dimension mismatch, expected vector size(byte) "
                    + field.dimension() * Float.BYTES + ", actual " + (long) query.length * Float.BYTES
                    + ". query=" + index + ", field=" + field.name() + ", dimension=" + field.dimension()
                    + ", queryDimension=" + query.length);
        }
        for (int i = 0; i < query.length; i++) {
            if (!Float.isFinite(query[i])) {
                throw new EngineException.InvalidRequest("value '" + RowRules.nameOf(query[i])
                        + "' is not a number or infinity: query=" + index + ", component=" + i
                        + ". Send finite components");
            }
        }
    }
}
