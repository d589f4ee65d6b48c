package io.sluice.clients;

import static io.sluice.clients.Collections.autoIndex;
import static io.sluice.clients.Collections.books;
import static io.sluice.clients.Collections.load;
import static io.sluice.clients.Collections.release;
import static io.sluice.clients.Sluice.assertRefused;
import static io.sluice.clients.Sluice.floats;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.Gson;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.milvus.orm.iterator.QueryIterator;
import io.milvus.orm.iterator.SearchIteratorV2;
import io.milvus.response.QueryResultsWrapper;
import io.milvus.v2.client.MilvusClientV2;
import io.milvus.v2.common.DataType;
import io.milvus.v2.common.IndexParam;
import io.milvus.v2.service.collection.request.AddFieldReq;
import io.milvus.v2.service.collection.request.CreateCollectionReq.CollectionSchema;
import io.milvus.v2.service.collection.request.GetCollectionStatsReq;
import io.milvus.v2.service.collection.request.LoadCollectionReq;
import io.milvus.v2.service.partition.request.CreatePartitionReq;
import io.milvus.v2.service.partition.request.ReleasePartitionsReq;
import io.milvus.v2.service.utility.request.FlushReq;
import io.milvus.v2.service.vector.request.AnnSearchReq;
import io.milvus.v2.service.vector.request.DeleteReq;
import io.milvus.v2.service.vector.request.GetReq;
import io.milvus.v2.service.vector.request.HybridSearchReq;
import io.milvus.v2.service.vector.request.InsertReq;
import io.milvus.v2.service.vector.request.QueryIteratorReq;
import io.milvus.v2.service.vector.request.QueryReq;
import io.milvus.v2.service.vector.request.SearchIteratorReqV2;
import io.milvus.v2.service.vector.request.SearchReq;
import io.milvus.v2.service.vector.request.UpsertReq;
import io.milvus.v2.service.vector.request.data.FloatVec;
import io.milvus.v2.service.vector.request.ranker.RRFRanker;
import io.milvus.v2.service.vector.request.ranker.WeightedRanker;
import io.milvus.v2.service.vector.response.InsertResp;
import io.milvus.v2.service.vector.response.QueryResp;
import io.milvus.v2.service.vector.response.SearchResp;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Rows of every type in and out, and the reads over them. */
class RowsTest {
    private static final String NAME = "rows_java";
    private static final Gson GSON = new Gson();

    private final MilvusClientV2 client = Sluice.connect();

    @AfterEach
    void leaveNothingBehind() {
        Sluice.drop(client, NAME);
        client.close();
    }

    @Test
    void insert_everyType_comesBackAsItWent() {
        CollectionSchema schema = MilvusClientV2.CreateSchema();
        schema.setEnableDynamicField(true);
        schema.addField(AddFieldReq.builder()
                .fieldName("id")
                .dataType(DataType.Int64)
                .isPrimaryKey(true)
                .build());
        schema.addField(AddFieldReq.builder()
                .fieldName("vector")
                .dataType(DataType.FloatVector)
                .dimension(4)
                .build());
        for (DataType type : List.of(
                DataType.Bool,
                DataType.Int8,
                DataType.Int16,
                DataType.Int32,
                DataType.Int64,
                DataType.Float,
                DataType.Double,
                DataType.JSON)) {
            schema.addField(
                    AddFieldReq.builder().fieldName("f_" + type).dataType(type).build());
        }
        schema.addField(AddFieldReq.builder()
                .fieldName("f_VarChar")
                .dataType(DataType.VarChar)
                .maxLength(200)
                .build());
        for (DataType type : List.of(
                DataType.Bool,
                DataType.Int8,
                DataType.Int16,
                DataType.Int32,
                DataType.Int64,
                DataType.Float,
                DataType.Double)) {
            schema.addField(AddFieldReq.builder()
                    .fieldName("a_" + type)
                    .dataType(DataType.Array)
                    .elementType(type)
                    .maxCapacity(8)
                    .build());
        }
        schema.addField(AddFieldReq.builder()
                .fieldName("a_VarChar")
                .dataType(DataType.Array)
                .elementType(DataType.VarChar)
                .maxLength(50)
                .maxCapacity(8)
                .build());
        Collections.create(client, NAME, schema, autoIndex("vector"));

        JsonObject least = row("""
            {"id": -9223372036854775808, "vector": [1.5, -0.25, 3.4028234663852886e38, 1.401298464324817e-45],
             "f_Bool": true, "f_Int8": -128, "f_Int16": -32768, "f_Int32": -2147483648,
             "f_Int64": -9223372036854775808, "f_Float": 0.1, "f_Double": 4.9e-324,
             "f_JSON": {"deep": {"list": [1, "two", null, 4.5]}, "größe": "äöü"}, "f_VarChar": "",
             "a_Bool": [true, false], "a_Int8": [-128, 127], "a_Int16": [-32768, 32767],
             "a_Int32": [-2147483648, 2147483647], "a_Int64": [-9223372036854775808, 9223372036854775807],
             "a_Float": [0.1, -0.2], "a_Double": [0.1, -0.2], "a_VarChar": ["", "日本語"]}\
            """);
        JsonObject most = row("""
            {"id": 9223372036854775807, "vector": [0, 0, 0, 1], "f_Bool": false, "f_Int8": 127, "f_Int16": 32767,
             "f_Int32": 2147483647, "f_Int64": 9223372036854775807, "f_Float": 3.4028234663852886e38,
             "f_Double": 1.7976931348623157e308, "f_JSON": {}, "f_VarChar": "日本語 🚀 \\"quoted\\"",
             "a_Bool": [], "a_Int8": [], "a_Int16": [], "a_Int32": [], "a_Int64": [], "a_Float": [], "a_Double": [],
             "a_VarChar": [], "color": "red", "tags": {"n": 1}}\
            """);
        InsertResp inserted = insert(least, most);
        assertEquals(2, inserted.getInsertCnt());
        assertEquals(List.of(Long.MIN_VALUE, Long.MAX_VALUE), inserted.getPrimaryKeys());

        assertTypes();
        client.flush(FlushReq.builder().collectionNames(List.of(NAME)).build());
        release(client, NAME);
        load(client, NAME);
        assertTypes();
    }

