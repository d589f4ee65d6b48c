package io.sluice.api.rest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.engine.search.HybridSearchRequest;
import io.sluice.engine.search.HybridSearchRequest.AnnSearch;
import io.sluice.engine.search.Ranker;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HybridSearchWireTest {
    @Test
    void of_plainRequest_hasMilvusDefaults() {
        HybridSearchRequest request =
                HybridSearchWire.of(Bodies.call("{\"collectionName\": \"c\", \"search\": [{\"data\": [[1, 2.5]]}]}"));

        assertThat(request.ranker()).isEqualTo(new Ranker.Rrf(60));
        assertThat(request.limit()).isEqualTo(100);
        assertThat(request.offset()).isZero();
        assertThat(request.roundDecimal()).isEqualTo(-1);
        AnnSearch search = request.searches().getFirst();
        assertThat(search.queries().getFirst()).containsExactly(1f, 2.5f);
        assertThat(search.limit()).isEqualTo(AnnSearch.WHOLE_WINDOW);
        assertThat(search.metric()).isEmpty();
        assertThat(search.ignoreGrowing()).isFalse();
    }

    @Test
    void of_everyOption_isTaken() {
        HybridSearchRequest request = HybridSearchWire.of(Bodies.call("""
            {"collectionName": "c", "dbName": "d", "partitionNames": ["p"], "outputFields": ["word"], "limit": 5,
             "offset": 2, "rerank": {"strategy": "weighted", "params": {"weights": [0.5, 0.25], "norm_score": true}},
             "search": [
               {"data": [[1], [2]], "annsField": "v", "limit": 7, "filter": "rank < {most}", "exprParams": {"most": 5},
                "metricType": "L2", "params": {"ef": 100, "ignore_growing": true, "params": {"radius": 0.5}}},
               {"data": [[3], [4]], "annsField": "w", "offset": 3}]}
            """));

        assertThat(request.database()).isEqualTo("d");
        assertThat(request.partitions()).containsExactly("p");
        assertThat(request.outputFields()).containsExactly("word");
        assertThat(request.limit()).isEqualTo(5);
        assertThat(request.offset()).isEqualTo(2);
        assertThat(request.ranker()).isEqualTo(new Ranker.Weighted(List.of(0.5f, 0.25f), true));
        AnnSearch search = request.searches().getFirst();
        assertThat(search.vectorField()).isEqualTo("v");
        assertThat(search.queries()).hasSize(2);
        assertThat(search.limit()).isEqualTo(7);
        assertThat(search.metric()).isEqualTo("L2");
        assertThat(search.params()).isEqualTo(Map.of("ef", "100", "radius", "0.5"));
        assertThat(search.filter()).isEqualTo("rank < {most}");
        assertThat(search.templates()).isEqualTo(Map.of("most", 5L));
        assertThat(search.ignoreGrowing()).isTrue();
        assertThat(request.searches().get(1).vectorField()).isEqualTo("w");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        {"search": [{"annsField": "v"}]}                              | missing required parameters, error: Key: 'SubSearchReq.Data'
        {"search": [{"data": [1]}]}                                   | search[0].data must be a list of vectors, such as [[0.1, 0.2]]: query=0
        {"search": [{"data": [[1], [1, "x"]]}]}                       | search[0].data: a vector must be of finite float32 numbers: element=1, query=1
        {"search": [{"data": [[1e40]]}]}                              | search[0].data: a vector must be of finite float32 numbers: element=0, query=0
        {"search": [{"data": [[1]], "groupingField": "x"}]}           | option search[0].groupingField is not supported yet
        {"search": [{"data": [[1]], "params": {"group_size": 3}}]}    | search parameter group_size is not supported yet
        {"search": [{"data": [[1]], "params": {"ignore_growing": 3}}]} | parse ignore growing field failed
        {"search": [{"data": [[1]]}], "groupingField": "x"}           | option groupingField is not supported yet
        {"search": [{"data": [[1]]}], "functionScore": {"functions": [{}]}} | option functionScore is not supported yet
        {"search": 3}                                                 | search of type []object
        {"rerank": {"strategy": "rrf", "params": {"k": 0}}}           | The rank params k should be in range (0, 16384)
        {"rerank": {"strategy": "weighted"}}                          | weights not found
        {"rerank": {"strategy": "model"}}                             | unsupported rank type model
        {"rerank": "rrf"}                                             | rerank of type object
        {"consistencyLevel": "x"}                                     | consistencyLevel can only be
        """)
    void of_wrongRequest_isRefused(String json, String message) {
        assertThatThrownBy(() -> {
                    RestCall call = Bodies.call(json);
                    HybridSearchWire.check(call);
                    HybridSearchWire.of(call);
                })
                .hasMessageContaining(message);
    }
}
