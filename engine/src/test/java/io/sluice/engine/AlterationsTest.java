package io.sluice.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.engine.error.EngineException;
import io.sluice.engine.error.ErrorCode;
import io.sluice.engine.schema.CollectionSchema;
import io.sluice.engine.schema.Column;
import io.sluice.engine.schema.DataType;
import io.sluice.engine.schema.FieldSchema;
import io.sluice.engine.schema.IndexDefinition;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;

/** Properties of databases, collections, fields and indexes: what may change when, and what takes effect. */
final class AlterationsTest {
    private static CollectionSchema schema(boolean autoId) {
        return new CollectionSchema(
                "",
                List.of(
                        FieldSchema.of("id", DataType.INT64).asPrimaryKey(autoId),
                        FieldSchema.floatVector("vector", 2),
                        FieldSchema.varChar("text", 8).asNullable(),
                        FieldSchema.array("numbers", DataType.INT32, 4).asNullable()),
                false,
                0);
    }

    private static TestEngine indexed() {
        TestEngine test = TestEngine.start();
        test.create("things", schema(false));
        test.index("things", "vector", "FLAT", "L2");
        return test;
    }

    private static Mono<Void> set(TestEngine test, Map<String, String> properties) {
        return test.engine().alterCollection(TestEngine.DB, "things", properties, List.of());
    }

    private static Mono<Void> forget(TestEngine test, String... keys) {
        return test.engine().alterCollection(TestEngine.DB, "things", Map.of(), List.of(keys));
    }

    private static Mono<Void> field(TestEngine test, String name, Map<String, String> params) {
        return test.engine().alterField(TestEngine.DB, "things", name, params, List.of());
    }

    private static CollectionDescription describe(TestEngine test) {
        return test.get(test.engine().describeCollection(TestEngine.DB, "things"));
    }

    private static void refused(TestEngine test, Mono<?> work, ErrorCode code, String text) {
        EngineException refusal = test.refused(work);
        assertThat(refusal.text()).startsWith(text);
        assertThat(refusal.code()).isEqualTo(code);
    }

    private static Map<String, Column> row(long id, String text) {
        return Map.of(
                "id", new Column.Longs(new long[] {id}, null),
                "vector", new Column.FloatVectors(new float[] {id, 1}, 2),
                "text", Column.Bytes.of(text));
    }

    // Collections

    @Test
    void alterCollection_properties_areKeptDescribedAndForgotten() {
        try (TestEngine test = indexed()) {
            long before = describe(test).updatedTimestamp();
            assertThat(describe(test).properties())
                    .containsExactlyInAnyOrderEntriesOf(
                            Map.of("max_field_id", "103", "namespace.sharding.enabled", "false", "timezone", "UTC"));
            test.run(set(test, Map.of("mmap.enabled", "True", "what.nobody.knows", "x", "timezone", "Asia/Shanghai")));
            assertThat(describe(test).properties())
                    .containsEntry("mmap.enabled", "True")
                    .containsEntry("what.nobody.knows", "x")
                    .containsEntry("timezone", "Asia/Shanghai");
            assertThat(describe(test).updatedTimestamp()).isGreaterThan(before);
            test.run(forget(test, "mmap.enabled", "never.there"));
            test.restart();
            assertThat(describe(test).properties())
                    .doesNotContainKey("mmap.enabled")
                    .containsEntry("what.nobody.knows", "x");
        }
    }

    @Test
    void alterCollection_descriptionAndLevel_changeTheCollection() {
        try (TestEngine test = indexed()) {
            test.run(set(test, Map.of("collection.description", "said later", "consistency_level", "Eventually")));
            assertThat(describe(test).schema().description()).isEqualTo("said later");
            assertThat(describe(test).consistencyLevel()).isEqualTo(3);
            assertThat(describe(test).properties()).doesNotContainKeys("collection.description", "consistency_level");
        }
    }

