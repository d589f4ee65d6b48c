package io.sluice.engine;

import io.sluice.engine.schema.CollectionSchema;
import io.sluice.engine.schema.Column;
import io.sluice.engine.schema.DataType;
import io.sluice.engine.schema.FieldSchema;
import io.sluice.engine.schema.Keys;
import io.sluice.engine.search.QueryResult;
import io.sluice.engine.search.SearchResult;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/** Rows of one shape for tests of the whole engine: all values of a row follow from its id. */
final class ThingRows {
    static final String NAME = "things";
    static final int DIMENSION = 8;

    private ThingRows() {}

    static CollectionSchema schema() {
        return new CollectionSchema(
                "",
                List.of(
                        FieldSchema.of("id", DataType.INT64).asPrimaryKey(false),
                        FieldSchema.floatVector("vector", DIMENSION),
                        FieldSchema.varChar("color", 64).asNullable(),
                        FieldSchema.of("price", DataType.DOUBLE)),
                true,
                0);
    }

    static Map<String, Column> rows(long firstId, int count) {
        return rows(firstId, count, 0);
    }

    /** @param priceOffset tells versions of a row apart */
    static Map<String, Column> rows(long firstId, int count, double priceOffset) {
        long[] ids = new long[count];
        float[] vectors = new float[count * DIMENSION];
        String[] colors = new String[count];
        double[] prices = new double[count];
        String[] metas = new String[count];
        for (int row = 0; row < count; row++) {
            long id = firstId + row;
            ids[row] = id;
            System.arraycopy(vectorOf(id), 0, vectors, row * DIMENSION, DIMENSION);
            colors[row] = colorOf(id);
            prices[row] = id / 10.0 + priceOffset;
            metas[row] = "{\"rank\":" + id % 10 + "}";
        }
        return Map.of(
                "id", new Column.Longs(ids, null),
                "vector", new Column.FloatVectors(vectors, DIMENSION),
                "color", Column.Bytes.of(colors),
                "price", new Column.Doubles(prices, null),
                "$meta", Column.Bytes.of(metas));
    }

    static @Nullable String colorOf(long id) {
        return id % 3 == 0 ? null : id % 3 == 1 ? "red" : "blue";
    }

    static float[] vectorOf(long id) {
        var random = new Random(id * 31 + 7);
        float[] vector = new float[DIMENSION];
        for (int i = 0; i < DIMENSION; i++) {
            vector[i] = (float) random.nextGaussian();
        }
        return vector;
    }

    static long[] keys(SearchResult result) {
        return ((Keys.LongKeys) result.keys()).values();
    }

    /** The key of the row nearest to the vector of {@code id}. */
    static long nearest(TestEngine test, long id) {
        return keys(test.search(NAME, "", vectorOf(id), 1, ""))[0];
    }

    static long[] longs(QueryResult result, String field) {
        return ((Column.Longs) column(result, field)).values();
    }

    static double[] doubles(QueryResult result, String field) {
        return ((Column.Doubles) column(result, field)).values();
    }

    private static Column column(QueryResult result, String field) {
        return result.columns().stream()
                .filter(column -> column.field().name().equals(field))
                .findFirst()
                .orElseThrow()
                .column();
    }
}
