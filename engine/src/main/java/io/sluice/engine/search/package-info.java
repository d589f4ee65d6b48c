/**
 * One query across segments: plan, per-block execution, top-k reduce, output fields.
 *
 * <p>Start at {@link Searcher}. Plain synchronous code: it runs on {@code search} threads, sees arrays and views, and
 * never a Publisher. What every path shares: a request is checked and planned first ({@code SearchPlan},
 * {@code OutputPlan}); the rows it may answer are found per block ({@code AllowedRows}); hits or rows are merged across
 * blocks ({@code NearestHits}, {@code KeyOrderedRows}); and their values are copied out ({@code ColumnGather}).
 */
@NullMarked
package io.sluice.engine.search;

import org.jspecify.annotations.NullMarked;
