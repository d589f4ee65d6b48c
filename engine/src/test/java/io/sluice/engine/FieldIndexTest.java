package io.sluice.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.engine.MemoryReport.CollectionMemory;
import io.sluice.engine.error.EngineException;
import io.sluice.engine.error.ErrorCode;
import io.sluice.engine.load.LoadEstimate;
import io.sluice.engine.load.LoadOptions;
import io.sluice.engine.load.LoadRequest;
import io.sluice.engine.load.OperationView;
import io.sluice.engine.schema.CollectionSchema;
import io.sluice.engine.schema.Column;
import io.sluice.engine.schema.DataType;
import io.sluice.engine.schema.FieldSchema;
import io.sluice.engine.schema.IndexDefinition;
import io.sluice.engine.search.QueryResult;
import io.sluice.engine.search.SearchResult;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Indexes on fields that are no vectors, through the façade: built, loaded, used by filters, dropped. */
final class FieldIndexTest {
    private static final int DIMENSION = 4;
    private static final String DB = TestEngine.DB;

    /** The collection of Milvus's guides. */
    private static CollectionSchema guide() {
        return new CollectionSchema(
                "",
                List.of(
                        FieldSchema.of("my_id", DataType.INT64).asPrimaryKey(false),
                        FieldSchema.floatVector("my_vector", DIMENSION),
                        FieldSchema.varChar("my_varchar", 64),
                        FieldSchema.of("price", DataType.DOUBLE).asNullable()),
                false,
                0);
    }

    private static Map<String, Column> guideRows(int count, Random random) {
        String[] texts = new String[count];
        double[] prices = new double[count];
        BitSet nulls = new BitSet();
        for (int row = 0; row < count; row++) {
            texts[row] = "color_" + random.nextInt(50);
            prices[row] = random.nextInt(1_000);
            nulls.set(row, random.nextInt(10) == 0);
        }
        return Map.of(
                "my_id",
                new Column.Longs(LongStream.range(0, count).toArray(), null),
                "my_vector",
                vectors(count, random),
                "my_varchar",
                Column.Bytes.of(texts),
                "price",
                new Column.Doubles(prices, nulls));
    }

    private static Column vectors(int count, Random random) {
        float[] values = new float[count * DIMENSION];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return new Column.FloatVectors(values, DIMENSION);
    }

    private static void fillGuide(TestEngine test, int rows) {
        test.create("c", guide());
        test.index("c", "my_id", "STL_SORT", "");
        test.index("c", "my_vector", "AUTOINDEX", "COSINE");
        test.insert("c", rows, guideRows(rows, new Random(7)));
        test.flush("c");
        test.settle("c");
    }

    private static long count(TestEngine test, String filter) {
        return test.query("c", filter, "my_id").rowCount();
    }

    /** Bytes of kind {@code index} of a field in the memory tree. */
    private static long indexBytes(TestEngine test, String field) {
        CollectionMemory memory =
                test.get(test.engine().memory(DB, "c")).collections().getFirst();
        return memory.partitions().stream()
                .flatMap(partition -> partition.segments().stream())
                .flatMap(segment -> segment.fields().stream())
                .filter(in -> in.field().equals(field))
                .flatMap(in -> in.parts().stream())
                .filter(part -> part.kind().equals("index"))
                .mapToLong(MemoryReport.PartMemory::bytes)
                .sum();
    }

    private static List<Path> indexFiles(TestEngine test) throws IOException {
        try (var files = Files.walk(test.segmentFolder())) {
            return files.filter(path -> path.toString().endsWith(".idx")).toList();
        }
    }

    private static void awaitIndexFiles(TestEngine test, int count) throws IOException {
        while (true) {
            try {
                if (indexFiles(test).size() == count) {
                    return;
                }
            } catch (UncheckedIOException vanished) {
                Thread.onSpinWait(); // a file went away while we looked: look again
            }
        }
    }

