/**
 * Who sends a request: credentials as gRPC and HTTP carry them, checked by the engine.
 *
 * <p>Start at {@link io.sluice.api.auth.Credentials}. A face asks for them only when its options demand it, before it
 * reads the request, and answers {@link io.sluice.api.auth.Unauthenticated} in its own way.
 */
@NullMarked
package io.sluice.api.auth;

import org.jspecify.annotations.NullMarked;
