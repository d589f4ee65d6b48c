/**
 * The faces: what clients see of the engine.
 *
 * <p>{@link ApiOptions} is all they need to know; {@code api.rest} is Milvus's REST v2, {@code api.error} maps every
 * refusal of the engine to the wire. Both import the engine's public types only and hold no state of their own.
 */
@NullMarked
package io.sluice.api;

import org.jspecify.annotations.NullMarked;