    private void assertTypes() {
        List<Map<String, Object>> rows = query("id != 0", "*");
        assertEquals(2, rows.size());
        Map<String, Object> least = rows.get(0);
        assertEquals(Long.MIN_VALUE, least.get("id"));
        assertEquals(floats(1.5, -0.25, Float.MAX_VALUE, Float.MIN_VALUE), least.get("vector"));
        assertEquals(true, least.get("f_Bool"));
        assertEquals(-128, ((Number) least.get("f_Int8")).intValue());
        assertEquals(-32768, ((Number) least.get("f_Int16")).intValue());
        assertEquals(Integer.MIN_VALUE, least.get("f_Int32"));
        assertEquals(Long.MIN_VALUE, least.get("f_Int64"));
        assertEquals(0.1f, least.get("f_Float"));
        assertEquals(Double.MIN_VALUE, least.get("f_Double"));
        assertEquals(
                JsonParser.parseString("{\"deep\": {\"list\": [1, \"two\", null, 4.5]}, \"größe\": \"äöü\"}"),
                GSON.toJsonTree(least.get("f_JSON")));
        assertEquals("", least.get("f_VarChar"));
        assertEquals(List.of(true, false), least.get("a_Bool"));
        assertEquals("[-128, 127]", least.get("a_Int8").toString());
        assertEquals("[-32768, 32767]", least.get("a_Int16").toString());
        assertEquals(List.of(Integer.MIN_VALUE, Integer.MAX_VALUE), least.get("a_Int32"));
        assertEquals(List.of(Long.MIN_VALUE, Long.MAX_VALUE), least.get("a_Int64"));
        assertEquals(floats(0.1, -0.2), least.get("a_Float"));
        assertEquals(List.of(0.1, -0.2), least.get("a_Double"));
        assertEquals(List.of("", "日本語"), least.get("a_VarChar"));

        Map<String, Object> most = rows.get(1);
        assertEquals(Long.MAX_VALUE, most.get("id"));
        assertEquals(false, most.get("f_Bool"));
        assertEquals(127, ((Number) most.get("f_Int8")).intValue());
        assertEquals(Long.MAX_VALUE, most.get("f_Int64"));
        assertEquals(Float.MAX_VALUE, most.get("f_Float"));
        assertEquals(Double.MAX_VALUE, most.get("f_Double"));
        assertEquals(new JsonObject(), GSON.toJsonTree(most.get("f_JSON")));
        assertEquals("日本語 🚀 \"quoted\"", most.get("f_VarChar"));
        for (String type : List.of("Bool", "Int8", "Int16", "Int32", "Int64", "Float", "Double", "VarChar")) {
            assertEquals(List.of(), most.get("a_" + type), type);
        }
        assertEquals("red", most.get("color"));
        assertEquals(JsonParser.parseString("{\"n\": 1}"), GSON.toJsonTree(most.get("tags")));
    }

