/**
 * What survives a restart: a port. The adapter (R2DBC) lives in {@code config}.
 *
 * <p>Start at {@link Catalog}. It is the truth about which files belong to what; the log is the truth about rows that
 * are not sealed yet.
 */
@NullMarked
package io.sluice.engine.catalog;

import org.jspecify.annotations.NullMarked;
