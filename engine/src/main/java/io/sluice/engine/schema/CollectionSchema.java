package io.sluice.engine.schema;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The fields of a collection in the order they were declared, which is the order of their ids: {@code $meta}, if any,
 * comes after the fields it was declared with, and a field that was added later after all before it. So the rows of an
 * older version have a prefix of the columns of a newer one. Immutable.
 *
 * <p>{@link SchemaRules} checks one before it is used; everything else may rely on a checked one: exactly one primary
 * key of type Int64 or VarChar, at least one vector, unique names, ids given.
 *
 * @param version grows with every change of the fields; starts at 0
 */
public record CollectionSchema(String description, List<FieldSchema> fields, boolean dynamicField, int version) {
    /** Ids below are the engine's own columns. */
    public static final int FIRST_FIELD_ID = 100;

    /** The hybrid timestamp of each row: a system column, always loaded. */
    public static final int TIMESTAMP_FIELD_ID = 1;

    /** The name of the dynamic field. */
    public static final String META = "$meta";

    public CollectionSchema {
        fields = List.copyOf(fields);
    }

    /** With one more field, which gets the next id; the next version. */
    public CollectionSchema withAdded(FieldSchema field) {
        List<FieldSchema> more = new ArrayList<>(fields);
        more.add(field.withId(maxFieldId() + 1));
        return new CollectionSchema(description, more, dynamicField, version + 1);
    }

    /** With {@code $meta}, which it does not have yet; the next version. */
    public CollectionSchema withDynamicField() {
        CollectionSchema more = new CollectionSchema(description, fields, true, version + 1);
        return more.withIds();
    }

    /** With a field changed in its options; its columns stay as they are, and so does the version. */
    public CollectionSchema withChanged(FieldSchema changed) {
        return new CollectionSchema(
                description,
                fields.stream()
                        .map(field -> field.id() == changed.id() ? changed : field)
                        .toList(),
                dynamicField,
                version);
    }

    /** As for rows that bring keys which the server would give otherwise. */
    public CollectionSchema withKeysGiven() {
        return withChanged(primaryKey().asPrimaryKey(false));
    }

    public CollectionSchema withDescription(String text) {
        return new CollectionSchema(text, fields, dynamicField, version);
    }

    /** The largest id that was given to a field. */
    public int maxFieldId() {
        return fields.stream().mapToInt(FieldSchema::id).max().orElse(FIRST_FIELD_ID - 1);
    }

    /** Gives ids to fields that have none, and appends {@code $meta} when the dynamic field is on and missing. */
    public CollectionSchema withIds() {
        List<FieldSchema> numbered = new ArrayList<>();
        int next = FIRST_FIELD_ID;
        for (FieldSchema field : fields) {
            next = Math.max(next, field.id() + 1);
        }
        for (FieldSchema field : fields) {
            numbered.add(field.id() == 0 ? field.withId(next++) : field);
        }
        if (dynamicField && meta().isEmpty()) {
            numbered.add(new FieldSchema(
                    next,
                    META,
                    "",
                    DataType.JSON,
                    null,
                    false,
                    false,
                    false,
                    false,
                    false,
                    true,
                    null,
                    java.util.Map.of()));
        }
        return new CollectionSchema(description, numbered, dynamicField, version);
    }

    public Optional<FieldSchema> find(String name) {
        for (FieldSchema field : fields) {
            if (field.name().equals(name)) {
                return Optional.of(field);
            }
        }
        return Optional.empty();
    }

    public Optional<FieldSchema> find(int fieldId) {
        for (FieldSchema field : fields) {
            if (field.id() == fieldId) {
                return Optional.of(field);
            }
        }
        return Optional.empty();
    }

    /** The field that must exist because the engine put its id where it is. */
    public FieldSchema get(int fieldId) {
        return find(fieldId)
                .orElseThrow(() -> new IllegalArgumentException("no field with id " + fieldId + " in " + fields));
    }

    public FieldSchema primaryKey() {
        for (FieldSchema field : fields) {
            if (field.primaryKey()) {
                return field;
            }
        }
        throw new IllegalStateException("a checked schema has a primary key: " + fields);
    }

    /** {@code $meta}, when the collection has the dynamic field. */
    public Optional<FieldSchema> meta() {
        for (FieldSchema field : fields) {
            if (field.dynamic()) {
                return Optional.of(field);
            }
        }
        return Optional.empty();
    }

    public List<FieldSchema> vectors() {
        return fields.stream().filter(field -> field.type().isVector()).toList();
    }

    /** What users declared: everything but {@code $meta}. */
    public List<FieldSchema> userFields() {
        return fields.stream().filter(field -> !field.dynamic()).toList();
    }
}
