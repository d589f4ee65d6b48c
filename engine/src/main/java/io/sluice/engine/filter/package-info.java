/**
 * Boolean expressions over scalars: Milvus's filter language.
 *
 * <p>Start at {@link Filter}. Text becomes a sealed syntax tree (Pratt parser), the tree is checked and typed against a
 * schema, and the typed plan is evaluated column by column into a {@link io.sluice.engine.segment.RowMask}.
 *
 * <pre>
 *   text -> Lexer -> Parser -> Expression -> Checker (schema, templates) -> Plan -> Evaluation (RowBlock) -> RowMask
 * </pre>
 *
 * A new function is a case in the checker's {@code call}, a {@link Plan} record and a step in {@link Evaluation}; the
 * compiler finds the places. {@link JsonScan} reads JSON where it lies and is the only reader of stored JSON in the
 * engine; it allocates nothing per value and never leaves the bytes it was given, whatever they are. Nothing here owns
 * memory: masks and buffers are on the heap, columns are views that the caller's leases keep alive.
 */
@NullMarked
package io.sluice.engine.filter;

import org.jspecify.annotations.NullMarked;
