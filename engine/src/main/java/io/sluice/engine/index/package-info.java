/**
 * Finds near neighbours inside one segment.
 *
 * <p>Start at {@link VectorIndex}. An index file is a position-independent image of what search reads: opening one
 * parses nothing and never rebuilds a graph.
 */
@NullMarked
package io.sluice.engine.index;

import org.jspecify.annotations.NullMarked;
