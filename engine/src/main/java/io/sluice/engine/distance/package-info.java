/**
 * How far apart two vectors are. The only importer of the Vector API.
 *
 * <p>Start at {@link Metric}. Kernels come in two kinds, vectorised and plain, chosen once at start.
 */
@NullMarked
package io.sluice.engine.distance;

import org.jspecify.annotations.NullMarked;
