package io.sluice.engine.index;

import io.sluice.engine.error.EngineException.InvalidRequest;
import io.sluice.engine.error.ErrorCode;
import io.sluice.engine.schema.DataType;
import io.sluice.engine.schema.FieldSchema;
import io.sluice.engine.schema.IndexDefinition;
import java.util.Map;
import java.util.Set;

/** Which indexes a field that is no vector may have, with Milvus's texts where Milvus refuses too. Stateless. */
final class ScalarRules {
    static final String CAST_TYPE = "json_cast_type";

    private static final Set<String> VECTOR_TYPES = Set.of(
            "FLAT",
            "HNSW",
            "HNSW_SQ",
            "HNSW_PQ",
            "HNSW_PRQ",
            "IVF_FLAT",
            "IVF_FLAT_CC",
            "IVF_SQ8",
            "IVF_PQ",
            "IVF_RABITQ",
            "SCANN",
            "DISKANN",
            "BIN_FLAT",
            "BIN_IVF_FLAT",
            "MINHASH_LSH",
            "SPARSE_INVERTED_INDEX",
            "SPARSE_WAND",
            "GPU_CAGRA",
            "GPU_IVF_FLAT",
            "GPU_IVF_PQ",
            "GPU_BRUTE_FORCE");
    private static final Set<DataType> BITMAP_TYPES =
            Set.of(DataType.BOOL, DataType.INT8, DataType.INT16, DataType.INT32, DataType.INT64, DataType.VARCHAR);

    private ScalarRules() {}

    /** @param type in upper case; empty = {@code AUTOINDEX} */
    static IndexSpec.Scalar check(FieldSchema field, IndexDefinition definition, String type) {
        IndexSpec.Scalar.Form form = switch (type) {
            case "", "AUTOINDEX" -> IndexSpec.Scalar.Form.AUTO;
            case "INVERTED" -> IndexSpec.Scalar.Form.INVERTED;
            case "STL_SORT" -> {
                checkSortable(field);
                yield IndexSpec.Scalar.Form.SORTED;
            }
            case "TRIE" -> {
                if (field.type() != DataType.VARCHAR) {
                    throw wrongField("TRIE are only supported on varchar field", field);
                }
                throw notBuilt(field, definition);
            }
            case "BITMAP" -> {
                if (!BITMAP_TYPES.contains(field.type()) && field.type() != DataType.ARRAY) {
                    throw wrongField("bitmap index are only supported on bool, int, string and array field", field);
                }
                if (field.primaryKey()) {
                    throw wrongField("create bitmap index on primary key not supported", field);
                }
                throw notBuilt(field, definition);
            }
            case "NGRAM", "RTREE" -> throw notBuilt(field, definition);
            default -> throw unknown(field, definition, type);
        };
        if (field.type() == DataType.JSON) {
            throw json(field, definition);
        }
        return new IndexSpec.Scalar(form);
    }

    private static void checkSortable(FieldSchema field) {
        if (!field.type().isNumeric() && field.type() != DataType.VARCHAR) {
            throw wrongField(
                    "STL_SORT are only supported on numeric, varchar or timestamptz field, got "
                            + field.type().milvusName(),
                    field);
        }
    }

    private static InvalidRequest unknown(FieldSchema field, IndexDefinition definition, String type) {
        if (VECTOR_TYPES.contains(type)) {
            return wrongField(
                    "data type " + field.type().milvusName() + " can't build with this index " + definition.type(),
                    field);
        }
        return new InvalidRequest("invalid parameter[expected=valid index][actual=invalid index type: "
                + definition.type() + "]: field=" + field.name() + ". Use AUTOINDEX, STL_SORT or INVERTED");
    }

    private static InvalidRequest json(FieldSchema field, IndexDefinition definition) {
        Map<String, String> params = definition.params();
        if (params.getOrDefault(CAST_TYPE, "").isBlank()) {
            return new InvalidRequest(
                    ErrorCode.MISSING_PARAMETER,
                    "json index must specify cast type: missing parameter[" + CAST_TYPE + "]: field=" + field.name());
        }
        return new InvalidRequest(
                ErrorCode.INDEX_NOT_SUPPORTED,
                "index not supported: paths of JSON fields have no index yet: field=" + field.name() + ", indexType="
                        + definition.type()
                        + ". Filters on them work without one; AUTOINDEX, STL_SORT and INVERTED exist on numbers and"
                        + " VarChar, AUTOINDEX and INVERTED on Bool and Array");
    }

    private static InvalidRequest wrongField(String text, FieldSchema field) {
        return new InvalidRequest(text + ": field=" + field.name() + ", fieldType="
                + field.type().milvusName() + ". Use AUTOINDEX, which suits every field");
    }

    private static InvalidRequest notBuilt(FieldSchema field, IndexDefinition definition) {
        return new InvalidRequest(
                ErrorCode.INDEX_NOT_SUPPORTED,
                "index not supported: field=" + field.name() + ", fieldType="
                        + field.type().milvusName() + ", indexType=" + definition.type()
                        + ". There are AUTOINDEX, STL_SORT (numbers, VarChar) and INVERTED (these, Bool, Array)");
    }
}
