/**
 * Which collections, partitions, aliases and databases exist, and what each currently serves.
 *
 * <p>Start at {@code Collection}. What it serves is an immutable snapshot of live segments behind one reference: a load,
 * a seal and a release each swap it once. Readers take a {@link ReadView}.
 */
@NullMarked
package io.sluice.engine.collection;

import org.jspecify.annotations.NullMarked;
