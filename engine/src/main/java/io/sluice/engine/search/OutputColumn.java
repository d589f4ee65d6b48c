package io.sluice.engine.search;

import io.sluice.engine.schema.Column;
import io.sluice.engine.schema.FieldSchema;

/**
 * One output field of a result.
 *
 * @param field of the schema; {@code count(*)} has a made-up one of type Int64. A {@code $meta} column holds one JSON
 *     object per row, cut down to the keys that were asked for unless {@code $meta} or {@code *} was
 */
public record OutputColumn(FieldSchema field, Column column) {}
