/**
 * The database: start here.
 *
 * <p>{@link VectorEngine} is the façade that both faces call; {@link EngineOptions} is all it needs to know. The rooms
 * behind it each have a sign on the door.
 */
@NullMarked
package io.sluice.engine;

import org.jspecify.annotations.NullMarked;