    @Test
    void insert_nullableDefaultAutoIdAndVarCharKey_filledIn() {
        CollectionSchema schema = MilvusClientV2.CreateSchema();
        schema.addField(AddFieldReq.builder()
                .fieldName("key")
                .dataType(DataType.VarChar)
                .maxLength(32)
                .isPrimaryKey(true)
                .autoID(true)
                .build());
        schema.addField(AddFieldReq.builder()
                .fieldName("vector")
                .dataType(DataType.FloatVector)
                .dimension(2)
                .build());
        schema.addField(AddFieldReq.builder()
                .fieldName("maybe")
                .dataType(DataType.Int32)
                .isNullable(true)
                .build());
        schema.addField(AddFieldReq.builder()
                .fieldName("page")
                .dataType(DataType.Int64)
                .defaultValue(7L)
                .build());
        schema.addField(AddFieldReq.builder()
                .fieldName("word")
                .dataType(DataType.VarChar)
                .maxLength(16)
                .isNullable(true)
                .defaultValue("none")
                .build());
        schema.addField(AddFieldReq.builder()
                .fieldName("json")
                .dataType(DataType.JSON)
                .isNullable(true)
                .build());
        schema.addField(AddFieldReq.builder()
                .fieldName("numbers")
                .dataType(DataType.Array)
                .elementType(DataType.Int64)
                .maxCapacity(4)
                .isNullable(true)
                .build());
        Collections.create(client, NAME, schema, autoIndex("vector"));

        InsertResp inserted = insert(
                row("{\"vector\": [1, 0], \"maybe\": null}"),
                row("{\"vector\": [0, 1], \"maybe\": 5, \"page\": 9, \"word\": \"some\", \"json\": [1],"
                        + " \"numbers\": [4]}"));
        assertEquals(2, inserted.getPrimaryKeys().size());

        List<Map<String, Object>> rows = query("maybe is null", "*");
        assertEquals(1, rows.size());
        assertEquals(inserted.getPrimaryKeys().get(0), rows.get(0).get("key"));
        assertNull(rows.get(0).get("maybe"));
        assertEquals(7L, rows.get(0).get("page"));
        assertEquals("none", rows.get(0).get("word"));
        assertEquals(JsonNull.INSTANCE, GSON.toJsonTree(rows.get(0).get("json")));
        assertNull(rows.get(0).get("numbers"));
        rows = query("maybe is not null", "*");
        assertEquals(1, rows.size());
        assertEquals(5, rows.get(0).get("maybe"));
        assertEquals(9L, rows.get(0).get("page"));
        assertEquals("some", rows.get(0).get("word"));
        assertEquals(List.of(4L), rows.get(0).get("numbers"));
    }

    @Test
    void writes_insertUpsertDelete_readTheirOwn() {
        createBooks();
        assertEquals(3L, count(""));
        client.upsert(UpsertReq.builder()
                .collectionName(NAME)
                .data(List.of(book(1, "one again", 2030, 1, 0, 0, 0), book(4, "four", 2004, 0, 0, 0, 1)))
                .build());
        assertEquals(4L, count(""));
        List<QueryResp.QueryResult> got = client.get(GetReq.builder()
                        .collectionName(NAME)
                        .ids(List.of(1L, 4L))
                        .outputFields(List.of("name"))
                        .build())
                .getGetResults();
        assertEquals("one again", got.get(0).getEntity().get("name"));
        assertEquals("four", got.get(1).getEntity().get("name"));

        assertEquals(
                1,
                client.delete(DeleteReq.builder()
                                .collectionName(NAME)
                                .ids(List.of(1L))
                                .build())
                        .getDeleteCnt());
        client.delete(
                DeleteReq.builder().collectionName(NAME).filter("year < 2003").build());
        assertEquals(
                List.of(3L, 4L),
                query("id > 0", "id").stream().map(row -> row.get("id")).toList());
        client.flush(FlushReq.builder().collectionNames(List.of(NAME)).build());
        assertTrue(client.getCollectionStats(GetCollectionStatsReq.builder()
                                .collectionName(NAME)
                                .build())
                        .getNumOfEntities()
                >= 2);
    }

