package io.sluice.engine.testkit;

import io.sluice.engine.error.StopSignal;
import io.sluice.engine.index.IndexBuilder;
import io.sluice.engine.index.IndexSpec;
import io.sluice.engine.index.ScalarIndex;
import io.sluice.engine.memory.MemoryBudget;
import io.sluice.engine.segment.ColumnView;
import io.sluice.engine.segment.PartDirectory;
import io.sluice.engine.segment.PartFileWriter;
import io.sluice.engine.segment.PartLayout;
import io.sluice.engine.store.MemoryStore;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** Builds index files over columns of a test and opens them again, as a load would. */
public final class ScalarIndexes {
    private static final String KEY = "1/2/3-4.idx";
    private static final long OWNER = 3;

    /** The image of an index in memory. */
    public record Image(PartLayout layout, MemorySegment bytes) {
        public ScalarIndex open(ColumnView column) {
            return IndexBuilder.openScalar(layout, bytes, column);
        }
    }

    private ScalarIndexes() {}

    public static ScalarIndex of(Arena arena, IndexSpec.Scalar.Form form, ColumnView column) {
        return image(arena, form, column).open(column);
    }

    public static Image image(Arena arena, IndexSpec.Scalar.Form form, ColumnView column) {
        var store = new MemoryStore();
        try (var out = PartFileWriter.create(store, KEY, PartFileWriter.Kind.INDEX, OWNER)) {
            IndexBuilder.build(new IndexSpec.Scalar(form), column, 1, new MemoryBudget(1 << 20), new StopSignal(), out);
            out.commit();
        }
        try (var file = store.open(KEY)) {
            PartLayout layout = PartDirectory.read(file, KEY, PartFileWriter.Kind.INDEX, OWNER)
                    .part(0);
            MemorySegment bytes = arena.allocate(layout.sizeBytes(), 64);
            file.read(layout.offsetBytes(), bytes);
            return new Image(layout, bytes);
        }
    }
}
