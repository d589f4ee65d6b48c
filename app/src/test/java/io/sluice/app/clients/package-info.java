/**
 * Runs the official clients of each language against a server process.
 *
 * <p>The tests themselves are in {@code app/src/test/clients/<language>}, in that language and for its own test runner.
 * They find the server by the environment variable {@code SLUICE_ADDRESS}, {@code host:port}. Here is only what starts
 * the server, prepares the client's packages under {@code app/target/clients/<language>} and reports what failed.
 */
@NullMarked
package io.sluice.app.clients;

import org.jspecify.annotations.NullMarked;
