package io.sluice.api.rest;

import io.sluice.engine.schema.Column;
import io.sluice.engine.schema.DataType;
import io.sluice.engine.schema.Keys;
import io.sluice.engine.search.OutputColumn;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.io.SerializedString;

/**
 * Result columns as rows of JSON. Confined to one thread at a time.
 *
 * <p>Int64 is text unless the caller accepts numbers, because JavaScript would round it; inside lists it is a number, as
 * Milvus has it. A JSON field is a text that holds JSON. The keys of {@code $meta} stand in the row as they were sent.
 */
final class RowWriter {
    private final JsonGenerator json;
    private final boolean int64AsNumber;
    private final List<NamedColumn> columns = new ArrayList<>();
    private final Set<String> taken;

    private record NamedColumn(SerializedString name, DataType type, boolean dynamic, Column values) {}

    /** @param taken keys that the row has already; columns and dynamic keys of these names are left out */
    RowWriter(JsonGenerator json, List<OutputColumn> columns, boolean int64AsNumber, Set<String> taken) {
        this.json = json;
        this.int64AsNumber = int64AsNumber;
        this.taken = taken;
        for (OutputColumn column : columns) {
            if (!taken.contains(column.field().name())) {
                this.columns.add(new NamedColumn(
                        new SerializedString(column.field().name()),
                        column.field().type(),
                        column.field().dynamic(),
                        column.column()));
            }
        }
    }

    /** The members of a row, inside an object that is open. */
    void writeMembers(int row) {
        for (NamedColumn column : columns) {
            if (column.dynamic()) {
                writeDynamic(column.values(), row);
            } else {
                json.writeName(column.name());
                writeValue(column.type(), column.values(), row);
            }
        }
    }

    void writeKey(Keys keys, int index) {
        switch (keys) {
            case Keys.LongKeys longs -> writeInt64(longs.values()[index]);
            case Keys.StringKeys texts -> json.writeString(texts.values().get(index));
        }
    }

    private void writeValue(DataType type, Column column, int row) {
        if (column.isNull(row)) {
            json.writeNull();
            return;
        }
        switch (column) {
            case Column.Longs longs when type == DataType.INT64 -> writeInt64(longs.values()[row]);
            case Column.FloatVectors vectors -> {
                int from = row * vectors.dimension();
                json.writeStartArray();
                for (int i = from; i < from + vectors.dimension(); i++) {
                    json.writeNumber(vectors.values()[i]);
                }
                json.writeEndArray();
            }
            case Column.Arrays lists -> {
                json.writeStartArray();
                for (int i = lists.offsets()[row]; i < lists.offsets()[row + 1]; i++) {
                    writeElement(lists.elements(), i);
                }
                json.writeEndArray();
            }
            default -> writeElement(column, row);
        }
    }

    private void writeElement(Column column, int row) {
        switch (column) {
            case Column.Bools bools -> json.writeBoolean(bools.values()[row]);
            case Column.Ints ints -> json.writeNumber(ints.values()[row]);
            case Column.Longs longs -> json.writeNumber(longs.values()[row]);
            case Column.Floats floats -> json.writeNumber(floats.values()[row]);
            case Column.Doubles doubles -> json.writeNumber(doubles.values()[row]);
            case Column.Bytes texts -> json.writeUTF8String(texts.data(), texts.offsets()[row], texts.length(row));
            case Column.Arrays _, Column.FloatVectors _ ->
                throw new AssertionError("lists have no lists inside: " + column);
        }
    }

    private void writeInt64(long value) {
        if (int64AsNumber) {
            json.writeNumber(value);
        } else {
            json.writeString(Long.toString(value));
        }
    }

    private void writeDynamic(Column column, int row) {
        if (column.isNull(row) || !(column instanceof Column.Bytes documents)) {
            return;
        }
        byte[] data = documents.data();
        int from = documents.offsets()[row];
        try (JsonParser parser = Json.parser(data, from, documents.length(row))) {
            parser.nextToken();
            for (@Nullable String name = parser.nextName(); name != null; name = parser.nextName()) {
                parser.nextToken();
                int valueFrom = from + (int) parser.currentTokenLocation().getByteOffset();
                parser.skipChildren();
                parser.finishToken();
                int valueTo = from + (int) parser.currentLocation().getByteOffset();
                if (!taken.contains(name)) {
                    json.writeName(name);
                    json.writeRawValue(new String(data, valueFrom, valueTo - valueFrom, StandardCharsets.UTF_8));
                }
            }
        }
    }
}
