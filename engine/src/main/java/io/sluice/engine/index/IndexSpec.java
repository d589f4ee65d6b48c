package io.sluice.engine.index;

import io.sluice.engine.distance.Metric;
import io.sluice.engine.error.EngineException;
import io.sluice.engine.error.ErrorCode;
import io.sluice.engine.schema.DataType;
import io.sluice.engine.schema.FieldSchema;
import io.sluice.engine.schema.IndexDefinition;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A checked index definition: what is really built. Immutable.
 *
 * <p>On a vector field, {@code AUTOINDEX} and a definition without a type are {@link Hnsw} with {@link Hnsw#AUTO_M} and
 * {@link Hnsw#AUTO_EF_CONSTRUCTION}; a definition without a metric means {@code COSINE}. On any other field they are
 * {@link Scalar} with {@link Scalar.Form#AUTO}.
 */
public sealed interface IndexSpec {
    /** Under so many rows an exact scan is as fast as any index, so it counts as built. */
    int MIN_ROWS_FOR_FILE = 1024;

    /** An index that finds near neighbours. */
    sealed interface Vector extends IndexSpec {
        Metric metric();

        /** @throws EngineException.InvalidRequest for values that this index cannot use; unknown names are ignored */
        default void checkSearchParams(Map<String, String> params, int limit) {
            if (this instanceof Hnsw) {
                Hnsw.ef(params, limit);
            }
        }
    }

    /** Exact scan of the vectors; has no file. */
    record Flat(Metric metric) implements Vector {}

    /** The rows of a field that is no vector in the order of its values: for filters. Has no metric. */
    record Scalar(Form form) implements IndexSpec {
        /** How the rows are kept. */
        public enum Form {
            /** Each row once, in the order of values. */
            SORTED,
            /** Each distinct value once, with its rows. */
            INVERTED,
            /** One of these, whichever is smaller for the rows of a segment. */
            AUTO
        }
    }

    /**
     * A navigable small world graph.
     *
     * @param m links of a row on the upper levels; twice as many on level 0
     * @param efConstruction rows that an insertion looks at before it chooses its links
     */
    record Hnsw(Metric metric, int m, int efConstruction) implements Vector {
        public static final int MIN_M = 2;
        public static final int MAX_M = 2048;
        public static final int AUTO_M = 16;
        public static final int AUTO_EF_CONSTRUCTION = 200;
        /** A search without {@code ef} looks at so many rows, or at as many as it shall answer if that is more. */
        public static final int DEFAULT_EF = 128;

        /**
         * How many rows a search keeps in view while it walks the graph.
         *
         * @throws EngineException.InvalidRequest if {@code ef} is no positive integer or below {@code limit}
         */
        public static int ef(Map<String, String> params, int limit) {
            String text = params.get("ef");
            if (text == null) {
                return Math.max(limit, DEFAULT_EF);
            }
            long ef;
            try {
                ef = Long.parseLong(text.strip());
            } catch (NumberFormatException malformed) {
                throw new EngineException.InvalidRequest("Type conflict in json: param 'ef' (" + text
                        + ") should be integer: limit=" + limit + ". Send a whole number of at least the limit");
            }
            if (ef < 1 || ef > Integer.MAX_VALUE) {
                throw new EngineException.InvalidRequest("Out of range in json: param 'ef' (" + text
                        + ") should be in range [1, " + Integer.MAX_VALUE + "]");
            }
            if (ef < limit) {
                throw new EngineException.InvalidRequest("ef(" + ef + ") should be larger than k(" + limit
                        + "): raise ef, lower the limit, or leave ef out");
            }
            return (int) ef;
        }
    }

    /**
     * Checks what a user declared for a field. Parameters that no index knows are ignored, as Milvus does.
     *
     * @throws EngineException.InvalidRequest with Milvus's text for unknown types, metrics and parameters out of range
     */
    static IndexSpec of(FieldSchema field, IndexDefinition definition) {
        String type = definition.type().toUpperCase(Locale.ROOT);
        if (!field.type().isVector()) {
            return ScalarRules.check(field, definition, type);
        }
        if (field.type() != DataType.FLOAT_VECTOR) {
            throw new EngineException.InvalidRequest(
                    ErrorCode.INDEX_NOT_SUPPORTED,
                    "index not supported: no index for this vector type yet: field=" + field.name() + ", fieldType="
                            + field.type().milvusName() + ". Use a FloatVector field");
        }
        Metric metric = definition.metric().isEmpty() ? Metric.COSINE : metricOf(definition.metric());
        return switch (type) {
            case "FLAT" -> new Flat(metric);
            case "", "AUTOINDEX" -> new Hnsw(metric, Hnsw.AUTO_M, Hnsw.AUTO_EF_CONSTRUCTION);
            case "HNSW" ->
                new Hnsw(
                        metric,
                        buildParam(definition, "M", Hnsw.MIN_M, Hnsw.MAX_M, Hnsw.AUTO_M),
                        buildParam(definition, "efConstruction", 1, Integer.MAX_VALUE, Hnsw.AUTO_EF_CONSTRUCTION));
            default ->
                throw new EngineException.InvalidRequest(
                        "invalid parameter[expected=valid index][actual=invalid index type: " + definition.type()
                                + "]: field=" + field.name() + ". Use AUTOINDEX, HNSW or FLAT");
        };
    }

    private static Metric metricOf(String name) {
        try {
            return Metric.ofName(name);
        } catch (EngineException.InvalidRequest unknown) {
            throw new EngineException.InvalidRequest(
                    "float vector index does not support metric type: " + name + ": " + unknown.text());
        }
    }

    /** Whether a sealed segment of so many rows gets a file; below, an exact scan counts as built. */
    default boolean needsFile(int rowCount) {
        return !(this instanceof Flat) && rowCount >= MIN_ROWS_FOR_FILE;
    }

    private static int buildParam(IndexDefinition definition, String name, int min, int max, int otherwise) {
        @Nullable String text = definition.params().get(name);
        if (text == null) {
            return otherwise;
        }
        long value;
        try {
            value = Long.parseLong(text.strip());
        } catch (NumberFormatException malformed) {
            throw new EngineException.InvalidRequest("invalid integer value, key: '" + name + "', value: '" + text
                    + "': invalid parameter: index=" + definition.name() + ". Send a whole number in [" + min + ", "
                    + max + "]");
        }
        if (value < min || value > max) {
            throw new EngineException.InvalidRequest("Out of range in json: param '" + name + "' (" + text
                    + ") should be in range [" + min + ", " + max + "]");
        }
        return (int) value;
    }
}
