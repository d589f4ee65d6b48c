/**
 * What a collection looks like: its schema, and rows on the heap as they come in and go out.
 *
 * <p>Start at {@link CollectionSchema}. {@link Column} is the heap form of a field's values on their way between a face
 * and the engine; inside the engine rows live off-heap (see {@code engine.segment}).
 */
@NullMarked
package io.sluice.engine.schema;

import org.jspecify.annotations.NullMarked;
