package io.sluice.engine.index;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.engine.distance.Metric;
import io.sluice.engine.error.EngineException.InvalidRequest;
import io.sluice.engine.schema.DataType;
import io.sluice.engine.schema.FieldSchema;
import io.sluice.engine.schema.IndexDefinition;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class IndexSpecTest {
    private static final FieldSchema VECTOR = FieldSchema.floatVector("v", 8).withId(101);

    private static IndexSpec spec(String type, String metric, Map<String, String> params) {
        return IndexSpec.of(VECTOR, new IndexDefinition(1, "i", 101, type, metric, params));
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

    @Test
    void of_scalarField_refused() {
        var definition = new IndexDefinition(1, "i", 102, "INVERTED", "", Map.of());
        assertThatThrownBy(() -> IndexSpec.of(FieldSchema.of("age", DataType.INT64), definition))
                .isInstanceOf(InvalidRequest.class)
                .hasMessageContaining("field=age")
                .hasMessageContaining("INVERTED");
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
        IndexSpec hnsw = spec("HNSW", "L2", Map.of());
        assertThatThrownBy(() -> hnsw.checkSearchParams(Map.of("ef", ef), 10))
                .isInstanceOf(InvalidRequest.class)
                .hasMessageContaining(text);
        spec("FLAT", "L2", Map.of()).checkSearchParams(Map.of("ef", ef), 10); // FLAT has no ef: ignored
    }

    @Test
    void checkSearchParams_usable_accepted() {
        IndexSpec hnsw = spec("HNSW", "L2", Map.of());
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