    @Test
    void alterCollection_wrongRequests_haveMilvussTexts() {
        try (TestEngine test = indexed()) {
            refused(
                    test,
                    test.engine().alterCollection(TestEngine.DB, "%$#", Map.of("a", "b"), List.of()),
                    ErrorCode.COLLECTION_NOT_FOUND,
                    "collection not found[database=default][collection=%$#]");
            String empty = "The collection properties to alter and keys to delete must not be empty at the same time";
            refused(test, set(test, Map.of()), ErrorCode.INVALID_PARAMETER, empty);
            assertThat(test.refused(forget(test)).text()).contains("no properties or delete keys provided");
            refused(
                    test,
                    test.engine().alterCollection(TestEngine.DB, "things", Map.of("a", "b"), List.of("a")),
                    ErrorCode.INVALID_PARAMETER,
                    "cannot provide both DeleteKeys and ExtraParams");
            refused(
                    test,
                    set(test, Map.of("warmup.vectorField", "SYNC")),
                    ErrorCode.INVALID_PARAMETER,
                    "invalid warmup value for key warmup.vectorField");
            refused(
                    test,
                    forget(test, "dynamicfield.enabled"),
                    ErrorCode.INVALID_PARAMETER,
                    "cannot delete key dynamicfield.enabled");
        }
    }

    @Test
    void alter_loadedCollection_keepsItsResidency() {
        try (TestEngine test = indexed()) {
            test.load("things");
            String loaded = ": collection already loaded[collection=things]";
            refused(
                    test,
                    set(test, Map.of("mmap.enabled", "true")),
                    ErrorCode.COLLECTION_LOADED,
                    "can not alter mmap properties if collection loaded" + loaded);
            refused(
                    test,
                    set(test, Map.of("warmup.vectorField", "sync")),
                    ErrorCode.COLLECTION_LOADED,
                    "can not alter warmup properties if collection loaded" + loaded);
            refused(
                    test,
                    set(test, Map.of("evictable.vectorField", "false")),
                    ErrorCode.COLLECTION_LOADED,
                    "can not alter evictable properties if collection loaded" + loaded);
            refused(
                    test,
                    forget(test, "mmap.enabled"),
                    ErrorCode.COLLECTION_LOADED,
                    "can not delete mmap properties if collection loaded" + loaded);
            refused(
                    test,
                    field(test, "vector", Map.of("mmap.enabled", "true")),
                    ErrorCode.COLLECTION_LOADED,
                    "can not alter collection field properties if collection loaded" + loaded);
            refused(
                    test,
                    field(test, "vector", Map.of("warmup", "sync")),
                    ErrorCode.COLLECTION_LOADED,
                    "can not alter warmup if collection loaded" + loaded);
            refused(
                    test,
                    test.engine()
                            .alterIndex(TestEngine.DB, "things", "vector", Map.of("mmap.enabled", "true"), List.of()),
                    ErrorCode.COLLECTION_LOADED,
                    "can't alter index on loaded collection, please release the collection first" + loaded);
            refused(
                    test,
                    test.engine().dropIndex(TestEngine.DB, "things", "vector"),
                    ErrorCode.INVALID_PARAMETER,
                    "vector index cannot be dropped on loaded collection: ");
            test.run(set(test, Map.of("collection.ttl.seconds", "3600", "collection.description", "still")));
            refused(
                    test,
                    set(test, Map.of("collection.replica.number", "2")),
                    ErrorCode.SERVICE_RESOURCE_INSUFFICIENT,
                    "call query coordinator UpdateLoadConfig: when load 2 replica count: service resource"
                            + " insufficient");
        }
    }

    /** Goal: rows that are too old are seen by no read. Method: reads pinned before and after they expire. */
    @Test
    void ttl_oldRows_areSeenByNoRead() {
        try (TestEngine test = indexed()) {
            long first = test.insert("things", 1, row(1, "a")).timestamp();
            test.flush("things");
            test.load("things");
            long second = test.insert("things", 1, row(2, "b")).timestamp();
            test.run(set(test, Map.of("collection.ttl.seconds", "100")));
            assertThat(test.count("things")).isEqualTo(2);
            long later = second + (99_000L << 18);
            assertThat(countAt(test, later)).isEqualTo(2);
            assertThat(countAt(test, first + (100_001L << 18))).isLessThan(2);
            assertThat(countAt(test, second + (100_001L << 18))).isZero();
            test.flush("things");
            test.settle("things");
            assertThat(countAt(test, later)).isEqualTo(2);
            assertThat(countAt(test, second + (100_001L << 18))).isZero();
            test.run(set(test, Map.of("collection.ttl.seconds", "-1")));
            assertThat(countAt(test, second + (100_001L << 18))).isEqualTo(2);
        }
    }

