package io.sluice.app.clients;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class ClientSelectionTest {
    @Test
    void parse_names_selectsThose() {
        assertThat(ClientSelection.parse("python, go").languages()).containsExactlyInAnyOrder("python", "go");
    }

    @Test
    void parse_none_selectsNothing() {
        assertThat(ClientSelection.parse("none").languages()).isEmpty();
    }

    @Test
    void parse_unknownName_saysWhichThereAre() {
        assertThatThrownBy(() -> ClientSelection.parse("python,rust"))
                .hasMessageContainingAll("value=rust", "sluice.clients", "python", "node", "go", "java", "none");
        assertThatThrownBy(() -> ClientSelection.parse("")).hasMessageContaining("unknown client");
    }
}
