package io.sluice.engine.segment;

import io.sluice.engine.catalog.DeltaRecord;
import io.sluice.engine.schema.DataType;
import io.sluice.engine.schema.Keys;
import io.sluice.engine.store.SegmentStore;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.LongSummaryStatistics;

/**
 * A file of deletes: a part file with one part of id 0, its keys as a column ({@link PartLayout#DATA}, and
 * {@link PartLayout#OFFSETS} for VarChar) and {@code int64[deleteCount]} timestamps, sorted by (key, timestamp).
 */
public final class DeltaFile {
    private static final int PART_ID = 0;
    private static final int TIMESTAMPS = 10; // the section kind

    private DeltaFile() {}

    /**
     * Writes deletes; they may come in any order. Blocks until the file is durable.
     *
     * @param key of the file in the store
     * @param deletes at least one
     */
    public static DeltaRecord write(
            SegmentStore store, String key, long deltaId, long collectionId, long partitionId, Deletes deletes) {
        Deletes sorted = deletes.sorted();
        try (var file = PartFileWriter.create(store, key, PartFileWriter.Kind.DELTA, deltaId)) {
            file.beginPart(PART_ID);
            switch (sorted.keys()) {
                case Keys.LongKeys longs -> {
                    file.beginSection(PartLayout.DATA);
                    appendLongs(file, longs.values());
                }
                case Keys.StringKeys texts -> {
                    byte[][] encoded = Deletes.encoded(texts);
                    int[] offsets = new int[encoded.length + 1];
                    file.beginSection(PartLayout.DATA);
                    for (int i = 0; i < encoded.length; i++) {
                        file.append(MemorySegment.ofArray(encoded[i]));
                        offsets[i + 1] = Math.addExact(offsets[i], encoded[i].length);
                    }
                    file.beginSection(PartLayout.OFFSETS);
                    MemorySegment value = MemorySegment.ofArray(new byte[Integer.BYTES]);
                    for (int offset : offsets) {
                        value.set(ColumnView.INT, 0, offset);
                        file.append(value);
                    }
                }
            }
            file.beginSection(TIMESTAMPS);
            appendLongs(file, sorted.timestamps());
            file.endPart();
            long sizeBytes = file.commit();
            var timestamps = new LongSummaryStatistics();
            for (long timestamp : sorted.timestamps()) {
                timestamps.accept(timestamp);
            }
            return new DeltaRecord(
                    deltaId,
                    collectionId,
                    partitionId,
                    key,
                    sorted.count(),
                    sizeBytes,
                    timestamps.getMin(),
                    timestamps.getMax());
        }
    }

    /**
     * Reads deletes, sorted by (key, timestamp), to the heap.
     *
     * @param keyType Int64 or VarChar
     * @throws io.sluice.engine.error.EngineException.Corrupt if the file is missing, damaged or not the one recorded
     */
    public static Deletes read(SegmentStore store, DeltaRecord delta, DataType keyType) {
        String key = delta.key();
        int count = delta.deleteCount();
        try (var file = store.open(key)) {
            PartLayout layout = PartDirectory.read(file, key, PartFileWriter.Kind.DELTA, delta.id())
                    .part(PART_ID);
            if (layout.sizeBytes() > Integer.MAX_VALUE - 8) {
                throw PartChecksum.damaged(key, "deletes are too many: sizeBytes=" + layout.sizeBytes(), 0);
            }
            MemorySegment part = MemorySegment.ofArray(new byte[(int) layout.sizeBytes()]);
            file.read(layout.offsetBytes(), part);
            PartChecksum.verify(layout, 0, part, key, "deletes");
            MemorySegment timestamps = layout.section(TIMESTAMPS, part);
            if (timestamps.byteSize() != (long) count * Long.BYTES) {
                throw PartChecksum.damaged(
                        key,
                        "file has " + timestamps.byteSize() / Long.BYTES + " deletes instead of " + count,
                        layout.offsetBytes());
            }
            var shape = new ColumnShape(PART_ID, keyType, null, 0, false);
            ColumnView keys = ColumnViews.of(shape, count, layout, part);
            return new Deletes(keysOf(keys), longs(timestamps, count));
        }
    }

    private static Keys keysOf(ColumnView keys) {
        if (keys.type() == DataType.INT64) {
            return new Keys.LongKeys(longs(keys.data(), keys.rowCount()));
        }
        List<String> texts = new ArrayList<>(keys.rowCount());
        for (int i = 0; i < keys.rowCount(); i++) {
            texts.add(new String(keys.bytes(i), StandardCharsets.UTF_8));
        }
        return new Keys.StringKeys(texts);
    }

    private static long[] longs(MemorySegment source, int count) {
        long[] values = new long[count];
        MemorySegment.copy(source, ColumnView.LONG, 0, values, 0, count);
        return values;
    }

    private static void appendLongs(PartFileWriter file, long[] values) {
        MemorySegment value = MemorySegment.ofArray(new byte[Long.BYTES]);
        for (long each : values) {
            value.set(ColumnView.LONG, 0, each);
            file.append(value);
        }
    }
}
