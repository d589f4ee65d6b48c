/**
 * Finds near neighbours, or the rows that have a value, inside one segment.
 *
 * <p>Start at {@link VectorIndex} and {@link ScalarIndex}. An index file is a position-independent image of what search reads: opening one
 * parses nothing and never rebuilds a graph.
 */
@NullMarked
package io.sluice.engine.index;

import org.jspecify.annotations.NullMarked;
