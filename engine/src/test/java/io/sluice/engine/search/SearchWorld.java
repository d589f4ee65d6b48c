package io.sluice.engine.search;

import io.sluice.engine.collection.ReadView;
import io.sluice.engine.collection.ReadableBlock;
import io.sluice.engine.distance.Metric;
import io.sluice.engine.error.StopSignal;
import io.sluice.engine.index.IndexSpec;
import io.sluice.engine.index.TopK;
import io.sluice.engine.index.VectorIndex;
import io.sluice.engine.schema.CollectionSchema;
import io.sluice.engine.schema.Column;
import io.sluice.engine.schema.DataType;
import io.sluice.engine.schema.FieldSchema;
import io.sluice.engine.schema.Keys;
import io.sluice.engine.segment.ColumnView;
import io.sluice.engine.segment.RowMask;
import io.sluice.engine.testkit.Blocks;
import java.lang.foreign.Arena;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A made-up collection in blocks beside the same rows as plain objects, which the stupid model reads. Vectors and keys
 * come from few values, so that scores tie and keys have several versions.
 */
final class SearchWorld implements AutoCloseable {
    static final int DIMENSION = 3;
    static final List<DataType> ELEMENT_TYPES = List.of(
            DataType.BOOL,
            DataType.INT8,
            DataType.INT16,
            DataType.INT32,
            DataType.INT64,
            DataType.FLOAT,
            DataType.DOUBLE,
            DataType.VARCHAR);

    final CollectionSchema schema;
    final List<Row> rows = new ArrayList<>();
    final ReadView view;
    private final Arena arena = Arena.ofConfined();

    /** A row as the model sees it; only visible ones are kept. */
    record Row(int block, int index, boolean growing, Comparable<?> key, long timestamp, List<?> values) {
        @SuppressWarnings("unchecked")
        List<Float> vector() {
            return (List<Float>) values.get(1);
        }

        @Nullable
        Object value(SearchWorld world, String field) {
            return values.get(
                    world.schema.fields().indexOf(world.schema.find(field).orElseThrow()));
        }
    }

    /** Keys as they are ordered: numbers by value, texts by their UTF-8. */
    static final Comparator<Comparable<?>> KEY_ORDER = (a, b) -> a instanceof Long left
            ? Long.compare(left, (Long) b)
            : Arrays.compareUnsigned(utf8((String) a), utf8((String) b));

    static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    static CollectionSchema schema(DataType keyType) {
        List<FieldSchema> fields = new ArrayList<>();
        FieldSchema key = keyType == DataType.INT64 ? FieldSchema.of("id", keyType) : FieldSchema.varChar("id", 64);
        fields.add(key.asPrimaryKey(false));
        fields.add(FieldSchema.floatVector("vector", DIMENSION));
        for (DataType type : ELEMENT_TYPES) {
            String name = type.name().toLowerCase(Locale.ROOT);
            fields.add(FieldSchema.of(name, type));
            fields.add(FieldSchema.of(name + "_nullable", type).asNullable());
            fields.add(FieldSchema.array(name + "_array", type, 16).asNullable());
        }
        fields.add(FieldSchema.of("json", DataType.JSON).asNullable());
        return new CollectionSchema("", fields, true, 0).withIds();
    }

    SearchWorld(Random random, DataType keyType, Metric metric, int blockCount, int mostRows) {
        this.schema = schema(keyType);
        List<ReadableBlock> blocks = new ArrayList<>();
        for (int block = 0; block < blockCount; block++) {
            blocks.add(block(random, block, random.nextInt(mostRows + 1), metric));
        }
        int vector = schema.fields().get(1).id();
        Set<Integer> loaded = schema.fields().stream().map(FieldSchema::id).collect(Collectors.toSet());
        this.view = new ReadView(
                "default",
                "things",
                schema,
                loaded,
                Map.of(vector, new IndexSpec.Flat(metric)),
                blocks,
                1_000,
                new StopSignal(),
                List.of(),
                () -> {});
    }

    ReadView viewOf(Set<String> loadedFields) {
        Set<Integer> loaded = schema.fields().stream()
                .filter(field -> loadedFields.contains(field.name()))
                .map(FieldSchema::id)
                .collect(Collectors.toSet());
        return new ReadView(
                "default",
                "things",
                schema,
                loaded,
                view.indexSpecs(),
                view.blocks(),
                1_000,
                view.stop(),
                List.of(),
                () -> {});
    }

