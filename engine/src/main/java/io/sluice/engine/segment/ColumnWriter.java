package io.sluice.engine.segment;

import io.sluice.engine.catalog.PartRecord;
import io.sluice.engine.error.EngineException;
import io.sluice.engine.error.ErrorCode;
import io.sluice.engine.error.StopSignal;
import java.lang.foreign.MemorySegment;
import java.util.List;

/** Writes one field of sorted rows as a part: gathers small pieces in a buffer, passes large ones on as they are. */
final class ColumnWriter {
    private static final int BUFFER_BYTES = 64 << 10; // 64 KiB

    private final PartFileWriter file;
    private final SortedRows rows;
    private final StopSignal stop;
    private final MemorySegment buffer = MemorySegment.ofArray(new byte[BUFFER_BYTES]);
    private int bufferedBytes;

    ColumnWriter(PartFileWriter file, SortedRows rows, StopSignal stop) {
        this.file = file;
        this.rows = rows;
        this.stop = stop;
    }

    /** @param columns of the field, one per block of the rows */
    PartRecord write(ColumnShape shape, List<ColumnView> columns) {
        file.beginPart(shape.fieldId());
        section(PartLayout.DATA);
        rows.forEachRun((block, from, to) -> {
            stop.throwIfRequested();
            data(shape, columns.get(block), from, to);
        });
        if (!shape.isFixed()) {
            section(PartLayout.OFFSETS);
            var offsets = new Offsets(shape);
            rows.forEachRun((block, from, to) -> offsets.append(offsetsOf(columns.get(block)), from, to));
        }
        if (shape.isArrayOfBytes()) {
            section(PartLayout.ELEMENT_OFFSETS);
            var offsets = new Offsets(shape);
            rows.forEachRun((block, from, to) -> {
                ColumnView column = columns.get(block);
                assert column.elementOffsets() != null;
                offsets.append(column.elementOffsets(), column.elementStart(from), column.elementStart(to));
            });
        }
        if (shape.nullable()) {
            section(PartLayout.VALIDITY);
            var validity = new Validity();
            rows.forEachRun((block, from, to) -> validity.append(columns.get(block), from, to));
            validity.end();
        }
        flush();
        return file.endPart();
    }

    private void section(int kind) {
        flush();
        file.beginSection(kind);
    }

    private void data(ColumnShape shape, ColumnView column, int from, int to) {
        long first = from;
        long end = to;
        if (!shape.isFixed()) {
            MemorySegment offsets = offsetsOf(column);
            first = offsets.getAtIndex(ColumnView.INT, from);
            end = offsets.getAtIndex(ColumnView.INT, to);
        }
        if (shape.isArrayOfBytes()) {
            assert column.elementOffsets() != null;
            first = column.elementOffsets().getAtIndex(ColumnView.INT, first);
            end = column.elementOffsets().getAtIndex(ColumnView.INT, end);
        }
        copy(column.data(), first * shape.valueBytes(), (end - first) * shape.valueBytes());
    }

    private static MemorySegment offsetsOf(ColumnView column) {
        assert column.offsets() != null;
        return column.offsets();
    }

    private void copy(MemorySegment source, long offsetBytes, long sizeBytes) {
        if (sizeBytes > BUFFER_BYTES / 4) {
            flush();
            file.append(source.asSlice(offsetBytes, sizeBytes));
            return;
        }
        int at = take((int) sizeBytes);
        MemorySegment.copy(source, offsetBytes, buffer, at, sizeBytes);
    }

    /** Room in the buffer: answers where. */
    private int take(int sizeBytes) {
        if (bufferedBytes + sizeBytes > BUFFER_BYTES) {
            flush();
        }
        int at = bufferedBytes;
        bufferedBytes += sizeBytes;
        return at;
    }

    private void flush() {
        if (bufferedBytes > 0) {
            file.append(buffer.asSlice(0, bufferedBytes));
            bufferedBytes = 0;
        }
    }

    /** Offsets of what is put together from pieces: starts with 0. */
    private final class Offsets {
        private final ColumnShape shape;
        private long end;

        Offsets(ColumnShape shape) {
            this.shape = shape;
            put();
        }

        /** Continues with the lengths of {@code [from, to)}. */
        void append(MemorySegment source, long from, long to) {
            long shift = end - source.getAtIndex(ColumnView.INT, from);
            for (long i = from; i < to; i++) {
                end = source.getAtIndex(ColumnView.INT, i + 1) + shift;
                put();
            }
        }

        private void put() {
            if (end > Integer.MAX_VALUE) {
                throw new EngineException.Failed(
                        ErrorCode.TOO_LARGE,
                        "field is too large for one segment: fieldId=" + shape.fieldId() + ", offset=" + end
                                + ", largestOffset=" + Integer.MAX_VALUE + ". Seal segments earlier",
                        null);
            }
            buffer.set(ColumnView.INT, take(Integer.BYTES), (int) end);
        }
    }

    /** Validity words of what is put together from pieces. */
    private final class Validity {
        private long word;
        private int count;

        void append(ColumnView column, int from, int to) {
            for (int row = from; row < to; row++) {
                if (!column.isNull(row)) {
                    word |= 1L << count;
                }
                if ((++count & 63) == 0) {
                    put();
                }
            }
        }

        void end() {
            if ((count & 63) != 0) {
                put();
            }
        }

        private void put() {
            buffer.set(ColumnView.LONG, take(Long.BYTES), word);
            word = 0;
        }
    }
}