    private static long countAt(TestEngine test, long timestamp) {
        var result = test.get(test.engine()
                .query(new io.sluice.engine.search.QueryRequest(
                        TestEngine.DB,
                        "things",
                        List.of(),
                        "",
                        Map.of(),
                        null,
                        List.of("count(*)"),
                        -1,
                        0,
                        false,
                        timestamp)));
        return ((Column.Longs) result.columns().getFirst().column()).values()[0];
    }

    @Test
    void createCollection_badOptions_areRefused() {
        try (TestEngine test = TestEngine.start()) {
            refused(
                    test,
                    test.engine()
                            .createCollection(new CreateCollectionRequest(
                                    TestEngine.DB, "things", schema(false), 2, 17, Map.of())),
                    ErrorCode.INVALID_PARAMETER,
                    "maximum shards's number should be limited to 16");
            refused(
                    test,
                    test.engine()
                            .createCollection(new CreateCollectionRequest(
                                    TestEngine.DB,
                                    "things",
                                    schema(false),
                                    2,
                                    0,
                                    Map.of("warmup.vectorIndex", "invalid"))),
                    ErrorCode.INVALID_PARAMETER,
                    "invalid warmup value");
        }
    }

    @Test
    void allowInsertAutoId_keysAreTaken() {
        try (TestEngine test = TestEngine.start()) {
            test.create("things", schema(true));
            refused(
                    test,
                    test.engine()
                            .insert(TestEngine.DB, "things", "", new io.sluice.engine.schema.RowBatch(1, row(5, "a"))),
                    ErrorCode.INVALID_PARAMETER,
                    "more fieldData has pass in: invalid parameter: can not assign primary field data when auto id"
                            + " enabled id");
            test.run(set(test, Map.of("allow_insert_auto_id", "true")));
            assertThat(test.insert("things", 1, row(5, "a")).keys().boxed(0)).isEqualTo(5L);
        }
    }

    // Fields

    @Test
    void alterField_options_takeEffectAndAreDescribed() {
        try (TestEngine test = indexed()) {
            assertThat(test.refused(test.engine()
                                    .insert(
                                            TestEngine.DB,
                                            "things",
                                            "",
                                            new io.sluice.engine.schema.RowBatch(1, row(1, "123456789"))))
                            .text())
                    .contains("exceeds max length");
            test.run(field(test, "text", Map.of("max_length", "9", "field.description", "longer", "warmup", "sync")));
            test.insert("things", 1, row(1, "123456789"));
            test.run(field(test, "vector", Map.of("mmap_enabled", "true")));
            test.restart();
            FieldSchema text = describe(test).schema().find("text").orElseThrow();
            assertThat(text.description()).isEqualTo("longer");
            assertThat(text.typeParams()).containsEntry("max_length", "9").containsEntry("warmup", "sync");
            assertThat(describe(test).schema().find("vector").orElseThrow().typeParams())
                    .containsEntry("mmap.enabled", "true");
            test.run(test.engine().alterField(TestEngine.DB, "things", "vector", Map.of(), List.of("mmap.enabled")));
            assertThat(describe(test).schema().find("vector").orElseThrow().typeParams())
                    .doesNotContainKey("mmap.enabled");
        }
    }

