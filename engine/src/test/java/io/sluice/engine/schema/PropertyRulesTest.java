package io.sluice.engine.schema;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.engine.error.EngineException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which properties are accepted, and Milvus's texts for those that are not. */
final class PropertyRulesTest {
    private static final CollectionSchema SCHEMA = new CollectionSchema(
            "",
            List.of(FieldSchema.of("id", DataType.INT64).asPrimaryKey(false), FieldSchema.floatVector("vector", 4)),
            false,
            0);

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        mmap.enabled                          | yes          | invalid mmap.enabled value: yes
        warmup                                | sync         | warmup key 'warmup' is only allowed at field level
        warmup.vectorField                    | SYNC         | invalid warmup value for key warmup.vectorField: invalid warmup policy: SYNC
        evictable                             | true         | evictable key 'evictable' is only allowed at field level
        evictable.scalarIndex                 | maybe        | invalid evictable value for key evictable.scalarIndex: maybe
        collection.ttl.seconds                | soon         | collection TTL is not a valid positive integer: invalid parameter
        collection.ttl.seconds                | -2           | collection TTL is out of range, expect [-1, 3155760000], got -2: invalid parameter
        collection.ttl.seconds                | 3155760001   | collection TTL is out of range, expect [-1, 3155760000], got 3155760001
        ttl_field                             | id           | ttl_field is not supported by this server
        timezone                              | Mars/Olympus | unknown or invalid IANA Time Zone ID: Mars/Olympus: invalid parameter
        collection.replica.number             | two          | invalid value for collection.replica.number: two
        allow_insert_auto_id                  | true         | the value for allow_insert_auto_id must be false when autoID is false
        partitionkey.isolation                | true         | partition key isolation mode is enabled but no partition key field is set
        collection.insertRate.max.mb          | 5            | collection.insertRate.max.mb is not supported by this server
        partition.diskProtection.diskQuota.mb | 5            | partition.diskProtection.diskQuota.mb is not supported by this server
        """)
    void checkCollection_badValue_isRefused(String key, String value, String text) {
        assertThatThrownBy(() -> PropertyRules.checkCollection(Map.of(key, value), SCHEMA))
                .isInstanceOf(EngineException.InvalidRequest.class)
                .hasMessageStartingWith(text);
    }

    @ParameterizedTest
    @CsvSource({
        "mmap.enabled, True",
        "warmup.scalarField, async",
        "evictable.vectorField, False",
        "collection.ttl.seconds, -1",
        "collection.ttl.seconds, 3600",
        "timezone, Asia/Shanghai",
        "collection.replica.number, 1",
        "collection.resource_groups, __default_resource_group",
        "allow_insert_auto_id, false",
        "what.nobody.knows, anything"
    })
    void checkCollection_goodValue_passes(String key, String value) {
        assertThatCode(() -> PropertyRules.checkCollection(Map.of(key, value), SCHEMA))
                .doesNotThrowAnyException();
    }

    @ParameterizedTest
    @CsvSource({
        "database.replica.number, x",
        "database.max.collections, -1",
        "database.force.deny.writing, perhaps",
        "timezone, Nowhere"
    })
    void checkDatabase_badValue_isRefused(String key, String value) {
        assertThatThrownBy(() -> PropertyRules.checkDatabase(Map.of(key, value)))
                .isInstanceOf(EngineException.InvalidRequest.class)
                .hasMessageContaining(value);
    }

    @Test
    void checkField_badOptions_areRefused() {
        assertThatThrownBy(() -> PropertyRules.checkField(Map.of("warmup", "DISABLE")))
                .hasMessageStartingWith("invalid warmup policy: DISABLE");
        assertThatThrownBy(() -> PropertyRules.checkIndex(Map.of("mmap.enabled", "1")))
                .hasMessageStartingWith("invalid mmap.enabled value: 1");
        assertThatThrownBy(() -> PropertyRules.checkIndex(Map.of("evictable", "1")))
                .hasMessageStartingWith("invalid evictable value: 1");
    }

    @Test
    void residencyOf_keys_areGrouped() {
        assertThat(List.of(
                        "mmap.enabled", "lazyload.enabled", "warmup.vectorIndex", "evictable.scalarField", "timezone"))
                .extracting(PropertyRules::residencyOf)
                .containsExactly("mmap", "mmap", "warmup", "evictable", "");
    }
}
