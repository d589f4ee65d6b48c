/**
 * Boolean expressions over scalars: Milvus's filter language.
 *
 * <p>Start at {@link Filter}. Text becomes a sealed syntax tree (Pratt parser), the tree is checked and typed against a
 * schema, and the typed plan is evaluated column by column into a {@link io.sluice.engine.segment.RowMask}.
 */
@NullMarked
package io.sluice.engine.filter;

import org.jspecify.annotations.NullMarked;
