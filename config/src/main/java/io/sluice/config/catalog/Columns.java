package io.sluice.config.catalog;

import io.r2dbc.spi.Readable;

/** The columns of one row, by position, none of them null. Confined to one thread at a time. */
final class Columns {
    private final Readable row;

    private Columns(Readable row) {
        this.row = row;
    }

    static Columns of(Readable row) {
        return new Columns(row);
    }

    String textAt(int column) {
        return at(column, String.class);
    }

    long longAt(int column) {
        return at(column, Long.class);
    }

    int intAt(int column) {
        return at(column, Integer.class);
    }

    boolean flagAt(int column) {
        return at(column, Boolean.class);
    }

    private <T> T at(int column, Class<T> type) {
        T value = row.get(column, type);
        if (value == null) {
            throw new IllegalStateException("a column of the catalog is null: column=" + column + ", row=" + row);
        }
        return value;
    }
}