    @Test
    void guide_bothIndexesLoadSearchRelease_everyByteComesBack() {
        try (TestEngine test = TestEngine.start()) {
            fillGuide(test, 3_000);
            List<IndexDescription> indexes = test.get(test.engine().listIndexes(DB, "c"));
            assertThat(indexes).extracting(index -> index.definition().type()).containsExactly("STL_SORT", "AUTOINDEX");
            assertThat(indexes).extracting(index -> index.definition().metric()).containsExactly("", "COSINE");
            assertThat(indexes).extracting(IndexDescription::state).containsOnly("Finished");
            assertThat(indexes).extracting(IndexDescription::indexedRows).containsOnly(3_000L);

            LoadEstimate estimate = test.get(test.engine().estimate(LoadRequest.of(DB, "c")));
            assertThat(estimate.partitions().getFirst().segments().getFirst().parts())
                    .filteredOn(part -> part.kind().equals("index"))
                    .extracting(LoadEstimate.PartEstimate::name)
                    .containsExactlyInAnyOrder("my_id", "my_vector");
            OperationView load = test.load("c");
            assertThat(load.bytesTotal()).isEqualTo(estimate.needBytes()).isEqualTo(test.loadBytes());
            assertThat(indexBytes(test, "my_id")).isEqualTo(4_096); // a header: the key's rows are in order
            assertThat(count(test, "my_id >= 100 and my_id < 150")).isEqualTo(50);
            SearchResult hits = test.search("c", "my_vector", new float[DIMENSION], 5, "my_id in [3, 9]", "my_id");
            assertThat(hits.hitCounts()).containsExactly(2);
            assertThat(test.release("c").bytesFreed()).isEqualTo(load.bytesTotal());
            assertThat(test.loadBytes()).isZero();
        }
    }

    /** Goal: an index changes no answer. Method: two collections with the same rows, one of them without indexes. */
    @ParameterizedTest
    @ValueSource(longs = {1, 20261125})
    void filters_randomRowsDeletesAndRestarts_answerAsWithoutIndexes(long seed) {
        var random = new Random(seed);
        CollectionSchema schema = allTypes();
        try (TestEngine test = TestEngine.start()) {
            for (String name : List.of("plain", "indexed")) {
                test.create(name, schema);
                test.index(name, "v", "FLAT", "L2");
            }
            for (FieldSchema field : schema.userFields()) {
                if (!field.type().isVector()) {
                    boolean sortable = field.type().isNumeric() || field.type() == DataType.VARCHAR;
                    String[] types = {"INVERTED", "AUTOINDEX", "STL_SORT"};
                    test.index("indexed", field.name(), types[random.nextInt(sortable ? 3 : 2)], "");
                }
            }
            test.load("plain");
            test.load("indexed");
            for (int batch = 0; batch < 3; batch++) {
                int rows = 1_100 + random.nextInt(1_500);
                Map<String, Column> columns = randomRows(schema, batch * 10_000L, rows, random);
                long[] gone = LongStream.range(0, 200)
                        .map(_ -> random.nextInt(3) * 10_000L + random.nextInt(2_500))
                        .toArray();
                for (String name : List.of("plain", "indexed")) {
                    test.insert(name, rows, columns);
                    test.flush(name);
                    test.settle(name);
                    test.delete(name, gone);
                }
                agree(test, random, seed);
            }
            assertThat(indexBytesOf(test, "indexed")).isPositive();
            test.restart();
            test.settle("plain");
            test.settle("indexed");
            agree(test, random, seed);
            assertThat(indexBytesOf(test, "indexed")).isPositive();
        }
    }

    private static long indexBytesOf(TestEngine test, String name) {
        return test.get(test.engine().memory(DB, name)).collections().getFirst().partitions().stream()
                .flatMap(partition -> partition.segments().stream())
                .flatMap(segment -> segment.fields().stream())
                .flatMap(field -> field.parts().stream())
                .filter(part -> part.kind().equals("index"))
                .mapToLong(MemoryReport.PartMemory::bytes)
                .sum();
    }

    private static void agree(TestEngine test, Random random, long seed) {
        for (int n = 0; n < 60; n++) {
            String filter = filter(random, 2);
            QueryResult plain = test.query("plain", filter, "id");
            QueryResult indexed = test.query("indexed", filter, "id");
            assertThat(ids(indexed)).as("seed=%d filter=%s", seed, filter).isEqualTo(ids(plain));
        }
    }

    private static long[] ids(QueryResult result) {
        return ((Column.Longs) result.columns().getFirst().column()).values();
    }

    private static CollectionSchema allTypes() {
        return new CollectionSchema(
                "",
                List.of(
                        FieldSchema.of("id", DataType.INT64).asPrimaryKey(false),
                        FieldSchema.floatVector("v", DIMENSION),
                        FieldSchema.of("b", DataType.BOOL).asNullable(),
                        FieldSchema.of("i8", DataType.INT8).asNullable(),
                        FieldSchema.of("i32", DataType.INT32),
                        FieldSchema.of("i64", DataType.INT64).asNullable(),
                        FieldSchema.of("f", DataType.FLOAT),
                        FieldSchema.of("d", DataType.DOUBLE).asNullable(),
                        FieldSchema.varChar("s", 64).asNullable(),
                        FieldSchema.array("ai", DataType.INT32, 8).asNullable()),
                false,
                0);
    }

