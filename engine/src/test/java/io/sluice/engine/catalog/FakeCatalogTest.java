package io.sluice.engine.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.engine.error.EngineException;
import java.util.Map;
import org.junit.jupiter.api.Test;

class FakeCatalogTest extends CatalogContract {
    @Override
    protected Catalog openEmpty() {
        return new FakeCatalog();
    }

    @Override
    protected Catalog reopen(Catalog before) {
        return ((FakeCatalog) before).reopened();
    }

    @Test
    void failNext_change_failsOnceAndLeavesNothing() {
        FakeCatalog catalog = new FakeCatalog();
        DatabaseRecord database = new DatabaseRecord(1, "default", Map.of(), 1);
        catalog.failNext();

        assertThatThrownBy(() -> catalog.put(database).block()).isInstanceOf(EngineException.Failed.class);
        assertThat(catalog.commitCount()).isZero();

        catalog.put(database).block();
        assertThat(catalog.commitCount()).isEqualTo(1);
    }
}
