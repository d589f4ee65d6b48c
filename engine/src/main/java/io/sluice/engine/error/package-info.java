/**
 * Everything the engine can refuse.
 *
 * <p>Start at {@link EngineException}: one subtype per decision that a caller can make, each with an {@link ErrorCode}.
 * The faces map it to the wire in one exhaustive switch. Nothing else in the engine is thrown at a caller on purpose.
 */
@NullMarked
package io.sluice.engine.error;

import org.jspecify.annotations.NullMarked;