    @Test
    void search_filterOutputOffsetRangeAndTemplate_asMilvus() {
        createBooks();
        List<SearchResp.SearchResult> hits =
                search(SearchReq.builder().limit(2).outputFields(List.of("name", "vector")));
        assertEquals(1L, hits.get(0).getId());
        assertEquals(1f, hits.get(0).getScore(), 1e-6f);
        assertEquals("one", hits.get(0).getEntity().get("name"));
        assertEquals(floats(1, 0, 0, 0), hits.get(0).getEntity().get("vector"));
        assertEquals(2L, hits.get(1).getId());
        assertEquals(0.8f, hits.get(1).getScore(), 1e-6f);

        assertEquals(List.of(2L, 3L), ids(search(SearchReq.builder().limit(5).filter("year >= 2002"))));
        assertEquals(
                List.of(3L),
                ids(search(SearchReq.builder()
                        .limit(5)
                        .filter("name in {names}")
                        .filterTemplateValues(Map.of("names", List.of("three", "nine"))))));
        assertEquals(List.of(2L), ids(search(SearchReq.builder().limit(1).offset(1))));
        assertEquals(
                List.of(2L),
                ids(search(SearchReq.builder().limit(5).searchParams(Map.of("radius", 0.5, "range_filter", 0.9)))));
    }

    @Test
    void hybridSearch_twoVectors_rankedTogether() {
        CollectionSchema schema = books();
        schema.addField(AddFieldReq.builder()
                .fieldName("other")
                .dataType(DataType.FloatVector)
                .dimension(2)
                .build());
        Collections.create(client, NAME, schema, autoIndex("vector"), autoIndex("other"));
        List<JsonObject> rows = new ArrayList<>();
        rows.add(book(1, "one", 2001, 1, 0, 0, 0));
        rows.add(book(2, "two", 2002, 0.8, 0.6, 0, 0));
        rows.add(book(3, "three", 2003, 0, 1, 0, 0));
        rows.get(0).add("other", GSON.toJsonTree(floats(0, 1)));
        rows.get(1).add("other", GSON.toJsonTree(floats(1, 0)));
        rows.get(2).add("other", GSON.toJsonTree(floats(0.6, 0.8)));
        insert(rows.toArray(JsonObject[]::new));

        List<AnnSearchReq> requests = List.of(
                AnnSearchReq.builder()
                        .vectorFieldName("vector")
                        .vectors(List.of(new FloatVec(floats(1, 0, 0, 0))))
                        .limit(3)
                        .build(),
                AnnSearchReq.builder()
                        .vectorFieldName("other")
                        .vectors(List.of(new FloatVec(floats(1, 0))))
                        .limit(3)
                        .build());
        List<SearchResp.SearchResult> fused = client.hybridSearch(HybridSearchReq.builder()
                        .collectionName(NAME)
                        .searchRequests(requests)
                        .ranker(RRFRanker.builder().k(60).build())
                        .limit(3)
                        .outFields(List.of("name"))
                        .build())
                .getSearchResults()
                .get(0);
        assertEquals(List.of(2L, 1L, 3L), ids(fused));
        assertEquals("two", fused.get(0).getEntity().get("name"));
        assertEquals(1f / 62 + 1f / 61, fused.get(0).getScore(), 1e-6f);
        List<SearchResp.SearchResult> weighted = client.hybridSearch(HybridSearchReq.builder()
                        .collectionName(NAME)
                        .searchRequests(requests)
                        .ranker(WeightedRanker.builder()
                                .weights(List.of(0.9f, 0.1f))
                                .build())
                        .limit(2)
                        .build())
                .getSearchResults()
                .get(0);
        assertEquals(List.of(1L, 2L), ids(weighted));
    }

    @Test
    void iterators_queryAndSearch_everyRowOnce() {
        createBooks();
        insert(LongStream.rangeClosed(4, 100)
                .mapToObj(id -> book(id, "book " + id, (int) (1900 + id), 1, id / 100.0, 0, 0))
                .toArray(JsonObject[]::new));

        QueryIterator rows = client.queryIterator(QueryIteratorReq.builder()
                .collectionName(NAME)
                .expr("id > 10")
                .outputFields(List.of("id", "name"))
                .batchSize(17)
                .build());
        List<Object> keys = new ArrayList<>();
        for (List<QueryResultsWrapper.RowRecord> batch = rows.next(); !batch.isEmpty(); batch = rows.next()) {
            batch.forEach(row -> keys.add(row.get("id")));
        }
        rows.close();
        assertEquals(LongStream.rangeClosed(11, 100).boxed().toList(), keys);

        SearchIteratorV2 hits = client.searchIteratorV2(SearchIteratorReqV2.builder()
                .collectionName(NAME)
                .vectorFieldName("vector")
                .vectors(List.of(new FloatVec(floats(1, 0, 0, 0))))
                .metricType(IndexParam.MetricType.COSINE)
                .batchSize(17)
                .filter("id > 10")
                .outputFields(List.of("id"))
                .build());
        List<Object> found = new ArrayList<>();
        float last = Float.POSITIVE_INFINITY;
        for (List<SearchResp.SearchResult> batch = hits.next(); !batch.isEmpty(); batch = hits.next()) {
            for (SearchResp.SearchResult hit : batch) {
                assertTrue(hit.getScore() <= last, "scores fall");
                last = hit.getScore();
                found.add(hit.getId());
            }
        }
        hits.close();
        assertEquals(LongStream.rangeClosed(11, 100).boxed().toList(), found);
    }

