/**
 * The catalog on H2, through R2DBC: one file in the data folder, one process at a time.
 *
 * <p>Start at {@link R2dbcCatalog}. What H2 needs to be honest is in {@code CatalogDatabase}: its driver blocks, so
 * all work runs on one thread of its own; it does not sync at commit, so every change is followed by a checkpoint; and
 * an interrupt would close its file, so a caller that cancels never reaches it. The tables are in the resource folder
 * {@code catalog/}, one file per version, applied by {@code Migrations}.
 */
@NullMarked
package io.sluice.config.catalog;

import org.jspecify.annotations.NullMarked;
