package io.sluice.engine.collection;

import io.sluice.engine.catalog.SegmentRecord;
import io.sluice.engine.error.EngineException;
import io.sluice.engine.error.StopSignal;
import io.sluice.engine.index.IndexBuilder;
import io.sluice.engine.index.IndexSpec;
import io.sluice.engine.index.ScalarIndex;
import io.sluice.engine.index.TopK;
import io.sluice.engine.index.VectorIndex;
import io.sluice.engine.load.LoadedPart;
import io.sluice.engine.memory.Lease;
import io.sluice.engine.schema.CollectionSchema;
import io.sluice.engine.schema.Keys;
import io.sluice.engine.segment.ColumnView;
import io.sluice.engine.segment.ColumnViews;
import io.sluice.engine.segment.DeleteMask;
import io.sluice.engine.segment.Deletes;
import io.sluice.engine.segment.RowBlock;
import io.sluice.engine.segment.SortedKeys;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A sealed segment in memory: its parts, the views over them, and which rows are deleted.
 *
 * <p>Owns the owner leases of its parts until a snapshot without them is published; then whoever unpublished them does.
 * Immutable, except for the delete mask, which the collection's lock guards and which all versions of one segment share.
 */
final class LoadedSegment {
    /** The narrowest walk: it touches every level, and the first load of a process runs it before anything is compiled. */
    private static final Map<String, String> TEST_READ = Map.of("ef", "1");

    private final SegmentRecord record;
    private final CollectionSchema schema;
    private final Map<Integer, LoadedPart> fields;
    private final Map<Long, LoadedPart> indexes;
    private final RowBlock rows;
    private final SortedKeys keys;
    private final Map<Integer, VectorIndex> vectorIndexes = new HashMap<>();
    private final Map<Integer, ScalarIndex> scalarIndexes = new HashMap<>();
    private final DeleteMask deletes;

    /**
     * @param fields by field id; key and timestamp among them
     * @param indexes by index id
     * @param indexFields which field an index is on, and what it is
     */
    LoadedSegment(
            SegmentRecord record,
            CollectionSchema schema,
            Map<Integer, LoadedPart> fields,
            Map<Long, LoadedPart> indexes,
            Map<Long, IndexOnField> indexFields,
            DeleteMask deletes) {
        this.record = record;
        this.schema = schema;
        this.fields = Map.copyOf(fields);
        this.indexes = Map.copyOf(indexes);
        this.deletes = deletes;
        this.rows = viewRows();
        this.keys =
                new SortedKeys(rows.column(schema.primaryKey().id()), rows.column(CollectionSchema.TIMESTAMP_FIELD_ID));
        openIndexes(indexFields);
    }

    /** An index and the field it is on. */
    record IndexOnField(int fieldId, IndexSpec spec) {}

    SegmentRecord record() {
        return record;
    }

    RowBlock rows() {
        return rows;
    }

    Map<Integer, LoadedPart> fields() {
        return fields;
    }

    Map<Long, LoadedPart> indexes() {
        return indexes;
    }

    DeleteMask deletes() {
        return deletes;
    }

    long reservedBytes() {
        return parts().stream()
                .mapToLong(part -> part.ownerLease().reservedBytes())
                .sum();
    }

    List<LoadedPart> parts() {
        List<LoadedPart> parts = new ArrayList<>(fields.values());
        parts.addAll(indexes.values());
        return parts;
    }

    /** Marks the rows of these keys that are older than {@code timestamp}. Call under the collection's lock. */
    void delete(Keys deletedKeys, long timestamp) {
        keys.delete(deletedKeys, timestamp, deletes);
    }

    /** Marks the rows that sorted deletes hit. Call under the collection's lock, or before anybody else sees this. */
    void apply(Deletes sorted) {
        keys.apply(sorted, deletes);
    }

    /** Leases on every part, or empty if one of them is already gone. */
    Optional<List<Lease>> tryLeases(String holder) {
        List<Lease> leases = new ArrayList<>(fields.size() + indexes.size());
        for (LoadedPart part : parts()) {
            Optional<Lease> lease = part.ownerLease().tryShare(holder);
            if (lease.isEmpty()) {
                leases.forEach(Lease::close);
                return Optional.empty();
            }
            leases.add(lease.get());
        }
        return Optional.of(leases);
    }

