/**
 * From settings to a running server: settings, the data folder's lock, and the beans that Spring starts and stops.
 *
 * <p>Start at {@link SluiceConfiguration}. {@link Setting} is the one list of settings; {@code docs/CONFIGURATION.md}
 * shows the same list. The engine never sees settings, only its own option records. Whatever forbids a start is a
 * {@link StartRefused} (or the engine's own exception): one sentence, no stack trace.
 *
 * <p>Order of a start: settings, lock, port (answers "not ready"), catalog, engine, routes. Order of a stop: event
 * streams end, no new connections, running requests, engine (which closes the catalog), lock.
 */
@NullMarked
package io.sluice.config;

import org.jspecify.annotations.NullMarked;