    private ReadableBlock block(Random random, int number, int rowCount, Metric metric) {
        boolean growing = random.nextBoolean();
        List<Comparable<?>> keys = new ArrayList<>();
        long[] timestamps = new long[rowCount];
        for (int row = 0; row < rowCount; row++) {
            keys.add(key(random));
            timestamps[row] = random.nextInt(50);
        }
        if (!growing) {
            List<Integer> order =
                    new ArrayList<>(IntStream.range(0, rowCount).boxed().toList());
            order.sort(Comparator.<Integer, Comparable<?>>comparing(keys::get, KEY_ORDER)
                    .thenComparing(row -> timestamps[row]));
            List<Comparable<?>> unsortedKeys = List.copyOf(keys);
            long[] unsortedTimes = timestamps.clone();
            for (int row = 0; row < rowCount; row++) {
                keys.set(row, unsortedKeys.get(order.get(row)));
                timestamps[row] = unsortedTimes[order.get(row)];
            }
        }
        List<Column> columns = new ArrayList<>();
        columns.add(keyColumn(keys));
        for (FieldSchema field : schema.fields().subList(1, schema.fields().size())) {
            columns.add(randomColumn(random, field, rowCount));
        }
        RowMask visible = random.nextInt(3) == 0 ? null : RowMask.none(rowCount);
        for (int row = 0; row < rowCount; row++) {
            if (visible != null && random.nextInt(10) < 7) {
                visible.set(row);
            }
            if (visible == null || visible.get(row)) {
                int at = row;
                List<Object> values = new ArrayList<>();
                columns.forEach(column -> values.add(value(column, at)));
                rows.add(new Row(number, row, growing, keys.get(row), timestamps[row], values));
            }
        }
        var data = Blocks.of(arena, schema.fields(), columns, timestamps);
        int vector = schema.fields().get(1).id();
        // Cosines round differently in the kernels; the other metrics are exact on small whole numbers.
        boolean ownIndex = metric == Metric.COSINE || random.nextBoolean();
        Map<Integer, VectorIndex> indexes =
                ownIndex ? Map.of(vector, new StupidIndex(metric, data.column(vector))) : Map.of();
        return new ReadableBlock(number, 1, growing, !growing, data, visible, indexes, Map.of());
    }

    private Comparable<?> key(Random random) {
        int number = random.nextInt(120);
        if (schema.primaryKey().type() == DataType.INT64) {
            return (long) number - 40;
        }
        return List.of("", "a", "ab", "ä", "\uD83D\uDE00", "\uFFEE", "z").get(number % 7) + number / 7;
    }

    Keys keys(Collection<? extends Comparable<?>> keys) {
        return schema.primaryKey().type() == DataType.INT64
                ? new Keys.LongKeys(keys.stream().mapToLong(key -> (Long) key).toArray())
                : new Keys.StringKeys(keys.stream().map(String.class::cast).toList());
    }

    static List<Comparable<?>> keys(Keys keys) {
        return IntStream.range(0, keys.count())
                .<Comparable<?>>mapToObj(i -> (Comparable<?>) keys.boxed(i))
                .toList();
    }

    Comparable<?> anyKey(Random random) {
        return key(random);
    }

    static float[] vector(Random random) {
        float[] vector = new float[DIMENSION];
        for (int i = 0; i < DIMENSION; i++) {
            vector[i] = random.nextInt(7) - 3;
        }
        return vector;
    }

    private static Column keyColumn(List<Comparable<?>> keys) {
        if (keys.isEmpty() || keys.getFirst() instanceof Long) {
            return new Column.Longs(keys.stream().mapToLong(key -> (Long) key).toArray(), null);
        }
        return Column.Bytes.of(keys.stream().map(String.class::cast).toArray(String[]::new));
    }

    private static Column randomColumn(Random random, FieldSchema field, int rowCount) {
        BitSet nulls = new BitSet();
        for (int row = 0; field.nullable() && row < rowCount; row++) {
            nulls.set(row, random.nextInt(4) == 0);
        }
        BitSet kept = nulls.isEmpty() ? null : nulls;
        return switch (field.type()) {
            case FLOAT_VECTOR -> {
                float[] values = new float[rowCount * DIMENSION];
                for (int row = 0; row < rowCount; row++) {
                    System.arraycopy(vector(random), 0, values, row * DIMENSION, DIMENSION);
                }
                yield new Column.FloatVectors(values, DIMENSION);
            }
            case ARRAY -> {
                int[] offsets = new int[rowCount + 1];
                for (int row = 0; row < rowCount; row++) {
                    offsets[row + 1] = offsets[row] + (nulls.get(row) ? 0 : random.nextInt(4));
                }
                DataType elementType = field.elementType();
                assert elementType != null;
                yield new Column.Arrays(scalars(random, elementType, offsets[rowCount], null), offsets, kept);
            }
            case JSON -> json(random, rowCount, kept);
            default -> scalars(random, field.type(), rowCount, kept);
        };
    }