    @Test
    void reads_badCases_milvusCodesAndTexts() {
        createBooks();
        client.createPartition(CreatePartitionReq.builder()
                .collectionName(NAME)
                .partitionName("red")
                .build());
        assertRefused(
                1100,
                "metric type not match: invalid parameter[expected=COSINE][actual=IP]",
                () -> search(SearchReq.builder().limit(1).metricType(IndexParam.MetricType.IP)));
        assertRefused(
                1100,
                "topk [16385] is invalid, it should be in range [1, 16384], but got 16385",
                () -> search(SearchReq.builder().limit(16385)));
        assertRefused(
                1100,
                "partition name nowhere not found",
                () -> search(SearchReq.builder().limit(1).partitionNames(List.of("nowhere"))));
        assertRefused(1100, "cannot parse expression: year ><", () -> query("year ><", "id"));

        client.releasePartitions(ReleasePartitionsReq.builder()
                .collectionName(NAME)
                .partitionNames(List.of("red"))
                .build());
        assertRefused(
                201,
                "partition not loaded",
                () -> search(SearchReq.builder().limit(1).partitionNames(List.of("red"))));
        assertEquals(3, search(SearchReq.builder().limit(5)).size());

        release(client, NAME);
        assertRefused(
                101, "collection not loaded", () -> search(SearchReq.builder().limit(1)));
        assertRefused(101, "collection not loaded", () -> query("id > 0", "id"));
        assertRefused(
                101,
                "collection not loaded",
                () -> search(SearchReq.builder().limit(1).partitionNames(List.of("red"))));
        insert(book(9, "while released", 1999, 0, 0, 1, 0));

        client.loadCollection(LoadCollectionReq.builder()
                .collectionName(NAME)
                .loadFields(List.of("id", "vector"))
                .build());
        assertRefused(1100, "field name is not loaded", () -> query("id > 0", "name"));
        assertRefused(1100, "is not loaded", () -> query("year > 0", "id"));
        assertEquals(
                List.of("id", "vector"),
                query("id == 9", "*").get(0).keySet().stream().sorted().toList());
    }

    private void createBooks() {
        Collections.create(client, NAME, books(), autoIndex("vector"));
        insert(
                book(1, "one", 2001, 1, 0, 0, 0),
                book(2, "two", 2002, 0.8, 0.6, 0, 0),
                book(3, "three", 2003, 0, 1, 0, 0));
    }

    private static JsonObject book(long id, String name, int year, double... vector) {
        JsonObject row = new JsonObject();
        row.addProperty("id", id);
        row.addProperty("name", name);
        row.addProperty("year", year);
        row.add("vector", GSON.toJsonTree(floats(vector)));
        return row;
    }

    private static JsonObject row(String json) {
        return JsonParser.parseString(json).getAsJsonObject();
    }

    private InsertResp insert(JsonObject... rows) {
        return client.insert(
                InsertReq.builder().collectionName(NAME).data(List.of(rows)).build());
    }

    private List<Map<String, Object>> query(String filter, String... fields) {
        return client
                .query(QueryReq.builder()
                        .collectionName(NAME)
                        .filter(filter)
                        .outputFields(List.of(fields))
                        .limit(100)
                        .build())
                .getQueryResults()
                .stream()
                .map(QueryResp.QueryResult::getEntity)
                .toList();
    }

    private Object count(String filter) {
        return client.query(QueryReq.builder()
                        .collectionName(NAME)
                        .filter(filter)
                        .outputFields(List.of("count(*)"))
                        .build())
                .getQueryResults()
                .get(0)
                .getEntity()
                .get("count(*)");
    }

    private List<SearchResp.SearchResult> search(SearchReq.SearchReqBuilder request) {
        return client.search(request.collectionName(NAME)
                        .data(List.of(new FloatVec(floats(1, 0, 0, 0))))
                        .build())
                .getSearchResults()
                .get(0);
    }

    private static List<Object> ids(List<SearchResp.SearchResult> hits) {
        return hits.stream().map(SearchResp.SearchResult::getId).toList();
    }
}