    private static Map<String, Column> randomRows(CollectionSchema schema, long firstId, int count, Random random) {
        Map<String, Column> columns = new HashMap<>();
        int distinct = List.of(3, 40, 100_000).get(random.nextInt(3));
        for (FieldSchema field : schema.userFields()) {
            BitSet nulls = null;
            if (field.nullable()) {
                nulls = new BitSet();
                for (int row = 0; row < count; row++) {
                    nulls.set(row, random.nextInt(6) == 0);
                }
            }
            columns.put(field.name(), column(field, firstId, count, distinct, nulls, random));
        }
        return columns;
    }

    private static Column column(
            FieldSchema field, long firstId, int count, int distinct, @Nullable BitSet nulls, Random random) {
        if (field.primaryKey()) {
            return new Column.Longs(LongStream.range(firstId, firstId + count).toArray(), null);
        }
        int[] numbers = random.ints(count, -distinct / 2 - 1, distinct / 2 + 1).toArray();
        return switch (field.type()) {
            case FLOAT_VECTOR -> vectors(count, random);
            case BOOL -> {
                boolean[] flags = new boolean[count];
                for (int row = 0; row < count; row++) {
                    flags[row] = random.nextInt(4) == 0;
                }
                yield new Column.Bools(flags, nulls);
            }
            case INT8 -> new Column.Ints(random.ints(count, -100, 100).toArray(), nulls);
            case INT32 -> new Column.Ints(numbers, nulls);
            case INT64 -> {
                long[] longs = new long[count];
                for (int row = 0; row < count; row++) {
                    longs[row] = numbers[row];
                }
                yield new Column.Longs(longs, nulls);
            }
            case FLOAT -> {
                float[] floats = new float[count];
                for (int row = 0; row < count; row++) {
                    floats[row] = numbers[row] / 4f;
                }
                yield new Column.Floats(floats, nulls);
            }
            case DOUBLE -> {
                double[] doubles = new double[count];
                for (int row = 0; row < count; row++) {
                    doubles[row] = numbers[row] / 10.0;
                }
                yield new Column.Doubles(doubles, nulls);
            }
            case VARCHAR -> {
                String[] texts = new String[count];
                for (int row = 0; row < count; row++) {
                    texts[row] = nulls != null && nulls.get(row) ? null : "t" + numbers[row];
                }
                yield Column.Bytes.of(texts);
            }
            case ARRAY -> {
                int[] offsets = new int[count + 1];
                for (int row = 0; row < count; row++) {
                    boolean isNull = nulls != null && nulls.get(row);
                    offsets[row + 1] = offsets[row] + (isNull ? 0 : random.nextInt(4));
                }
                int[] elements = random.ints(offsets[count], 0, 30).toArray();
                yield new Column.Arrays(new Column.Ints(elements, null), offsets, nulls);
            }
            default -> throw new AssertionError(field);
        };
    }

    private static String filter(Random random, int depth) {
        if (depth > 0 && random.nextInt(2) == 0) {
            String left = filter(random, depth - 1);
            String right = filter(random, depth - 1);
            return switch (random.nextInt(5)) {
                case 0, 1 -> "(" + left + ") and (" + right + ")";
                case 2, 3 -> "(" + left + ") or (" + right + ")";
                default -> "not (" + left + ")";
            };
        }
        int number = random.nextInt(60) - 30;
        String comparison = List.of("==", "!=", "<", "<=", ">", ">=").get(random.nextInt(6));
        String numeric = List.of("id", "i8", "i32", "i64", "f", "d").get(random.nextInt(6));
        String not = random.nextBoolean() ? "not " : "";
        return switch (random.nextInt(9)) {
            case 0, 1 -> numeric + " " + comparison + " " + number;
            case 2 -> numeric + " " + not + "in [" + number + ", 1, " + (number + 3) + "]";
            case 3 -> number + " <= " + numeric + " < " + (number + random.nextInt(40));
            case 4 -> "s " + comparison + " \"t" + number + "\"";
            case 5 -> "s " + not + "in [\"t" + number + "\", \"t0\", \"nothing\"]";
            case 6 ->
                "s " + not + "like \"t" + List.of("1%", "-%", "_", "-1%2", "%").get(random.nextInt(5)) + "\"";
            case 7 ->
                List.of("b == true", "b != true", "s is null", "d is not null", "b in [false]")
                        .get(random.nextInt(5));
            default -> {
                int element = random.nextInt(30);
                yield List.of(
                                "array_contains(ai, " + element + ")",
                                "array_contains_any(ai, [3, " + element + "])",
                                "array_contains_all(ai, [3, " + element + "])")
                        .get(random.nextInt(3));
            }
        };
    }

