package io.sluice.engine.log;

import org.jspecify.annotations.Nullable;

/** What a record of the log asks for. The numbers are on disk: append-only. */
public enum RecordKind {
    /** Payload: {@link ColumnBatchCodec#encodeRows}. */
    INSERT(1),
    /** Delete of keys and insert of rows with one timestamp. Payload: {@link ColumnBatchCodec#encodeUpsert}. */
    UPSERT(2),
    /** Payload: {@link ColumnBatchCodec#encodeKeys}. */
    DELETE(3);

    private final byte number;

    RecordKind(int number) {
        this.number = (byte) number;
    }

    byte number() {
        return number;
    }

    static @Nullable RecordKind ofNumber(byte number) {
        for (RecordKind kind : values()) {
            if (kind.number == number) {
                return kind;
            }
        }
        return null;
    }
}