    @Test
    void alterField_wrongRequests_haveMilvussTexts() {
        try (TestEngine test = indexed()) {
            ErrorCode invalid = ErrorCode.INVALID_PARAMETER;
            refused(
                    test,
                    field(test, "nothing", Map.of("warmup", "sync")),
                    invalid,
                    "field nothing does not exist in collection things");
            refused(
                    test,
                    field(test, "vector", Map.of("dim", "3")),
                    invalid,
                    "dim does not allow update in collection field param");
            refused(
                    test,
                    field(test, "vector", Map.of("max_length", "3")),
                    invalid,
                    "vector can not modify the maxlength for non-string types");
            refused(
                    test,
                    field(test, "text", Map.of("max_length", "65536")),
                    invalid,
                    "65536 exceeds the maximum allowed value 65535");
            refused(
                    test,
                    field(test, "text", Map.of("max_capacity", "3")),
                    invalid,
                    "text can not modify the maxcapacity for non-array types");
            refused(
                    test,
                    field(test, "numbers", Map.of("max_capacity", "4097")),
                    invalid,
                    "the maximum capacity specified for a Array should be in (0, 4096]");
            refused(test, field(test, "text", Map.of("warmup", "Sync")), invalid, "invalid warmup policy: Sync");
            refused(test, field(test, "text", Map.of()), invalid, "no properties or delete keys provided");
            refused(
                    test,
                    test.engine().alterField(TestEngine.DB, "things", "text", Map.of(), List.of("max_length")),
                    invalid,
                    "max_length is not allowed to drop in collection field param");
        }
    }

    // Indexes

    @Test
    void alterIndex_options_areKeptAndForgotten() {
        try (TestEngine test = indexed()) {
            VectorEngine engine = test.engine();
            test.run(engine.alterIndex(TestEngine.DB, "things", "vector", Map.of("mmap.enabled", "True"), List.of()));
            test.restart();
            assertThat(indexParams(test)).containsEntry("mmap.enabled", "True");
            test.run(test.engine().alterIndex(TestEngine.DB, "things", "vector", Map.of(), List.of("mmap.enabled")));
            assertThat(indexParams(test)).isEmpty();
            refused(
                    test,
                    test.engine().alterIndex(TestEngine.DB, "things", "other", Map.of("warmup", "sync"), List.of()),
                    ErrorCode.INDEX_NOT_FOUND,
                    "index not found[indexName=other]");
            refused(
                    test,
                    test.engine().alterIndex(TestEngine.DB, "things", "vector", Map.of("M", "3"), List.of()),
                    ErrorCode.INVALID_PARAMETER,
                    "M is not configable index param");
            refused(
                    test,
                    test.engine().alterIndex(TestEngine.DB, "things", "vector", Map.of("warmup", "x"), List.of()),
                    ErrorCode.INVALID_PARAMETER,
                    "invalid warmup policy: x");
        }
    }

    private static Map<String, String> indexParams(TestEngine test) {
        return test.get(test.engine().listIndexes(TestEngine.DB, "things"))
                .getFirst()
                .definition()
                .params();
    }

    @Test
    void createIndex_badWarmup_isRefused() {
        try (TestEngine test = TestEngine.start()) {
            test.create("things", schema(false));
            refused(
                    test,
                    test.engine()
                            .createIndex(
                                    TestEngine.DB,
                                    "things",
                                    "vector",
                                    new IndexDefinition(0, "", 0, "FLAT", "L2", Map.of("warmup", "bad_value"))),
                    ErrorCode.INVALID_PARAMETER,
                    "invalid warmup policy: bad_value");
        }
    }

    // Databases

