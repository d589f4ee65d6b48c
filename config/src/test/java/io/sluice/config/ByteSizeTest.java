package io.sluice.config;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ByteSizeTest {
    @ParameterizedTest
    @CsvSource({
        "0, 0",
        "1, 1",
        "7B, 7",
        "1KiB, 1024",
        "1.5 KiB, 1536",
        "' 4GiB ', 4294967296",
        "2TiB, 2199023255552",
        "0.5MiB, 524288"
    })
    void parse_size_isBytes(String text, long bytes) {
        assertThat(ByteSize.parse(text)).hasValue(bytes);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", " ", "GiB", "4GB", "4gib", "4G", "-1", "1e3", "0x10", "1,5GiB", "1  GiB", "99999999TiB"})
    void parse_noSize_isEmpty(String text) {
        assertThat(ByteSize.parse(text)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0 B",
        "1023, 1023 B",
        "1024, 1 KiB",
        "1536, 1.5 KiB",
        "14602888806, 13.6 GiB",
        "8796093022208, 8 TiB"
    })
    void text_bytes_isShort(long bytes, String text) {
        assertThat(ByteSize.text(bytes)).isEqualTo(text);
    }
}
