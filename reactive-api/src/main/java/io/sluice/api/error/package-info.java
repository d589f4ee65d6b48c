/**
 * What the engine refuses, as clients read it.
 *
 * <p>Start at {@link WireError}: one exhaustive switch from {@link io.sluice.engine.error.EngineException} to Milvus's
 * two code systems and to HTTP. Every face uses it, so a refusal has the same code and text everywhere.
 */
@NullMarked
package io.sluice.api.error;

import org.jspecify.annotations.NullMarked;
