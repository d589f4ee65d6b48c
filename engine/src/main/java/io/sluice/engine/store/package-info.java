/**
 * Where segment bytes rest: a port, and the local directory that implements it by default.
 *
 * <p>Start at {@link SegmentStore}. A stored file is immutable: it is created whole (temporary name, fsync, rename,
 * fsync of the folder) or not at all. Nothing else in the engine opens a segment, delta or index file.
 */
@NullMarked
package io.sluice.engine.store;

import org.jspecify.annotations.NullMarked;
