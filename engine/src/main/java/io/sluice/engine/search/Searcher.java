package io.sluice.engine.search;

import io.sluice.engine.collection.ReadView;
import io.sluice.engine.error.EngineException;
import io.sluice.engine.filter.DynamicKeys;
import io.sluice.engine.filter.Filter;
import io.sluice.engine.schema.Column;
import io.sluice.engine.schema.DataType;
import io.sluice.engine.schema.FieldSchema;
import io.sluice.engine.schema.Keys;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Runs one search or query over the blocks of a {@link ReadView}. Stateless; the work is done on the caller's thread.
 *
 * <p>The caller resolves names, partitions and load states, and closes the view. What is checked here: the limits, the
 * vector field, metric and parameters, the queries, the filter, and that filter and outputs use loaded fields only.
 * Results are copies on the heap; nothing of them refers to the view.
 *
 * <p>Everything throws {@link EngineException.InvalidRequest} for a request that cannot be answered, and the reason of
 * the view's stop signal when a stop was requested.
 */
public final class Searcher {
    private static final String COUNT = "count(*)";
    private static final Pattern AGGREGATION = Pattern.compile("(?i)(count|sum|avg|min|max)\\s*\\((.*)\\)");
    private static final int MISSING_IDS_NAMED = 100;

    private Searcher() {}

    /**
     * The nearest neighbours of some vectors, or of the vectors of some entities.
     *
     * <p>Hits are ordered best score first, ties by primary key ascending, with one hit per key: the best, when several
     * versions of a key are visible. A range search ({@code radius}, {@code range_filter} in the parameters) answers
     * the best {@code limit} hits within the range. A row whose vector is null is no hit, and has none.
     */
    public static SearchResult search(SearchRequest request, ReadView view) {
        SearchPlan plan = SearchPlan.of(request, view);
        List<? extends float @Nullable []> queries =
                request.ids() == null ? request.queries() : vectorsOf(request.ids(), plan, view);
        List<AllowedRows> blocks = AllowedRows.with(plan.field(), view, request.ignoreGrowing(), plan.filter());
        NearestHits nearest = new NearestHits(view, blocks, plan);
        HitList hits = new HitList(queries.size(), plan.roundDecimal());
        for (float @Nullable [] query : queries) {
            int found = query == null ? 0 : nearest.search(query);
            hits.expect(Math.max(0, found - plan.offset()));
            for (int rank = plan.offset(); rank < found; rank++) {
                hits.add(nearest.block(rank), nearest.row(rank), plan.metric().reported(nearest.score(rank)));
            }
            hits.endQuery();
        }
        return hits.result(view, plan.outputs(), null);
    }

    /**
     * Entities by filter or by key, by primary key ascending; of several visible versions of a key the newest.
     * {@code count(*)} counts every version. An offset without a limit is ignored, as Milvus does.
     */
    public static QueryResult query(QueryRequest request, ReadView view) {
        boolean counts = isCount(request.outputFields());
        checkWindow(request, counts);
        OutputPlan outputs = counts ? null : OutputPlan.of(request.outputFields(), view, true);
        Filter filter = ReadFilters.parse(request.filter(), request.templates(), view);
        FieldSchema key = view.schema().primaryKey();
        KeyLookup ids = request.ids() == null ? null : KeyLookup.of(request.ids(), key);
        List<AllowedRows> blocks = AllowedRows.of(view, request.ignoreGrowing(), filter, ids);
        if (outputs == null) {
            return counted(blocks, key, view);
        }
        RowRefs rows = window(request, new KeyOrderedRows(blocks, view.stop()));
        ColumnGather gather = new ColumnGather(view.blocks(), rows);
        return new QueryResult(
                rows.size(), columns(outputs, gather, key, rows.size()), outputs.names(), key.name(), view.timestamp());
    }

    /** The keys of all visible entities for which the filter is true, ascending, each once. */
    public static Keys matchingKeys(Filter filter, ReadView view) {
        ReadFilters.checkLoaded(filter, view);
        KeyOrderedRows matching = new KeyOrderedRows(AllowedRows.of(view, false, filter, null), view.stop());
        RowRefs rows = new RowRefs();
        while (matching.next()) {
            rows.add(matching.block(), matching.row());
        }
        return new ColumnGather(view.blocks(), rows).keys(view.schema().primaryKey());
    }

    /** One per id, in order; null where the vector of the row is null. */
    static List<float @Nullable []> vectorsOf(Keys ids, SearchPlan plan, ReadView view) {
        KeyLookup lookup = KeyLookup.of(ids, view.schema().primaryKey());
        if (lookup.keyCount() < ids.count()) {
            throw new EngineException.InvalidRequest("duplicate IDs found in search request: idCount=" + ids.count()
                    + ", distinctCount=" + lookup.keyCount() + ". Send each id once");
        }
        KeyLookup.Newest found = lookup.newest(AllowedRows.of(view, false, null, null));
        if (Arrays.stream(found.blocks()).anyMatch(block -> block < 0)) {
            throw missing(ids, found);
        }
        RowRefs rows = new RowRefs();
        for (int i = 0; i < ids.count(); i++) {
            rows.add(found.blocks()[i], found.rows()[i]);
        }
        Column column = new ColumnGather(view.blocks(), rows).column(plan.field());
        if (!(column instanceof Column.FloatVectors vectors)) {
            throw new IllegalStateException("no vectors: field=" + plan.field());
        }
        int dimension = vectors.dimension();
        List<float @Nullable []> queries = new ArrayList<>();
        for (int i = 0; i < ids.count(); i++) {
            queries.add(
                    vectors.isNull(i)
                            ? null
                            : Arrays.copyOfRange(vectors.values(), i * dimension, (i + 1) * dimension));
        }
        return queries;
    }

