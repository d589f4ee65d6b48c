package io.sluice.engine.collection;

import io.sluice.engine.error.StopSignal;
import io.sluice.engine.index.IndexSpec;
import io.sluice.engine.memory.Lease;
import io.sluice.engine.schema.CollectionSchema;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What one read sees: the blocks of a collection at one timestamp, held by leases until closed. Confined to one thread
 * at a time.
 *
 * @param loadedFields that filters and outputs may use
 * @param indexSpecs by vector field id
 * @param timestamp rows and deletes up to here are seen
 * @param stop asked between steps; a release requests it when its drain limit has passed
 * @param leases closed with this view
 */
public record ReadView(
        String database,
        String collection,
        CollectionSchema schema,
        Set<Integer> loadedFields,
        Map<Integer, IndexSpec.Vector> indexSpecs,
        List<ReadableBlock> blocks,
        long timestamp,
        StopSignal stop,
        List<Lease> leases,
        Runnable onClose)
        implements AutoCloseable {
    @Override
    public void close() {
        leases.forEach(Lease::close);
        onClose.run();
    }
}