    @Test
    void createIndex_whileLoaded_isAttachedByAFollowUp() {
        try (TestEngine test = TestEngine.start()) {
            fillGuide(test, 3_000);
            test.load("c");
            long before = test.loadBytes();
            long cheap = count(test, "price < 50");
            long color = count(test, "my_varchar == \"color_7\"");
            test.index("c", "price", "", "");
            test.index("c", "my_varchar", "INVERTED", "");
            test.settle("c");
            assertThat(indexBytes(test, "price")).isPositive();
            assertThat(indexBytes(test, "my_varchar")).isPositive();
            assertThat(test.loadBytes()).isEqualTo(before + indexBytes(test, "price") + indexBytes(test, "my_varchar"));
            assertThat(count(test, "price < 50")).isEqualTo(cheap).isPositive();
            assertThat(count(test, "my_varchar == \"color_7\""))
                    .isEqualTo(color)
                    .isPositive();
        }
    }

    @Test
    void dropIndex_whileLoaded_scalarGoesWithItsBytesAndFileVectorStays() throws IOException {
        try (TestEngine test = TestEngine.start()) {
            fillGuide(test, 3_000);
            test.index("c", "my_varchar", "INVERTED", "");
            test.settle("c");
            test.load("c");
            long loaded = test.loadBytes();
            long bytes = indexBytes(test, "my_varchar");
            assertThat(bytes).isPositive();
            assertThat(indexFiles(test)).hasSize(3);
            test.run(test.engine().dropIndex(DB, "c", "my_varchar"));
            while (test.loadBytes() != loaded - bytes) {
                Thread.onSpinWait();
            }
            awaitIndexFiles(test, 2);
            assertThat(indexBytes(test, "my_varchar")).isZero();
            assertThat(count(test, "my_varchar == \"color_7\"")).isPositive();
            assertThat(count(test, "my_id < 10")).isEqualTo(10);
            EngineException refused = test.refused(test.engine().dropIndex(DB, "c", "my_vector"));
            assertThat(refused.code()).isEqualTo(ErrorCode.INVALID_PARAMETER);
            assertThat(refused.text()).startsWith("vector index cannot be dropped on loaded collection: ");
            test.index("c", "my_varchar", "STL_SORT", "");
            test.settle("c");
            assertThat(indexBytes(test, "my_varchar")).isPositive();
            test.release("c");
            assertThat(test.loadBytes()).isZero();
        }
    }

    /** Goal: a load that has planned the dropped index ends well, and what it brought of it goes. */
    @Test
    void dropIndex_duringALoad_theLoadEndsWell() throws IOException {
        LoadOptions usual = LoadOptions.defaults();
        LoadOptions slow = new LoadOptions(
                1 << 20,
                1,
                4 << 20,
                usual.progressInterval(),
                usual.stallAfter(),
                Duration.ofSeconds(5),
                usual.operationsKept(),
                usual.eventsKept());
        try (TestEngine test = TestEngine.start(512 << 20, slow)) {
            fillGuide(test, 20_000);
            test.index("c", "my_varchar", "INVERTED", "");
            test.settle("c");
            OperationView load = test.get(test.engine().load(LoadRequest.of(DB, "c")));
            while (test.loadBytes() == 0) {
                Thread.onSpinWait(); // the plan is made and admitted
            }
            test.run(test.engine().dropIndex(DB, "c", "my_varchar"));
            OperationView ended = test.get(test.engine().finished(load.id()));
            assertThat(ended.failure()).isNull();
            assertThat(ended.state()).isEqualTo("loaded");
            awaitIndexFiles(test, 2);
            while (test.loadBytes() != estimated(test)) {
                Thread.onSpinWait();
            }
            assertThat(count(test, "my_varchar == \"color_7\"")).isPositive();
        }
    }

    private static long estimated(TestEngine test) {
        return test.get(test.engine().estimate(LoadRequest.of(DB, "c"))).partitions().stream()
                .mapToLong(LoadEstimate.PartitionEstimate::bytes)
                .sum();
    }

