package io.sluice.api.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Options of searches and queries as clients send them. */
class ReadParamsTest {
    private static ReadParams of(String key, String value) {
        return ReadParams.of(List.of(KeyValues.of(key, value)));
    }

    @ParameterizedTest
    @CsvSource({"true, true", "True, true", "false, false", "False, false"})
    void ignoreGrowing_asClientsWriteIt_isRead(String sent, boolean read) {
        assertThat(of("ignore_growing", sent).ignoreGrowing()).isEqualTo(read);
    }

    @Test
    void ignoreGrowing_notSent_isFalse() {
        assertThat(ReadParams.of(List.of()).ignoreGrowing()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"yes", "1", ""})
    void ignoreGrowing_anythingElse_isRefused(String sent) {
        assertThatThrownBy(() -> of("ignore_growing", sent).ignoreGrowing())
                .hasMessageStartingWith("parse ignore growing field failed");
    }

    @Test
    void params_inBothForms_theObjectWinsAndTheRestIsTheIndexes() {
        ReadParams params = ReadParams.of(
                List.of(KeyValues.of("ef", "1"), KeyValues.of("topk", "5"), KeyValues.of("params", "{\"ef\": 64}")));
        assertThat(params.smallNumber("topk", 0)).isEqualTo(5);
        assertThat(params.rest()).containsOnlyKeys("ef").containsEntry("ef", "64");
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "-1", "-7"})
    void limit_belowOne_isRefused(String sent) {
        assertThatThrownBy(() -> of("limit", sent).limit(-1)).hasMessageContaining("should be greater than 0");
    }

    @ParameterizedTest
    @CsvSource(textBlock = """
        '12 s', 'limit [12 s] is invalid'
        ' ',    'limit [] is invalid'
        '[1]',  'limit [[1]] is invalid'
        """)
    void limit_noNumber_isRefusedAsItWasSent(String sent, String text) {
        assertThatThrownBy(() -> of("limit", sent).limit(-1)).hasMessageStartingWith(text);
    }
}
