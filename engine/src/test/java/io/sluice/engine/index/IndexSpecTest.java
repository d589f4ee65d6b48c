package io.sluice.engine.index;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.engine.distance.Metric;
import io.sluice.engine.error.EngineException.InvalidRequest;
import io.sluice.engine.index.IndexSpec.Scalar.Form;
import io.sluice.engine.schema.DataType;
import io.sluice.engine.schema.FieldSchema;
import io.sluice.engine.schema.IndexDefinition;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class IndexSpecTest {
    private static final FieldSchema VECTOR = FieldSchema.floatVector("v", 8).withId(101);

    private static IndexSpec.Vector spec(String type, String metric, Map<String, String> params) {
        return (IndexSpec.Vector) IndexSpec.of(VECTOR, new IndexDefinition(1, "i", 101, type, metric, params));
    }

    @Test
    void of_knownTypes_whatIsReallyBuilt() {
        assertThat(spec("FLAT", "L2", Map.of())).isEqualTo(new IndexSpec.Flat(Metric.L2));
        assertThat(spec("hnsw", "ip", Map.of("M", "8", "efConstruction", "40", "anything", "x")))
                .isEqualTo(new IndexSpec.Hnsw(Metric.IP, 8, 40));
        assertThat(spec("HNSW", "", Map.of())).isEqualTo(new IndexSpec.Hnsw(Metric.COSINE, 16, 200));
        assertThat(spec("AUTOINDEX", "COSINE", Map.of("M", "99")))
                .isEqualTo(new IndexSpec.Hnsw(Metric.COSINE, 16, 200));
        assertThat(spec("", "", Map.of())).isEqualTo(new IndexSpec.Hnsw(Metric.COSINE, 16, 200));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "M|1|param 'M' (1) should be in range [2, 2048]",
                "M|-1|param 'M' (-1) should be in range [2, 2048]",
                "M|2049|param 'M' (2049) should be in range [2, 2048]",
                "M|sixteen|invalid integer value, key: 'M', value: 'sixteen': invalid parameter",
                "efConstruction|0|param 'efConstruction' (0) should be in range [1, 2147483647]",
                "efConstruction|99999999999|param 'efConstruction' (99999999999) should be in range [1, 2147483647]",
            })
    void of_buildParameterOutOfRange_refused(String name, String value, String text) {
        assertThatThrownBy(() -> spec("HNSW", "L2", Map.of(name, value)))
                .isInstanceOf(InvalidRequest.class)
                .hasMessageContaining(text);
    }

    @Test
    void of_unknownTypeOrMetric_refusedWithWhatExists() {
        assertThatThrownBy(() -> spec("IVF_FLAT", "L2", Map.of()))
                .isInstanceOf(InvalidRequest.class)
                .hasMessageStartingWith("invalid parameter[expected=valid index][actual=invalid index type: IVF_FLAT]")
                .hasMessageContaining("AUTOINDEX, HNSW or FLAT");
        assertThatThrownBy(() -> spec("HNSW", "HAMMING", Map.of()))
                .isInstanceOf(InvalidRequest.class)
                .hasMessageContaining("HAMMING");
    }

    private static FieldSchema field(DataType type) {
        return switch (type) {
            case VARCHAR -> FieldSchema.varChar("x", 64);
            case ARRAY -> FieldSchema.array("x", DataType.INT32, 10);
            default -> FieldSchema.of("x", type);
        };
    }

    private static IndexSpec scalar(DataType type, String indexType, Map<String, String> params) {
        return IndexSpec.of(field(type), new IndexDefinition(1, "i", 102, indexType, "", params));
    }

    @ParameterizedTest
    @EnumSource(
            value = DataType.class,
            names = {"BOOL", "INT8", "INT16", "INT32", "INT64", "FLOAT", "DOUBLE", "VARCHAR", "ARRAY"})
    void of_scalarField_autoAndInverted(DataType type) {
        assertThat(scalar(type, "", Map.of())).isEqualTo(new IndexSpec.Scalar(Form.AUTO));
        assertThat(scalar(type, "AutoIndex", Map.of())).isEqualTo(new IndexSpec.Scalar(Form.AUTO));
        assertThat(scalar(type, "INVERTED", Map.of())).isEqualTo(new IndexSpec.Scalar(Form.INVERTED));
        assertThat(scalar(type, "INVERTED", Map.of()).needsFile(1_023)).isFalse();
        assertThat(scalar(type, "INVERTED", Map.of()).needsFile(1_024)).isTrue();
    }

    @ParameterizedTest
    @EnumSource(
            value = DataType.class,
            names = {"INT8", "INT16", "INT32", "INT64", "FLOAT", "DOUBLE", "VARCHAR"})
    void of_numbersAndVarChar_stlSort(DataType type) {
        assertThat(scalar(type, "stl_sort", Map.of())).isEqualTo(new IndexSpec.Scalar(Form.SORTED));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "BOOL|STL_SORT|1100|STL_SORT are only supported on numeric, varchar or timestamptz field, got Bool",
                "JSON|STL_SORT|1100|STL_SORT are only supported on numeric, varchar or timestamptz field, got JSON",
                "ARRAY|STL_SORT|1100|STL_SORT are only supported on numeric, varchar or timestamptz field, got Array",
                "INT64|TRIE|1100|TRIE are only supported on varchar field",
                "JSON|TRIE|1100|TRIE are only supported on varchar field",
                "VARCHAR|TRIE|701|index not supported: field=x, fieldType=VarChar, indexType=TRIE",
                "DOUBLE|BITMAP|1100|bitmap index are only supported on bool, int, string and array field",
                "INT8|BITMAP|701|index not supported: field=x, fieldType=Int8, indexType=BITMAP",
                "VARCHAR|NGRAM|701|index not supported: field=x, fieldType=VarChar, indexType=NGRAM",
                "INT64|HNSW|1100|data type Int64 can't build with this index HNSW",
                "INT64|12-s|1100|invalid parameter[expected=valid index][actual=invalid index type: 12-s]",
                "JSON|INVERTED|1101|json index must specify cast type: missing parameter",
                "JSON||1101|json index must specify cast type: missing parameter",
            })
    void of_scalarField_whatDoesNotFitIsRefused(DataType type, String indexType, int code, String text) {
        assertThatThrownBy(() -> scalar(type, indexType == null ? "" : indexType, Map.of()))
                .isInstanceOfSatisfying(
                        InvalidRequest.class,
                        refusal -> assertThat(refusal.code().code()).isEqualTo(code))
                .hasMessageStartingWith(text)
                .hasMessageContaining("field=x");
    }

    @Test
    void of_jsonPath_refusedWithWhatExists() {
        assertThatThrownBy(() -> scalar(DataType.JSON, "INVERTED", Map.of("json_cast_type", "double")))
                .isInstanceOf(InvalidRequest.class)
                .hasMessageContaining("paths of JSON fields have no index yet")
                .hasMessageContaining("AUTOINDEX, STL_SORT and INVERTED");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "8|ef(8) should be larger than k(10)",
                "0|param 'ef' (0) should be in range [1, 2147483647]",
                "-1|param 'ef' (-1) should be in range [1, 2147483647]",
                "32.0|Type conflict in json: param 'ef' (32.0) should be integer",
                "true|Type conflict in json: param 'ef' (true) should be integer",
            })
    void checkSearchParams_unusableEf_refused(String ef, String text) {
        IndexSpec.Vector hnsw = spec("HNSW", "L2", Map.of());
        assertThatThrownBy(() -> hnsw.checkSearchParams(Map.of("ef", ef), 10))
                .isInstanceOf(InvalidRequest.class)
                .hasMessageContaining(text);
        spec("FLAT", "L2", Map.of()).checkSearchParams(Map.of("ef", ef), 10); // FLAT has no ef: ignored
    }

    @Test
    void checkSearchParams_usable_accepted() {
        IndexSpec.Vector hnsw = spec("HNSW", "L2", Map.of());
        hnsw.checkSearchParams(Map.of("ef", "10", "nprobe", "x", "radius", "0.5", "level", "3"), 10);
        hnsw.checkSearchParams(Map.of(), 16_384);
        assertThat(IndexSpec.Hnsw.ef(Map.of(), 10)).isEqualTo(IndexSpec.Hnsw.DEFAULT_EF);
        assertThat(IndexSpec.Hnsw.ef(Map.of(), 1_000)).isEqualTo(1_000);
        assertThat(IndexSpec.Hnsw.ef(Map.of("ef", "10000"), 10)).isEqualTo(10_000);
    }

    @Test
    void needsFile_byTypeAndRows_onlyLargeGraphs() {
        assertThat(spec("FLAT", "L2", Map.of()).needsFile(1_000_000)).isFalse();
        assertThat(spec("HNSW", "L2", Map.of()).needsFile(1_023)).isFalse();
        assertThat(spec("HNSW", "L2", Map.of()).needsFile(1_024)).isTrue();
    }
}