    @Test
    void load_someFields_onlyTheirIndexesLoad() {
        try (TestEngine test = TestEngine.start()) {
            fillGuide(test, 2_000);
            test.index("c", "price", "STL_SORT", "");
            test.index("c", "my_varchar", "INVERTED", "");
            test.settle("c");
            var some = new LoadRequest(
                    DB,
                    "c",
                    List.of(),
                    List.of("my_id", "my_vector", "price"),
                    false,
                    0,
                    List.of(),
                    false,
                    false,
                    null,
                    false);
            assertThat(test.load(some).state()).isEqualTo("loaded");
            assertThat(indexBytes(test, "price")).isPositive();
            assertThat(indexBytes(test, "my_varchar")).isZero();
            assertThat(count(test, "price > 990")).isPositive();
        }
    }

    @Test
    void load_withoutVectorIndex_isRefusedHoweverManyOthersThereAre() {
        try (TestEngine test = TestEngine.start()) {
            test.create("c", guide());
            assertThat(test.refused(test.engine().load(LoadRequest.of(DB, "c"))).code())
                    .isEqualTo(ErrorCode.INDEX_NOT_FOUND);
            test.index("c", "my_id", "STL_SORT", "");
            test.index("c", "my_varchar", "", "");
            EngineException refused = test.refused(test.engine().load(LoadRequest.of(DB, "c")));
            assertThat(refused.code()).isEqualTo(ErrorCode.INVALID_PARAMETER);
            assertThat(refused.text())
                    .startsWith("there is no vector index on field: [my_vector], please create index firstly");
        }
    }

    @Test
    void createIndex_scalars_areDescribedAsDeclaredAndDistinctOnesRefused() {
        try (TestEngine test = TestEngine.start()) {
            test.create("c", guide());
            test.run(test.engine()
                    .createIndex(DB, "c", "price", new IndexDefinition(0, "", 0, "", "COSINE", Map.of("a", "b"))));
            test.run(test.engine()
                    .createIndex(DB, "c", "price", new IndexDefinition(0, "", 0, "AUTOINDEX", "", Map.of())));
            IndexDefinition price =
                    test.get(test.engine().listIndexes(DB, "c")).getFirst().definition();
            assertThat(price.name()).isEqualTo("price");
            assertThat(price.type()).isEqualTo("AUTOINDEX");
            assertThat(price.metric()).isEqualTo("COSINE"); // as sent; it means nothing here, as with Milvus
            assertThat(price.params()).containsEntry("a", "b");
            assertThat(test.refused(test.engine()
                                    .createIndex(
                                            DB, "c", "price", new IndexDefinition(0, "", 0, "STL_SORT", "", Map.of())))
                            .text())
                    .startsWith("CreateIndex failed: at most one distinct index is allowed per field");
            assertThat(test.refused(test.engine()
                                    .createIndex(
                                            DB,
                                            "c",
                                            "my_varchar",
                                            new IndexDefinition(0, "", 0, "BITMAP", "", Map.of())))
                            .code())
                    .isEqualTo(ErrorCode.INDEX_NOT_SUPPORTED);
        }
    }

    @Test
    void load_damagedOrCutIndexFile_failsNamingSegmentIndexAndFile() throws IOException {
        try (TestEngine test = TestEngine.start()) {
            fillGuide(test, 2_000);
            List<Path> others = indexFiles(test);
            test.index("c", "price", "STL_SORT", "");
            test.settle("c");
            List<Path> files = new ArrayList<>(indexFiles(test));
            files.removeAll(others);
            Path file = files.getFirst();
            byte[] whole = Files.readAllBytes(file);
            String segment =
                    Objects.requireNonNull(file.getFileName()).toString().replaceAll("-.*", "");
            try (var bytes = new RandomAccessFile(file.toFile(), "rw")) {
                bytes.seek(4096 + 700);
                bytes.write(whole[4096 + 700] ^ 4);
            }
            OperationView damaged = test.load(LoadRequest.of(DB, "c"));
            assertThat(damaged.failure())
                    .isInstanceOf(EngineException.Corrupt.class)
                    .hasMessageContaining("segment=" + segment)
                    .hasMessageContaining("index price")
                    .hasMessageContaining("block 0")
                    .hasMessageContaining(".idx");
            Files.write(file, Arrays.copyOf(whole, whole.length - 100));
            OperationView cut = test.load(LoadRequest.of(DB, "c"));
            assertThat(cut.failure())
                    .isInstanceOf(EngineException.Corrupt.class)
                    .hasMessageContaining("segment=" + segment)
                    .hasMessageContaining("index price");
            assertThat(test.loadBytes()).isZero();
            Files.write(file, whole);
            test.load("c");
            assertThat(count(test, "price >= 0")).isPositive();
        }
    }
}
