package io.sluice.api.rest;

import io.sluice.api.rest.JsonBody.DataParser;
import io.sluice.engine.schema.CollectionSchema;
import io.sluice.engine.schema.Column;
import io.sluice.engine.schema.FieldSchema;
import io.sluice.engine.schema.RowBatch;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/**
 * Rows of an insert or upsert, streamed from JSON into columns. Confined to one thread at a time.
 *
 * <p>Keys that the schema does not have go to {@code $meta} as they were sent. Whether a column may be missing or null,
 * and whether a value is too long, the engine decides; here is checked what JSON alone can be wrong about.
 */
final class RowReader {
    private static final String NO_ROW_FIELD = "";
    private static final int LEAST_BYTES_PER_ELEMENT = 2; // a digit and a comma

    private final boolean dynamic;
    private final Map<String, ColumnBuilder> builders = new HashMap<>();
    private final DynamicRows dynamicRows = new DynamicRows();
    private int row;
    private String currentField = NO_ROW_FIELD;

    private RowReader(CollectionSchema schema) {
        this.dynamic = schema.dynamicField();
        for (FieldSchema field : schema.userFields()) {
            builders.put(field.name(), ColumnBuilder.of(field));
        }
    }

    /** @throws RestRefusal 1801 for wrong JSON, 1804 for rows that do not fit, each with field and row */
    static RowBatch read(JsonBody body, CollectionSchema schema) {
        RowReader reader = new RowReader(schema);
        return body.readData(parser -> reader.readAll(parser, body.dataLength()), reader::place);
    }

    private String place() {
        return (currentField.isEmpty() ? "" : ", field=" + currentField) + ", row=" + row;
    }

    private RowBatch readAll(DataParser parser, int dataBytes) {
        JsonParser tokens = parser.tokens();
        JsonToken token = tokens.nextToken();
        if (token == JsonToken.START_OBJECT) {
            readRow(parser);
            row = 1;
        } else if (token == JsonToken.START_ARRAY) {
            for (token = tokens.nextToken(); token != JsonToken.END_ARRAY; token = tokens.nextToken()) {
                if (token != JsonToken.START_OBJECT) {
                    throw RestRefusal.badRows("a row must be a JSON object: row=" + row);
                }
                readRow(parser);
                row++;
                if (row == 1) {
                    expectRows(dataBytes, parser);
                }
            }
        } else {
            throw RestRefusal.badJson(
                    "cannot unmarshal into field data of type object or []object: send one row or a list of rows");
        }
        return build();
    }

    private void readRow(DataParser parser) {
        JsonParser tokens = parser.tokens();
        for (String name = tokens.nextName(); name != null; name = tokens.nextName()) {
            currentField = name;
            JsonToken token = tokens.nextToken();
            ColumnBuilder builder = builders.get(name);
            if (builder != null) {
                builder.add(parser, token, row);
            } else {
                readUnknown(parser, name);
            }
        }
        currentField = NO_ROW_FIELD;
        dynamicRows.endRow();
    }

    private void readUnknown(DataParser parser, String name) {
        if (!dynamic) {
            throw RestRefusal.badRows("has pass more field without dynamic schema, please check it: invalid parameter"
                    + ": key=" + name + ", row=" + row);
        }
        if (name.equals(CollectionSchema.META)) {
            throw RestRefusal.badRows("use the invalid field name(" + name + ") when enable dynamicField"
                    + ": invalid parameter: row=" + row + ". Send the keys of the dynamic field beside the others");
        }
        int from = parser.tokenFrom();
        dynamicRows.add(name, parser.body(), from, parser.skipValue(), row);
    }

    /** Once the size of a row is known, the rest is guessed, so that vectors are copied once. */
    private void expectRows(int dataBytes, DataParser parser) {
        long rowBytes = Math.max(1, parser.tokens().currentLocation().getByteOffset());
        for (ColumnBuilder builder : builders.values()) {
            if (builder instanceof ColumnBuilder.FloatVectors vectors) {
                vectors.expectRows(1 + dataBytes / rowBytes, dataBytes / LEAST_BYTES_PER_ELEMENT);
            }
        }
    }

    private RowBatch build() {
        Map<String, Column> columns = new HashMap<>();
        for (ColumnBuilder builder : builders.values()) {
            Column column = builder.build(row);
            if (column != null) {
                columns.put(builder.field, column);
            }
        }
        Column meta = dynamicRows.build();
        if (meta != null) {
            columns.put(CollectionSchema.META, meta);
        }
        return new RowBatch(row, columns);
    }

    /** The keys outside the schema: one JSON object per row. */
    private static final class DynamicRows {
        private final Utf8Sink bytes = new Utf8Sink();
        private final Set<String> namesOfRow = new HashSet<>();
        private int[] offsets = new int[16];
        private int count;
        private boolean any;

        void add(String name, byte[] body, int from, int to, int row) {
            if (!namesOfRow.add(name)) {
                throw RestRefusal.badRows(
                        "duplicate key: field=" + name + ", row=" + row + ". Send each key once per row");
            }
            any = true;
            bytes.add(namesOfRow.size() == 1 ? '{' : ',');
            if (!bytes.addQuoted(name)) {
                throw RestRefusal.badRows("key with half a surrogate pair: row=" + row);
            }
            bytes.add(':');
            bytes.addCompact(body, from, to);
        }

        void endRow() {
            if (namesOfRow.isEmpty()) {
                bytes.add('{');
            }
            namesOfRow.clear();
            bytes.add('}');
            if (count + 1 == offsets.length) {
                offsets = Arrays.copyOf(offsets, 2 * offsets.length);
            }
            offsets[++count] = bytes.length();
        }

        @Nullable
        Column build() {
            return any ? new Column.Bytes(bytes.toBytes(), Arrays.copyOf(offsets, count + 1), null) : null;
        }
    }
}
