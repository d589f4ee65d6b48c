package io.sluice.engine.collection;

import io.sluice.engine.catalog.IndexRecord;
import io.sluice.engine.index.IndexSpec;
import io.sluice.engine.schema.IndexDefinition;

/** An index as declared and as checked. Immutable. */
public record CollectionIndex(IndexRecord record, IndexSpec spec) {
    public long id() {
        return record.definition().id();
    }

    public IndexDefinition definition() {
        return record.definition();
    }

    public int fieldId() {
        return record.definition().fieldId();
    }
}