    private static Column json(Random random, int rowCount, @Nullable BitSet nulls) {
        String[] texts = new String[rowCount];
        for (int row = 0; row < rowCount; row++) {
            boolean isNull = nulls != null && nulls.get(row);
            texts[row] = isNull
                    ? null
                    : "{\"color\":\"c" + random.nextInt(3) + "\",\"size\":" + random.nextInt(9)
                            + ",\"deep\":{\"a\":[1]}}";
        }
        return Column.Bytes.of(texts);
    }

    private static Column scalars(Random random, DataType type, int count, @Nullable BitSet nulls) {
        return switch (type) {
            case BOOL -> {
                boolean[] values = new boolean[count];
                for (int i = 0; i < count; i++) {
                    values[i] = random.nextBoolean();
                }
                yield new Column.Bools(values, nulls);
            }
            case INT8, INT16, INT32 -> {
                int shift = 32 - 8 * type.elementBytes();
                yield new Column.Ints(random.ints(count).map(i -> i >> shift).toArray(), nulls);
            }
            case INT64 -> new Column.Longs(random.longs(count).toArray(), nulls);
            case FLOAT -> {
                float[] values = new float[count];
                for (int i = 0; i < count; i++) {
                    values[i] = random.nextFloat();
                }
                yield new Column.Floats(values, nulls);
            }
            case DOUBLE -> new Column.Doubles(random.doubles(count).toArray(), nulls);
            case VARCHAR -> {
                String[] texts = new String[count];
                for (int i = 0; i < count; i++) {
                    boolean isNull = nulls != null && nulls.get(i);
                    texts[i] = isNull ? null : "ü".repeat(random.nextInt(3)) + random.nextInt(100);
                }
                yield Column.Bytes.of(texts);
            }
            default -> throw new IllegalArgumentException("type=" + type);
        };
    }

    /** The value of one row as a plain object; null for a null. */
    static @Nullable Object value(Column column, int row) {
        if (column.isNull(row)) {
            return null;
        }
        return switch (column) {
            case Column.Bools(boolean[] values, var _) -> values[row];
            case Column.Ints(int[] values, var _) -> values[row];
            case Column.Longs(long[] values, var _) -> values[row];
            case Column.Floats(float[] values, var _) -> values[row];
            case Column.Doubles(double[] values, var _) -> values[row];
            case Column.Bytes bytes -> bytes.text(row);
            case Column.Arrays(Column elements, int[] offsets, var _) ->
                IntStream.range(offsets[row], offsets[row + 1])
                        .mapToObj(i -> String.valueOf(value(elements, i)))
                        .toList();
            case Column.FloatVectors(float[] values, int dimension, var _) ->
                IntStream.range(row * dimension, (row + 1) * dimension)
                        .mapToObj(i -> values[i])
                        .toList();
        };
    }

    static float score(Metric metric, float[] query, List<Float> vector) {
        float dot = 0;
        float squares = 0;
        float queryNorm = 0;
        float norm = 0;
        for (int i = 0; i < query.length; i++) {
            float value = vector.get(i);
            dot += query[i] * value;
            squares += (query[i] - value) * (query[i] - value);
            queryNorm += query[i] * query[i];
            norm += value * value;
        }
        return switch (metric) {
            case L2 -> -squares;
            case IP -> dot;
            case COSINE -> norm == 0 || queryNorm == 0 ? 0 : (float) (dot / Math.sqrt((double) norm * queryNorm));
        };
    }

    /** An exact index that scores like the model. */
    private record StupidIndex(Metric metric, ColumnView vectors) implements VectorIndex {
        @Override
        public void search(
                float[] query, Map<String, String> params, @Nullable RowMask allowed, TopK into, StopSignal stop) {
            stop.throwIfRequested();
            for (int row = 0; row < vectors.rowCount(); row++) {
                if (allowed == null || allowed.get(row)) {
                    List<Float> vector = new ArrayList<>();
                    for (int i = 0; i < vectors.dimension(); i++) {
                        vector.add(vectors.data().get(ColumnView.FLOAT, vectors.vectorOffset(row) + 4L * i));
                    }
                    into.offer(score(metric, query, vector), row);
                }
            }
        }
    }

    @Override
    public void close() {
        arena.close();
    }
}