    @Test
    void alterDatabase_properties_areKeptAndForgotten() {
        try (TestEngine test = TestEngine.start()) {
            VectorEngine engine = test.engine();
            test.run(engine.createDatabase("d", Map.of("database.replica.number", "3")));
            test.run(engine.alterDatabase("d", Map.of("database.max.collections", "1", "other", "x"), List.of()));
            test.run(engine.alterDatabase("d", Map.of(), List.of("database.replica.number", "never.there")));
            test.restart();
            assertThat(test.get(test.engine().describeDatabase("d")).properties())
                    .containsExactlyInAnyOrderEntriesOf(Map.of("database.max.collections", "1", "other", "x"));
            refused(
                    test,
                    test.engine().alterDatabase("d", Map.of(), List.of()),
                    ErrorCode.UNEXPECTED,
                    "alter database with empty properties and delete keys, expected to set either properties or delete"
                            + " keys");
            refused(
                    test,
                    test.engine().alterDatabase("%$#", Map.of("a", "b"), List.of()),
                    ErrorCode.DATABASE_NOT_FOUND,
                    "database not found[database=%$#]");
            refused(
                    test,
                    test.engine().dropDatabase("12-s"),
                    ErrorCode.INVALID_DATABASE_NAME,
                    "the first character of a database name must be an underscore or letter: invalid database"
                            + " name[database=12-s]");
        }
    }

    @Test
    void database_timezone_isThatOfCollectionsCreatedLater() {
        try (TestEngine test = TestEngine.start()) {
            database(test, "timezone", "America/New_York");
            test.create("things", schema(false));
            database(test, "timezone", "America/Los_Angeles");
            assertThat(describe(test).properties()).containsEntry("timezone", "America/New_York");
        }
    }

    @Test
    void database_properties_takeEffect() {
        try (TestEngine test = indexed()) {
            VectorEngine engine = test.engine();
            test.insert("things", 1, row(1, "a"));
            test.flush("things");
            test.load("things");
            String denied = "quota exceeded[reason=access has been disabled by the administrator]";

            database(test, "database.force.deny.writing", "true");
            refused(
                    test,
                    engine.insert(TestEngine.DB, "things", "", new io.sluice.engine.schema.RowBatch(1, row(2, "b"))),
                    ErrorCode.QUOTA_EXCEEDED,
                    denied);
            refused(
                    test,
                    engine.delete(new DeleteRequest(TestEngine.DB, "things", "", null, "id == 1", Map.of())),
                    ErrorCode.QUOTA_EXCEEDED,
                    denied);
            assertThat(test.count("things")).isEqualTo(1);
            database(test, "database.force.deny.writing", "false");

            database(test, "database.force.deny.reading", "true");
            refused(test, engine.query(test.queryOf("things", "id == 1", null)), ErrorCode.QUOTA_EXCEEDED, denied);
            refused(
                    test,
                    engine.search(test.searchOf("things", "", new float[2], 1, "")),
                    ErrorCode.QUOTA_EXCEEDED,
                    denied);
            test.insert("things", 1, row(2, "b"));
            database(test, "database.force.deny.reading", "false");

            database(test, "database.force.deny.ddl", "true");
            refused(test, engine.flush(TestEngine.DB, "things"), ErrorCode.QUOTA_EXCEEDED, denied);
            refused(test, engine.dropCollection(TestEngine.DB, "things"), ErrorCode.QUOTA_EXCEEDED, denied);
            test.run(engine.alterDatabase(TestEngine.DB, Map.of(), List.of("database.force.deny.ddl")));
            database(test, "database.force.deny.partitionDDL", "true");
            refused(test, engine.createPartition(TestEngine.DB, "things", "p"), ErrorCode.QUOTA_EXCEEDED, denied);
            test.flush("things");
            database(test, "database.force.deny.flush", "true");
            refused(test, engine.flush(TestEngine.DB, "things"), ErrorCode.QUOTA_EXCEEDED, denied);
            refused(test, engine.flushAll(List.of()), ErrorCode.QUOTA_EXCEEDED, denied);
            database(test, "database.force.deny.flush", "false");
            database(test, "database.force.deny.compaction", "true");
            refused(
                    test,
                    engine.compact(CompactionRequest.of(TestEngine.DB, "things")),
                    ErrorCode.QUOTA_EXCEEDED,
                    denied);
            database(test, "database.force.deny.compaction", "false");
            test.get(engine.compact(CompactionRequest.of(TestEngine.DB, "things")));

            database(test, "database.diskQuota.mb", "0");
            refused(
                    test,
                    engine.insert(TestEngine.DB, "things", "", new io.sluice.engine.schema.RowBatch(1, row(3, "c"))),
                    ErrorCode.QUOTA_EXCEEDED,
                    "quota exceeded[reason=disk quota exceeded, please allocate more resources]");
            database(test, "database.diskQuota.mb", "1024");
            test.insert("things", 1, row(3, "c"));

            database(test, "database.max.collections", "1");
            refused(
                    test,
                    engine.createCollection(
                            new CreateCollectionRequest(TestEngine.DB, "more", schema(false), 2, 0, Map.of())),
                    ErrorCode.COLLECTION_LIMIT,
                    "exceeded the limit number of collections[dbName=default][limit=1]");
        }
    }