    private static EngineException missing(Keys ids, KeyLookup.Newest found) {
        int[] missing = IntStream.range(0, ids.count())
                .filter(i -> found.blocks()[i] < 0)
                .toArray();
        String named = Arrays.stream(missing)
                .limit(MISSING_IDS_NAMED)
                .mapToObj(i -> String.valueOf(ids.boxed(i)))
                .collect(Collectors.joining(" ", "[", missing.length > MISSING_IDS_NAMED ? " ...]" : "]"));
        return new EngineException.InvalidRequest("some of the provided primary key IDs do not exist: missing IDs = "
                + named + ", missingCount=" + missing.length + ", idCount=" + ids.count()
                + ". Search with ids that are loaded and not deleted");
    }

    private static boolean isCount(List<String> outputFields) {
        long counts = outputFields.stream()
                .filter(name -> name.strip().toLowerCase(Locale.ROOT).equals(COUNT))
                .count();
        if (counts > 0 && outputFields.size() > 1) {
            throw new EngineException.InvalidRequest("count(*) cannot be combined with other output fields:"
                    + " outputFields=" + outputFields + ". Ask for count(*) alone");
        }
        for (String name : outputFields) {
            Matcher aggregation = AGGREGATION.matcher(name.strip());
            if (counts == 0 && aggregation.matches()) {
                throw aggregationRefused(aggregation.group(1).toLowerCase(Locale.ROOT), aggregation.group(2));
            }
        }
        return counts > 0;
    }

    private static EngineException aggregationRefused(String function, String argument) {
        return new EngineException.InvalidRequest(
                function.equals("count")
                        ? "field " + argument + " for aggregation:count does not exist. Ask for count(*)"
                        : "aggregation " + function + "(" + argument
                                + ") is not supported yet. Ask for the field, or for count(*)");
    }

    private static void checkWindow(QueryRequest request, boolean counts) {
        boolean limited = request.limit() != -1;
        if (counts && limited) {
            throw new EngineException.InvalidRequest("count entities with pagination is not allowed: limit="
                    + request.limit() + ", offset=" + request.offset() + ". Leave limit and offset out");
        }
        if (limited) {
            ReadLimits.checkLimit(request.limit(), request.offset());
        } else if (!counts && request.ids() == null && request.filter().isBlank()) {
            throw new EngineException.InvalidRequest(
                    "empty expression should be used with limit: invalid parameter. Send a filter or a limit");
        }
    }

    private static QueryResult counted(List<AllowedRows> blocks, FieldSchema key, ReadView view) {
        long count = blocks.stream().mapToLong(AllowedRows::count).sum();
        OutputColumn column =
                new OutputColumn(FieldSchema.of(COUNT, DataType.INT64), new Column.Longs(new long[] {count}, null));
        return new QueryResult(1, List.of(column), List.of(COUNT), key.name(), view.timestamp());
    }

    private static RowRefs window(QueryRequest request, KeyOrderedRows matching) {
        boolean limited = request.limit() != -1;
        long skip = limited ? request.offset() : 0;
        long limit = limited ? request.limit() : Long.MAX_VALUE;
        RowRefs rows = new RowRefs();
        while (rows.size() < limit && matching.next()) {
            if (skip > 0) {
                skip--;
            } else {
                rows.add(matching.block(), matching.row());
            }
        }
        return rows;
    }

    static List<OutputColumn> columns(OutputPlan outputs, ColumnGather gather, FieldSchema key, int rowCount) {
        long sizeBytes = gather.sizeBytes(key);
        for (FieldSchema field : outputs.fields()) {
            sizeBytes += gather.sizeBytes(field);
        }
        ReadLimits.checkResultBytes(sizeBytes, rowCount);
        List<OutputColumn> columns = new ArrayList<>();
        for (FieldSchema field : outputs.fields()) {
            Column column = gather.column(field);
            Set<String> metaKeys = outputs.metaKeys();
            columns.add(
                    new OutputColumn(field, field.dynamic() && metaKeys != null ? trimmed(column, metaKeys) : column));
        }
        return columns;
    }

    private static Column trimmed(Column objects, Set<String> keys) {
        if (!(objects instanceof Column.Bytes whole)) {
            throw new IllegalStateException("the dynamic field is JSON: column=" + objects);
        }
        ByteArrayOutputStream data = new ByteArrayOutputStream();
        int[] offsets = new int[whole.rowCount() + 1];
        for (int row = 0; row < whole.rowCount(); row++) {
            byte[] json = Arrays.copyOfRange(whole.data(), whole.offsets()[row], whole.offsets()[row + 1]);
            data.writeBytes(DynamicKeys.trim(json, keys));
            offsets[row + 1] = data.size();
        }
        return new Column.Bytes(data.toByteArray(), offsets, whole.nulls());
    }
}
