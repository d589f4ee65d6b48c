package io.sluice.api.rest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.engine.search.SearchRequest;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SearchWireTest {
    @Test
    void of_plainSearch_hasMilvusDefaults() {
        SearchRequest request = SearchWire.of(Bodies.call("{\"data\": [[1, 2.5]], \"collectionName\": \"c\"}"))
                .request(null);

        assertThat(request.queries()).hasSize(1);
        assertThat(request.queries().get(0)).containsExactly(1f, 2.5f);
        assertThat(request.limit()).isEqualTo(100);
        assertThat(request.offset()).isZero();
        assertThat(request.outputFields()).isEmpty();
        assertThat(request.roundDecimal()).isEqualTo(-1);
        assertThat(request.metric()).isEmpty();
        assertThat(request.database()).isEqualTo("default");
    }

    @Test
    void of_everyOption_isTaken() {
        SearchRequest request = SearchWire.of(Bodies.call("""
            {"collectionName": "c", "data": [[1], [2], [3]], "annsField": "v", "limit": 3, "offset": 2,
             "filter": "rank < {most}", "exprParams": {"most": 5, "names": ["a", "b"], "share": 0.5},
             "outputFields": ["word"], "partitionNames": ["p"], "consistencyLevel": "Strong", "unknown": {},
             "searchParams": {"metricType": "L2", "ignore_growing": true, "round_decimal": 3, "ef": 100,
                              "params": {"radius": 0.5, "range_filter": 0.1}}}
            """)).request(null);

        assertThat(request.queries()).hasSize(3);
        assertThat(request.vectorField()).isEqualTo("v");
        assertThat(request.limit()).isEqualTo(3);
        assertThat(request.offset()).isEqualTo(2);
        assertThat(request.filter()).isEqualTo("rank < {most}");
        assertThat(request.templates())
                .containsOnly(Map.entry("most", 5L), Map.entry("names", List.of("a", "b")), Map.entry("share", 0.5));
        assertThat(request.outputFields()).containsExactly("word");
        assertThat(request.partitions()).containsExactly("p");
        assertThat(request.metric()).isEqualTo("L2");
        assertThat(request.ignoreGrowing()).isTrue();
        assertThat(request.roundDecimal()).isEqualTo(3);
        assertThat(request.params())
                .containsOnly(Map.entry("ef", "100"), Map.entry("radius", "0.5"), Map.entry("range_filter", "0.1"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        {"collectionName": "c"}                                        | missing required parameters, error: Key: 'SearchReqV2.Data'
        {"collectionName": "c", "data": null}                          | missing required parameters, error: Key: 'SearchReqV2.Data'
        {"collectionName": "c", "data": [[1]], "ids": [1]}             | data and ids cannot be given together: invalid parameter
        {"collectionName": "c", "data": [[1]], "groupingField": "x"}   | option groupingField is not supported yet
        {"collectionName": "c", "data": [[1]], "functionScore": {"functions": []}} | option functionScore is not supported yet
        {"collectionName": "c", "data": [[1]], "searchParams": {"params": {"group_by_field": "x"}}} | search parameter group_by_field is not supported yet
        {"collectionName": "c", "data": [[1]], "consistencyLevel": "x"} | consistencyLevel can only be
        {"collectionName": "c", "data": [1, 2]}                        | data must be a list of vectors, such as [[0.1, 0.2]]: query=0, value=1
        {"collectionName": "c", "data": {"a": 1}}                      | data must be a list of vectors
        {"collectionName": "c", "data": [[1], [1, "x"]]}               | element=1, query=1, value="x"
        {"collectionName": "c", "data": [[1e40]]}                      | finite float32 numbers: element=0
        {"collectionName": "c", "data": [[NaN]]}                       | NaN is no JSON value
        {"collectionName": "c", "data": [[1]], "limit": "many"}        | limit of type int32
        {"collectionName": "c", "data": [[1]], "exprParams": {"a": null}} | exprParams.a of type bool, number, string or list
        {"collectionName": "c", "data": [[1]], "searchParams": {"ignore_growing": "x"}} | parse ignore growing field failed
        {"collectionName": "c", "data": [[1]], "searchParams": {"round_decimal": 9}} | round_decimal [9] is invalid
        """)
    void of_wrongRequest_isRefused(String json, String message) {
        assertThatThrownBy(() -> {
                    RestCall call = Bodies.call(json);
                    SearchWire.check(call);
                    SearchWire.of(call).request(null);
                })
                .hasMessageContaining(message);
    }
}
