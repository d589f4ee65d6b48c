/**
 * Keeps segments few and clean, in the background: seals growing rows and builds indexes.
 *
 * <p>Start at {@link Sealer} and {@link IndexBuilds}. Plain threads, one each; a seal is a handover from the log to
 * files, after which the log forgets. Nothing else in the engine writes segment or index files.
 */
@NullMarked
package io.sluice.engine.compaction;

import org.jspecify.annotations.NullMarked;