    private static void database(TestEngine test, String key, String value) {
        test.run(test.engine().alterDatabase(TestEngine.DB, Map.of(key, value), List.of()));
    }

    @Test
    void load_withoutReplicaNumber_takesThatOfCollectionOrDatabase() {
        try (TestEngine test = indexed()) {
            var load = io.sluice.engine.load.LoadRequest.of(TestEngine.DB, "things");
            String tooMany = "call query coordinator LoadCollection: when load 3 replica count: service resource"
                    + " insufficient";
            database(test, "database.replica.number", "3");
            refused(test, test.engine().load(load), ErrorCode.SERVICE_RESOURCE_INSUFFICIENT, tooMany);
            test.run(set(test, Map.of("collection.replica.number", "1")));
            test.load("things");
            test.release("things");
            test.run(set(test, Map.of("collection.replica.number", "1", "collection.resource_groups", "rg")));
            refused(
                    test,
                    test.engine().load(load),
                    ErrorCode.RESOURCE_GROUP_NOT_FOUND,
                    "resource group not found[rg=rg]");
        }
    }

    // Names

    @Test
    void names_conflicts_haveMilvussTexts() {
        try (TestEngine test = indexed()) {
            VectorEngine engine = test.engine();
            test.create("second", schema(false));
            test.run(engine.createAlias(TestEngine.DB, "things", "nick"));
            String conflict = "alias and collection name conflict[database=default][alias=";
            ErrorCode clash = ErrorCode.ALIAS_COLLECTION_NAME_CONFLICT;
            refused(test, engine.createAlias(TestEngine.DB, "things", "second"), clash, conflict + "second]");
            refused(test, engine.renameCollection(TestEngine.DB, "second", "nick", ""), clash, conflict + "nick]");
            refused(
                    test,
                    engine.createCollection(
                            new CreateCollectionRequest(TestEngine.DB, "nick", schema(false), 2, 0, Map.of())),
                    clash,
                    conflict + "nick]");
            refused(
                    test,
                    engine.createAlias(TestEngine.DB, "second", "nick"),
                    ErrorCode.ALIAS_EXISTS,
                    "nick is alias to another collection: things");
            refused(
                    test,
                    engine.alterAlias(TestEngine.DB, "nothing", "nick"),
                    ErrorCode.COLLECTION_NOT_FOUND,
                    "collection not found[collection=nothing]");
            refused(
                    test,
                    engine.dropAlias(TestEngine.DB, "12-s"),
                    ErrorCode.INVALID_PARAMETER,
                    "Invalid collection alias: 12-s. the first character of a collection alias must be");
            refused(
                    test,
                    engine.renameCollection(TestEngine.DB, "second", "second", ""),
                    ErrorCode.INVALID_PARAMETER,
                    "collection name or database name should be different");
            refused(
                    test,
                    engine.renameCollection(TestEngine.DB, "%$#", "fine", ""),
                    ErrorCode.COLLECTION_NOT_FOUND,
                    "collection not found[database=default][collection=%$#]");
            refused(
                    test,
                    engine.describeCollection(TestEngine.DB, "nothing"),
                    ErrorCode.COLLECTION_NOT_FOUND,
                    "can't find collection[database=default][collection=nothing]");
            refused(
                    test,
                    engine.describeCollection(TestEngine.DB, "12 s"),
                    ErrorCode.INVALID_PARAMETER,
                    "Invalid collection name: 12 s. the first character of a collection name must be");
        }
    }
}
