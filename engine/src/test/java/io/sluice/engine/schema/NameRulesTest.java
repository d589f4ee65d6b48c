package io.sluice.engine.schema;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.engine.error.EngineException;
import io.sluice.engine.error.ErrorCode;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class NameRulesTest {
    private static void refused(Consumer<String> rule, String name, ErrorCode code, String text) {
        assertThatThrownBy(() -> rule.accept(name))
                .isInstanceOfSatisfying(
                        EngineException.InvalidRequest.class,
                        e -> assertThat(e.code()).isEqualTo(code))
                .hasMessageStartingWith(text);
    }

    @Test
    void check_goodNames_pass() {
        for (String name : List.of("a", "_", "_a1", "Z9_", "x".repeat(255))) {
            assertThatCode(() -> NameRules.checkCollection(name)).doesNotThrowAnyException();
            assertThatCode(() -> NameRules.checkAlias(name)).doesNotThrowAnyException();
            assertThatCode(() -> NameRules.checkDatabase(name)).doesNotThrowAnyException();
            assertThatCode(() -> NameRules.checkPartition(name)).doesNotThrowAnyException();
            assertThatCode(() -> NameRules.checkIndex(name)).doesNotThrowAnyException();
            assertThatCode(() -> NameRules.checkField(name)).doesNotThrowAnyException();
        }
        assertThatCode(() -> NameRules.checkIndex("")).doesNotThrowAnyException();
        assertThatCode(() -> NameRules.checkPartition("2024-05_a")).doesNotThrowAnyException();
    }

    @Test
    void checkCollection_badNames_sayWhatMilvusSays() {
        refused(
                NameRules::checkCollection,
                "",
                ErrorCode.INVALID_PARAMETER,
                "collection name should not be empty: invalid parameter");
        refused(
                NameRules::checkCollection,
                "1a",
                ErrorCode.INVALID_PARAMETER,
                "Invalid collection name: 1a. the first character of a collection name must be an underscore or"
                        + " letter: invalid parameter");
        refused(
                NameRules::checkCollection,
                "a-b",
                ErrorCode.INVALID_PARAMETER,
                "Invalid collection name: a-b. collection name can only contain numbers, letters and underscores:"
                        + " invalid parameter");
        String name = "x".repeat(256);
        refused(
                NameRules::checkCollection,
                name,
                ErrorCode.INVALID_PARAMETER,
                "Invalid collection name: " + name
                        + ". the length of a collection name must be less than 255 characters: invalid parameter");
        refused(
                NameRules::checkCollection,
                "\u00e4",
                ErrorCode.INVALID_PARAMETER,
                "Invalid collection name: \u00e4. the first character");
    }

    @Test
    void checkOthers_badNames_areRefusedWithTheirCode() {
        refused(NameRules::checkAlias, "1", ErrorCode.INVALID_PARAMETER, "Invalid collection alias: 1. the first");
        refused(
                NameRules::checkDatabase,
                "a.b",
                ErrorCode.INVALID_DATABASE_NAME,
                "database name can only contain numbers, letters and underscores: invalid database name[database=a.b]");
        refused(NameRules::checkDatabase, "", ErrorCode.INVALID_DATABASE_NAME, "database name should not be empty");
        refused(
                NameRules::checkPartition,
                "",
                ErrorCode.INVALID_PARAMETER,
                "Invalid partition name: . Partition name should not be empty.");
        refused(NameRules::checkPartition, " ", ErrorCode.INVALID_PARAMETER, "Invalid partition name: . ");
        refused(NameRules::checkPartition, "-a", ErrorCode.INVALID_PARAMETER, "Invalid partition name: -a. The first");
        refused(
                NameRules::checkPartition,
                "a b",
                ErrorCode.INVALID_PARAMETER,
                "Invalid partition name: a b. Partition");
        refused(NameRules::checkIndex, "$i", ErrorCode.INVALID_PARAMETER, "Invalid index name: $i. The first");
        refused(NameRules::checkField, "a$", ErrorCode.INVALID_FIELD_NAME, "Invalid field name: a$. Field name can");
        refused(
                NameRules::checkField,
                "$meta",
                ErrorCode.INVALID_FIELD_NAME,
                "Invalid field name: $meta. It is reserved");
        refused(NameRules::checkField, "", ErrorCode.INVALID_FIELD_NAME, "field name should not be empty");
    }
}
