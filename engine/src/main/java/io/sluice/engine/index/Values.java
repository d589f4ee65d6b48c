package io.sluice.engine.index;

import io.sluice.engine.schema.DataType;
import io.sluice.engine.segment.ColumnView;
import io.sluice.engine.segment.KeyOrder;
import java.lang.foreign.MemorySegment;
import java.util.Objects;

/**
 * The single values of a column by position: rows, or in a column of arrays their elements. A view: valid while the lease
 * under the column is open. Immutable and thread-safe.
 *
 * <p>Their order is that of filters: Bool false first, numbers by value with both zeros equal and NaN last, texts by the
 * unsigned bytes of their UTF-8.
 */
final class Values {
    /** How values compare. */
    enum Kind {
        INTEGER,
        FLOATING,
        BYTES
    }

    private final ColumnView column;
    private final DataType type;
    private final Kind kind;

    Values(ColumnView column) {
        this.column = column;
        this.type = column.elementType() == null ? column.type() : column.elementType();
        this.kind = type.isFloating() ? Kind.FLOATING : type.isBytes() ? Kind.BYTES : Kind.INTEGER;
    }

    boolean areElements() {
        return column.elementType() != null;
    }

    ColumnView column() {
        return column;
    }

    /** Of one value. */
    DataType type() {
        return type;
    }

    Kind kind() {
        return kind;
    }

    /** Positions, those of null rows included. */
    int count() {
        return areElements() ? column.elementEnd(column.rowCount() - 1) : column.rowCount();
    }

    /** An integer, or a Bool as 0 or 1. */
    long integer(int at) {
        if (type == DataType.BOOL) {
            return (areElements() ? column.elementBool(at) : column.bool(at)) ? 1 : 0;
        }
        return areElements() ? column.elementInteger(at) : column.integer(at);
    }

    /** A Float or Double, never -0.0. */
    double floating(int at) {
        return (areElements() ? column.elementFloating(at) : column.floating(at)) + 0.0;
    }

    MemorySegment bytes() {
        return column.data();
    }

    int byteStart(int at) {
        return offsets().getAtIndex(ColumnView.INT, at);
    }

    int byteEnd(int at) {
        return offsets().getAtIndex(ColumnView.INT, at + 1);
    }

    private MemorySegment offsets() {
        return Objects.requireNonNull(areElements() ? column.elementOffsets() : column.offsets());
    }

    int compare(int a, int b) {
        return switch (kind) {
            case INTEGER -> Long.compare(integer(a), integer(b));
            case FLOATING -> Double.compare(floating(a), floating(b));
            case BYTES -> KeyOrder.compare(bytes(), byteStart(a), byteEnd(a), bytes(), byteStart(b), byteEnd(b));
        };
    }

    int compareBytes(int at, MemorySegment utf8) {
        return KeyOrder.compare(bytes(), byteStart(at), byteEnd(at), utf8, 0, utf8.byteSize());
    }

    /** A number that orders values as {@link #compare} does, or for texts by their first eight bytes. */
    long sortKey(int at) {
        return switch (kind) {
            case INTEGER -> integer(at);
            case FLOATING -> {
                long bits = Double.doubleToLongBits(floating(at));
                yield bits ^ bits >> 63 & Long.MAX_VALUE;
            }
            case BYTES -> KeyOrder.prefix(bytes(), byteStart(at), byteEnd(at));
        };
    }
}
