/**
 * One query across segments: plan, per-block execution, top-k reduce, output fields.
 *
 * <p>Start at {@link SearchRequest} and {@link QueryRequest}. Plain synchronous code: it runs on {@code search} threads,
 * sees arrays and views, and never a Publisher.
 */
@NullMarked
package io.sluice.engine.search;

import org.jspecify.annotations.NullMarked;