    /** The segment as a read at {@code timestamp} sees it; valid under {@link #tryLeases}. */
    ReadableBlock readable(long timestamp) {
        var visible =
                deletes.visibleAt(timestamp, rows.column(CollectionSchema.TIMESTAMP_FIELD_ID), record.maxTimestamp());
        return new ReadableBlock(
                record.id(), record.partitionId(), false, true, rows, visible, vectorIndexes, scalarIndexes);
    }

    /**
     * One top-1 search or one look for a value per loaded index and one key lookup on the staged bytes, before anybody else
     * may see them.
     *
     * @throws EngineException.Corrupt if an answer is impossible
     */
    void testRead(Map<Long, IndexOnField> indexFields) {
        if (record.rowCount() == 0) {
            return;
        }
        int row = record.rowCount() / 2;
        if (!findsItself(row)) {
            throw new EngineException.Corrupt("test read failed: the key of a row is not where it should be: segment="
                    + record.id() + ", file=" + record.key() + ", row=" + row
                    + ". Restore the file or drop the collection");
        }
        for (long indexId : indexes.keySet()) {
            IndexOnField index = indexFields.get(indexId);
            if (index != null && !answers(index.fieldId(), row)) {
                throw new EngineException.Corrupt("test read failed: the index answers nothing: segment=" + record.id()
                        + ", index=" + indexId + ". Drop the index and create it again");
            }
        }
    }

    private boolean answers(int fieldId, int row) {
        ScalarIndex scalar = scalarIndexes.get(fieldId);
        if (scalar != null) {
            return scalar.finds(row);
        }
        VectorIndex vector = vectorIndexes.get(fieldId);
        if (vector == null) {
            return true; // its field is not loaded
        }
        ColumnView vectors = rows.column(fieldId);
        int rowWithVector = notNull(vectors, row);
        if (rowWithVector < 0) {
            return true;
        }
        var best = new TopK(1);
        vector.search(vectorOf(vectors, rowWithVector), TEST_READ, null, best, new StopSignal());
        return best.size() == 1;
    }

    /** A row that is not null, if possible near {@code row}; -1 = all are. */
    private static int notNull(ColumnView column, int row) {
        int rowCount = column.rowCount();
        for (int i = 0; i < rowCount; i++) {
            int candidate = (row + i) % rowCount;
            if (!column.isNull(candidate)) {
                return candidate;
            }
        }
        return -1;
    }

    private boolean findsItself(int row) {
        ColumnView key = rows.column(schema.primaryKey().id());
        SortedKeys.Rows found = key.type().isBytes() ? keys.rowsOf(key.bytes(row)) : keys.rowsOf(key.integer(row));
        return found.from() <= row && row < found.to();
    }

    /** The parts that {@code other} does not have: what becomes unfindable when {@code other} takes this one's place. */
    List<LoadedPart> partsNotIn(LoadedSegment other) {
        Set<LoadedPart> kept = Set.copyOf(other.parts());
        return parts().stream().filter(part -> !kept.contains(part)).toList();
    }

    private RowBlock viewRows() {
        Map<Integer, ColumnView> columns = new HashMap<>();
        fields.forEach((fieldId, part) -> {
            MemorySegment bytes = part.ownerLease().bytes();
            columns.put(
                    fieldId,
                    fieldId == CollectionSchema.TIMESTAMP_FIELD_ID
                            ? ColumnViews.timestamps(record.rowCount(), part.layout(), bytes)
                            : ColumnViews.of(schema.get(fieldId), record.rowCount(), part.layout(), bytes));
        });
        return new RowBlock(record.rowCount(), columns);
    }

    private void openIndexes(Map<Long, IndexOnField> indexFields) {
        indexes.forEach((indexId, part) -> {
            IndexOnField index = indexFields.get(indexId);
            if (index == null || !rows.has(index.fieldId())) {
                return;
            }
            MemorySegment bytes = part.ownerLease().bytes();
            ColumnView column = rows.column(index.fieldId());
            switch (index.spec()) {
                case IndexSpec.Vector vector ->
                    vectorIndexes.put(index.fieldId(), IndexBuilder.open(vector, part.layout(), bytes, column));
                case IndexSpec.Scalar _ ->
                    scalarIndexes.put(index.fieldId(), IndexBuilder.openScalar(part.layout(), bytes, column));
            }
        });
    }

    private static float[] vectorOf(ColumnView vectors, int row) {
        float[] vector = new float[vectors.dimension()];
        MemorySegment.copy(
                vectors.data(), ValueLayout.JAVA_FLOAT_UNALIGNED, vectors.vectorOffset(row), vector, 0, vector.length);
        return vector;
    }
}
